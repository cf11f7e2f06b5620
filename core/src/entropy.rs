//! Randomness as an argument (D28): ids, jitter and nonces take their bytes from the caller.

/// A source of random bytes.
///
/// Ids of SAML messages and request ids must be unguessable: in production, fill from the operating system
/// (`getrandom`). Any `FnMut(&mut [u8])` is a source.
///
/// ```
/// use heap_identity::entropy::Entropy;
/// let mut fixed = |out: &mut [u8]| out.fill(7);
/// assert_eq!(fixed.bytes::<4>(), [7; 4]);
/// ```
pub trait Entropy {
    /// Fills `out` with random bytes.
    fn fill(&mut self, out: &mut [u8]);

    /// `N` random bytes.
    fn bytes<const N: usize>(&mut self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

impl<F: FnMut(&mut [u8])> Entropy for F {
    fn fill(&mut self, out: &mut [u8]) {
        self(out);
    }
}

/// A small deterministic generator (SplitMix64): the same seed gives the same run.
///
/// For jitter, simulations, tests and demonstrations. Not for ids that an attacker must not guess.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// A generator that starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entropy, Seeded};

    #[test]
    fn splitmix64_gives_its_published_first_numbers() {
        // The reference implementation's output for the seed 1234567 (prng.di.unimi.it/splitmix64.c).
        let mut seeded = Seeded::new(1_234_567);
        let got = [seeded.next_u64(), seeded.next_u64(), seeded.next_u64()];
        assert_eq!(got, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_partial_last_chunk_is_filled_too() {
        assert!(Seeded::new(1).bytes::<13>().iter().any(|byte| *byte != 0));
        assert_eq!(Seeded::new(9).bytes::<13>()[..8], Seeded::new(9).bytes::<8>());
    }
}
