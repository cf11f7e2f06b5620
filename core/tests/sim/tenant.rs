//! The other side: the embedded tenant in one of many variants, and other hands at work in it.

use std::{cell::RefCell, num::NonZeroU32};

use heap_identity::{
    entropy::Seeded,
    heap::{
        Role,
        tenant::{Renaming, SsoSettings, Tenant as Heap, Variants},
    },
    scim::service::{Filtering, Kind, Store, Throttle},
    wire::{Request, Response, Secret},
};
use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{directory::Directory, random::Random};

pub const BASE: &str = "https://heapanalytics.com/scim/v2/acme";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// What is special about a tenant, as far as a checker must know it.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    pub variants: Variants,
    /// Every filter finds nothing (F41).
    pub finds_nothing: bool,
    /// Lists go by cursor alone (RFC 9865).
    pub by_cursor: bool,
    /// More members in one request are refused (F10).
    pub members_max: Option<usize>,
    /// A role is refused as an unknown attribute (D8).
    pub refuses_role: bool,
    /// Writes are answered with nothing (F14).
    pub is_silent: bool,
}

impl Traits {
    fn random(random: &mut Random) -> Self {
        let mut variants = Variants::default();
        let capabilities = &mut variants.capabilities;
        capabilities.page_size_max = [2, 3, 5, 100][random.below(4)];
        capabilities.filtering = match random.below(10) {
            0 => Filtering::Refused,
            1 => Filtering::Ignored,
            _ => Filtering::Whole,
        };
        capabilities.patch = !random.chance(12);
        capabilities.members_in_reads = !random.chance(12);
        let every = NonZeroU32::new(5 + random.below(4) as u32).unwrap();
        let throttle = Throttle { every, retry_after_seconds: random.below(90) as u32 };
        capabilities.throttle = random.chance(8).then_some(throttle);
        capabilities.listed_late = if random.chance(8) { 1 + random.below(4) as u32 } else { 0 };
        capabilities.stale_reads = if random.chance(8) { 1 + random.below(4) as u32 } else { 0 };
        let takes_patch = capabilities.patch;
        variants.drops_external_id = random.chance(8);
        variants.drops_role = random.chance(10);
        let keeps_role = !variants.drops_role;
        variants.renaming = if random.chance(50) { Renaming::SecondAccount } else { Renaming::InPlace };
        Self {
            variants,
            finds_nothing: random.chance(10),
            by_cursor: random.chance(6),
            members_max: random.chance(8).then(|| 1 + random.below(8)),
            // Who puts a resource back whole puts the role back, too.
            refuses_role: random.chance(8) && takes_patch,
            // Who answers with nothing and keeps another role than was written cannot be told from drift.
            is_silent: random.chance(10) && keeps_role,
        }
    }

    pub fn keeps_role(&self) -> bool {
        !self.refuses_role && !self.variants.drops_role
    }

    pub fn tells_members(&self) -> bool {
        self.variants.capabilities.members_in_reads
    }

    /// How often the same is asked until a refusal is believed: what this tenant refuses plainly could be a gateway's word.
    pub fn tries(&self) -> usize {
        if self.refuses_role || self.members_max.is_some() { 3 } else { 1 }
    }

    pub fn is_late(&self) -> bool {
        self.variants.capabilities.listed_late > 0
    }

    fn is_stale(&self) -> bool {
        self.variants.capabilities.stale_reads > 0
    }
}

pub struct Tenant {
    heap: Option<Heap>,
    pub traits: Traits,
    pub page_size: usize,
    pub token: String,
}

thread_local! {
    /// The certificate of single sign-on, which comes before SCIM (R14), is read once.
    static SSO: RefCell<Option<SsoSettings>> = const { RefCell::new(None) };
}

fn sso() -> SsoSettings {
    let pem = include_str!("../vectors/keys/rsa2048.cert.pem");
    let new = || SsoSettings::new(pem, "https://sso.jumpcloud.com/saml2/heap").unwrap();
    SSO.with_borrow_mut(|settings| settings.get_or_insert_with(new).clone())
}

