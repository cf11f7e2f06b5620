//! Whether a login will find its account: the NameID of the assertion and the `userName` of SCIM must name the same
//! (D10, R13, R22).

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use crate::{
    directory::{Person, Snapshot},
    saml::NameIdFormat,
};

/// What is wrong, or only odd, about the two names of a person.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, thiserror::Error)]
#[non_exhaustive]
pub enum JoinIssue {
    /// There is neither an email nor a user name that is one.
    #[error("there is no email address, and the user name is none: nobody can be logged in; add the email")]
    NoAddress,
    /// The NameID would be of another format than Heap's.
    #[error(
        "the NameID is sent in another format than emailAddress, by which Heap knows accounts (R13); change it"
    )]
    Format,
    /// The same but for upper and lower case: one account all the same (D9).
    #[error("email and user name differ in upper and lower case; they are taken for one, but should be one")]
    Case,
    /// White space around one of the two.
    #[error("there is white space around the email or the user name; take it away in the directory")]
    WhiteSpace,
    /// The user name is no address.
    #[error(
        "the account is made under a user name that is no address, the login comes with the email; map the email to userName"
    )]
    UserNameNoAddress,
    /// The part behind the `@` differs.
    #[error(
        "email and user name are of different domains: the login will not find the account; make them the same"
    )]
    Domain,
    /// Two different addresses.
    #[error(
        "email and user name are different addresses: the login will not find the account; make them the same"
    )]
    Different,
    /// The account at Heap has the address from before a change (R22).
    #[error(
        "the account at Heap has another address, which cannot be changed there (R22): change it back, or change the user name too and replace the account"
    )]
    ChangedAddress,
    /// Somebody else logs in with the same NameID.
    #[error(
        "another person has the same NameID: both would be logged in to one account; give each an address of their own"
    )]
    Shared,
}

impl JoinIssue {
    /// The stable code of this issue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "heap.join.no_address",
            Self::Format => "heap.join.format",
            Self::Case => "heap.join.case",
            Self::WhiteSpace => "heap.join.white_space",
            Self::UserNameNoAddress => "heap.join.user_name_no_address",
            Self::Domain => "heap.join.domain",
            Self::Different => "heap.join.different",
            Self::ChangedAddress => "heap.join.changed_address",
            Self::Shared => "heap.join.shared",
        }
    }

    /// Whether the person cannot log in, or would be somebody else.
    pub const fn breaks_login(self) -> bool {
        !matches!(self, Self::Case)
    }
}

/// What is known of the other side.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JoinCheck {
    /// The format in which the identity provider sends the NameID.
    pub name_id_format: NameIdFormat,
    /// The `userName` of accounts at Heap that are linked already, by directory id.
    pub accounts: BTreeMap<String, String>,
}

impl Default for JoinCheck {
    /// NameIDs as email addresses (R13), and no accounts yet.
    fn default() -> Self {
        Self { name_id_format: NameIdFormat::EmailAddress, accounts: BTreeMap::new() }
    }
}

impl JoinCheck {
    /// What is to be told of one person.
    ///
    /// ```
    /// use heap_identity::{Person, heap::{JoinCheck, JoinIssue}};
    /// let ann = Person { id: "1".into(), user_name: "ann".into(), email: Some("ann@example.com".into()), ..Person::default() };
    /// assert_eq!(JoinCheck::default().person(&ann), [JoinIssue::UserNameNoAddress]);
    /// ```
    pub fn person(&self, person: &Person) -> Vec<JoinIssue> {
        let mut issues = Vec::new();
        if self.name_id_format != NameIdFormat::EmailAddress {
            issues.push(JoinIssue::Format);
        }
        let Some(name_id) = person.name_id().filter(|name_id| !name_id.trim().is_empty()) else {
            issues.push(JoinIssue::NoAddress);
            return issues;
        };
        issues.extend(between(name_id, &person.user_name));
        let account = self.accounts.get(&person.id);
        if account.is_some_and(|account| !is_one(account, name_id) || !is_one(account, &person.user_name)) {
            issues.push(JoinIssue::ChangedAddress);
        }
        issues
    }

