//! What must survive a crash: appended records (D12). The driver stores them in order; where is its choice (D37).

use alloc::{
    borrow::Cow,
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{
    state::{GroupLink, Id, Ledger, Link, Sent},
    uncertain::Uncertain,
};

/// The version of the records; a journal of a later version is refused.
const VERSION: u32 = 1;

/// One record: a line of JSON without line breaks and with a digest, to be stored as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record(String);

impl Record {
    /// A record as it was stored.
    pub fn from_line(line: String) -> Self {
        Self(line)
    }

    /// The line to store.
    pub fn as_line(&self) -> &str {
        &self.0
    }
}

/// Why a journal cannot be resumed from.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The journal belongs to another tenant.
    #[error(
        "the journal is of the integration with `{found}`, and this one is with `{expected}`; use the right state, or none"
    )]
    Integration {
        /// The base URL of this integration.
        expected: String,
        /// The base URL in the journal.
        found: String,
    },
    /// A record before the last cannot be read, or the records do not begin as a journal does. The last record may be torn by a
    /// crash and is then passed over.
    #[error("{}", malformed(*record))]
    Malformed {
        /// The record, counted from 1.
        record: usize,
    },
    /// The journal was written by a later version.
    #[error(
        "the journal has version {found}, and this version reads up to {VERSION}; use the version that wrote it, or a later one"
    )]
    Version {
        /// The version in the journal.
        found: u32,
    },
}

impl ResumeError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Integration { .. } => "sync.journal_integration",
            Self::Malformed { .. } => "sync.journal_malformed",
            Self::Version { .. } => "sync.journal_version",
        }
    }
}

fn malformed(record: usize) -> String {
    if record == 1 {
        // It may as well be a file that is somebody else's, which nobody should take away.
        return "this is no journal of heap-identity, or its first record is lost or was changed; give another one, \
                restore it from a copy, or start without one"
            .into();
    }
    alloc::format!(
        "record {record} of the journal is torn or was changed; restore the state from a copy, or start without one"
    )
}

