//! One run: a driver with bad luck, then a quiet end.

use std::{collections::BTreeSet, rc::Rc};

use heap_identity::{
    scim::service::Kind,
    sync::{ChangedUserName, Config, Engine, Event, Outcome, Poll, Record, Review, Summary},
    wire::{Request, Secret},
};
use jiff::Timestamp;

use crate::{
    checker::Scene, directory::Directory, end::End, faults::Faults, random::Random, tenant::BASE,
    world::World,
};

/// How often the process is killed: one that is killed for ever never gets through a long list.
const CRASHES_MAX: usize = 300;
/// How often a run looks at the engine before it is taken for endless.
const POLLS_MAX: usize = 200_000;
/// How often the engine may wait in a row without doing anything, for each request that may be under way: until its answer is
/// given up, and until it would be repeated, when a change has made the step needless; and as often for a pause that Heap asks for.
const WAITS_MAX: usize = 2;

pub type Story<'s> = &'s mut dyn FnMut(&dyn Fn() -> String);

struct Run<'s> {
    world: World,
    directory: Directory,
    engine: Engine,
    config: Config,
    story: Story<'s>,
    seed: u64,
    waits: usize,
    polls: usize,
    rounds: usize,
    crashes: usize,
    /// Accounts that were deactivated since the last pause, if nothing was approved or changed since.
    deactivated: Option<BTreeSet<String>>,
    /// People whom Heap refuses, and groups that nobody can be put into for that (R23); and groups of which nobody can tell whether
    /// their creation came through (F39).
    foreign: BTreeSet<String>,
}

/// A run without the occurrences of these numbers. Returns how many there were, and what went wrong.
pub fn run(seed: u64, skipped: &Rc<BTreeSet<usize>>, story: Story<'_>) -> (usize, Result<(), String>) {
    let mut run = Run::new(seed, skipped, story);
    let result = run.troubled().and_then(|()| run.settled());
    (run.world.random.occurrences(), result)
}

impl<'s> Run<'s> {
    fn new(seed: u64, skipped: &Rc<BTreeSet<usize>>, story: Story<'s>) -> Self {
        let mut random = Random::new(seed, Rc::clone(skipped));
        let directory = Directory::random(&mut random);
        let mut config = Config::new(BASE, Secret::new("token".into())).unwrap();
        if random.chance(20) {
            config.guards = None;
        }
        if random.chance(10) {
            config.review = Review::Always;
        }
        if random.chance(25) {
            config.changed_user_name = ChangedUserName::Replace;
        }
        config.in_flight_max = 1 + random.below(4);
        config.page_size = [2, 100][random.below(2)];
        let world = World::new(random, &directory);
        let engine = Engine::new(config.clone(), &directory.snapshot(), seed);
        story(&|| format!("{:?}", world.tenant.traits));
        story(&|| {
            format!("{:?}, in flight {}, page {}", world.faults, config.in_flight_max, config.page_size)
        });
        story(&|| {
            format!(
                "policy {:?}, review {:?}, guards {}",
                config.changed_user_name,
                config.review,
                config.guards.is_some()
            )
        });
        for value in world.checker.before.values() {
            story(&|| format!("the tenant holds {value}"));
        }
        story(&|| {
            format!(
                "management {}; {:#?}\n{:#?}",
                directory.management,
                directory.groups.values(),
                directory.people.values()
            )
        });
        story(&|| format!("{:?}", directory.members));
        Self {
            world,
            directory,
            engine,
            config,
            story,
            seed,
            waits: 0,
            polls: 0,
            rounds: 0,
            crashes: 0,
            deactivated: Some(BTreeSet::new()),
            foreign: BTreeSet::new(),
        }
    }

    fn tell(&mut self, line: &dyn Fn() -> String) {
        let now = self.world.now;
        (self.story)(&|| format!("{now}  {}", line()));
    }

    /// Rounds of changes under faults.
    fn troubled(&mut self) -> Result<(), String> {
        let rounds = 1 + self.world.random.below(6);
        for _ in 0..rounds {
            self.rounds += 1;
            let summary = self.drive()?;
            self.decide(&summary)?;
            self.deactivated = Some(BTreeSet::new());
            for _ in 0..self.world.random.below(5) {
                self.happen();
            }
            if self.world.random.chance(30) {
                self.tell(&|| "reconcile".into());
                self.engine.reconcile();
            }
        }
        Ok(())
    }

