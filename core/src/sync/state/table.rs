use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::{borrow::Borrow, hash::Hash};

use hashbrown::HashMap;

/// What is known of many things, each under a text: found by the text's hash. A search tree compares with twenty other texts on the
/// way, and in a directory of a million each of them is somewhere else in memory.
///
/// Its own order is that of chance; whoever makes something of all of it asks for [`Table::sorted`].
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V>(HashMap<K, V>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Borrow<str> + Hash + Ord, V> Table<K, V> {
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.0.get(key)
    }

    pub(crate) fn get_key_value(&self, key: &str) -> Option<(&K, &V)> {
        self.0.get_key_value(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    /// Puts a value under a key, and returns the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        self.0.remove(key)
    }

    pub(crate) fn remove_entry(&mut self, key: &str) -> Option<(K, V)> {
        self.0.remove_entry(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All keys, in the order of chance.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// All of it, in the order of chance.
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

/// Ids by a text that several may share.
pub(crate) type Index<I> = Table<String, BTreeSet<I>>;

impl<I: Ord> Index<I> {
    pub(crate) fn remember(&mut self, text: String, id: I) {
        self.0.entry(text).or_default().insert(id);
    }

    pub(crate) fn forget<Q: Ord + ?Sized>(&mut self, text: &str, id: &Q)
    where
        I: Borrow<Q>,
    {
        if let Some(ids) = self.0.get_mut(text) {
            ids.remove(id);
            if ids.is_empty() {
                self.0.remove(text);
            }
        }
    }
}
