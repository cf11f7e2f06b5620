//! The engine against a SCIM service provider that loses requests and answers, throttles, and lies.

mod events;
mod failures;
mod moving;
mod rare;
mod strangers;
mod variants;

use alloc::{boxed::Box, collections::BTreeMap, string::String, vec, vec::Vec};

use http::{HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};

use super::{Engine, Outcome, Poll, Summary, TransportFailure};
use crate::{
    directory::{Change, Group, Person, Snapshot},
    entropy::Seeded,
    scim::{
        schema::{Attribute, ResourceType},
        service::{
            Access, Capabilities, Config as ServiceConfig, MemoryStore, Service, Standard, TokenDigest,
        },
    },
    sync::{Config, Event, EventName, Record, Review},
    wire::{Request, Response, Secret},
};

const BASE: &str = "https://heapanalytics.com/scim/v2/acme";
/// What a service provider refuses with (RFC 7644 3.12), without a `scimType`.
const SCIM_ERROR: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400"}"#;
/// What a gateway says.
const PAGE: &str = "<html>default backend</html>";

/// What happens to one request on its way.
#[derive(Clone, Debug)]
enum Fault {
    /// It does not leave.
    NotSent,
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// It arrives, and the answer is this instead.
    Instead(u16, &'static str, &'static str),
    /// It does not arrive, and the answer is this.
    Refused(u16, &'static str, &'static str),
}

struct World {
    service: Service<MemoryStore>,
    now: Timestamp,
    /// Faults by method and path of the request, first come first served.
    faults: Vec<(Method, &'static str, Fault)>,
    journal: Vec<Record>,
    sent: Vec<String>,
    waited: SignedDuration,
    /// Intents that were not durable when their creation was sent.
    blind: usize,
}

fn token() -> Secret {
    Secret::new("token".into())
}

impl World {
    fn new() -> Self {
        Self::of(Capabilities::default())
    }

    fn of(capabilities: Capabilities) -> Self {
        let config = ServiceConfig {
            base_url: BASE.into(),
            access: Access::Bearer(TokenDigest::of(&token())),
            capabilities,
        };
        Self {
            service: Service::with_rules(
                config,
                MemoryStore::new(),
                Box::new(Seeded::new(5)),
                Standard,
                ResourceType::user().with_attribute(Attribute::text("role", "The role in Heap")),
            ),
            now: "2026-03-01T10:00:00Z".parse().unwrap(),
            faults: Vec::new(),
            journal: Vec::new(),
            sent: Vec::new(),
            waited: SignedDuration::ZERO,
            blind: 0,
        }
    }

    fn fault(mut self, method: Method, path: &'static str, fault: Fault) -> Self {
        self.faults.push((method, path, fault));
        self
    }

    /// Something at Heap that is not ours.
    fn holds(mut self, path: &str, body: &str) -> Self {
        let mut request = Request::new(body.into());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = [BASE, path].concat().parse().unwrap();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer token"));
        assert_eq!(self.service.handle(&request, self.now).status(), StatusCode::CREATED);
        self
    }

    /// Somebody else changes an account.
    fn change(&mut self, account: &str, operation: &str) {
        let body = [
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#,
            operation,
            "]}",
        ];
        let mut request = Request::new(body.concat().into());
        *request.method_mut() = Method::PATCH;
        *request.uri_mut() = [BASE, "/Users/", account].concat().parse().unwrap();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer token"));
        assert!(self.service.handle(&request, self.now).status().is_success());
    }

    fn deliver(&mut self, request: &Request) -> Result<Response, TransportFailure> {
        let path = request.uri().path().trim_start_matches("/scim/v2/acme");
        let hit = self
            .faults
            .iter()
            .position(|(method, prefix, _)| method == request.method() && path.starts_with(prefix));
        match hit.map(|position| self.faults.remove(position).2) {
            Some(Fault::NotSent) => Err(TransportFailure::NotSent),
            Some(Fault::AnswerLost) => {
                let _lost = self.service.handle(request, self.now);
                Err(TransportFailure::OutcomeUnknown)
            }
            Some(Fault::Instead(status, retry_after, body)) => {
                let _replaced = self.service.handle(request, self.now);
                Ok(answer(status, retry_after, body))
            }
            Some(Fault::Refused(status, retry_after, body)) => Ok(answer(status, retry_after, body)),
            None => Ok(self.service.handle(request, self.now)),
        }
    }

