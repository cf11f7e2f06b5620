//! JumpCloud's API (v1 `systemusers`, v2 `usergroups` and the graph): its pages into a directory.
//!
//! Field names, forms and paging are those of the API's published descriptions (`TheJumpCloud/jcapi-go`, `v1/api/swagger.yaml`:
//! `systemuserslist`; `v2/api/swagger.yaml`: `UserGroup`, `GraphConnection`, `GraphObjectWithPaths`).

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{RoleSource, SourceError};
use crate::{
    directory::{Group, Person, Snapshot, expectation},
    limits::CONNECTOR_JUMPCLOUD_PAGE_MAX,
};

const USERS: &str = "a page of users";

/// What follows a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Page {
    /// There is no further page.
    Last,
    /// The next page begins after this many: the `skip` of the next request.
    Next {
        /// How many to skip.
        skip: usize,
    },
}

#[derive(Deserialize)]
struct Users {
    #[serde(rename = "totalCount")]
    total_count: u64,
    results: Vec<User>,
}

/// A user with all its fields: any of them may give the role.
#[derive(Deserialize)]
#[serde(transparent)]
struct User(Map<String, Value>);

#[derive(Deserialize)]
struct UserGroup {
    id: String,
    name: String,
}

/// An edge of the graph (`GraphConnection`), or what is found at the end of paths through it (`GraphObjectWithPaths`).
#[derive(Deserialize)]
struct Edge {
    to: Option<Node>,
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Value>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    /// A text in answers; the published examples have an object here, which says nothing.
    #[serde(rename = "type")]
    kind: Option<Value>,
}

impl Edge {
    fn end(self) -> Option<Node> {
        let (id, kind) = (self.id, self.kind);
        self.to.or_else(|| id.map(|id| Node { id, kind }))
    }
}

/// A page of ends of one kind: an end of no kind is of the kind that the endpoint lists.
fn ends(what: &'static str, kind: &str, body: &[u8]) -> Result<(usize, Vec<String>), SourceError> {
    let page: Vec<Edge> = decode(what, body)?;
    let (count, mut ids) = (page.len(), Vec::new());
    for edge in page {
        let end =
            edge.end().ok_or_else(|| malformed(what, "expected each element with `to.id`, or with `id`"))?;
        if end.kind.as_ref().and_then(Value::as_str).is_none_or(|found| found == kind) {
            ids.push(end.id);
        }
    }
    Ok((count, ids))
}

impl User {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// What is neither true nor false is no answer to whether somebody is suspended.
    fn flag(&self, name: &str) -> Result<Option<bool>, SourceError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(malformed(USERS, &format!("expected `{name}` as true or false"))),
        }
    }

    /// Suspended and staged people are not active. `activated`, whether a password was set, decides where there is no state.
    fn is_active(&self) -> Result<bool, SourceError> {
        let is_activated = match self.0.get("state") {
            None | Some(Value::Null) => self.flag("activated")? != Some(false),
            Some(Value::String(state)) => state.eq_ignore_ascii_case("activated"),
            Some(_) => return Err(malformed(USERS, "expected `state` as a text")),
        };
        Ok(is_activated && self.flag("suspended")? != Some(true))
    }

    /// A custom attribute, else a field of the user.
    fn attribute(&self, name: &str) -> Option<&str> {
        let custom = self.0.get("attributes").and_then(Value::as_array);
        let own =
            custom.into_iter().flatten().find(|one| one.get("name").and_then(Value::as_str) == Some(name));
        own.and_then(|one| one.get("value")).and_then(Value::as_str).or_else(|| self.text(name))
    }

    fn person(&self, roles: &RoleSource) -> Result<Person, SourceError> {
        let owned = |name: &str| self.text(name).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        let nameless = || malformed(USERS, "expected each user with `_id` and `username`");
        Ok(Person {
            id: owned("_id").or_else(|| owned("id")).ok_or_else(nameless)?,
            user_name: owned("username").ok_or_else(nameless)?,
            active: self.is_active()?,
            given_name: owned("firstname"),
            family_name: owned("lastname"),
            email: owned("email"),
            // A role by group is known once the members are.
            role: roles.role(|name| self.attribute(name), |_| false),
        })
    }
}

/// A list of the graph that has been read so far.
#[derive(Debug, Default)]
struct Listing {
    read: usize,
    is_over: bool,
    has_moved: bool,
}