    /// What is to be told of everybody with access, by directory id (R12).
    pub fn directory(&self, directory: &Snapshot) -> Vec<(String, JoinIssue)> {
        let people: Vec<Person> = directory.people_with_access().map(|view| view.to_person()).collect();
        let mut holders: BTreeMap<String, usize> = BTreeMap::new();
        for name_id in people.iter().filter_map(Person::name_id) {
            *holders.entry(name_id.to_lowercase()).or_default() += 1;
        }
        let mut told = Vec::new();
        for person in &people {
            let name_id = person.name_id().map(str::to_lowercase);
            let shared = name_id.and_then(|name_id| holders.get(&name_id)).is_some_and(|count| *count > 1);
            let issues = self.person(person).into_iter().chain(shared.then_some(JoinIssue::Shared));
            told.extend(issues.map(|issue| (person.id.clone(), issue)));
        }
        told
    }
}

/// Names of an account are compared without regard to case (D9).
fn is_one(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn between(name_id: &str, user_name: &str) -> Option<JoinIssue> {
    if name_id.trim() != name_id || user_name.trim() != user_name {
        return Some(JoinIssue::WhiteSpace);
    }
    if name_id == user_name {
        return None;
    }
    if is_one(name_id, user_name) {
        return Some(JoinIssue::Case);
    }
    Some(match (name_id.rsplit_once('@'), user_name.rsplit_once('@')) {
        (_, None) => JoinIssue::UserNameNoAddress,
        (Some((one, _)), Some((other, _))) if is_one(one, other) => JoinIssue::Domain,
        _ => JoinIssue::Different,
    })
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec, vec::Vec};

    use super::{JoinCheck, JoinIssue};
    use crate::{
        directory::{Group, Person, Snapshot},
        saml::NameIdFormat,
    };

    fn person(id: &str, user_name: &str, email: Option<&str>) -> Person {
        let email = email.map(Into::into);
        Person { id: id.into(), user_name: user_name.into(), active: true, email, ..Person::default() }
    }

    #[test]
    fn r13_d10_each_way_in_which_the_two_names_do_not_meet_is_told() {
        for (user_name, email, issue) in [
            ("ann@example.com", None, None),
            ("ann@example.com", Some("ann@example.com"), None),
            ("Ann@example.com", Some("ann@example.com"), Some(JoinIssue::Case)),
            ("ann", None, Some(JoinIssue::NoAddress)),
            ("ann@example.com", Some(""), Some(JoinIssue::NoAddress)),
            ("ann", Some("ann@example.com"), Some(JoinIssue::UserNameNoAddress)),
            ("ann@example.com", Some("ann@example.org"), Some(JoinIssue::Domain)),
            ("ann@example.com", Some("anna@example.com"), Some(JoinIssue::Different)),
            ("ann@example.com ", Some("ann@example.com"), Some(JoinIssue::WhiteSpace)),
        ] {
            let issues = JoinCheck::default().person(&person("1", user_name, email));
            assert_eq!(issues, issue.into_iter().collect::<Vec<_>>(), "{user_name:?} {email:?}");
            assert!(issues.iter().all(|issue| issue.breaks_login() == (*issue != JoinIssue::Case)));
        }
        let persistent = JoinCheck { name_id_format: NameIdFormat::Persistent, ..JoinCheck::default() };
        assert_eq!(persistent.person(&person("1", "a@b.c", None)), [JoinIssue::Format]);
    }

    #[test]
    fn r22_an_address_that_changed_since_the_account_was_made_is_told() {
        let mut check = JoinCheck::default();
        check.accounts.insert("1".into(), "Ann@example.com".into());
        assert!(check.person(&person("1", "ann@example.com", None)).is_empty());
        assert_eq!(check.person(&person("1", "ann@new.example", None)), [JoinIssue::ChangedAddress]);
    }

    #[test]
    fn r12_a_directory_is_checked_for_those_with_access_and_for_shared_names() {
        let mut builder = Snapshot::builder();
        let bound = builder.group(&Group { id: "g".into(), name: "Team".into(), bound: true }).unwrap();
        for (id, user_name, email) in [
            ("ann", "ann@example.com", None),
            ("bob", "bob@example.com", Some("Ann@example.com")),
            ("cat", "cat", None),
        ] {
            let id = builder.person(&person(id, user_name, email)).unwrap();
            builder.member(bound, id);
        }
        builder.person(&person("outside", "nobody", None)).unwrap();
        let told = JoinCheck::default().directory(&builder.complete().unwrap());
        let expected = vec![
            ("ann".to_string(), JoinIssue::Shared),
            ("bob".to_string(), JoinIssue::Different),
            ("bob".to_string(), JoinIssue::Shared),
            ("cat".to_string(), JoinIssue::NoAddress),
        ];
        assert_eq!(told, expected);
    }
}
