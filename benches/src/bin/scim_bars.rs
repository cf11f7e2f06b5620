//! `scim_bars`: what SCIM's filters and the tenant cost, as ratios within one run. Prints a line of JSON for each:
//! `{"bar", "ratio", "at_most"}`.
#![expect(clippy::disallowed_methods, reason = "a benchmark has a clock")]

use std::{
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

use heap_identity::{
    entropy::Seeded,
    scim::{
        Document, Filter,
        schema::{self, ResourceType},
        service::{Access, Capabilities, Config, Kind, MemoryStore, Service},
    },
    wire::Request,
};
use jiff::Timestamp;
use serde_json::{Value, json};

const USERS: usize = 100_000;
const ROUNDS: usize = 15;
const BASE: &str = "https://example.org/scim";
/// Members that join one by one in a round.
const JOINING: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let users: Vec<Document> = (0..USERS).map(user).collect::<Result<_, _>>()?;
    filter(&users, "userName eq", r#"userName eq "USER7@example.org""#, 2.0, &|user| {
        user.text("userName").is_some_and(|name| name.eq_ignore_ascii_case("USER7@example.org"))
    })?;
    let three = r#"active eq true and name.familyName sw "family1" and emails[type eq "work" and value co "@example.org"]"#;
    filter(&users, "three terms", three, 3.0, &three_terms)?;
    drop(users);
    members()?;
    pages()
}

fn user(number: usize) -> Result<Document, Box<dyn Error>> {
    let name = format!("user{number}@example.org");
    Ok(Document::try_from(json!({
        "schemas": [schema::USER],
        "id": format!("{number:032x}"),
        "externalId": format!("{number}"),
        "userName": name,
        "name": { "givenName": format!("Given{number}"), "familyName": format!("Family{number}") },
        "displayName": format!("Given{number} Family{number}"),
        "active": number % 3 != 0,
        "emails": [{ "value": name, "type": "work", "primary": true }, { "value": format!("{number}@home.example") }],
        "meta": { "resourceType": "User", "created": "2026-01-01T00:00:00Z", "version": "W/\"1\"" },
    }))?)
}

/// The same predicate by hand, on the same documents, with the same attention to case.
fn three_terms(user: &Document) -> bool {
    let starts = |text: &str| text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("family1"));
    let holds = |text: &str, part: &str| {
        text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
    };
    let is_work = |email: &Value| {
        email.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
            && email.get("value").and_then(Value::as_str).is_some_and(|value| holds(value, "@example.org"))
    };
    let family = user.get("name").and_then(|name| name.get("familyName")).and_then(Value::as_str);
    user.get("active") == Some(&Value::Bool(true))
        && family.is_some_and(starts)
        && user.get("emails").and_then(Value::as_array).is_some_and(|emails| emails.iter().any(is_work))
}

fn filter(
    users: &[Document],
    bar: &str,
    text: &str,
    at_most: f64,
    by_hand: &dyn Fn(&Document) -> bool,
) -> Result<(), Box<dyn Error>> {
    let checked = text.parse::<Filter>()?.check(&ResourceType::user())?;
    let found = users.iter().filter(|user| checked.matches(user)).count();
    if found != users.iter().filter(|user| by_hand(user)).count() {
        return Err(format!("{bar}: the two find different users").into());
    }
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let ours = timed(|| users.iter().filter(|user| checked.matches(user)).count());
            let floor = timed(|| users.iter().filter(|user| by_hand(user)).count());
            ours.as_secs_f64() / floor.as_secs_f64()
        })
        .collect();
    report(bar, &mut ratios, at_most);
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn report(bar: &str, ratios: &mut [f64], at_most: f64) {
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    println!("{}", json!({ "bar": bar, "ratio": (median * 1000.0).round() / 1000.0, "at_most": at_most }));
}

struct Tenant(Service<MemoryStore>);

impl Tenant {
    fn new() -> Self {
        let config =
            Config { base_url: BASE.into(), access: Access::Open, capabilities: Capabilities::default() };
        Self(Service::new(config, MemoryStore::new(), Box::new(Seeded::new(1))))
    }