    fn drive(&mut self, engine: &mut Engine) -> Summary {
        for _ in 0..100_000 {
            match engine.poll(self.now) {
                Poll::Persist(records) => self.journal.extend(records),
                Poll::Send(out) => {
                    let path = out.request.uri().path().trim_start_matches("/scim/v2/acme");
                    self.sent.push([out.request.method().as_str(), " ", path].concat());
                    if out.request.method() == Method::POST && !self.has_intent() {
                        self.blind += 1;
                    }
                    let result = self.deliver(&out.request);
                    engine.receive(out.id, result, self.now);
                }
                Poll::WaitUntil(at) | Poll::WaitForResponse { until: at } => {
                    assert!(at > self.now, "a wait that does not end");
                    self.waited += at.duration_since(self.now);
                    self.now = at;
                }
                Poll::Done(summary) => return summary,
            }
        }
        panic!("the engine never ends: {:?}", self.sent.iter().rev().take(20).collect::<Vec<_>>());
    }

    fn has_intent(&self) -> bool {
        let lines = || self.journal.iter().map(Record::as_line);
        let intents = lines().filter(|line| line.contains("_intent")).count();
        let posts = self.sent.iter().filter(|sent| sent.starts_with("POST")).count();
        intents > 0 && posts <= intents + lines().filter(|line| line.contains("_linked")).count()
    }

    fn count(&self, prefix: &str) -> usize {
        self.sent.iter().filter(|sent| sent.starts_with(prefix)).count()
    }

    fn read(&mut self, path: &str) -> serde_json::Value {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = [BASE, path].concat().parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer token"));
        serde_json::from_slice(self.service.handle(&request, self.now).body()).unwrap()
    }

    /// `ann@x active`, …, in order.
    fn users(&mut self) -> Vec<String> {
        let list = self.read("/Users?count=1000");
        let word = |user: &serde_json::Value| {
            let state = if user["active"] == true { " active" } else { " inactive" };
            [user["userName"].as_str().unwrap(), state].concat()
        };
        let mut users: Vec<String> = list["Resources"].as_array().unwrap().iter().map(word).collect();
        users.sort();
        users
    }

    /// The number of members by group name.
    fn teams(&mut self) -> BTreeMap<String, usize> {
        let list = self.read("/Groups?count=1000");
        let pair = |group: &serde_json::Value| {
            let members = group["members"].as_array().map_or(0, Vec::len);
            (group["displayName"].as_str().unwrap().into(), members)
        };
        list["Resources"].as_array().unwrap().iter().map(pair).collect()
    }
}

fn answer(status: u16, retry_after: &str, body: &str) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    if !retry_after.is_empty() {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after.parse().unwrap());
    }
    response
}

fn config() -> Config {
    Config::new(BASE, token()).unwrap()
}

fn directory(people: &[&str]) -> Snapshot {
    let mut builder = Snapshot::builder();
    let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: true }).unwrap();
    for id in people {
        let person =
            Person { id: (*id).into(), user_name: [id, "@x"].concat(), active: true, ..Person::default() };
        let person = builder.person(&person).unwrap();
        builder.member(team, person);
    }
    builder.complete().unwrap()
}

fn engine(people: &[&str]) -> Engine {
    Engine::new(config(), &directory(people), 7)
}

fn about(event: &Event) -> Option<&str> {
    event.resource.as_ref().map(|resource| resource.id.as_str())
}

fn names(engine: &mut Engine) -> Vec<(EventName, bool)> {
    engine.events().map(|event: Event| (event.name, event.error.is_none())).collect()
}

/// After a run: both sides equal, nothing twice, and a comparison writes nothing.
fn assert_settled(world: &mut World, engine: &mut Engine, people: &[&str]) {
    let expected: Vec<String> = people.iter().map(|id| [id, "@x active"].concat()).collect();
    assert_eq!(world.users(), expected);
    assert_eq!(world.teams(), BTreeMap::from([("Team".into(), people.len())]));
    let before = engine.writes();
    engine.reconcile();
    let summary = world.drive(engine);
    assert_eq!((summary.outcome, summary.failed, engine.writes()), (Outcome::Finished, 0, before));
}

#[test]
fn a_directory_is_provisioned_with_one_write_for_each_person_and_group() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    let summary = world.drive(&mut engine);
    assert_eq!((summary.outcome, summary.steps, summary.failed), (Outcome::Finished, 3, 0));
    assert_eq!(world.sent, ["GET /Users", "GET /Groups", "POST /Users", "POST /Users", "POST /Groups"]);
    assert_settled(&mut world, &mut engine, &["ann", "bob"]);
}