    /// What a person does who finds the engine waiting.
    fn decide(&mut self, summary: &Summary) -> Result<(), String> {
        match &summary.outcome {
            Outcome::AwaitingApproval { digest, .. } => {
                if self.world.random.chance(30) {
                    self.happen();
                }
                if self.world.random.chance(75) {
                    let _world_has_moved = self.engine.approve(*digest);
                    self.deactivated = None;
                    self.tell(&|| format!("approve {digest}"));
                    self.rounds += 1;
                    let summary = self.drive()?;
                    return self.decide(&summary);
                }
                if self.world.random.chance(50) {
                    self.engine.dismiss();
                    self.tell(&|| "dismiss".into());
                }
            }
            Outcome::TokenRefused { .. } => {
                self.tell(&|| "a new token".into());
                self.reauthorise();
            }
            Outcome::Unreadable { .. } => self.engine.reconcile(),
            _ => {}
        }
        Ok(())
    }

    fn reauthorise(&mut self) {
        let token = || Secret::new(self.world.tenant.token.clone());
        self.config.bearer_token = token();
        self.engine.reauthorise(token()).unwrap();
    }

    fn happen(&mut self) {
        let changes = self.directory.happen(&mut self.world.random);
        self.deactivated = None;
        for change in changes {
            self.tell(&|| format!("in the directory: {change:?}"));
            self.engine.change(change);
        }
    }

    /// Polls until the engine is done, with whatever happens meanwhile.
    fn drive(&mut self) -> Result<Summary, String> {
        loop {
            self.polls += 1;
            if self.polls > POLLS_MAX {
                return Err("the engine never ends".into());
            }
            self.meanwhile()?;
            let now = self.world.now;
            self.world.polled();
            match self.engine.poll(now) {
                Poll::Persist(records) => {
                    self.persist(&records)?;
                    self.check_linked()?;
                }
                Poll::Send(out) => {
                    self.waits = 0;
                    self.check_sent(&out.request)?;
                    let (method, uri) = (out.request.method().clone(), out.request.uri().clone());
                    let body = String::from_utf8_lossy(out.request.body()).into_owned();
                    let id = out.id;
                    let fault = self.world.send(out)?;
                    self.tell(&|| format!("#{id} {method} {uri} {body} [{fault:?}]"));
                }
                Poll::WaitUntil(at) => self.wait(at, now)?,
                Poll::WaitForResponse { until } => self.wait(until, now)?,
                Poll::Done(summary) => {
                    self.waits = 0;
                    self.hear(None)?;
                    self.tell(&|| format!("done: {summary:?}"));
                    return self.stable(summary);
                }
            }
        }
    }

    fn stable(&mut self, summary: Summary) -> Result<Summary, String> {
        self.world.polled();
        match self.engine.poll(self.world.now) {
            Poll::Done(again) if again.outcome == summary.outcome && again.steps == 0 => Ok(summary),
            other => Err(format!("after {summary:?} the engine says {other:?}")),
        }
    }

    fn wait(&mut self, until: Timestamp, now: Timestamp) -> Result<(), String> {
        if until <= now {
            return Err(format!("at {now} the engine waits until {until}"));
        }
        self.waits += 1;
        if self.waits > WAITS_MAX * (self.config.in_flight_max + 1) {
            return Err(format!("the engine waits for the {}th time in a row, until {until}", self.waits));
        }
        if let Some(delivery) = self.world.advance(until)? {
            self.waits = 0;
            let shown = match &delivery.outcome {
                Ok(response) => response.status().to_string(),
                Err(failure) => format!("{failure:?}"),
            };
            self.tell(&|| format!("#{} answered {shown}", delivery.id));
            self.engine.receive(delivery.id, delivery.outcome, self.world.now);
            self.hear(Some(&delivery.request))?;
        }
        Ok(())
    }

    /// What the engine tells after an answer to a request.
    fn hear(&mut self, request: Option<&Request>) -> Result<(), String> {
        let events: Vec<Event> = self.engine.events().collect();
        for event in events {
            self.tell(&|| format!("told: {} {:?} {:?}", event.name.as_str(), event.resource, event.error));
            self.world.checker.told(&event, request, &self.world.tenant)?;
            let error = event.error.as_deref().unwrap_or_default();
            let is_foreign = error.contains("(R23)") || error.contains("another organisation");
            let is_empty = error.contains("none of the group's members has an account");
            let is_open = error.contains("one of them may be it");
            if let Some(resource) = event.resource.filter(|_| is_foreign || is_empty || is_open) {
                self.foreign.insert(resource.id);
            }
        }
        Ok(())
    }

    fn check_linked(&mut self) -> Result<(), String> {
        let (directory, engine, journal) = (&self.directory, &self.engine, &self.world.journal);
        let (policy, now) = (self.config.changed_user_name, self.world.now);
        let scene = Scene { directory, engine, journal, policy, now };
        self.world.checker.linked(&scene, &self.world.tenant)
    }

