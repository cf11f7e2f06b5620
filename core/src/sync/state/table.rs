use alloc::{collections::BTreeSet, vec::Vec};
use core::{
    borrow::Borrow,
    hash::{BuildHasher, Hash},
    mem,
};

use hashbrown::{DefaultHashBuilder, HashSet, HashTable, hash_table::Entry};
use indexmap::IndexMap;

/// What is known of many things, each under a text: found by the text's hash. A search tree compares with twenty other texts on the
/// way, and in a directory of a million each of them is somewhere else in memory. What is known stands close together, in the order
/// in which it came but for what was removed; whoever makes something of all of it asks for [`Table::sorted`].
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V>(IndexMap<K, V, DefaultHashBuilder>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(IndexMap::default())
    }
}

impl<K: Borrow<str> + Hash + Ord, V> Table<K, V> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(IndexMap::with_capacity_and_hasher(capacity, DefaultHashBuilder::default()))
    }

    /// Makes room for so many more, at once rather than by and by.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.0.get(key)
    }

    /// The text as the table has it, so that what names the same thing has one text in common; else a new one.
    pub(crate) fn shared(&self, key: &str) -> K
    where
        K: Clone + for<'t> From<&'t str>,
    {
        self.0.get_key_value(key).map_or_else(|| key.into(), |(key, _)| key.clone())
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    pub(crate) fn get_key_value_mut(&mut self, key: &str) -> Option<(&K, &mut V)> {
        self.0.get_full_mut(key).map(|(_, key, value)| (key, value))
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// What came as the `number`th, counted from 0, as long as nothing was removed.
    pub(crate) fn nth_mut(&mut self, number: usize) -> Option<(&K, &mut V)> {
        self.0.get_index_mut(number)
    }

    /// Puts a value under a key, and returns the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        self.0.swap_remove(key)
    }

    pub(crate) fn remove_entry(&mut self, key: &str) -> Option<(K, V)> {
        self.0.swap_remove_entry(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All keys, in no order to be relied upon.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// All of it, in no order to be relied upon.
    pub(crate) fn unordered(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }

    /// All of it in the order of the keys.
    pub(crate) fn sorted(&self) -> Vec<(&K, &V)> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }
}

/// Texts of which there may be many, found by hash for the same reason; in the order of chance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Texts<T: Hash + Eq>(HashSet<T>);

impl<T: Hash + Eq> Default for Texts<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Hash + Eq> FromIterator<T> for Texts<T> {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}

impl<T: Borrow<str> + Hash + Ord> Texts<T> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(HashSet::with_capacity(capacity))
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    pub(crate) fn insert(&mut self, text: T) {
        self.0.insert(text);
    }

    pub(crate) fn remove(&mut self, text: &str) {
        self.0.remove(text);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn unordered(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

/// A set that mostly has one thing or two in it, and then is no more than that.
#[derive(Clone, Debug, Default)]
pub(crate) enum Few<T> {
    #[default]
    None,
    One(T),
    /// In order.
    Two(T, T),
    Many(BTreeSet<T>),
}

impl<T: Ord> Few<T> {
    /// Whether it was not in it.
    pub(crate) fn insert(&mut self, item: T) -> bool {
        if let Self::Many(many) = self {
            return many.insert(item);
        }
        if self.iter().any(|known| *known == item) {
            return false;
        }
        *self = match mem::take(self) {
            Self::None => Self::One(item),
            Self::One(one) if one < item => Self::Two(one, item),
            Self::One(one) => Self::Two(item, one),
            Self::Two(one, two) => Self::Many([one, two, item].into()),
            Self::Many(many) => Self::Many(many),
        };
        true
    }

    /// Whether it was in it.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        if let Self::Many(many) = self {
            return many.remove(item);
        }
        let before = self.len();
        *self = match mem::take(self) {
            Self::One(one) if one.borrow() == item => Self::None,
            Self::Two(one, two) if one.borrow() == item => Self::One(two),
            Self::Two(one, two) if two.borrow() == item => Self::One(one),
            other => other,
        };
        self.len() < before
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Two(..) => 2,
            Self::Many(many) => many.len(),
        }
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let (one, two, many) = match self {
            Self::None => (None, None, None),
            Self::One(one) => (Some(one), None, None),
            Self::Two(one, two) => (Some(one), Some(two), None),
            Self::Many(many) => (None, None, Some(many)),
        };
        one.into_iter().chain(two).chain(many.into_iter().flatten())
    }
}