#[test]
fn r39_r40_r41_each_outcome_is_an_event() {
    let taken = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidValue"}"#;
    let mut world = World::new().fault(Method::POST, "/Users", Fault::Refused(400, "", taken));
    let mut engine = engine(&["ann", "bob"]);
    let summary = world.drive(&mut engine);
    assert_eq!(summary.failed, 1);
    let events: Vec<Event> = engine.events().collect();
    let told: Vec<_> =
        events.iter().map(|event| (event.name, about(event), event.error.as_deref())).collect();
    assert_eq!(
        told,
        [
            (EventName::UserCreateProvision, Some("ann"), Some("Heap answered 400 (invalidValue)")),
            (EventName::UserCreateProvision, Some("bob"), None),
            (EventName::GroupCreateProvision, Some("g1"), None),
        ]
    );
    assert_eq!(world.teams(), BTreeMap::from([("Team".into(), 1)]));
}

#[test]
fn f39_a_lost_answer_to_a_creation_makes_no_duplicate() {
    for fault in [Fault::AnswerLost, Fault::Instead(502, "", "<html>"), Fault::Instead(201, "", "<html>")] {
        let world = World::new().fault(Method::POST, "/Users", fault.clone());
        let (mut world, mut engine) = (world.fault(Method::POST, "/Groups", fault), engine(&["ann"]));
        world.drive(&mut engine);
        assert_eq!(world.count("POST /Users"), 1, "{:?}", world.sent);
        assert_eq!(world.count("POST /Groups"), 1, "{:?}", world.sent);
        assert_settled(&mut world, &mut engine, &["ann"]);
    }
}

