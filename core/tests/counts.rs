//! How many requests a run without faults takes, at the embedded tenant: counted against what two random directories differ in.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test panics where its world is not as it should be"
)]

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::{
    Config, Engine, Group, Person, Secret, Snapshot, Tenant,
    directory::Diff,
    drive,
    entropy::Seeded,
    heap::{Role, tenant::SsoSettings},
    limits::{SYNC_MEMBERS_PER_PATCH, SYNC_PAGE_SIZE},
    sync::{InMemory, Outcome, Record},
};
use jiff::Timestamp;

const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

/// People and groups that two directories may have, each in one of several states.
const PEOPLE: usize = 260;
const GROUPS: usize = 30;

/// A directory in the plainest form: names and members of what there is.
#[derive(Default)]
struct Directory {
    /// Active, and a number for the name.
    people: BTreeMap<usize, (bool, usize)>,
    /// Bound, a number for the name, and members.
    groups: BTreeMap<usize, (bool, usize, BTreeSet<usize>)>,
}

/// What a tenant holds of ours, by the rules alone: accounts, and the members of the groups that are there.
#[derive(Default)]
struct Held {
    accounts: BTreeMap<usize, (bool, usize)>,
    groups: BTreeMap<usize, Team>,
}

#[derive(Clone)]
struct Team {
    is_synced: bool,
    name: usize,
    members: BTreeSet<usize>,
}

#[derive(Debug, Default, Eq, PartialEq)]
struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    fn add(&mut self, name: &'static str, count: usize) {
        if count > 0 {
            *self.0.entry(name).or_default() += u64::try_from(count).unwrap();
        }
    }
}

fn below(dice: &mut Seeded, bound: usize) -> usize {
    usize::try_from(dice.next_u64() % u64::try_from(bound).unwrap()).unwrap()
}

impl Directory {
    /// Chance decides about everybody and everything anew, but what it does not touch stays as it was.
    fn next(&self, dice: &mut Seeded, percent: usize) -> Self {
        let mut next = Self::default();
        for id in 0..PEOPLE {
            let person = match self.people.get(&id) {
                known if below(dice, 100) >= percent => known.copied(),
                _ => (below(dice, 10) > 0).then(|| (below(dice, 8) > 0, below(dice, 3))),
            };
            next.people.extend(person.map(|person| (id, person)));
        }
        for id in 0..GROUPS {
            let mut group = match self.groups.get(&id) {
                known if below(dice, 100) >= percent => known.cloned(),
                _ => (below(dice, 8) > 0).then(|| {
                    let is_in = [1, 5, 40, 90][below(dice, 4)];
                    let members = (0..PEOPLE).filter(|_| below(dice, 100) < is_in).collect();
                    (below(dice, 8) > 0, below(dice, 3), members)
                }),
            };
            group.iter_mut().for_each(|(.., members)| members.retain(|id| next.people.contains_key(id)));
            next.groups.extend(group.map(|group| (id, group)));
        }
        next
    }

    fn has_access(&self, id: usize) -> bool {
        let is_held =
            || self.groups.values().any(|(is_bound, _, members)| *is_bound && members.contains(&id));
        self.people.get(&id).is_some_and(|(is_active, _)| *is_active) && is_held()
    }

    fn snapshot(&self) -> Snapshot {
        let mut builder = Snapshot::builder();
        let mut handles = BTreeMap::new();
        for (id, (active, name)) in &self.people {
            let (user_name, given_name) = (format!("u{id}@example.com"), Some(format!("Name {name}")));
            let person =
                Person { id: format!("u{id}"), user_name, active: *active, given_name, ..Person::default() };
            handles.insert(id, builder.person(&person).unwrap());
        }
        for (id, (bound, name, members)) in &self.groups {
            let (id, name) = (format!("g{id}"), format!("Team {id}, {name}"));
            let group = builder.group(&Group { id, name, bound: *bound }).unwrap();
            members.iter().for_each(|member| builder.member(group, handles[member]));
        }
        builder.complete().unwrap()
    }