impl Tenant {
    /// A tenant which holds users and groups that are not ours, some with the names of the directory's.
    pub fn random(random: &mut Random, directory: &Directory, now: Timestamp) -> Self {
        let traits = Traits::random(random);
        let entropy = Box::new(Seeded::new(random.number()));
        let mut heap = Heap::new("acme".parse().unwrap(), "12345".parse().unwrap(), entropy);
        heap.configure_sso(sso());
        heap.enable_scim_with_token(Role::Analyst, Secret::new("token".into())).unwrap();
        let page_size = traits.variants.capabilities.page_size_max as usize;
        let mut tenant = Self { heap: Some(heap), traits, page_size, token: "token".into() };
        let mut users = Vec::new();
        for number in 0..random.below(6) {
            let user = some_user(random, directory, &format!("other{number}@x"), number);
            if random.occurs() {
                users.extend(tenant.make("/Users", &user, now));
            }
        }
        for number in 0..random.below(5) {
            let group = some_group(random, directory, &users, number);
            if random.occurs() {
                let _ = tenant.make("/Groups", &group, now);
            }
        }
        for person in directory.people.values() {
            if random.chance(2) && random.occurs() {
                tenant.heap().foreign_account(&person.user_name);
            }
        }
        let variants = tenant.traits.variants.clone();
        tenant.heap = tenant.heap.take().map(|heap| heap.playing(variants));
        tenant
    }

    fn heap(&mut self) -> &mut Heap {
        self.heap.as_mut().unwrap()
    }

    fn make(&mut self, path: &str, body: &Value, now: Timestamp) -> Option<String> {
        let response = self.call(Method::POST, path, body, now);
        let made: Value = serde_json::from_slice(response.body()).ok()?;
        (response.status() == 201).then(|| made["id"].as_str().map(Into::into)).flatten()
    }

    fn call(&mut self, method: Method, path: &str, body: &Value, now: Timestamp) -> Response {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into() };
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = [BASE, path].concat().parse().unwrap();
        let token = format!("Bearer {}", self.token);
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
        headers.insert(header::AUTHORIZATION, token.parse().unwrap());
        self.heap().handle(&request, now)
    }

    /// The token that was good ends (R19).
    pub fn renew_token(&mut self, random: &mut Random) {
        let credentials = self.heap().renew_token(&mut Seeded::new(random.number())).unwrap();
        self.token = credentials.bearer_token.expose().into();
    }

    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Response {
        let query = request.uri().query().unwrap_or_default();
        if self.traits.finds_nothing && query.contains("filter=") {
            let empty = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 0, "Resources": [],
            });
            return Response::new(empty.to_string().into());
        }
        let is_write = request.method() != Method::GET;
        if self.traits.by_cursor && query.contains("startIndex=") || is_write && self.is_too_much(request) {
            let mut response = Response::new(Vec::new());
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return response;
        }
        let mut response = self.heap().handle(request, now);
        let is_update = [Method::PUT, Method::PATCH].contains(request.method());
        if self.traits.is_silent && is_update && response.status().is_success() {
            response.body_mut().clear();
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        response
    }

    /// Whether a write carries what this tenant refuses with a plain 400.
    fn is_too_much(&self, request: &Request) -> bool {
        if self.traits.members_max.is_none() && !self.traits.refuses_role {
            return false;
        }
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let operations = body["Operations"].as_array().map_or(&[][..], Vec::as_slice);
        let has_role = !body["role"].is_null() || operations.iter().any(|one| one["path"] == "role");
        let weight = |operation: &Value| match &operation["value"] {
            Value::Array(values) => values.len(),
            _ => usize::from(operation["path"].as_str().is_some_and(|path| path.starts_with("members"))),
        };
        let listed =
            if request.method() == Method::POST { body["members"].as_array().map_or(0, Vec::len) } else { 0 };
        let members = operations.iter().map(weight).sum::<usize>() + listed;
        self.traits.refuses_role && has_role || self.traits.members_max.is_some_and(|most| members > most)
    }

    /// Every resource of a kind, as it is stored: users without groups, groups with the ids of their members.
    pub fn all(&self, kind: Kind) -> Vec<Value> {
        let heap = self.heap.as_ref().unwrap();
        let shown = |document: heap_identity::scim::Document| bare(Value::Object(document.into_map()));
        match kind {
            Kind::User => heap.users().map(shown).collect(),
            Kind::Group => heap.groups().map(shown).collect(),
        }
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.heap.as_ref().unwrap().store().count(kind) as usize
    }

    /// One resource, by its id.
    pub fn one(&self, kind: Kind, id: &str) -> Option<Value> {
        let store = self.heap.as_ref().unwrap().store();
        let mut shown = bare(Value::Object(store.get(kind, id)?.into_owned().document.into_map()));
        if kind == Kind::Group {
            shown["members"] = store.members(id).map(|member| json!({ "value": member.id })).collect();
        }
        Some(shown)
    }

    /// Somebody else changes something: an administrator, another integration. Returns what, for the story, and the groups
    /// whose members it changed.
    pub fn by_other_hands(
        &mut self,
        random: &mut Random,
        directory: &Directory,
        now: Timestamp,
    ) -> (String, Option<String>) {
        let ids = |all: Vec<Value>| -> Vec<String> {
            all.iter().filter_map(|one| Some(one["id"].as_str()?.to_string())).collect()
        };
        let (users, groups) = (ids(self.all(Kind::User)), ids(self.all(Kind::Group)));
        let (user, group) = (random.pick(&users).cloned(), random.pick(&groups).cloned());
        let number = random.below(1000);
        let patch = |op: &str, path: String, value: Value| {
            let mut operation = json!({ "op": op, "path": path });
            if !value.is_null() {
                operation["value"] = value;
            }
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
        };
        let (method, path, body) = match (random.below(10), user, group) {
            (0, ..) => (
                Method::POST,
                "/Users".into(),
                some_user(random, directory, &format!("hand{number}@x"), number),
            ),
            (1, ..) => (Method::POST, "/Groups".into(), some_group(random, directory, &users, number)),
            (2, _, Some(group)) => {
                let name = format!("Renamed {number}");
                (
                    Method::PATCH,
                    format!("/Groups/{group}"),
                    patch("replace", "displayName".into(), name.into()),
                )
            }
            (3, Some(user), _) => (Method::DELETE, format!("/Users/{user}"), Value::Null),
            (4, _, Some(group)) => (Method::DELETE, format!("/Groups/{group}"), Value::Null),
            (5, Some(user), Some(group)) => {
                let member = json!([{ "value": user }]);
                (Method::PATCH, format!("/Groups/{group}"), patch("add", "members".into(), member))
            }
            (6, Some(user), Some(group)) => {
                let member = format!("members[value eq \"{user}\"]");
                (Method::PATCH, format!("/Groups/{group}"), patch("remove", member, Value::Null))
            }
            (7 | 8, Some(user), _) => {
                let title = format!("Title {number}");
                (Method::PATCH, format!("/Users/{user}"), patch("replace", "title".into(), title.into()))
            }
            (_, Some(user), _) => {
                let active = random.chance(50);
                (Method::PATCH, format!("/Users/{user}"), patch("replace", "active".into(), active.into()))
            }
            _ => return ("nothing".into(), None),
        };
        // Other hands are not bound to what this tenant's SCIM can do.
        self.heap = self.heap.take().map(|heap| heap.playing(Variants::default()));
        let response = self.call(method.clone(), &path, &body, now);
        let variants = self.traits.variants.clone();
        self.heap = self.heap.take().map(|heap| heap.playing(variants));
        let team = path.strip_prefix("/Groups/").map(Into::into);
        (format!("{method} {path} {body}: {}", response.status()), team)
    }

    /// What was made lately is in lists from now on, and what was changed lately is shown as it is.
    pub fn settle(&mut self, now: Timestamp) {
        if self.traits.is_late() || self.traits.is_stale() {
            for _ in 0..12 {
                let _ = self.call(Method::GET, "/Users/none", &Value::Null, now);
            }
        }
    }
}