    fn check_sent(&mut self, request: &Request) -> Result<(), String> {
        let (directory, engine, journal) = (&self.directory, &self.engine, &self.world.journal);
        let (policy, now) = (self.config.changed_user_name, self.world.now);
        let scene = Scene { directory, engine, journal, policy, now };
        let checked = self.world.checker.sent(request, &scene, &self.world.tenant);
        let body = String::from_utf8_lossy(request.body()).into_owned();
        checked.map_err(|why| format!("{why}: {} {} {body}", request.method(), request.uri()))?;
        self.check_guard(request.uri().path(), &body)
    }

    /// D2, counted here: what is deactivated without approval stays within the limit.
    fn check_guard(&mut self, path: &str, body: &str) -> Result<(), String> {
        let is_deactivation =
            body.contains("\"path\":\"active\",\"value\":false") || body.contains("\"active\":false");
        let Some(deactivated) = self.deactivated.as_mut().filter(|_| is_deactivation) else { return Ok(()) };
        deactivated.insert(path.into());
        let ours = self.world.checker.made.len() + self.world.checker.adopted.len();
        let allowed = 10.max(ours / 10);
        if self.config.guards.is_some() && deactivated.len() > allowed {
            return Err(format!(
                "{} of at most {ours} are deactivated without approval (D2)",
                deactivated.len()
            ));
        }
        Ok(())
    }

    fn persist(&mut self, records: &[Record]) -> Result<(), String> {
        self.waits = 0;
        let lines: Vec<String> = records.iter().map(|record| record.as_line().to_string()).collect();
        self.tell(&|| format!("persist {lines:?}"));
        let crash_permille = self.world.faults.crash_permille * 2;
        if self.world.random.below(1000) < crash_permille && self.world.random.occurs() {
            let whole = self.world.random.below(lines.len());
            let torn = &lines[whole];
            let torn = torn.chars().take(self.world.random.below(torn.len())).collect();
            self.world.journal.extend(lines[..whole].iter().cloned());
            return self.crash(Some(torn));
        }
        self.world.journal.extend(lines);
        Ok(())
    }

    fn meanwhile(&mut self) -> Result<(), String> {
        let faults = &self.world.faults;
        let (crash, jump, change) = (faults.crash_permille, faults.jump_permille, faults.change_permille);
        let (hand, expiry) = (faults.hand_permille, faults.expiry_permille);
        let happens = |random: &mut Random, permille: usize| random.below(1000) < permille && random.occurs();
        if happens(&mut self.world.random, crash) {
            self.crash(None)?;
        }
        if happens(&mut self.world.random, jump) {
            let seconds = [-7200, -30, 30, 7200, -86_400 * 30][self.world.random.below(5)];
            if self.world.may_jump(seconds) {
                self.tell(&|| format!("the clock jumps by {seconds} s"));
                self.world.jump(seconds)?;
                self.waits = 0;
            }
        }
        if happens(&mut self.world.random, change) {
            self.happen();
            self.waits = 0;
        }
        if happens(&mut self.world.random, hand) {
            let what = self.world.other_hands(&self.directory)?;
            self.tell(&|| format!("other hands: {what}"));
        }
        if happens(&mut self.world.random, expiry) {
            self.tell(&|| "the token ends".into());
            self.world.tenant.renew_token(&mut self.world.random);
        }
        if crash > 0 && happens(&mut self.world.random, 5) {
            self.tell(&|| "the journal is compacted".into());
            self.world.journal = lines(&self.engine.compacted_journal());
        }
        Ok(())
    }

    fn crash(&mut self, torn: Option<String>) -> Result<(), String> {
        self.tell(&|| format!("crash, torn record {torn:?}"));
        self.crashes += 1;
        if self.crashes == CRASHES_MAX {
            self.world.faults.crash_permille = 0;
        }
        self.waits = 0;
        self.deactivated = Some(BTreeSet::new());
        self.world.crash()?;
        if self.world.random.chance(30) {
            let changes = self.directory.happen(&mut self.world.random);
            self.tell(&|| format!("in the directory meanwhile: {changes:?}"));
        }
        let loss = self.world.faults.loss_percent;
        if self.world.random.chance(loss) && self.world.random.occurs() {
            self.tell(&|| "the journal is lost".into());
            self.world.arrive_all()?;
            self.world.journal.clear();
            self.world.checker.journal_lost();
            self.engine = Engine::new(self.config.clone(), &self.directory.snapshot(), self.seed);
            return Ok(());
        }
        let records = self.world.journal.iter().cloned().chain(torn).map(Record::from_line);
        let seed = self.seed ^ self.crashes as u64;
        self.engine = Engine::resume(self.config.clone(), &self.directory.snapshot(), seed, records)
            .map_err(|error| format!("the journal cannot be resumed from: {error}"))?;
        if self.world.random.chance(50) && !self.world.journal.is_empty() {
            self.world.journal = lines(&self.engine.compacted_journal());
        }
        Ok(())
    }