    /// The writes that a tenant needs to become what this directory says; it is so afterwards.
    fn writes(&self, held: &mut Held) -> Counts {
        let mut writes = Counts::default();
        for id in 0..PEOPLE {
            let wanted = self.people.get(&id).filter(|_| self.has_access(id)).copied();
            match (held.accounts.get_mut(&id), wanted) {
                (None, Some(person)) => {
                    writes.add("create_user", 1);
                    held.accounts.insert(id, person);
                }
                (Some(account), Some(person)) if *account != person => {
                    writes.add("update_user", 1);
                    *account = person;
                }
                (Some((is_active, _)), None) if *is_active => {
                    writes.add("update_user", 1);
                    *is_active = false;
                }
                _ => {}
            }
        }
        for id in 0..GROUPS {
            let is_there = held.groups.contains_key(&id);
            match self.groups.get(&id) {
                None if held.groups.get(&id).is_some_and(|team| team.is_synced) => {
                    writes.add("delete_group", 1);
                    held.groups.remove(&id);
                }
                // R29: it stays as it is.
                Some((false, ..)) => {
                    held.groups.get_mut(&id).into_iter().for_each(|team| team.is_synced = false);
                }
                // R25, D6: suspended people make no group.
                Some((true, name, members)) if is_there || members.iter().any(|id| self.has_access(*id)) => {
                    let members = members.iter().filter(|id| held.accounts.contains_key(id)).copied();
                    let team = Team { is_synced: true, name: *name, members: members.collect() };
                    let before = held.groups.insert(id, team.clone());
                    write_group(&team, before, &mut writes);
                }
                _ => {}
            }
        }
        writes
    }
}

fn write_group(team: &Team, before: Option<Team>, writes: &mut Counts) {
    let chunks = |members: usize| members.div_ceil(SYNC_MEMBERS_PER_PATCH);
    match before {
        None => {
            writes.add("create_group", 1);
            writes.add("update_group", chunks(team.members.len()) - 1);
        }
        Some(before) => {
            let changed = before.members.symmetric_difference(&team.members).count();
            writes.add("update_group", chunks(changed).max(usize::from(before.name != team.name)));
        }
    }
}

struct World {
    tenant: Tenant,
    token: Secret,
    journal: Vec<Record>,
}

impl World {
    fn new() -> Self {
        let mut tenant =
            Tenant::new("acme".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
        let certificate = include_str!("vectors/keys/rsa2048.cert.pem");
        tenant.configure_sso(SsoSettings::new(certificate, "https://sso.jumpcloud.com/saml2/heap").unwrap());
        let token = tenant.enable_scim(Role::Consumer, &mut Seeded::new(2)).unwrap().bearer_token;
        Self { tenant, token, journal: Vec::new() }
    }

    fn engine(&self, directory: &Snapshot) -> Engine {
        let mut config = Config::new(self.tenant.base_url(), self.token.clone()).unwrap();
        config.guards = None;
        Engine::resume(config, directory, 7, self.journal.iter().cloned()).unwrap()
    }

    /// Drives the engine to its end; how many requests it sent of each kind since `before`.
    fn drive(&mut self, engine: &mut Engine) -> Counts {
        let before = engine.requests().clone();
        let mut driver = InMemory::new(NOW, |request, now| Ok(self.tenant.handle(&request, now)));
        let Ok(summary) = drive(engine, &mut driver);
        self.journal.append(&mut driver.journal);
        assert_eq!((summary.outcome, summary.failed, summary.conflicts), (Outcome::Finished, 0, 0));
        let mut counts = Counts::default();
        for (name, count) in engine.requests() {
            counts.add(name, usize::try_from(count - before.get(name).unwrap_or(&0)).unwrap());
        }
        counts
    }

    fn with_pages(&self, mut writes: Counts) -> Counts {
        let pages = |count: usize| count.div_ceil(usize::try_from(SYNC_PAGE_SIZE).unwrap()).max(1);
        writes.add("list_users", pages(self.tenant.users().count()));
        writes.add("list_groups", pages(self.tenant.groups().count()));
        writes
    }
}

#[test]
fn without_faults_each_change_is_one_write_reads_are_pages_and_a_second_run_writes_nothing() {
    for seed in 0..12 {
        let dice = &mut Seeded::new(seed);
        let (mut world, mut held) = (World::new(), Held::default());
        let first = Directory::default().next(dice, 100);
        let expected = world.with_pages(first.writes(&mut held));
        let mut engine = world.engine(&first.snapshot());
        assert_eq!(world.drive(&mut engine), expected, "seed {seed}: an empty tenant");

        // A comparison of everything, by a process that knows the journal alone.
        let second = first.next(dice, 30);
        let expected = world.with_pages(second.writes(&mut held));
        let mut engine = world.engine(&second.snapshot());
        assert_eq!(world.drive(&mut engine), expected, "seed {seed}: another directory");

        // The same by changes: nothing is read.
        let third = second.next(dice, 30);
        let expected = third.writes(&mut held);
        let changes = Diff::between(&second.snapshot(), &third.snapshot()).changes();
        changes.into_iter().for_each(|change| engine.change(change));
        assert_eq!(world.drive(&mut engine), expected, "seed {seed}: changes");

        engine.reconcile();
        let idle = world.with_pages(Counts::default());
        assert_eq!(world.drive(&mut engine), idle, "seed {seed}: a second run");
        let mut engine = world.engine(&third.snapshot());
        assert_eq!(world.drive(&mut engine), idle, "seed {seed}: a second run in another process");
    }
}
