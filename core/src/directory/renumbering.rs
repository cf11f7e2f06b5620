use alloc::vec::Vec;

/// Which number of the later snapshot stands for each number of the earlier one. Both follow the directory ids, so new numbers ascend,
/// and what lies between two arrivals or departures has moved by the same distance.
#[derive(Clone, Debug)]
pub(super) struct Renumbering {
    exact: Vec<u32>,
    /// How far all numbers of a whole block have moved, or [`MIXED`]: small enough for a processor's cache where `exact` is not.
    shifts: Vec<u32>,
}

/// Stands for what the later snapshot does not have; no number is as large.
pub(super) const GONE: u32 = u32::MAX;

const BLOCK: usize = 8;
const MIXED: u32 = u32::MAX;

impl Renumbering {
    /// From the new number of each old one, or [`GONE`].
    pub(super) fn new(exact: Vec<u32>) -> Self {
        let shift = |(first, block): (u32, &[u32])| {
            let shift = block.first().map_or(MIXED, |new| new.wrapping_sub(first));
            let is_common = |(old, new): (u32, &u32)| *new != GONE && new.wrapping_sub(old) == shift;
            if (first..).zip(block).all(is_common) { shift } else { MIXED }
        };
        let shifts = (0..).step_by(BLOCK).zip(exact.chunks_exact(BLOCK)).map(shift).collect();
        Self { exact, shifts }
    }

    /// The new number, or [`GONE`].
    pub(super) fn of(&self, old: u32) -> u32 {
        match self.shifts.get(old as usize / BLOCK) {
            Some(&shift) if shift != MIXED => old.wrapping_add(shift),
            _ => self.exact.get(old as usize).copied().unwrap_or(GONE),
        }
    }

    /// The new number of each old one, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        self.exact.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::{collection::vec, prelude::*};

    use super::{GONE, Renumbering};

    proptest! {
        #[test]
        fn every_number_has_the_new_one_it_was_given(
            steps in vec((0_u32..40, prop::bool::weighted(0.05)), 0..200),
        ) {
            // Arrivals and departures are rare, so that many blocks move as one.
            let mut next = 0;
            let exact: Vec<u32> = steps.iter().map(|(chance, is_gone)| {
                if *is_gone {
                    return GONE;
                }
                next += 1 + chance.saturating_sub(38);
                next - 1
            }).collect();
            let renumbering = Renumbering::new(exact.clone());
            for (old, new) in (0..).zip(&exact) {
                prop_assert_eq!(renumbering.of(old), *new);
            }
            prop_assert_eq!(renumbering.all().collect::<Vec<_>>(), exact.as_slice());
            let end = u32::try_from(exact.len()).unwrap();
            for old in end..end + 40 {
                prop_assert_eq!(renumbering.of(old), GONE);
            }
        }
    }
}
