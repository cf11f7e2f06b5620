//! Both sides of the wire in one place: the identity provider's directory and catalogue, and an embedded Heap.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::{
    Engine, Event, Group, Person, Secret, SignOn, SigningKey, Snapshot, Tenant,
    connector::{Application, Catalogue, NotVerified, SignOnError, Verification, Verified},
    directory::Diff,
    drive,
    entropy::Seeded,
    heap::tenant::{LoginRefused, Session},
    scim::{Document, ListResponse, Patch, Path, User, client::Endpoint, service::Kind},
    sync::{InMemory, Outcome, Summary},
};
use jiff::Timestamp;

pub const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

/// The name of the one application of this story.
const NAME: &str = "heap";

pub struct World {
    /// The identity provider's directory: people by id, groups by id with their members.
    pub people: BTreeMap<String, Person>,
    pub groups: BTreeMap<String, (String, BTreeSet<String>)>,
    /// Its applications.
    pub catalogue: Catalogue,
    /// The other side.
    pub heap: Tenant,
    pub random: Seeded,
    /// What Directory Insights would show, in order.
    pub insights: Vec<Event>,
    engine: Option<(Engine, Snapshot)>,
}

impl World {
    /// Ann, Bob, Cat, Dan and Eve work here; Ann and Bob are analysts, Bob and Cat do growth, nobody is a trainee yet. Heap
    /// has been in use for a while, without SSO.
    pub fn new() -> Self {
        let person = |id: &str| Person {
            id: id.into(),
            user_name: format!("{id}@example.com"),
            given_name: Some(id.into()),
            family_name: Some("Example".into()),
            active: true,
            ..Person::default()
        };
        let group = |name: &str, members: &[&str]| {
            (name.to_string(), members.iter().map(|id| (*id).to_string()).collect())
        };
        Self {
            people: ["ann", "bob", "cat", "dan", "eve"].map(|id| (id.to_string(), person(id))).into(),
            groups: [
                ("analysts".into(), group("Analysts", &["ann", "bob", "eve"])),
                ("growth".into(), group("Growth", &["bob", "cat"])),
                ("trainees".into(), group("Trainees", &[])),
            ]
            .into(),
            catalogue: Catalogue::new(),
            heap: Tenant::new("acme".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1))),
            random: Seeded::new(2),
            insights: Vec::new(),
            engine: None,
        }
    }

    pub fn application(&mut self) -> &mut Application {
        self.catalogue.get_mut(NAME).unwrap()
    }

    /// The whole directory, as it is now.
    pub fn directory(&self) -> Snapshot {
        let mut builder = Snapshot::builder();
        let numbers: BTreeMap<&str, _> =
            self.people.iter().map(|(id, person)| (id.as_str(), builder.person(person).unwrap())).collect();
        for (id, (name, members)) in &self.groups {
            let group = builder.group(&Group { id: id.clone(), name: name.clone(), bound: false }).unwrap();
            members.iter().for_each(|member| builder.member(group, numbers[member.as_str()]));
        }
        builder.complete().unwrap()
    }

    /// The directory as the application sees it (R12, R24).
    pub fn view(&self) -> Snapshot {
        self.catalogue.get(NAME).unwrap().view(&self.directory())
    }

    pub fn bind(&mut self, groups: &[&str]) {
        let directory = self.directory();
        self.application().bind_groups(groups.iter().copied(), &directory).unwrap();
    }

    pub fn joins(&mut self, group: &str, person: &str) {
        self.groups.get_mut(group).unwrap().1.insert(person.into());
    }

    pub fn leaves(&mut self, group: &str, person: &str) {
        self.groups.get_mut(group).unwrap().1.remove(person);
    }

    pub fn person(&mut self, id: &str) -> &mut Person {
        self.people.get_mut(id).unwrap()
    }

    /// The identity provider's end of single sign-on, with its signing key.
    pub fn sign_on(&self) -> SignOn {
        let key = SigningKey::from_pem(
            include_str!("../vectors/keys/rsa2048.key.pem"),
            include_str!("../vectors/keys/rsa2048.cert.pem"),
        );
        self.catalogue.get(NAME).unwrap().sign_on(key.unwrap()).unwrap()
    }

    /// A user clicks the application's tile in the portal (R9).
    pub fn opens_heap_from_the_portal(&mut self, person: &str) -> Result<Session, String> {
        let response = self.sign_on().launch(&self.view(), person, NOW, &mut self.random).map_err(told)?;
        self.posts(&response.form_fields(None))
    }

    /// A user goes to Heap's login, and is sent to the identity provider and back (R10).
    pub fn logs_in_at_heap(&mut self, person: &str, page: &str) -> Result<Session, String> {
        let url = self.heap.begin_login(Some(page), NOW, &mut self.random).unwrap();
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, self.application().idp_url());
        let view = self.view();
        let answer = self.sign_on().answer(query, &view, person, NOW, &mut self.random).map_err(told)?;
        self.posts(&answer.response.form_fields(answer.relay_state.as_deref()))
    }

    /// The browser posts the form to Heap.
    fn posts(&mut self, fields: &[(&'static str, String)]) -> Result<Session, String> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.heap.finish_login(form.as_bytes(), NOW).map_err(|refused: LoginRefused| refused.to_string())
    }

    /// The identity provider verifies credentials against Heap (R18).
    pub fn verifies(&mut self, verification: Verification) -> Result<Verified, NotVerified> {
        let heap = &mut self.heap;
        let concluded = verification.run(|request| Ok(heap.handle(&request, NOW)), || NOW);
        assert!(concluded.left_over.is_empty());
        let found = self.application().conclude(concluded, NOW).unwrap();
        self.hears();
        found
    }

    /// Provisioning catches up with the directory: at first everything is compared, from then on each change is carried over (R27).
    pub fn synchronises(&mut self) -> Summary {
        let view = self.view();
        let (mut engine, before) = match self.engine.take() {
            Some(known) => known,
            None => {
                let config = self.application().sync_config().unwrap();
                (Engine::new(config, &view, 3), view.clone())
            }
        };
        Diff::between(&before, &view).changes().into_iter().for_each(|change| engine.change(change));
        let summary = self.drives(&mut engine);
        self.engine = Some((engine, view));
        summary
    }

    /// Everything is compared anew.
    pub fn compares_everything(&mut self) -> (Outcome, u64) {
        let (mut engine, view) = self.engine.take().unwrap();
        let before = engine.writes();
        engine.reconcile();
        let outcome = self.drives(&mut engine).outcome;
        let writes = engine.writes() - before;
        self.engine = Some((engine, view));
        (outcome, writes)
    }

    /// The engine goes on with the credentials that were verified last (R19).
    pub fn goes_on_with_the_new_token(&mut self) -> Outcome {
        let token = self.application().sync_config().unwrap().bearer_token;
        let (mut engine, view) = self.engine.take().unwrap();
        engine.reauthorise(token).unwrap();
        let outcome = self.drives(&mut engine).outcome;
        self.engine = Some((engine, view));
        outcome
    }

    fn drives(&mut self, engine: &mut Engine) -> Summary {
        let heap = &mut self.heap;
        let mut driver = InMemory::new(NOW, |request, now| Ok(heap.handle(&request, now)));
        let summary = drive(engine, &mut driver).unwrap();
        self.insights.extend(engine.events());
        summary
    }

    /// Takes what the applications have told.
    pub fn hears(&mut self) {
        self.insights.extend(self.catalogue.events());
    }

    /// Names of events and whether each worked, since `from`.
    pub fn told_since(&self, from: usize) -> Vec<(&'static str, bool)> {
        self.insights[from..].iter().map(|event| (event.name.as_str(), event.error.is_none())).collect()
    }

    /// `ann@example.com active`, in the order in which the accounts were made.
    pub fn accounts(&self) -> Vec<String> {
        self.heap.users().map(|user| format!("{} {}", name(&user), state(&user))).collect()
    }

    pub fn account(&self, user_name: &str) -> Document {
        self.heap.users().find(|user| name(user) == user_name).unwrap()
    }

    /// `Analysts: ann@example.com bob@example.com`, in the order in which the teams were made.
    pub fn teams(&self) -> Vec<String> {
        let names: BTreeMap<String, String> =
            self.heap.users().map(|user| (id(&user), name(&user).to_string())).collect();
        let line = |team: Document| {
            let members = team.get("members").and_then(|members| members.as_array()).cloned();
            let members = members.unwrap_or_default();
            let members: BTreeSet<&str> =
                members.iter().map(|member| names[member["value"].as_str().unwrap()].as_str()).collect();
            let line = format!("{}:", team.text("displayName").unwrap());
            members
                .into_iter()
                .fold(line, |line, member| format!("{line} {}", member.trim_end_matches("@example.com")))
        };
        self.heap.groups().map(line).collect()
    }

    pub fn team_id(&self, team: &str) -> String {
        id(&self.heap.groups().find(|group| group.text("displayName") == Some(team)).unwrap())
    }

    /// Somebody at Heap suspends an account, by its API.
    pub fn heap_suspends(&mut self, user_name: &str, token: &Secret) {
        let endpoint = Endpoint::new(self.heap.base_url(), token).unwrap();
        let patch = Patch::new().replace(Path::of("active"), false);
        let request = endpoint.modify(Kind::User, &id(&self.account(user_name)), &patch);
        assert!(self.heap.handle(&request, NOW).status().is_success());
    }

    /// All accounts, as the import reads them.
    pub fn lists_accounts(&mut self) -> ListResponse<User> {
        let config = self.application().sync_config().unwrap();
        let endpoint = Endpoint::new(&config.base_url.to_string(), &config.bearer_token).unwrap();
        let first = heap_identity::scim::client::Position::Index(1);
        let response = self.heap.handle(&endpoint.list(Kind::User, &first, 100, true), NOW);
        ListResponse::from_slice(response.body()).unwrap()
    }
}

fn told(refused: SignOnError) -> String {
    refused.to_string()
}

pub fn id(resource: &Document) -> String {
    resource.text("id").unwrap().to_string()
}

fn name(user: &Document) -> &str {
    user.text("userName").unwrap()
}

fn state(user: &Document) -> &'static str {
    if user.get("active") == Some(&true.into()) { "active" } else { "inactive" }
}