/// What the records say.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub(crate) enum Entry<'t> {
    /// The first record.
    Opened { version: u32, integration: Cow<'t, str> },
    /// A group is about to be created, with this name.
    GroupIntent { group: Cow<'t, str>, name: Cow<'t, str> },
    /// A group at Heap is ours.
    GroupLinked { group: Cow<'t, str>, link: Cow<'t, GroupLink> },
    /// A group at Heap is gone or was deleted.
    GroupUnlinked { group: Cow<'t, str> },
    /// A write about these members of a team whose members Heap does not tell is about to be sent (F13).
    MembersIntent { team: Cow<'t, str>, members: Cow<'t, [Id]> },
    /// That write was done; `replaced` where it named all members.
    MembersSent { team: Cow<'t, str>, replaced: bool, add: Cow<'t, [Id]>, remove: Cow<'t, [Id]> },
    /// Heap tells the members of the team now.
    MembersTold { team: Cow<'t, str> },
    /// The tenant does not keep the role (D8).
    RoleDropped,
    /// An account is about to be created, with this user name: by it the account is found where the directory id is not kept.
    UserIntent { person: Cow<'t, str>, user_name: Cow<'t, str> },
    /// An account at Heap is ours.
    UserLinked { person: Cow<'t, str>, link: Cow<'t, Link> },
    /// An account was left behind by a replacement (R22) and is still to be deactivated.
    UserRetired { account: Cow<'t, str>, person: Cow<'t, str> },
    /// An account at Heap is gone.
    UserUnlinked { account: Cow<'t, str> },
}

impl Entry<'_> {
    pub(crate) fn record(&self) -> Record {
        // Serialising texts and numbers into memory cannot fail.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        let digest = digest_of(&line);
        line.pop();
        let _written = write!(line, "{DIGEST}{digest:016x}\"}}");
        Record(line)
    }

    /// Reads a record; `None` when it is torn or was changed.
    fn read(record: &Record) -> Option<Self> {
        let (body, digest) = record.0.strip_suffix("\"}")?.rsplit_once(DIGEST)?;
        let body = [body, "}"].concat();
        let is_whole = alloc::format!("{:016x}", digest_of(&body)) == digest;
        is_whole.then(|| serde_json::from_str(&body).ok())?
    }
}

/// How the first record begins.
const OPENED: &str = "{\"record\":\"opened\"";

/// What stands before the digest of a record.
const DIGEST: &str = ",\"digest\":\"";

/// The first 8 bytes of SHA-256: against damage, not against people.
fn digest_of(line: &str) -> u64 {
    let hash = ring::digest::digest(&ring::digest::SHA256, line.as_bytes());
    u64::from_be_bytes(hash.as_ref().first_chunk().copied().unwrap_or_default())
}

/// What a journal amounts to.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    pub(crate) ledger: Ledger,
    pub(crate) uncertain: Uncertain,
    /// Whether the journal has a first record.
    pub(crate) is_opened: bool,
}

impl Replayed {
    pub(crate) fn of(
        integration: &str,
        records: impl IntoIterator<Item = Record>,
    ) -> Result<Self, ResumeError> {
        let mut replayed = Self::default();
        let mut records = (1..).zip(records).peekable();
        while let Some((number, record)) = records.next() {
            let is_last = records.peek().is_none();
            match Entry::read(&record) {
                Some(entry) if number > 1 || matches!(entry, Entry::Opened { .. }) => {
                    replayed.take(integration, entry)?;
                }
                // A crash tears the last record at most: it was not yet relied upon.
                None if is_last && (number > 1 || is_torn_opening(record.as_line())) => {}
                _ => return Err(ResumeError::Malformed { record: number }),
            }
        }
        Ok(replayed)
    }

    fn take(&mut self, integration: &str, entry: Entry<'_>) -> Result<(), ResumeError> {
        match entry {
            Entry::Opened { version, .. } if version > VERSION => {
                return Err(ResumeError::Version { found: version });
            }
            Entry::Opened { integration: found, .. } if found != integration => {
                let (expected, found) = (integration.to_string(), found.into_owned());
                return Err(ResumeError::Integration { expected, found });
            }
            Entry::Opened { .. } => self.is_opened = true,
            Entry::GroupIntent { group, name } => {
                self.uncertain.groups.insert(group.into_owned(), name.into_owned());
            }
            Entry::GroupLinked { group, link } => {
                self.uncertain.groups.remove(&*group);
                self.ledger.set_group_link(&Id::from(group), link.into_owned());
            }
            Entry::GroupUnlinked { group } => self.ledger.unlink_group(&group),
            Entry::MembersIntent { team, members } => self.ledger.doubt_members(&team, &members),
            Entry::MembersSent { team, replaced, add, remove } => {
                self.ledger.note_sent(&team, replaced, &add, &remove);
            }
            Entry::MembersTold { team } => self.ledger.forget_sent(&team),
            Entry::RoleDropped => self.ledger.role_is_dropped = true,
            Entry::UserIntent { person, user_name } => {
                self.uncertain.user_intended(&person, &user_name);
            }
            Entry::UserLinked { person, link } => {
                self.uncertain.user_settled(&person, &link.user_name);
                self.ledger.set_link(&Id::from(person), link.into_owned());
            }
            Entry::UserRetired { account, person } => {
                self.ledger.retire(Id::from(account), Id::from(person));
            }
            Entry::UserUnlinked { account } => self.ledger.unlink(&account),
        }
        Ok(())
    }
}

/// Whether a line is what a crash has left of the first record.
fn is_torn_opening(line: &str) -> bool {
    line.starts_with(OPENED) || OPENED.starts_with(line)
}

pub(crate) fn opened(integration: &str) -> Entry<'_> {
    Entry::Opened { version: VERSION, integration: integration.into() }
}

fn intent_of_user<'t>((person, user_name): (&'t String, &'t String)) -> Entry<'t> {
    Entry::UserIntent { person: person.into(), user_name: user_name.into() }
}

/// The shortest journal with the same meaning: what a driver may store in place of all records so far.
pub(crate) fn compacted(integration: &str, ledger: &Ledger, uncertain: &Uncertain) -> Vec<Record> {
    let mut entries = Vec::from([opened(integration)]);
    entries.extend(ledger.retired().map(|(account, person)| Entry::UserRetired {
        account: Cow::Borrowed(account),
        person: Cow::Borrowed(person),
    }));
    // Whatever follows about the same person, a link or an intent, makes their names former ones.
    entries.extend(uncertain.former().map(intent_of_user));
    let people = ledger.people().sorted().into_iter();
    entries.extend(people.map(|(person, link)| Entry::UserLinked {
        person: Cow::Borrowed(person),
        link: Cow::Borrowed(link),
    }));
    let groups = ledger.groups().sorted().into_iter();
    entries.extend(
        groups.map(|(group, link)| Entry::GroupLinked {
            group: Cow::Borrowed(group),
            link: Cow::Borrowed(link),
        }),
    );
    entries.extend(uncertain.people.iter().map(intent_of_user));
    entries.extend(
        uncertain
            .groups
            .iter()
            .map(|(group, name)| Entry::GroupIntent { group: group.into(), name: name.into() }),
    );
    for (team, Sent { members, doubtful, is_whole }) in ledger.sent() {
        let list = |ids: &BTreeSet<Id>| ids.iter().cloned().collect();
        let (team, replaced) = (Cow::from(&**team), *is_whole);
        let (add, remove) = (list(members), Cow::default());
        entries.push(Entry::MembersSent { team: team.clone(), replaced, add, remove });
        entries.push(Entry::MembersIntent { team, members: list(doubtful) });
    }
    if ledger.role_is_dropped {
        entries.push(Entry::RoleDropped);
    }
    entries.iter().map(Entry::record).collect()
}

#[cfg(test)]
mod tests {
    use alloc::{borrow::Cow, string::ToString, vec::Vec};

    use super::{Entry, GroupLink, Id, Link, Record, Replayed, ResumeError, compacted, opened};

    const TENANT: &str = "https://heapanalytics.com/scim/v2/acme";

    fn link(remote: &str, user_name: &str) -> Cow<'static, Link> {
        let (remote, user_name) = (remote.into(), user_name.into());
        Cow::Owned(Link { remote, user_name, email: None, role_written: None })
    }

    fn records(entries: &[Entry<'_>]) -> Vec<Record> {
        entries.iter().map(Entry::record).collect()
    }

    fn journal() -> Vec<Record> {
        records(&[
            opened(TENANT),
            Entry::UserIntent { person: "u1".into(), user_name: "ann@old.example".into() },
            Entry::UserLinked { person: "u1".into(), link: link("r1", "ann@old.example") },
            Entry::UserLinked { person: "u1".into(), link: link("r2", "ann@new.example") },
            Entry::UserIntent { person: "u2".into(), user_name: "bob@example".into() },
            Entry::GroupLinked {
                group: "g1".into(),
                link: Cow::Owned(GroupLink { remote: "t1".into(), managed: false }),
            },
            Entry::RoleDropped,
        ])
    }

    #[test]
    fn d12_an_intent_without_an_outcome_is_uncertain() {
        let replayed = Replayed::of(TENANT, journal()).unwrap();
        assert_eq!(replayed.uncertain.people.keys().collect::<Vec<_>>(), ["u2"]);
        assert_eq!(&*replayed.ledger.link("u1").unwrap().remote, "r2");
        assert!(!replayed.ledger.group_link("g1").unwrap().managed);
    }

    #[test]
    fn d12_a_compacted_journal_means_the_same() {
        let once = Replayed::of(TENANT, journal()).unwrap();
        let twice = Replayed::of(TENANT, compacted(TENANT, &once.ledger, &once.uncertain)).unwrap();
        assert_eq!(twice.ledger.people().sorted(), once.ledger.people().sorted());
        assert_eq!(twice.ledger.groups().sorted(), once.ledger.groups().sorted());
        let retired = [(&Id::from("r1"), &Id::from("u1"))];
        assert_eq!(twice.ledger.retired().collect::<Vec<_>>(), retired);
        assert_eq!(twice.uncertain.people, once.uncertain.people);
        assert!(twice.ledger.role_is_dropped && twice.is_opened);
    }

    #[test]
    fn a_torn_last_record_is_passed_over_and_a_torn_earlier_one_is_not() {
        let mut torn = journal();
        torn.push(Record::from_line("{\"record\":\"user_li".into()));
        assert!(Replayed::of(TENANT, torn.clone()).is_ok());
        torn.push(Entry::RoleDropped.record());
        assert_eq!(Replayed::of(TENANT, torn).unwrap_err(), ResumeError::Malformed { record: 8 });
    }

    #[test]
    fn what_does_not_begin_as_a_journal_is_none_and_is_refused() {
        let first = ResumeError::Malformed { record: 1 };
        for text in ["t0k-of-somebody", "{\"users\": [", "{}", "{\"record\":\"user_li", " "] {
            let records = [Record::from_line(text.into())];
            assert_eq!(Replayed::of(TENANT, records).unwrap_err(), first, "{text}");
        }
        assert!(first.to_string().contains("no journal of heap-identity"), "{first}");
        for lost in 1..journal().len() {
            assert_eq!(Replayed::of(TENANT, journal().split_off(lost)).unwrap_err(), first, "{lost}");
        }
    }

    #[test]
    fn d12_a_first_record_that_a_crash_has_torn_is_passed_over() {
        let whole = opened(TENANT).record();
        for length in 0..whole.as_line().len() {
            let torn = [Record::from_line(whole.as_line()[..length].into())];
            assert!(!Replayed::of(TENANT, torn).unwrap().is_opened, "{length}");
        }
    }

    #[test]
    fn a_record_that_was_changed_is_refused() {
        let mut changed = journal();
        changed[2] = Record::from_line(changed[2].as_line().replace("r1", "r9"));
        assert_eq!(Replayed::of(TENANT, changed).unwrap_err(), ResumeError::Malformed { record: 3 });
    }

    #[test]
    fn f13_f14_what_was_sent_of_members_that_are_not_told_survives() {
        let sent = |replaced, add: &[&str], remove: &[&str]| {
            let list = |ids: &[&str]| ids.iter().map(|id| Id::from(*id)).collect();
            Entry::MembersSent { team: "t1".into(), replaced, add: list(add), remove: list(remove) }
        };
        let mut journal = journal();
        journal.extend(records(&[
            sent(true, &["a", "b"], &[]),
            sent(false, &["c"], &["a"]),
            Entry::MembersIntent { team: "t1".into(), members: Vec::from(["b".into(), "d".into()]).into() },
        ]));
        let once = Replayed::of(TENANT, journal).unwrap();
        let twice = Replayed::of(TENANT, compacted(TENANT, &once.ledger, &once.uncertain)).unwrap();
        for replayed in [&once, &twice] {
            let sent = &replayed.ledger.sent()["t1"];
            assert_eq!(sent.members.iter().map(|id| &**id).collect::<Vec<_>>(), ["b", "c"]);
            assert_eq!(sent.doubtful.iter().map(|id| &**id).collect::<Vec<_>>(), ["b", "d"]);
        }
    }

    #[test]
    fn f03_a_journal_of_another_tenant_or_a_later_version_is_refused() {
        let error = Replayed::of("https://heapanalytics.com/scim/v2/other", journal()).unwrap_err();
        assert_eq!(error.code(), "sync.journal_integration");
        let later = records(&[Entry::Opened { version: 2, integration: TENANT.into() }, Entry::RoleDropped]);
        assert_eq!(Replayed::of(TENANT, later).unwrap_err(), ResumeError::Version { found: 2 });
    }
}