#[test]
fn a_creation_that_did_not_happen_is_repeated_after_a_look() {
    let world = World::new().fault(Method::POST, "/Users", Fault::Refused(503, "", ""));
    let (mut world, mut engine) =
        (world.fault(Method::POST, "/Groups", Fault::Refused(500, "", "")), engine(&["ann"]));
    world.drive(&mut engine);
    assert_eq!((world.count("POST /Users"), world.count("POST /Groups")), (2, 2));
    let look = world.sent.iter().skip(3).position(|sent| sent == "GET /Users").unwrap();
    let again = world.sent.iter().skip(3).position(|sent| sent == "POST /Users").unwrap();
    assert!(look < again, "{:?}", world.sent);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn what_was_not_sent_is_sent_again_without_a_look() {
    let (mut world, mut engine) =
        (World::new().fault(Method::POST, "/Users", Fault::NotSent), engine(&["ann"]));
    world.drive(&mut engine);
    assert_eq!((world.count("POST /Users"), world.count("GET /Users")), (2, 1));
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn f08_a_throttled_request_waits_as_long_as_asked() {
    let (mut world, mut engine) =
        (World::new().fault(Method::POST, "/Users", Fault::Refused(429, "90", "")), engine(&["ann"]));
    world.drive(&mut engine);
    assert!(world.waited >= SignedDuration::from_secs(90), "{:?}", world.waited);
    assert_eq!(world.count("POST /Users"), 2);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn f09_f32_a_conflict_leads_to_a_look_and_an_adoption() {
    let taken = Fault::Refused(409, "", "");
    let mut world = World::new().fault(Method::POST, "/Users", taken);
    let mut engine = engine(&["ann"]);
    // Somebody creates the account between our listing and our creation.
    let Poll::Persist(records) = engine.poll(world.now) else { panic!("no journal") };
    world.journal.extend(records);
    for _ in 0..2 {
        let Poll::Send(out) = engine.poll(world.now) else { panic!("no reading") };
        let result = world.deliver(&out.request);
        engine.receive(out.id, result, world.now);
    }
    let mut world = world.holds(
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@x","active":false}"#,
    );
    world.drive(&mut engine);
    assert_eq!(world.count("POST /Users"), 1);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn r23_a_conflict_without_an_account_in_this_tenant_is_told_with_what_to_do() {
    let mut world = World::new();
    for _ in 0..2 {
        world = world.fault(Method::POST, "/Users", Fault::Refused(409, "", SCIM_ERROR));
    }
    let mut engine = engine(&["ann"]);
    let summary = world.drive(&mut engine);
    assert_eq!((summary.failed, world.count("POST /Users")), (2, 1));
    let reasons: Vec<_> =
        engine.events().filter_map(|event| event.error.map(|error| (event.name, error))).collect();
    // R39: the look-up itself worked, and is no event.
    let (name, reason) = &reasons[0];
    assert_eq!(*name, EventName::UserCreateProvision);
    assert!(reason.contains("another organisation") && reason.contains("(R23)"), "{reason}");
}

#[test]
fn a_step_that_always_fails_ends() {
    let mut world = World::new();
    for _ in 0..50 {
        world = world.fault(Method::POST, "/Users", Fault::Refused(500, "", ""));
    }
    let mut engine = engine(&["ann"]);
    let summary = world.drive(&mut engine);
    assert_eq!(summary.failed, 2);
    assert!(world.count("POST /Users") <= 6);
    let error = engine.events().find_map(|event| event.error).unwrap();
    assert!(error.starts_with("given up after 6 attempts"), "{error}");
}

#[test]
fn f02_f33_nothing_is_written_when_the_tenant_cannot_be_read_whole() {
    let short = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":5,"Resources":[]}"#;
    for (status, body) in [(200, short), (200, "<html>"), (404, ""), (403, ""), (500, "")] {
        let mut world = World::new();
        for _ in 0..20 {
            world = world.fault(Method::GET, "/Users", Fault::Refused(status, "", body));
        }
        let mut engine = engine(&["ann"]);
        let summary = world.drive(&mut engine);
        assert!(matches!(summary.outcome, Outcome::Unreadable { .. }), "{status}: {summary:?}");
        assert_eq!(engine.writes(), 0);
        assert_eq!(names(&mut engine), [(EventName::UserLookupProvision, false)]);
    }
}

#[test]
fn r19_r41_a_refused_token_stops_everything_until_a_new_one_is_given() {
    let world = World::new().fault(Method::POST, "/Users", Fault::Refused(401, "", ""));
    let (mut world, mut engine) = (world, engine(&["ann"]));
    let summary = world.drive(&mut engine);
    assert!(matches!(summary.outcome, Outcome::TokenRefused { .. }));
    assert_eq!(world.count("POST"), 1);
    assert_eq!(names(&mut engine), [(EventName::UserCreateProvision, false)]);
    engine.reauthorise(Secret::new("wrong".into())).unwrap();
    assert!(matches!(world.drive(&mut engine).outcome, Outcome::TokenRefused { .. }));
    assert_eq!(names(&mut engine), [(EventName::UserLookupProvision, false)]);
    engine.reauthorise(token()).unwrap();
    assert_eq!(world.drive(&mut engine).outcome, Outcome::Finished);
    // R38: the new token is the connector's to tell.
    let told = [(EventName::UserCreateProvision, true), (EventName::GroupCreateProvision, true)];
    assert_eq!(names(&mut engine), told);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn d02_a_tripped_guard_sends_nothing_until_exactly_this_plan_is_approved() {
    let ids: Vec<String> = (0..30).map(|id| alloc::format!("p{id:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (mut world, mut engine) = (World::new(), engine(&ids));
    world.drive(&mut engine);
    for id in &ids[..11] {
        engine.change(Change::PersonRemoved { person: (*id).into() });
    }
    let before = engine.writes();
    let Outcome::AwaitingApproval { digest, trips } = world.drive(&mut engine).outcome else {
        panic!("not held back")
    };
    assert_eq!((trips.len(), engine.writes()), (1, before));
    assert_eq!(engine.plan().unwrap().digest(), digest);
    let other = "00".repeat(32).parse().unwrap();
    assert!(engine.approve(other).is_err());
    assert!(matches!(world.drive(&mut engine).outcome, Outcome::AwaitingApproval { .. }));
    engine.approve(digest).unwrap();
    assert_eq!(world.drive(&mut engine).outcome, Outcome::Finished);
    assert_eq!(world.users().iter().filter(|user| user.ends_with(" active")).count(), 19);
    assert!(engine.approve(digest).is_err());
}

#[test]
fn every_plan_waits_where_review_is_asked_for() {
    let mut config = config();
    config.review = Review::Always;
    let (mut world, mut engine) = (World::new(), Engine::new(config, &directory(&["ann"]), 1));
    let Outcome::AwaitingApproval { digest, trips } = world.drive(&mut engine).outcome else {
        panic!("not held back")
    };
    assert_eq!((trips, world.count("POST")), (vec![], 0));
    engine.approve(digest).unwrap();
    world.drive(&mut engine);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn d12_a_creation_is_never_sent_before_its_intent_is_stored() {
    let people: Vec<String> = (0..9).map(|id| alloc::format!("p{id}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let (mut world, mut engine) = (World::new(), engine(&people));
    world.drive(&mut engine);
    assert_eq!(world.blind, 0);
}

#[test]
fn f18_d12_a_run_that_is_killed_after_any_request_goes_on_from_its_journal() {
    for killed_after in 1..9 {
        let mut world = World::new();
        let mut first = engine(&["ann", "bob", "cat"]);
        while world.sent.len() < killed_after {
            match first.poll(world.now) {
                Poll::Persist(records) => world.journal.extend(records),
                Poll::Send(out) => {
                    world.sent.push(out.request.uri().path().into());
                    let result = world.deliver(&out.request);
                    // The last answer is lost with the process.
                    if world.sent.len() < killed_after {
                        first.receive(out.id, result, world.now);
                    }
                }
                Poll::WaitUntil(at) | Poll::WaitForResponse { until: at } => world.now = at,
                Poll::Done(_) => break,
            }
        }
        drop(first);
        let journal = world.journal.clone();
        let mut second = Engine::resume(config(), &directory(&["ann", "bob", "cat"]), 8, journal).unwrap();
        assert_eq!(world.drive(&mut second).failed, 0);
        assert_settled(&mut world, &mut second, &["ann", "bob", "cat"]);
    }
}

#[test]
fn f11_a_lost_journal_finds_our_accounts_and_groups_again() {
    let (mut world, mut first) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut first);
    let (writes, mut second) = (world.count("POST"), engine(&["ann", "bob"]));
    assert_eq!(world.drive(&mut second).failed, 0);
    assert_eq!(world.count("POST"), writes);
    assert_settled(&mut world, &mut second, &["ann", "bob"]);
}

#[test]
fn r32_who_leaves_and_returns_has_the_same_account() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    let account = String::from(engine.account_of("ann").unwrap());
    engine.change(Change::Left { group: "g1".into(), person: "ann".into() });
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x inactive", "bob@x active"]);
    engine.change(Change::Joined { group: "g1".into(), person: "ann".into() });
    world.drive(&mut engine);
    assert_eq!(engine.account_of("ann"), Some(account.as_str()));
    assert_settled(&mut world, &mut engine, &["ann", "bob"]);
    let told: Vec<_> = names(&mut engine).into_iter().map(|(name, _)| name).skip(3).collect();
    let (user, group) = (EventName::UserUpdateProvision, EventName::GroupUpdateProvision);
    assert_eq!(told, [group, EventName::UserDeprovision, user, group]);
}

#[test]
fn r27_one_change_costs_one_patch_of_the_member_and_reads_nothing() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    world.sent.clear();
    let cat = Person { id: "cat".into(), user_name: "cat@x".into(), active: true, ..Person::default() };
    engine.change(Change::PersonSet(cat));
    engine.change(Change::Joined { group: "g1".into(), person: "cat".into() });
    world.drive(&mut engine);
    let team = engine.team_of("g1").unwrap();
    assert_eq!(world.sent, [String::from("POST /Users"), ["PATCH /Groups/", team].concat()]);
    assert_settled(&mut world, &mut engine, &["ann", "bob", "cat"]);
}

#[test]
fn f06_a_group_that_is_gone_already_counts_as_deleted() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    let mut world = world.fault(Method::DELETE, "/Groups", Fault::Refused(404, "", ""));
    engine.change(Change::GroupRemoved { group: "g1".into() });
    let summary = world.drive(&mut engine);
    assert_eq!((summary.failed, world.users()), (0, vec![String::from("ann@x inactive")]));
}

#[test]
fn an_answer_that_comes_twice_or_too_late_changes_nothing() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    let Poll::Persist(_) = engine.poll(world.now) else { panic!("no journal") };
    let Poll::Send(out) = engine.poll(world.now) else { panic!("no request") };
    let answer = world.deliver(&out.request);
    let late = world.deliver(&out.request);
    let Poll::WaitForResponse { until } = engine.poll(world.now) else { panic!("does not wait") };
    assert_eq!(until, out.give_up_at);
    world.now = until;
    assert!(matches!(engine.poll(world.now), Poll::WaitUntil(_)));
    engine.receive(out.id, answer, world.now);
    engine.receive(out.id, late, world.now);
    world.drive(&mut engine);
    assert_settled(&mut world, &mut engine, &["ann"]);
}