/// Ids by a text that several may share. The text itself is with what the id is of, and is not kept a second time: who asks
/// compares, for two texts may have one hash.
#[derive(Debug)]
pub(crate) struct Index<I> {
    /// By the text's hash.
    ids: HashTable<(u64, Few<I>)>,
    hasher: DefaultHashBuilder,
    /// How many hashes are shared.
    shared: usize,
}

impl<I> Default for Index<I> {
    fn default() -> Self {
        Self { ids: HashTable::new(), hasher: DefaultHashBuilder::default(), shared: 0 }
    }
}

impl<I: Ord> Index<I> {
    /// Makes room for so many more, at once rather than by and by.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.ids.reserve(more, |(hash, _)| *hash);
    }

    /// Those that may have the text, in order.
    pub(crate) fn ids<'i>(&'i self, text: &str) -> impl Iterator<Item = &'i I> + use<'i, I> {
        let hash = self.hasher.hash_one(text);
        self.ids.find(hash, |(known, _)| *known == hash).into_iter().flat_map(|(_, ids)| ids.iter())
    }

    /// Whether any two may have the same text.
    pub(crate) const fn may_be_shared(&self) -> bool {
        self.shared > 0
    }

    pub(crate) fn remember(&mut self, text: &str, id: I) {
        let hash = self.hasher.hash_one(text);
        match self.ids.entry(hash, |(known, _)| *known == hash, |(known, _)| *known) {
            Entry::Occupied(mut known) => {
                let (_, ids) = known.get_mut();
                self.shared += usize::from(ids.insert(id) && ids.len() == 2);
            }
            Entry::Vacant(unknown) => {
                unknown.insert((hash, Few::One(id)));
            }
        }
    }

    pub(crate) fn forget<Q: Ord + ?Sized>(&mut self, text: &str, id: &Q)
    where
        I: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(text);
        if let Ok(mut known) = self.ids.find_entry(hash, |(known, _)| *known == hash) {
            let (_, ids) = known.get_mut();
            self.shared -= usize::from(ids.remove(id) && ids.len() == 1);
            if ids.len() == 0 {
                known.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Few, Index};

    #[test]
    fn a_few_are_in_order_whatever_their_number() {
        let mut few = Few::default();
        for (number, item) in [3, 1, 2, 4].into_iter().enumerate() {
            assert!(few.insert(item) && !few.insert(item));
            assert_eq!(few.len(), number + 1);
            assert!(few.iter().is_sorted());
        }
        for (left, item) in [1, 3, 4, 2].into_iter().enumerate() {
            assert!(few.remove(&item) && !few.remove(&item));
            assert_eq!(few.len(), 3 - left);
        }
        for (first, second) in [(1, 2), (2, 1)] {
            let mut two = Few::One(first);
            two.insert(second);
            assert_eq!(two.iter().collect::<Vec<_>>(), [&1, &2]);
            assert!(two.remove(&first) && !two.remove(&first));
            assert_eq!(two.iter().collect::<Vec<_>>(), [&second]);
        }
    }

    #[test]
    fn an_index_knows_whether_a_text_is_shared() {
        let mut index = Index::default();
        for (text, id) in [("a", "1"), ("b", "3"), ("b", "2"), ("b", "2"), ("b", "4")] {
            index.remember(text, id);
        }
        assert_eq!(index.ids("b").copied().collect::<Vec<_>>(), ["2", "3", "4"]);
        index.forget("b", "3");
        index.forget("b", "9");
        assert!(index.may_be_shared());
        index.forget("b", "2");
        assert!(!index.may_be_shared());
        assert_eq!(index.ids("b").copied().collect::<Vec<_>>(), ["4"]);
        index.forget("b", "4");
        assert_eq!(index.ids("b").count(), 0);
    }
}
