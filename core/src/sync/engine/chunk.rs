//! A group's change in parts of which each fits into one request (F10).

use alloc::{collections::VecDeque, string::String, vec::Vec};

use crate::sync::state::Id;

/// A part of a group's change.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct GroupChunk {
    pub(super) rename: Option<String>,
    /// Those in `add` take the place of all members: nobody knows who is there (F13).
    pub(super) replaces: bool,
    pub(super) add: Vec<Id>,
    pub(super) remove: Vec<Id>,
}

impl GroupChunk {
    pub(super) fn members(&self) -> usize {
        self.add.len() + self.remove.len()
    }

    /// What is too much for one request, cut off.
    pub(super) fn cut(&mut self, members_max: usize) -> Option<Self> {
        let members_max = members_max.max(1);
        if self.members() <= members_max {
            return None;
        }
        // Names are removed first; what replaces has none to remove.
        let remove = self.remove.split_off(self.remove.len().min(members_max));
        let add = self.add.split_off(self.add.len().min(members_max - self.remove.len()));
        Some(Self { add, remove, ..Self::default() })
    }
}

/// Cuts a change so that no request carries more members than the tenant takes (F10).
pub(super) fn chunks(mut whole: GroupChunk, members_max: usize) -> VecDeque<GroupChunk> {
    let mut chunks = VecDeque::new();
    while let Some(rest) = whole.cut(members_max) {
        chunks.push_back(core::mem::replace(&mut whole, rest));
    }
    if whole.members() > 0 || whole.rename.is_some() || whole.replaces {
        chunks.push_back(whole);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use super::{GroupChunk, Id, chunks};

    #[test]
    fn f10_no_patch_carries_more_than_a_hundred_members() {
        let ids = |count: usize| (0..count).map(|id| Id::from(format!("m{id}"))).collect::<Vec<_>>();
        let rename = Some("Team".into());
        let cut = chunks(GroupChunk { rename, add: ids(150), remove: ids(60), replaces: false }, 100);
        let sizes: Vec<_> = cut.iter().map(|chunk| (chunk.remove.len(), chunk.add.len())).collect();
        assert_eq!(sizes, [(60, 40), (0, 100), (0, 10)]);
        assert_eq!(cut[0].rename.as_deref(), Some("Team"));
        assert!(cut.iter().skip(1).all(|chunk| chunk.rename.is_none()));
    }

    #[test]
    fn a_rename_alone_is_one_patch() {
        let rename = GroupChunk { rename: Some("Team".into()), ..GroupChunk::default() };
        assert_eq!(chunks(rename, 100).len(), 1);
        assert!(chunks(GroupChunk::default(), 100).is_empty());
    }

    #[test]
    fn f13_who_replaces_all_members_stands_in_the_first_part() {
        let add: Vec<Id> = ["a", "b", "c"].map(Id::from).into();
        let cut = chunks(GroupChunk { replaces: true, add, ..GroupChunk::default() }, 2);
        let shape: Vec<_> = cut.iter().map(|chunk| (chunk.replaces, chunk.add.len())).collect();
        assert_eq!(shape, [(true, 2), (false, 1)]);
        let nobody = chunks(GroupChunk { replaces: true, ..GroupChunk::default() }, 2);
        assert_eq!(nobody.len(), 1);
    }
}
