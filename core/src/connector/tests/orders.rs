//! No order of calls breaks a rule: whatever an administrator does, also while a verification is under way, a removal waits for its
//! confirmation or the application is stored and restored, a plain model knows what must come of it.

use alloc::{
    boxed::Box,
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::{
    Application, ApplicationError, BASE_URL, Catalogue, Credentials, Details, Part, Scope, Secret, Seeded,
    Settings, State, directory, now,
};
use crate::{
    connector::{Exchange, Removal, Sso, Verification},
    heap::{
        AttributeMapping, AttributeSource, Goal, HeapPlan, Prerequisites, Role, Tenant, tenant::SsoSettings,
    },
    pki::SigningKey,
    sync::{Event, EventName},
};

const KEY: &str = include_str!("../../../tests/vectors/keys/rsa2048.key.pem");
const CERTIFICATE: &str = include_str!("../../../tests/vectors/keys/rsa2048.cert.pem");
const URL: &str = "https://sso.jumpcloud.com/saml2/heap";

#[derive(Clone, Debug)]
enum Call {
    Abandon,
    /// Binds groups of these.
    Bind(Vec<&'static str>),
    Bookmark,
    ChangeUrl,
    /// Concludes one of the verifications that were begun, driven to its end.
    Conclude(usize),
    /// Confirms one of the removals that were described.
    Confirm(usize),
    /// Deletes: this application, or it and another; with the number that is entered.
    Delete {
        both: bool,
        entered: usize,
    },
    Describe(Part),
    /// Gives the first credentials, or new ones, and whether Heap takes them.
    Begin {
        first: bool,
        good: bool,
        scope: Scope,
    },
    Edit {
        label: &'static str,
    },
    /// One request of one of the verifications.
    Drive(usize),
    /// Heap makes a new token.
    Renew,
    RestoreToken,
    SaveSettings {
        group_management: bool,
    },
    SaveSso {
        heap_id: &'static str,
    },
    /// The process ends, and another goes on from what was stored.
    Store,
}

const MANAGED: &[Call] = &[
    Call::SaveSso { heap_id: "12345" },
    Call::Begin { first: true, good: true, scope: Scope::ReadOnly },
    Call::Conclude(0),
];

fn call() -> impl Strategy<Value = Call> {
    let part = prop::sample::select(vec![Part::Bookmark, Part::IdentityManagement, Part::Sso]);
    prop_oneof![
        1 => Just(Call::Abandon),
        2 => prop::sample::subsequence(vec!["g1", "g2", "gone"], 0..=3).prop_map(Call::Bind),
        1 => Just(Call::Bookmark),
        1 => Just(Call::ChangeUrl),
        5 => (0..3usize).prop_map(Call::Conclude),
        3 => (0..3usize).prop_map(Call::Confirm),
        1 => (any::<bool>(), 0..4usize).prop_map(|(both, entered)| Call::Delete { both, entered }),
        3 => part.prop_map(Call::Describe),
        6 => (any::<bool>(), prop::bool::weighted(0.7), prop::bool::weighted(0.3)).prop_map(|(first, good, whole)| {
            Call::Begin { first, good, scope: if whole { Scope::Everything } else { Scope::ReadOnly } }
        }),
        1 => prop::sample::select(vec!["Heap", "Heap (EU)", "", " "]).prop_map(|label| Call::Edit { label }),
        3 => (0..3usize).prop_map(Call::Drive),
        1 => Just(Call::Renew),
        1 => Just(Call::RestoreToken),
        2 => any::<bool>().prop_map(|group_management| Call::SaveSettings { group_management }),
        4 => prop::sample::select(vec!["12345", "777"]).prop_map(|heap_id| Call::SaveSso { heap_id }),
        2 => Just(Call::Store),
    ]
}

/// What must be so, in plain words.
#[derive(Debug, Default)]
struct Model {
    deleted: bool,
    label: String,
    bookmark: bool,
    sso: Option<&'static str>,
    group_management: bool,
    bound: BTreeSet<&'static str>,
    /// The token that was verified last.
    managed: Option<String>,
    token_is_here: bool,
    /// The verification that is awaited; none of ours once its process has ended.
    verifying: Option<Option<usize>>,
    /// Grows with each change.
    changes: usize,
}

impl Model {
    fn state(&self) -> State {
        match (self.bookmark, self.sso, &self.managed, self.verifying) {
            (true, ..) => State::Bookmark,
            (false, None, ..) => State::Created,
            (false, Some(_), None, None) => State::SsoConfigured,
            (false, Some(_), None, Some(_)) => State::Activating,
            (false, Some(_), Some(_), None) => State::Managed,
            (false, Some(_), Some(_), Some(_)) => State::Reauthorising,
        }
    }

    fn can_remove(&self, part: Part) -> bool {
        match part {
            Part::Bookmark => self.bookmark,
            Part::IdentityManagement => self.managed.is_some() && self.verifying.is_none(),
            // R14, D14: identity management stands on it.
            Part::Sso => self.sso.is_some() && self.managed.is_none() && self.verifying.is_none(),
        }
    }

    fn attempt(&self) -> EventName {
        if self.managed.is_some() {
            EventName::IdmIntegrationReauth
        } else {
            EventName::IdmIntegrationActivate
        }
    }
}

/// A verification that somebody drives, as the model knows it.
struct Pending {
    number: usize,
    verification: Verification,
    token: String,
    attempt: EventName,
}

struct World {
    model: Model,
    catalogue: Catalogue,
    heap: Tenant,
    /// Every token that Heap has ever accepted.
    issued: Vec<String>,
    pending: Vec<Pending>,
    removals: Vec<(usize, Removal)>,
    begun: usize,
    seen: BTreeSet<String>,
}

/// What a call must come to: whether it works, and what it tells of the integration.
struct Expected {
    works: bool,
    told: Vec<(EventName, bool)>,
}

fn comes_to(works: bool, told: impl IntoIterator<Item = EventName>) -> Expected {
    Expected { works, told: told.into_iter().map(|name| (name, works)).collect() }
}

impl World {
    fn new() -> Self {
        let mut heap =
            Tenant::new("demo".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
        heap.configure_sso(SsoSettings::new(CERTIFICATE, URL).unwrap());
        let token = heap.enable_scim(Role::Analyst, &mut Seeded::new(9)).unwrap().bearer_token;
        let mut catalogue = Catalogue::new();
        catalogue.add(Application::new("heap", Details::new("Heap"), None).unwrap()).unwrap();
        catalogue.add(Application::new("other", Details::new("Other"), None).unwrap()).unwrap();
        let model = Model { label: "Heap".into(), group_management: true, ..Model::default() };
        let issued = vec![token.expose().to_string()];
        Self {
            model,
            catalogue,
            heap,
            issued,
            pending: vec![],
            removals: vec![],
            begun: 0,
            seen: BTreeSet::new(),
        }
    }

    fn one(&mut self) -> &mut Application {
        self.catalogue.get_mut("heap").unwrap()
    }

    fn change(&mut self, works: bool, change: impl FnOnce(&mut Model)) {
        if works {
            change(&mut self.model);
            self.model.changes += 1;
        }
    }

    /// Makes a call; gives whether it worked, and what must have come of it.
    fn make(&mut self, call: &Call) -> (bool, Expected) {
        let model = &self.model;
        let is_quiet = model.verifying.is_none();
        match call {
            Call::Begin { first, good, scope } => self.begin(*first, *good, *scope),
            Call::Drive(which) => {
                if let Some(pending) = self.pending.get_mut(*which) {
                    if let Exchange::Send(request) = pending.verification.poll() {
                        pending.verification.receive(Ok(self.heap.handle(&request, now())), now());
                    }
                }
                (true, comes_to(true, []))
            }
            Call::Conclude(which) => self.conclude(*which),
            Call::Abandon => {
                let (works, attempt) = (!is_quiet, model.attempt());
                let done = self.one().abandon_verification(now()).is_ok();
                self.change(works, |model| model.verifying = None);
                let told = works.then_some((attempt, false));
                (done, Expected { works, told: told.into_iter().collect() })
            }
            Call::Describe(part) => {
                let works = model.can_remove(*part);
                let described = self.one().removal(*part);
                let done = described.is_ok();
                let changes = self.model.changes;
                self.removals.extend(described.ok().map(|removal| (changes, removal)));
                (done, comes_to(works, []))
            }
            Call::Confirm(which) => self.confirm(*which),
            Call::Delete { both, entered } => self.delete(*both, *entered),
            Call::Renew => {
                let token = self.heap.renew_token(&mut Seeded::new(self.issued.len() as u64)).unwrap();
                self.issued.push(token.bearer_token.expose().into());
                (true, comes_to(true, []))
            }
            Call::RestoreToken => {
                let Some(token) = self.model.managed.clone() else { return (true, comes_to(true, [])) };
                let done = self.one().restore_token(Secret::new(token)).is_ok();
                self.model.token_is_here = true;
                (done, comes_to(true, []))
            }
            Call::Store => {
                let mut restored = Catalogue::new();
                for application in self.catalogue.iter() {
                    restored.add(Application::from_json(&application.to_json()).unwrap()).unwrap();
                }
                self.catalogue = restored;
                self.model.token_is_here = false;
                self.model.verifying = self.model.verifying.map(|_| None);
                (true, comes_to(true, []))
            }
            _ => self.configure(call),
        }
    }

    /// The calls that save something, and verify nothing.
    fn configure(&mut self, call: &Call) -> (bool, Expected) {
        let model = &self.model;
        match call {
            Call::Edit { label } => {
                let works = !label.trim().is_empty();
                let done = self.one().edit(Details::new(label)).is_ok();
                self.change(works, |model| model.label = (*label).to_string());
                (done, comes_to(works, []))
            }
            Call::ChangeUrl => (self.one().change_idp_url().is_ok(), comes_to(false, [])),
            Call::Bookmark => {
                let works = model.sso.is_none();
                let done = self.one().save_bookmark("https://heapanalytics.com").is_ok();
                self.change(works, |model| model.bookmark = true);
                (done, comes_to(works, []))
            }
            Call::SaveSso { heap_id } => {
                let (works, is_first) = (!model.bookmark, model.sso.is_none());
                let mut attributes = AttributeMapping::default();
                attributes.set("tenant", AttributeSource::Constant("heap-YOUR_ID".into()));
                let sso = Sso::new(heap_id.parse().unwrap()).with_attributes(attributes).unwrap();
                let one = self.one();
                let done =
                    if is_first { one.configure_sso(sso) } else { one.save_sso(heap_id.parse().unwrap()) };
                self.change(works, |model| model.sso = Some(heap_id));
                (done.is_ok(), comes_to(works, []))
            }
            Call::SaveSettings { group_management } => {
                let works = model.sso.is_some() && model.verifying.is_none();
                let told = (model.managed.is_some() || !works).then_some(EventName::IdmIntegrationUpdate);
                let settings = Settings { group_management: *group_management, ..Settings::default() };
                let done = self.one().save_settings(settings, now()).is_ok();
                self.change(works, |model| model.group_management = *group_management);
                (done, comes_to(works, told))
            }
            Call::Bind(groups) => {
                // A group that the directory does not have can stay bound, and cannot be bound anew.
                let works = !groups.contains(&"gone") || model.bound.contains("gone");
                let done = self.one().bind_groups(groups.iter().copied(), &directory()).is_ok();
                self.change(works, |model| model.bound = groups.iter().copied().collect());
                (done, comes_to(works, []))
            }
            other => panic!("{other:?} saves nothing"),
        }
    }

    fn begin(&mut self, first: bool, good: bool, scope: Scope) -> (bool, Expected) {
        let (model, number) = (&self.model, self.begun);
        let works = model.sso.is_some() && model.verifying.is_none() && model.managed.is_some() != first;
        let attempt = if first { EventName::IdmIntegrationActivate } else { EventName::IdmIntegrationReauth };
        let token = if good { self.issued.last().unwrap().clone() } else { "wrong-token".to_string() };
        let credentials = Credentials::new(BASE_URL, Secret::new(token.clone())).unwrap();
        let mut random = Seeded::new(number as u64);
        let one = self.one();
        let begun = if first {
            one.activate(credentials, scope, &mut random, now())
        } else {
            one.update_credentials(credentials, scope, &mut random, now())
        };
        let done = begun.is_ok();
        self.pending.extend(begun.ok().map(|verification| Pending { number, verification, token, attempt }));
        self.begun += 1;
        self.change(works, |model| model.verifying = Some(Some(number)));
        (done, comes_to(works, (!works).then_some(attempt)))
    }

    fn conclude(&mut self, which: usize) -> (bool, Expected) {
        if self.pending.is_empty() {
            return (true, comes_to(true, []));
        }
        let which = which % self.pending.len();
        let Pending { number, verification, token, attempt } = self.pending.remove(which);
        let heap = &mut self.heap;
        let concluded = verification.run(|request| Ok(heap.handle(&request, now())), now);
        let is_good = concluded.found.is_ok();
        // R18: nothing is verified but what Heap accepts.
        assert!(!is_good || self.issued.contains(&token));
        let works = self.model.verifying == Some(Some(number));
        let done = self.one().conclude(concluded, now()).is_ok();
        self.change(works, |model| {
            model.verifying = None;
            if is_good {
                (model.managed, model.token_is_here) = (Some(token), true);
            }
        });
        (done, Expected { works, told: vec![(attempt, works && is_good)] })
    }

    fn confirm(&mut self, which: usize) -> (bool, Expected) {
        if self.removals.is_empty() {
            return (true, comes_to(true, []));
        }
        let which = which % self.removals.len();
        let (changes, removal) = self.removals.remove(which);
        let (works, part) = (changes == self.model.changes, removal.part);
        let remains = removal.remains;
        let done = self.one().remove(removal, now());
        // R44: what remains at Heap is said, as it was before the confirmation.
        assert!(done.as_ref().is_ok_and(|told| *told == remains) || !works);
        self.change(works, |model| match part {
            Part::Bookmark => model.bookmark = false,
            Part::IdentityManagement => (model.managed, model.token_is_here) = (None, false),
            Part::Sso => model.sso = None,
        });
        let told = (part == Part::IdentityManagement).then_some(EventName::IdmIntegrationDelete);
        (done.is_ok(), comes_to(works, told))
    }

    fn delete(&mut self, both: bool, entered: usize) -> (bool, Expected) {
        let names = if both { vec!["heap", "other"] } else { vec!["heap"] };
        // R43: the number counts, and none is deleted while one is being verified.
        let works = entered == names.len() && self.model.verifying.is_none();
        let done = self.catalogue.delete(names.iter().copied(), entered, now());
        if let Ok(deleted) = &done {
            // R44, D14: identity management ends first, then SSO; each leaves something to do at Heap.
            let parts = usize::from(self.model.managed.is_some()) + usize::from(self.model.sso.is_some());
            assert_eq!(deleted[0].remains.len(), parts);
        }
        let told = (works && self.model.managed.is_some()).then_some(EventName::IdmIntegrationDelete);
        self.model.deleted |= works;
        (done.is_ok(), comes_to(works, told))
    }

    /// The rules, as they can be seen from outside.
    fn check(&mut self, call: &Call) {
        let directory = directory();
        let (model, one) = (&self.model, self.catalogue.get("heap").unwrap());
        assert_eq!(one.state(), model.state(), "{call:?}");
        assert_eq!(one.details().label, model.label, "R1: {call:?}");
        assert_eq!(one.idp_url(), URL, "R2, R3: {call:?}");
        let acs_url = model.sso.map(|id| format!("https://heapanalytics.com/saml/finalize/{id}/"));
        assert_eq!(one.sso().map(Sso::acs_url), acs_url, "R4: {call:?}");
        assert!(one.managed_or_not_needs_sso(), "R14: {call:?}");
        // R16: the token is in nothing that is printed or stored.
        let shown = format!("{one:?}{}", String::from_utf8(one.to_json()).unwrap());
        assert!(self.issued.iter().all(|token| !shown.contains(token)), "R16: {call:?}");
        // R17-R19: the credentials are those that were verified last, and none else.
        match (&model.managed, one.sync_config()) {
            (Some(token), Ok(config)) => {
                assert_eq!(
                    (config.bearer_token.expose(), &*config.base_url.to_string()),
                    (token.as_str(), BASE_URL)
                );
                assert!(model.token_is_here, "R16: {call:?}");
            }
            (Some(_), Err(error)) => {
                assert!(
                    matches!(error, ApplicationError::TokenMissing) && !model.token_is_here,
                    "R19: {call:?}"
                );
            }
            (None, found) => assert!(matches!(found, Err(ApplicationError::NotActive)), "R18: {call:?}"),
        }
        // R12, R24, R31: the groups that are bound, and whether they are managed.
        let view = one.view(&directory);
        let bound: BTreeSet<&str> = view.groups().filter(|g| g.is_bound()).map(|g| g.id()).collect();
        let expected: BTreeSet<&str> = model.bound.iter().copied().filter(|id| *id != "gone").collect();
        assert_eq!(bound, expected, "R12: {call:?}");
        assert_eq!(view.has_group_management(), model.group_management, "R24, R31: {call:?}");
        assert_eq!(one.why("u1", &directory).is_ok(), !bound.is_empty(), "R12: {call:?}");
    }

    /// R38, R41: what was told of the integration, with an id for each event that no other has.
    fn hear(&mut self) -> Vec<(EventName, bool)> {
        let events: Vec<Event> = self.catalogue.events();
        for event in &events {
            assert!(self.seen.insert(event.id.clone()), "an id that was told before: {event:?}");
        }
        events
            .into_iter()
            .filter(|event| event.resource.is_none())
            .map(|event| (event.name, event.error.is_none()))
            .collect()
    }

    /// What a set-up is for: whoever stops here can put it to use, or is told what is missing.
    fn finish(&mut self) {
        let key = SigningKey::from_pem(KEY, CERTIFICATE).unwrap();
        let (has_sso, one) = (self.model.sso, self.catalogue.get("heap").unwrap());
        let mut have = Prerequisites::new(HeapPlan::Premier);
        have.heap_id = one.heap_id().cloned();
        (have.heap_administrator, have.idp_administrator, have.idp_sso_package) = (true, true, true);
        have.sso_configured = one.state().has_sso();
        assert_eq!(have.missing(Goal::IdentityManagement).is_empty(), has_sso.is_some(), "R8");
        match one.sign_on(key) {
            Ok(sign_on) => {
                // R6, R7: what is exported is what Heap takes.
                let settings = SsoSettings::new(&sign_on.certificate_pem(), one.idp_url()).unwrap();
                let heap_id = has_sso.unwrap().parse().unwrap();
                sign_on
                    .test_connection(&settings, &heap_id, "root@example.com", now(), &mut Seeded::new(5))
                    .unwrap();
            }
            Err(error) => assert!(matches!(error, ApplicationError::SsoNotConfigured) && has_sso.is_none()),
        }
    }
}

impl Application {
    fn managed_or_not_needs_sso(&self) -> bool {
        !self.state().has_identity_management() || self.state().has_sso() && self.sso().is_some()
    }
}

proptest! {
    #[test]
    fn no_order_of_calls_breaks_a_rule(
        is_managed in prop::bool::weighted(0.7),
        calls in prop::collection::vec(call(), 1..60),
    ) {
        let mut world = World::new();
        // Most of what can be done is done with an integration that works.
        let set_up = if is_managed { MANAGED } else { &[] };
        for call in set_up.iter().cloned().chain(calls) {
            let before = world.catalogue.get("heap").unwrap().state();
            let (done, expected) = world.make(&call);
            assert_eq!(done, expected.works, "{call:?} while {before:?}");
            assert_eq!(world.hear(), expected.told, "R38, R41: {call:?} while {before:?}");
            if world.model.deleted {
                assert!(world.catalogue.get("heap").is_none(), "R43");
                return Ok(());
            }
            assert!(world.catalogue.get("other").is_some(), "R43: {call:?}");
            world.check(&call);
        }
        world.finish();
    }
}
