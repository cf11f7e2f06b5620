use alloc::{collections::BTreeMap, vec::Vec};

/// Which number of the later snapshot stands for each number of the earlier one. Both follow the directory ids, so new numbers ascend,
/// and what lies between two arrivals or departures has moved by the same distance: most blocks have their distances in common with
/// others, and all that is read fits into a processor's cache.
#[derive(Clone, Debug)]
pub(super) struct Renumbering {
    count: u32,
    /// For each block of old numbers, which of `distances` is its own.
    blocks: Vec<u32>,
    /// How far each number of a block has moved.
    distances: Vec<[u32; BLOCK]>,
}

/// Stands for what the later snapshot does not have; no number is as large.
pub(super) const GONE: u32 = u32::MAX;

const BLOCK: usize = 16;

impl Renumbering {
    /// From the new number of each old one, or [`GONE`].
    pub(super) fn new(exact: &[u32]) -> Self {
        let (mut blocks, mut distances) = (Vec::with_capacity(exact.len().div_ceil(BLOCK)), Vec::new());
        let (mut shared, mut last) = (BTreeMap::new(), None);
        for (first, block) in (0..).step_by(BLOCK).zip(exact.chunks(BLOCK)) {
            let mut moved = [0; BLOCK];
            for ((distance, old), new) in moved.iter_mut().zip(first..).zip(block) {
                *distance = new.wrapping_sub(old);
            }
            for (distance, old) in moved.iter_mut().zip(first..).skip(block.len()) {
                *distance = GONE - old;
            }
            let [common, ..] = moved;
            let next = u32::try_from(distances.len()).unwrap_or(GONE);
            let is_common = moved == [common; BLOCK];
            let own = match last {
                _ if !is_common => next,
                Some((distance, own)) if distance == common => own,
                _ => *shared.entry(common).or_insert(next),
            };
            if own == next {
                distances.push(moved);
            }
            if is_common {
                last = Some((common, own));
            }
            blocks.push(own);
        }
        Self { count: u32::try_from(exact.len()).unwrap_or(GONE), blocks, distances }
    }

    /// The new number, or [`GONE`].
    pub(super) fn of(&self, old: u32) -> u32 {
        let block = self.blocks.get(old as usize / BLOCK).and_then(|own| self.distances.get(*own as usize));
        block
            .and_then(|block| block.get(old as usize % BLOCK))
            .map_or(GONE, |distance| old.wrapping_add(*distance))
    }

    /// The new number of each old one, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        (0..self.count).map(|old| self.of(old))
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
            let renumbering = Renumbering::new(&exact);
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
