//! The requests that the engine sends, and what it reads of the resources that come back.

use alloc::{
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

use http::{HeaderValue, header};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::chunk::GroupChunk;
use crate::{
    scim::{
        Group, ListResponse, Member, Meta, Name, Patch, Path, User,
        client::{Endpoint, Position},
        service::Kind,
    },
    sync::{
        Config,
        plan::{Attribute, AttributeChange, UserStep},
        planted::{Bug, is_planted},
        state::{Account, Id, Knowledge, Team, Texts},
    },
    wire::{Request, Response},
};

/// A page of a list (RFC 7644 3.4.2.4, RFC 9865), groups with or without their members.
pub(super) fn list(
    endpoint: &Endpoint,
    config: &Config,
    kind: Kind,
    position: &Position,
    with_members: bool,
) -> Request {
    endpoint.list(kind, position, config.page_size, with_members)
}

/// The resources with a name (RFC 7644 3.4.2.2).
pub(super) fn look_up(endpoint: &Endpoint, kind: Kind, name: &str) -> Request {
    endpoint.find_named(kind, name)
}

/// A new account, with the attributes of R21, the directory's id and the activity (D3).
pub(super) fn create_user<'c>(
    endpoint: &Endpoint,
    config: &Config,
    step: &UserStep,
    changes: impl IntoIterator<Item = &'c AttributeChange>,
) -> Request {
    let mut user = User::new(step.user_name.clone());
    user.external_id = Some(step.person.clone());
    change_user(config, &mut user, changes);
    endpoint.create(Kind::User, user.to_vec())
}

fn change_user<'c>(config: &Config, user: &mut User, changes: impl IntoIterator<Item = &'c AttributeChange>) {
    let mut name = user.name.take().unwrap_or_default();
    for change in changes {
        match change.attribute {
            Attribute::Active => user.active = Some(change.to.as_deref() == Some("true")),
            Attribute::FamilyName => name.family_name.clone_from(&change.to),
            Attribute::GivenName => name.given_name.clone_from(&change.to),
            Attribute::Role => {
                let role = config.mapping.role.as_str();
                user.extra.retain(|key, _| !key.eq_ignore_ascii_case(role));
                user.extra.extend(change.to.clone().map(|to| (role.into(), Value::String(to))));
            }
        }
    }
    user.name = (name != Name::default()).then_some(name);
}

/// Changes of one account: one operation and one path for each attribute (F16), typed values (F17, F25).
pub(super) fn patch_user(
    endpoint: &Endpoint,
    config: &Config,
    id: &str,
    changes: &[AttributeChange],
) -> Request {
    let patch = changes.iter().fold(Patch::new(), |patch, change| {
        let path = match change.attribute {
            Attribute::Active => Path::of("active"),
            Attribute::FamilyName => Path::sub("name", "familyName"),
            Attribute::GivenName => Path::sub("name", "givenName"),
            Attribute::Role => config.mapping.role.parse().unwrap_or_else(|_| Path::of("role")),
        };
        match (change.attribute, &change.to) {
            (Attribute::Active, to) => patch.replace(path, to.as_deref() == Some("true")),
            (_, Some(to)) => patch.replace(path, to.as_str()),
            (_, None) => patch.remove(path),
        }
    });
    endpoint.modify(Kind::User, id, &patch)
}

/// A new group with its first members.
pub(super) fn create_group(endpoint: &Endpoint, id: &str, name: &str, members: &[Id]) -> Request {
    let mut group = Group::new(name.to_string());
    group.external_id = Some(id.to_string());
    group.members = Some(members.iter().map(member).collect());
    endpoint.create(Kind::Group, group.to_vec())
}

fn member(id: &Id) -> Member {
    Member::new(id.to_string())
}

/// Name and members of a group, members by id and as deltas (F21-F23).
pub(super) fn patch_group(endpoint: &Endpoint, id: &str, chunk: &GroupChunk) -> Request {
    let mut patch = Patch::new();
    if let Some(name) = &chunk.rename {
        patch = patch.replace(Path::of("displayName"), name.as_str());
    }
    let members = chunk.add.iter().map(|id| &**id);
    if chunk.replaces {
        let all: Vec<Value> = members.map(|id| serde_json::json!({ "value": id })).collect();
        patch = patch.replace(Path::of("members"), all);
    } else if !chunk.add.is_empty() {
        patch = patch.add_members(members);
    }
    patch = patch.remove_members(chunk.remove.iter().map(|id| &**id));
    endpoint.modify(Kind::Group, id, &patch)
}