/// Without what the service provider says about it.
fn bare(mut resource: Value) -> Value {
    if let Some(map) = resource.as_object_mut() {
        map.remove("meta");
    }
    resource
}

fn some_user(random: &mut Random, directory: &Directory, name: &str, number: usize) -> Value {
    let people: Vec<_> = directory.people.values().collect();
    let person = random.pick(&people).filter(|_| random.number() % 2 == 0);
    let user_name = match person {
        Some(person) if random.chance(30) => person.user_name.to_uppercase(),
        Some(person) => person.user_name.clone(),
        None => name.into(),
    };
    let mut user = json!({
        "schemas": [USER], "userName": user_name, "active": random.chance(60), "title": "Not ours",
        "name": { "givenName": "Old" },
    });
    match (random.below(5), person) {
        (0, _) => user["externalId"] = format!("foreign{number}").into(),
        (1, Some(person)) => user["externalId"] = person.id.clone().into(),
        _ => {}
    }
    user
}

fn some_group(random: &mut Random, directory: &Directory, users: &[String], number: usize) -> Value {
    let groups: Vec<_> = directory.groups.values().collect();
    let name = match random.pick(&groups) {
        Some(group) if random.chance(45) => group.name.clone(),
        Some(group) if random.chance(10) => group.name.to_uppercase(),
        _ => format!("Others {number}"),
    };
    let members: Vec<_> =
        users.iter().filter(|_| random.chance(40)).map(|id| json!({ "value": id })).collect();
    let mut group = json!({ "schemas": [GROUP], "displayName": name, "members": members });
    if random.chance(15) {
        group["externalId"] = format!("foreign{number}").into();
    }
    group
}