impl Listing {
    /// The graph has no total: a page that is not full is the last one. What comes twice says that the list has changed between
    /// two pages, so that something else may have been passed over (F33), or that the pages go round in a circle (F34).
    fn add(&mut self, what: &str, page: &Counts, limit: usize) -> Result<Page, SourceError> {
        self.has_moved |= page.new < page.named;
        if self.has_moved {
            return Err(SourceError::Moved(what.to_owned()));
        }
        self.read = self.read.saturating_add(page.all);
        self.is_over = page.all < limit;
        Ok(if self.is_over { Page::Last } else { Page::Next { skip: self.read } })
    }

    fn end(&self, what: &str) -> Result<(), SourceError> {
        match (self.has_moved, self.is_over) {
            (true, _) => Err(SourceError::Moved(what.to_owned())),
            (false, false) => Err(SourceError::Missing(format!("the end of {what}"))),
            (false, true) => Ok(()),
        }
    }
}

/// How many elements a page has, how many of them are of the kind that is asked for, and how many of those are new.
struct Counts {
    all: usize,
    named: usize,
    new: usize,
}

/// Collects JumpCloud's pages.
///
/// ```
/// use heap_identity::connector::{JumpCloud, Page, RoleSource};
/// let mut jumpcloud = JumpCloud::new(RoleSource::None, 100);
/// // GET /api/systemusers?limit=100&skip=0&sort=_id
/// let page = jumpcloud.users(br#"{"totalCount": 1, "results": [{"_id": "5f", "username": "ann@example.com"}]}"#)?;
/// assert_eq!(page, Page::Last);
/// // GET /api/v2/usergroups?limit=100&skip=0
/// jumpcloud.groups(br#"[{"id": "6a", "name": "Analysts", "type": "user_group"}]"#)?;
/// // GET /api/v2/usergroups/6a/members?limit=100&skip=0
/// jumpcloud.members("6a", br#"[{"to": {"id": "5f", "type": "user"}}]"#)?;
/// // GET /api/v2/applications/{id}/associations?targets=user_group&limit=100&skip=0
/// jumpcloud.bound_groups(br#"[{"to": {"id": "6a", "type": "user_group"}}]"#)?;
/// let directory = jumpcloud.snapshot()?;
/// assert!(directory.group("6a").is_some_and(|group| group.is_bound()));
/// # Ok::<(), heap_identity::connector::SourceError>(())
/// ```
#[derive(Debug)]
pub struct JumpCloud {
    roles: RoleSource,
    limit: usize,
    people: BTreeMap<String, Person>,
    read_users: usize,
    total_users: Option<u64>,
    groups: BTreeMap<String, String>,
    groups_listing: Listing,
    members: BTreeMap<String, (BTreeSet<String>, Listing)>,
    bound: BTreeSet<String>,
    bound_listing: Listing,
}

impl JumpCloud {
    /// A collector for pages that were asked for with this `limit`, of which JumpCloud's API gives at most 100 whatever is asked
    /// for: a page with as many is never taken for the last one.
    pub fn new(roles: RoleSource, limit: usize) -> Self {
        Self {
            roles,
            limit: limit.clamp(1, CONNECTOR_JUMPCLOUD_PAGE_MAX),
            people: BTreeMap::new(),
            read_users: 0,
            total_users: None,
            groups: BTreeMap::new(),
            groups_listing: Listing::default(),
            members: BTreeMap::new(),
            bound: BTreeSet::new(),
            bound_listing: Listing::default(),
        }
    }

    /// A page of `/api/systemusers`, best in the order of `_id`. The last one is that which reaches the total or brings nobody new.
    ///
    /// # Errors
    /// [`SourceError::Malformed`].
    pub fn users(&mut self, body: &[u8]) -> Result<Page, SourceError> {
        let page: Users = decode(USERS, body)?;
        let people = page.results.iter().map(|user| user.person(&self.roles));
        let people = people.collect::<Result<Vec<_>, _>>()?;
        self.read_users = self.read_users.saturating_add(people.len());
        // Of a list that shrinks while it is read, others move to pages that were read before, and are passed over: it stays short
        // of the number that it had (F33).
        let total = self.total_users.unwrap_or_default().max(page.total_count);
        self.total_users = Some(total);
        let known = self.people.len();
        self.people.extend(people.into_iter().map(|person| (person.id.clone(), person)));
        let is_last = self.people.len() == known || self.read_users as u64 >= total;
        Ok(if is_last { Page::Last } else { Page::Next { skip: self.read_users } })
    }