/// A resource as it was read and changed, to be put back where the tenant knows no PATCH.
#[derive(Debug)]
pub(super) struct Whole {
    body: Vec<u8>,
    /// The version that was read: one that has moved on since is not overwritten (F22).
    version: Option<HeaderValue>,
}

impl Whole {
    fn new(body: Vec<u8>, meta: Option<Meta>, read: &Response) -> Self {
        let version = read.headers().get(header::ETAG).cloned();
        let told = || HeaderValue::from_str(&meta?.version?).ok();
        let version = version.or_else(told).filter(|_| !is_planted(Bug::LostUpdate));
        Self { body, version }
    }
}

/// A user that was read, changed; `None` where it is not this user that was read. An account of somebody with access is put back
/// active: who deactivated it meanwhile may have activated it again before this is sent.
pub(super) fn changed_user(
    config: &Config,
    id: &str,
    is_wanted: bool,
    changes: &[AttributeChange],
    read: &Response,
) -> Option<Whole> {
    let mut user = User::from_slice(read.body()).ok().filter(|user| user.id.as_deref() == Some(id))?;
    if is_wanted && user.active.is_some() {
        user.active = Some(true);
    }
    change_user(config, &mut user, changes);
    // Read-only: the tenant's own.
    let meta = user.meta.take();
    user.extra.retain(|key, _| !key.eq_ignore_ascii_case("groups"));
    Some(Whole::new(user.to_vec(), meta, read))
}

/// A group that was read, changed; `known` are its members as far as Heap does not tell them.
pub(super) fn changed_group<'c>(
    id: &str,
    known: &Texts<Id>,
    chunks: impl IntoIterator<Item = &'c GroupChunk>,
    read: &Response,
) -> Option<Whole> {
    let mut group = Group::from_slice(read.body()).ok().filter(|group| group.id.as_deref() == Some(id))?;
    let told = group.members.take();
    let mut members = told.unwrap_or_else(|| {
        let known: BTreeSet<&Id> = known.unordered().collect();
        known.into_iter().map(member).collect()
    });
    let mut present: BTreeSet<String> = members.iter().map(|member| member.value.clone()).collect();
    for chunk in chunks {
        if let Some(name) = &chunk.rename {
            group.display_name.clone_from(name);
        }
        if chunk.replaces {
            members.clear();
            present.clear();
        }
        let leaving: BTreeSet<&str> = chunk.remove.iter().map(|id| &**id).collect();
        members.retain(|member| !leaving.contains(member.value.as_str()));
        let joining = chunk.add.iter().filter(|id| present.insert(id.to_string()));
        members.extend(joining.map(member));
    }
    group.members = Some(members);
    let meta = group.meta.take();
    Some(Whole::new(group.to_vec(), meta, read))
}

/// One resource.
pub(super) fn read(endpoint: &Endpoint, kind: Kind, id: &str) -> Request {
    endpoint.read(kind, id, &[])
}

/// A whole resource, put back in the place of the version that was read.
pub(super) fn put(endpoint: &Endpoint, kind: Kind, id: &str, whole: &Whole) -> Request {
    let mut request = endpoint.replace(kind, id, whole.body.clone());
    if let Some(version) = &whole.version {
        request.headers_mut().insert(header::IF_MATCH, version.clone());
    }
    request
}

/// The end of a group (R30).
pub(super) fn delete_group(endpoint: &Endpoint, id: &str) -> Request {
    endpoint.delete(Kind::Group, id)
}

/// A page as it was read.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) total: u64,
    /// Where the next page begins, where the tenant gives cursors (RFC 9865).
    pub(super) next_cursor: Option<String>,
    pub(super) items: Vec<T>,
}

/// What a user looks like to us; `None` without an id, which no service provider may leave out (RFC 7643 3.1).
pub(super) fn account(config: &Config, user: User) -> Option<Account> {
    let active = is_active(&user);
    let name = user.name.unwrap_or_default();
    let role = user.extra.iter().find(|(key, _)| key.eq_ignore_ascii_case(&config.mapping.role));
    Some(Account {
        id: user.id.filter(|id| !id.is_empty())?.into(),
        user_name: user.user_name,
        external_id: present(user.external_id),
        active,
        given_name: present(name.given_name),
        family_name: present(name.family_name),
        role: present(role.and_then(|(_, value)| value.as_str()).map(ToString::to_string)),
    })
}

