//! The run's only source of chance, and what of it is left out when a failing run is made smaller.

use std::{collections::BTreeSet, rc::Rc};

use heap_identity::entropy::Seeded;

#[derive(Debug)]
pub struct Random {
    source: Seeded,
    occurrences: usize,
    skipped: Rc<BTreeSet<usize>>,
}

impl Random {
    pub fn new(seed: u64, skipped: Rc<BTreeSet<usize>>) -> Self {
        Self { source: Seeded::new(seed), occurrences: 0, skipped }
    }

    pub fn number(&mut self) -> u64 {
        self.source.next_u64()
    }

    /// A number from 0 to `end`, without `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.source.next_u64() % end.max(1) as u64) as usize
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }

    /// Numbers what is about to occur: a person, a fault, a change. False where this run is to do without it.
    pub fn occurs(&mut self) -> bool {
        self.occurrences += 1;
        !self.skipped.contains(&(self.occurrences - 1))
    }

    /// How much has occurred or was left out.
    pub fn occurrences(&self) -> usize {
        self.occurrences
    }
}