    /// A page of `/api/v2/usergroups`.
    ///
    /// # Errors
    /// [`SourceError::Malformed`]; [`SourceError::Moved`] for a group that came before.
    pub fn groups(&mut self, body: &[u8]) -> Result<Page, SourceError> {
        let page: Vec<UserGroup> = decode("a page of groups", body)?;
        let (known, count) = (self.groups.len(), page.len());
        self.groups.extend(page.into_iter().map(|group| (group.id, group.name)));
        let counts = Counts { all: count, named: count, new: self.groups.len().saturating_sub(known) };
        self.groups_listing.add(GROUPS, &counts, self.limit)
    }

    /// The groups that were read: each one's members are to be read.
    pub fn group_ids(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// A page of `/api/v2/usergroups/{group}/members`, or of `/membership`, which follows groups within groups.
    ///
    /// # Errors
    /// [`SourceError::Malformed`]; [`SourceError::Moved`] for a member who came before.
    pub fn members(&mut self, group: &str, body: &[u8]) -> Result<Page, SourceError> {
        let (all, ids) = ends("a page of members", "user", body)?;
        let (members, listing) = self.members.entry(group.to_owned()).or_default();
        listing.add(&members_of(group), &gathered(members, ids, all), self.limit)
    }

    /// A page of the application's associations with user groups, or of its `/usergroups`: the bound ones, which an application here
    /// takes over by [`Application::bind_groups`](crate::connector::Application::bind_groups).
    ///
    /// # Errors
    /// [`SourceError::Malformed`]; [`SourceError::Moved`] for a group that came before.
    pub fn bound_groups(&mut self, body: &[u8]) -> Result<Page, SourceError> {
        let (all, ids) = ends("a page of associations", "user_group", body)?;
        self.bound_listing.add(BOUND, &gathered(&mut self.bound, ids, all), self.limit)
    }

    /// The directory.
    ///
    /// # Errors
    /// [`SourceError::Incomplete`], [`SourceError::Missing`] and [`SourceError::Moved`] unless everything was read to its end: as many
    /// different users as JumpCloud says there are, all groups, those that are bound among them, and the members of each (F02, F04).
    pub fn snapshot(self) -> Result<Snapshot, SourceError> {
        let expected = self.total_users.ok_or_else(|| SourceError::Missing("the list of users".into()))?;
        let found = self.people.len() as u64;
        if found != expected {
            return Err(SourceError::Incomplete { what: "the list of users".into(), found, expected });
        }
        self.groups_listing.end(GROUPS)?;
        self.bound_listing.end(BOUND)?;
        // A bound group that the list of groups lacks would look as if it were deleted (R30).
        if let Some(group) = self.bound.iter().find(|id| !self.groups.contains_key(*id)) {
            return Err(SourceError::Missing(format!("the bound group `{group}`")));
        }
        let mut builder = Snapshot::builder();
        let mut numbers = BTreeMap::new();
        for (id, person) in &self.people {
            let is_member =
                |group: &str| self.members.get(group).is_some_and(|(members, _)| members.contains(id));
            let by_group = self.roles.role(|_| None, is_member);
            let person = Person { role: by_group.or_else(|| person.role.clone()), ..person.clone() };
            numbers.insert(id.as_str(), builder.person(&person)?);
        }
        for (id, name) in &self.groups {
            let number = builder.group(&Group {
                id: id.clone(),
                name: name.clone(),
                bound: self.bound.contains(id),
            })?;
            let (members, listing) =
                self.members.get(id).ok_or_else(|| SourceError::Missing(members_of(id)))?;
            listing.end(&members_of(id))?;
            for member in members {
                let person = numbers.get(member.as_str()).ok_or_else(|| SourceError::UnknownMember {
                    group: id.clone(),
                    member: member.clone(),
                })?;
                builder.member(number, *person);
            }
        }
        Ok(builder.complete()?)
    }
}

const GROUPS: &str = "the list of groups";
const BOUND: &str = "the list of bound groups";

fn members_of(group: &str) -> String {
    format!("the members of group `{group}`")
}

fn gathered(known: &mut BTreeSet<String>, ids: Vec<String>, all: usize) -> Counts {
    let (before, named) = (known.len(), ids.len());
    known.extend(ids);
    Counts { all, named, new: known.len().saturating_sub(before) }
}

fn malformed(what: &'static str, expected: &str) -> SourceError {
    SourceError::Malformed { what, line: 1, expected: expected.to_owned() }
}

fn decode<T: DeserializeOwned>(what: &'static str, body: &[u8]) -> Result<T, SourceError> {
    serde_json::from_slice(body).map_err(|error| SourceError::Malformed {
        what,
        line: error.line(),
        expected: expectation(&error),
    })
}