/// Whether an account can be used. Some service providers send a text (F25); RFC 7643 gives no default, and an account that
/// says nothing of its activity can be used.
fn is_active(user: &User) -> bool {
    let text = user
        .extra
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("active"))
        .and_then(|(_, value)| value.as_str());
    user.active.unwrap_or_else(|| text.is_none_or(|text| !text.eq_ignore_ascii_case("false")))
}

/// What a group looks like to us. Whether its members were told is part of it: absent is not empty (F13).
pub(super) fn team(group: Group) -> Option<Team> {
    let knowledge = if group.members.is_some() { Knowledge::Told } else { Knowledge::Nothing };
    let members = group.members.unwrap_or_default().into_iter();
    let is_group =
        |member: &Member| member.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("Group"));
    Some(Team {
        id: group.id.filter(|id| !id.is_empty())?.into(),
        name: group.display_name,
        external_id: present(group.external_id),
        members: members.filter(|member| !is_group(member)).map(|member| member.value.into()).collect(),
        knowledge,
        ..Team::default()
    })
}

/// A page of accounts; `None` when it cannot be read whole.
pub(super) fn accounts(config: &Config, body: &[u8]) -> Option<Page<Account>> {
    let list = ListResponse::<User>::from_slice(body).ok()?;
    let items = list.resources.into_iter().map(|user| account(config, user)).collect::<Option<_>>()?;
    Some(Page { total: list.total_results, next_cursor: list.next_cursor, items })
}

/// A page of teams; `None` when it cannot be read whole.
pub(super) fn teams(body: &[u8]) -> Option<Page<Team>> {
    let list = ListResponse::<Group>::from_slice(body).ok()?;
    let items = list.resources.into_iter().map(team).collect::<Option<_>>()?;
    Some(Page { total: list.total_results, next_cursor: list.next_cursor, items })
}

/// Whether an answer that says that something was done comes from somebody who did not do it: a proxy's page, or a part of an
/// answer.
pub(super) fn is_garbled(response: &Response) -> bool {
    !is_planted(Bug::ProxyPageIsBelieved)
        && !response.body().is_empty()
        && serde_json::from_slice::<IgnoredAny>(response.body()).is_err()
}

fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        Attribute, AttributeChange, Config, Endpoint, Request, User, UserStep, create_user, is_active,
        look_up, patch_user,
    };
    use crate::{
        directory::Mapping,
        scim::service::Kind,
        sync::plan::{Reason, UserVerb},
        wire::Secret,
    };

    fn config() -> Config {
        Config::new("https://heapanalytics.com/scim/v2/acme/", Secret::new("token".into())).unwrap()
    }

    fn endpoint() -> Endpoint {
        config().endpoint()
    }

    fn change(attribute: Attribute, to: Option<&str>) -> AttributeChange {
        AttributeChange { attribute, from: None, to: to.map(Into::into) }
    }

    fn body(request: &Request) -> Value {
        serde_json::from_slice(request.body()).unwrap()
    }

    #[test]
    fn r21_attributes_go_out_under_heaps_names() {
        let changes = alloc::vec![
            change(Attribute::Active, Some("true")),
            change(Attribute::GivenName, Some("Ann")),
            change(Attribute::FamilyName, Some("Ek")),
            change(Attribute::Role, Some("Analyst")),
        ];
        let expected = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": "u1",
            "userName": "ann@example.com", "active": true, "name": {"givenName": "Ann", "familyName": "Ek"}, "role": "Analyst"});
        let (person, user_name) = ("u1".into(), "ann@example.com".into());
        let (verb, reason) = (UserVerb::Create, Reason::InBoundGroup);
        let step = UserStep { verb, person, user_name, remote: None, changes, reason };
        assert_eq!(body(&create_user(&endpoint(), &config(), &step, &step.changes)), expected);
        let elsewhere = Config { mapping: Mapping::with_role_attribute("heapRole"), ..config() };
        assert_eq!(body(&create_user(&endpoint(), &elsewhere, &step, &step.changes))["heapRole"], "Analyst");
    }

    #[test]
    fn f16_f17_each_attribute_has_its_own_operation_with_a_path_and_a_typed_value() {
        let changes = [
            change(Attribute::Active, Some("false")),
            change(Attribute::GivenName, Some("Ann")),
            change(Attribute::FamilyName, None),
        ];
        let expected = json!([
            {"op": "replace", "path": "active", "value": false},
            {"op": "replace", "path": "name.givenName", "value": "Ann"},
            {"op": "remove", "path": "name.familyName"},
        ]);
        assert_eq!(body(&patch_user(&endpoint(), &config(), "7", &changes))["Operations"], expected);
    }

    #[test]
    fn r17_requests_stay_below_the_base_url_whatever_an_id_or_name_holds() {
        let request =
            patch_user(&endpoint(), &config(), "../Groups/7?x=#", &[change(Attribute::Active, Some("true"))]);
        assert_eq!(request.uri().path(), "/scim/v2/acme/Users/..%2FGroups%2F7%3Fx%3D%23");
        let request = look_up(&endpoint(), Kind::User, "a\"&count=0#");
        assert_eq!(request.uri().query(), Some("filter=userName%20eq%20%22a%5C%22%26count%3D0%23%22"));
        assert_eq!(request.headers()["authorization"], "Bearer token");
    }

    #[test]
    fn f25_f27_activity_is_read_also_from_a_text() {
        for (body, active) in [
            (r#"{"userName":"a","active":false}"#, false),
            (r#"{"userName":"a","active":"False"}"#, false),
            (r#"{"userName":"a","Active":"true"}"#, true),
            (r#"{"userName":"a"}"#, true),
        ] {
            assert_eq!(is_active(&User::from_slice(body.as_bytes()).unwrap()), active, "{body}");
        }
    }

    fn read_as(body: &str, etag: Option<&'static str>) -> crate::wire::Response {
        let mut response = crate::wire::Response::new(body.into());
        if let Some(etag) = etag {
            response.headers_mut().insert("etag", super::HeaderValue::from_static(etag));
        }
        response
    }

    #[test]
    fn f22_a_user_without_patch_is_put_back_whole_in_place_of_the_version_that_was_read() {
        let shown = r#"{"id":"7","userName":"a","title":"Dr","name":{"givenName":"A","middleName":"M"},"Role":"Admin",
                        "groups":[{"value":"g"}],"meta":{"version":"W/\"3\""}}"#;
        let changes = [
            change(Attribute::GivenName, None),
            change(Attribute::Active, Some("false")),
            change(Attribute::Role, Some("Analyst")),
        ];
        let whole = super::changed_user(&config(), "7", false, &changes, &read_as(shown, None)).unwrap();
        let request = super::put(&endpoint(), Kind::User, "7", &whole);
        let expected = json!({"id": "7", "userName": "a", "title": "Dr", "name": {"middleName": "M"}, "active": false,
                              "role": "Analyst"});
        assert_eq!((request.method().as_str(), body(&request)), ("PUT", expected));
        assert_eq!(request.headers()["if-match"], "W/\"3\"");
        let other = super::changed_user(&config(), "8", false, &changes, &read_as(shown, None));
        assert!(other.is_none());
    }

    #[test]
    fn f22_a_group_that_is_put_back_keeps_whom_nobody_asked_to_remove() {
        let shown =
            r#"{"id":"t","displayName":"Team","members":[{"value":"a","display":"A"},{"value":"b"}]}"#;
        let chunk = super::GroupChunk {
            rename: Some("New".into()),
            add: ["c".into(), "a".into()].into(),
            remove: ["b".into()].into(),
            replaces: false,
        };
        let none = super::Texts::default();
        let whole = super::changed_group("t", &none, [&chunk], &read_as(shown, Some("\"9\""))).unwrap();
        let request = super::put(&endpoint(), Kind::Group, "t", &whole);
        let members = json!([{"value": "a", "display": "A"}, {"value": "c"}]);
        assert_eq!(body(&request), json!({"id": "t", "displayName": "New", "members": members}));
        assert_eq!(request.headers()["if-match"], "\"9\"");
    }

    #[test]
    fn f13_a_group_whose_members_are_not_told_is_put_back_with_those_that_were_sent() {
        let shown = read_as(r#"{"id":"t","displayName":"Team"}"#, None);
        let chunk = super::GroupChunk { add: ["c".into()].into(), ..super::GroupChunk::default() };
        let known = core::iter::once("a".into()).collect();
        let whole = super::changed_group("t", &known, [&chunk], &shown).unwrap();
        let members = json!([{"value": "a"}, {"value": "c"}]);
        assert_eq!(body(&super::put(&endpoint(), Kind::Group, "t", &whole))["members"], members);
    }
}