    fn add(&mut self, kind: Kind, resource: Value) -> Result<String, Box<dyn Error>> {
        Ok(self.0.add(kind, Document::try_from(resource)?, Timestamp::UNIX_EPOCH)?)
    }

    fn users(&mut self, count: usize) -> Result<Vec<String>, Box<dyn Error>> {
        (0..count)
            .map(|number| {
                let user = json!({ "schemas": [schema::USER], "userName": format!("user{number}") });
                self.add(Kind::User, user)
            })
            .collect()
    }

    fn group(&mut self, members: &[String]) -> Result<String, Box<dyn Error>> {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        self.add(Kind::Group, json!({ "schemas": [schema::GROUP], "displayName": "G", "members": members }))
    }

    fn send(&mut self, method: &str, path: &str, body: Vec<u8>) -> Result<usize, Box<dyn Error>> {
        let request = http_request(method, path, body)?;
        let response = self.0.handle(&request, Timestamp::UNIX_EPOCH);
        if !response.status().is_success() {
            return Err(format!("{method} {path}: {}", response.status()).into());
        }
        Ok(response.body().len())
    }
}

fn http_request(method: &str, path: &str, body: Vec<u8>) -> Result<Request, Box<dyn Error>> {
    let mut request = Request::new(body);
    *request.method_mut() = method.parse()?;
    *request.uri_mut() = format!("{BASE}{path}").parse()?;
    request.headers_mut().insert("content-type", "application/scim+json".parse()?);
    Ok(request)
}

/// One member joins a group of 10, and one of 100,000.
fn members() -> Result<(), Box<dyn Error>> {
    let mut tenant = Tenant::new();
    let people = tenant.users(USERS + JOINING)?;
    let (there, joining) = people.split_at(USERS);
    let large = tenant.group(there)?;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let small = tenant.group(there.get(..10).unwrap_or_default())?;
        let large_time = join(&mut tenant, &large, joining)?;
        let small_time = join(&mut tenant, &small, joining)?;
        ratios.push(large_time.as_secs_f64() / small_time.as_secs_f64());
    }
    report("one member at 100,000 against 10", &mut ratios, 1.5);
    Ok(())
}

/// The time in which they join one by one; they leave again afterwards.
fn join(tenant: &mut Tenant, group: &str, joining: &[String]) -> Result<Duration, Box<dyn Error>> {
    let path = format!("/Groups/{group}");
    let body = |operation: Value| {
        json!({ "schemas": [schema::PATCH_OP], "Operations": [operation] }).to_string().into_bytes()
    };
    let mut time = Duration::ZERO;
    for id in joining {
        let add = body(json!({ "op": "add", "path": "members", "value": [{ "value": id }] }));
        let start = Instant::now();
        tenant.send("PATCH", &path, add)?;
        time += start.elapsed();
    }
    for id in joining {
        let path_of_member = format!("members[value eq \"{id}\"]");
        tenant.send("PATCH", &path, body(json!({ "op": "remove", "path": path_of_member })))?;
    }
    Ok(time)
}

/// A page and a look-up by name cost the same among 100,000 users as among 1,000.
fn pages() -> Result<(), Box<dyn Error>> {
    let (mut few, mut many) = (Tenant::new(), Tenant::new());
    few.users(1000)?;
    many.users(USERS)?;
    for (bar, path) in [
        ("a page in the middle of 100,000 against 1,000", "/Users?startIndex=500&count=100"),
        ("a look-up by userName among 100,000 against 1,000", "/Users?filter=userName%20eq%20%22user500%22"),
    ] {
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let time = |tenant: &mut Tenant| -> Result<f64, Box<dyn Error>> {
                let start = Instant::now();
                for _ in 0..50 {
                    black_box(tenant.send("GET", path, Vec::new())?);
                }
                Ok(start.elapsed().as_secs_f64())
            };
            let large = time(&mut many)?;
            ratios.push(large / time(&mut few)?);
        }
        report(bar, &mut ratios, 1.5);
    }
    Ok(())
}