    /// The faults end: one comparison brings both sides together, and a second one writes nothing.
    fn settled(&mut self) -> Result<(), String> {
        self.tell(&|| "the faults end".into());
        self.world.faults = Faults::none();
        let summary = self.drive()?;
        if matches!(summary.outcome, Outcome::TokenRefused { .. }) {
            self.reauthorise();
        }
        self.world.arrive_all()?;
        self.world.tenant.settle(self.world.now);
        self.foreign.clear();
        self.tell(&|| "the last comparison".into());
        let before = self.world.requests;
        let (summary, comparisons) = self.compared()?;
        // A person with an account in another organisation or in conflict, and each group that only such people would join.
        let failed = (self.foreign.len() + summary.conflicts) * (1 + self.directory.groups.len());
        if summary.outcome != Outcome::Finished || summary.failed > failed {
            return Err(format!("the last comparison ends with {summary:?}, and {failed} may fail (R23)"));
        }
        self.bounded("the last comparison", before, comparisons, self.steps_max())?;
        self.equal()?;
        self.world.tenant.settle(self.world.now);
        let (writes, before) = (self.world.writes, self.world.requests);
        self.tell(&|| "one comparison more".into());
        let (summary, _) = self.compared()?;
        if self.world.writes != writes || summary.outcome != Outcome::Finished {
            let plan = self.engine.plan().map(ToString::to_string).unwrap_or_default();
            let writes = self.world.writes - writes;
            return Err(format!("one comparison more writes {writes}, {:?}: {plan}", summary.outcome));
        }
        self.bounded("one comparison more", before, 1, self.foreign.len() * 2)?;
        self.equal()?;
        let all = (self.rounds + self.crashes + self.world.harmed + 4)
            * (self.pages() + self.steps_max() * 3 * self.world.tenant.traits.tries());
        if self.world.requests > all {
            return Err(format!("{} requests in all, and the bound is {all}", self.world.requests));
        }
        Ok(())
    }

    /// A comparison, approved where it asks. How many readings it took, at most.
    fn compared(&mut self) -> Result<(Summary, usize), String> {
        self.deactivated = Some(BTreeSet::new());
        self.engine.reconcile();
        let mut failed = 0;
        loop {
            let mut summary = self.drive()?;
            failed += summary.failed;
            if matches!(summary.outcome, Outcome::TokenRefused { .. }) {
                self.reauthorise();
                continue;
            }
            let Outcome::AwaitingApproval { digest, .. } = summary.outcome else {
                summary.failed = failed;
                return Ok((summary, 1));
            };
            self.engine.approve(digest).map_err(|error| format!("{error}"))?;
            self.deactivated = None;
        }
    }

    fn pages(&self) -> usize {
        let (tenant, checker) = (&self.world.tenant, &self.world.checker);
        let page = tenant.page_size.min(self.config.page_size as usize);
        let (users, groups) = (tenant.count(Kind::User), tenant.count(Kind::Group));
        // Groups that do not tell their members, and what of ours is not in a list, are read by themselves.
        let untold = if tenant.traits.tells_members() { 0 } else { groups };
        let is_left_out = checker.had_visitors || tenant.traits.is_late();
        let left_out = if is_left_out { checker.made.len() + checker.adopted.len() } else { 0 };
        // A page by index is refused plainly, and so three times, by who gives cursors alone.
        let refused = if tenant.traits.by_cursor { 3 } else { 0 };
        let pages =
            users.div_ceil(page).max(1) + groups.div_ceil(page).max(1) + 2 + untold + left_out + refused;
        if tenant.traits.variants.capabilities.throttle.is_some() { 2 * pages } else { pages }
    }

    /// The most writes that a comparison of everything can need: two for each account ever, chunks for each group.
    fn steps_max(&self) -> usize {
        let people = self.directory.names_ever.len();
        let members = self.world.tenant.traits.members_max.unwrap_or(100);
        2 * people + self.directory.group_names_ever.len() * (9 + 2 * people / members)
    }

    /// The stated bound: the pages of one reading, and for each step its write and one look through a whole list.
    fn bounded(&mut self, what: &str, before: usize, readings: usize, steps: usize) -> Result<(), String> {
        let (spent, pages) = (self.world.requests - before, self.pages());
        let bound = readings * pages + steps * (4 + pages) * self.world.tenant.traits.tries();
        if spent > bound {
            return Err(format!("{what} takes {spent} requests, and the bound is {bound}"));
        }
        Ok(())
    }

    fn equal(&mut self) -> Result<(), String> {
        let policy = self.config.changed_user_name;
        let World { tenant, checker, .. } = &self.world;
        checker.unmanaged_are_untouched(tenant)?;
        End::new(&self.directory, &self.engine, checker, policy, tenant).check(&self.foreign)
    }
}

fn lines(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| record.as_line().to_string()).collect()
}
