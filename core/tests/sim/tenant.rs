//! The other side: a service provider, behind the one type that a tenant with rules of its own will take the place of.

use heap_identity::{
    entropy::Seeded,
    scim::{
        schema::{Attribute, ResourceType},
        service::{Access, Capabilities, Config, Filtering, MemoryStore, Service, Standard},
    },
    wire::{Request, Response},
};
use http::{HeaderValue, Method, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{directory::Directory, random::Random};

pub const BASE: &str = "https://heapanalytics.com/scim/v2/acme";

pub struct Tenant {
    service: Service<MemoryStore>,
    /// Every filter finds nothing (F41).
    finds_nothing: bool,
    pub page_size: usize,
}

impl Tenant {
    /// A tenant which holds users and groups that are not ours, some with the names of the directory's.
    pub fn random(random: &mut Random, directory: &Directory, now: Timestamp) -> Self {
        let page_size = [2, 3, 5, 100][random.below(4)];
        let mut capabilities = Capabilities::default();
        capabilities.page_size_max = page_size as u64;
        capabilities.filtering = match random.below(10) {
            0 => Filtering::Refused,
            1 => Filtering::Ignored,
            _ => Filtering::Whole,
        };
        let config = Config { base_url: BASE.into(), access: Access::Open, capabilities };
        let users = ResourceType::user().with_attribute(Attribute::text("role", "Heap's role"));
        let service = Service::with_rules(
            config,
            MemoryStore::new(),
            Box::new(Seeded::new(random.number())),
            Standard,
            users,
        );
        let mut tenant = Self { service, finds_nothing: random.chance(10), page_size };
        let mut users = Vec::new();
        let people: Vec<_> = directory.people.values().collect();
        for number in 0..random.below(6) {
            let person = random.pick(&people).filter(|_| random.number() % 2 == 0);
            let user_name = match person {
                Some(person) if random.chance(30) => person.user_name.to_uppercase(),
                Some(person) => person.user_name.clone(),
                None => format!("other{number}@x"),
            };
            let mut user = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": user_name, "active": random.chance(60), "title": "Not ours",
                "name": { "givenName": "Old" },
            });
            match (random.below(5), person) {
                (0, _) => user["externalId"] = format!("foreign{number}").into(),
                (1, Some(person)) => user["externalId"] = person.id.clone().into(),
                _ => {}
            }
            users.extend(tenant.make("/Users", &user, now));
        }
        let groups: Vec<_> = directory.groups.values().collect();
        for number in 0..random.below(5) {
            let name = match random.pick(&groups) {
                Some(group) if random.chance(45) => group.name.clone(),
                Some(group) if random.chance(10) => group.name.to_uppercase(),
                _ => format!("Others {number}"),
            };
            let members: Vec<_> =
                users.iter().filter(|_| random.chance(40)).map(|id| json!({ "value": id })).collect();
            let group = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": name, "members": members,
            });
            let _ = tenant.make("/Groups", &group, now);
        }
        tenant
    }

    fn make(&mut self, path: &str, body: &Value, now: Timestamp) -> Option<String> {
        let response = self.call(Method::POST, path, body.to_string().into(), now);
        let made: Value = serde_json::from_slice(response.body()).ok()?;
        (response.status() == 201).then(|| made["id"].as_str().map(Into::into)).flatten()
    }

    fn call(&mut self, method: Method, path: &str, body: Vec<u8>, now: Timestamp) -> Response {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = [BASE, path].concat().parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
        self.service.handle(&request, now)
    }

    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Response {
        if self.finds_nothing && request.uri().query().is_some_and(|query| query.contains("filter=")) {
            let empty = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 0, "Resources": [],
            });
            return Response::new(empty.to_string().into());
        }
        self.service.handle(request, now)
    }

    /// Every resource of a kind, as it is shown.
    pub fn all(&mut self, path: &str, now: Timestamp) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let page = format!("{path}?startIndex={}", all.len() + 1);
            let response = self.call(Method::GET, &page, Vec::new(), now);
            let page: Value = serde_json::from_slice(response.body()).unwrap();
            let resources = page["Resources"].as_array().cloned().unwrap_or_default();
            if resources.is_empty() {
                return all;
            }
            all.extend(resources);
        }
    }

    /// One resource, by its path.
    pub fn one(&mut self, path: &str, now: Timestamp) -> Option<Value> {
        let response = self.call(Method::GET, path, Vec::new(), now);
        (response.status() == 200).then(|| serde_json::from_slice(response.body()).unwrap())
    }
}
