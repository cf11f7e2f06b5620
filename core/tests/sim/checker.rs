//! What must hold at each request, judged by the directory, the tenant and the durable journal alone.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::{
    scim::service::Kind,
    sync::{ChangedUserName, Engine, Event, EventName, TransportFailure},
    wire::{Request, Response},
};
use http::{Method, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    directory::{Directory, folded},
    tenant::Tenant,
    world::Outcome,
};

/// How long a request to wait is followed.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(3600);

#[derive(Debug, Default)]
pub struct Checker {
    /// What the tenant holds that was not made by us, as it was when others last changed something, by id.
    pub before: BTreeMap<String, Value>,
    /// Whose account or group it is, by its id at the tenant, for all that were made by us.
    pub made: BTreeMap<String, String>,
    /// Accounts and groups that were not made by us and became ours.
    pub adopted: BTreeSet<String>,
    /// Who ever held an account.
    pub held: BTreeMap<String, BTreeSet<String>>,
    /// Creations whose outcome the engine cannot know, by resource type and directory id.
    unresolved: BTreeSet<(Kind, String)>,
    quiet_until: Option<Timestamp>,
    /// Whether others have changed anything, and the members of which groups.
    pub had_visitors: bool,
    pub visited_teams: BTreeSet<String>,
    /// What a group was called, also before others renamed it.
    team_names_ever: BTreeMap<String, BTreeSet<String>>,
    /// What was made before the journal was lost.
    pub orphans: BTreeSet<String>,
    /// Orphans that a first contact has given to another person or group of the same name (D3, R26).
    pub passed_on: BTreeSet<String>,
    /// What a write arrived for, or made, after its answer was given up.
    pub late: BTreeSet<String>,
    hands: usize,
}

/// What a check may look at.
pub struct Scene<'s> {
    pub directory: &'s Directory,
    pub engine: &'s Engine,
    pub journal: &'s [String],
    pub policy: ChangedUserName,
    pub now: Timestamp,
}

pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The resource type and the id of a path below the base URL.
pub fn route(request: &Request) -> (Kind, Option<String>) {
    let path = request.uri().path();
    let kind = if path.contains("/Users") { Kind::User } else { Kind::Group };
    let id = path.rsplit_once('/').map(|(_, id)| id).filter(|id| !["Users", "Groups"].contains(id));
    (kind, id.map(Into::into))
}

impl Checker {
    pub fn new(tenant: &Tenant) -> Self {
        let mut checker = Self::default();
        checker.refresh(tenant);
        checker
    }

    fn refresh(&mut self, tenant: &Tenant) {
        let all = tenant.all(Kind::User).into_iter().chain(tenant.all(Kind::Group));
        let all = all.map(|one| (text(&one, "id").to_string(), one));
        let all: Vec<_> = all.collect();
        for (id, group) in all.iter().filter(|(_, one)| one["displayName"].is_string()) {
            self.team_names_ever.entry(id.clone()).or_default().insert(text(group, "displayName").into());
        }
        self.before = all.into_iter().filter(|(id, _)| !self.made.contains_key(id)).collect();
    }

    /// Others have changed something at Heap.
    pub fn by_other_hands(&mut self, tenant: &Tenant, team: Option<String>) {
        (self.had_visitors, self.hands) = (true, self.hands + 1);
        self.visited_teams.extend(team);
        self.refresh(tenant);
    }

    /// The journal is lost: what was ours is found again by the rules of a first contact, or not.
    pub fn journal_lost(&mut self) {
        self.orphans.extend(self.made.keys().cloned());
        self.orphans.extend(self.adopted.iter().cloned());
    }

    /// R33: what was there before and did not become ours is as it was; what became ours keeps its address (F37).
    pub fn unmanaged_are_untouched(&self, tenant: &Tenant) -> Result<(), String> {
        for (id, before) in &self.before {
            let is_group = before["displayName"].is_string();
            let kind = if is_group { Kind::Group } else { Kind::User };
            let is_ours = self.adopted.contains(id);
            let Some(now) = tenant.one(kind, id) else {
                if is_ours && is_group {
                    continue;
                }
                return Err(format!("it is gone: {before}"));
            };
            if !is_ours && *before != now {
                return Err(format!("R33: {before} became {now}"));
            }
            for attribute in ["userName", "externalId", "title"] {
                if before[attribute] != now[attribute] {
                    return Err(format!("F37: {before} became {now}"));
                }
            }
        }
        Ok(())
    }

    pub fn clock_jumped(&mut self) {
        self.quiet_until = None;
    }

    pub fn crashed(&mut self) {
        self.quiet_until = None;
    }

    /// Looks at what the engine takes for its own: also an adoption that writes nothing follows the rules.
    pub fn linked(&mut self, scene: &Scene<'_>, tenant: &Tenant) -> Result<(), String> {
        for person in scene.directory.names_ever.keys() {
            let Some(account) = scene.engine.account_of(person) else { continue };
            self.find_again(account, person);
            let is_new = self.held.entry(account.into()).or_default().insert(person.clone());
            if !is_new || self.made.contains_key(account) || self.adopted.contains(account) {
                continue;
            }
            let Some(shown) = tenant.one(Kind::User, account) else { continue };
            self.adoption(&shown, &[person], scene)?;
            self.adopted.insert(account.into());
        }
        for group in scene.directory.group_names_ever.keys() {
            let Some(team) = scene.engine.team_of(group) else { continue };
            self.find_again(team, group);
            if self.made.contains_key(team) || self.adopted.contains(team) {
                continue;
            }
            let Some(shown) = tenant.one(Kind::Group, team) else { continue };
            self.take_over(team, &shown, Some(group), scene)?;
        }
        Ok(())
    }

    /// What was made before the journal was lost is somebody's again.
    fn find_again(&mut self, id: &str, holder: &String) {
        if self.orphans.remove(id) && self.made.get(id).is_some_and(|owner| owner != holder) {
            self.passed_on.insert(id.into());
        }
    }

    /// R26, D3: of the same name and nobody else's, or with the directory id.
    fn take_over(
        &mut self,
        team: &str,
        shown: &Value,
        holder: Option<&String>,
        scene: &Scene<'_>,
    ) -> Result<(), String> {
        let external = shown["externalId"].as_str();
        let names = &scene.directory.group_names_ever;
        let is_named = |group: &String| {
            external.map_or_else(
                || self.team_names_ever.get(team).is_some_and(|ever| !ever.is_disjoint(&names[group])),
                |external| external == group,
            )
        };
        if !holder.is_some_and(is_named) {
            return Err(format!("the unmanaged group {shown} is written (R33); linked to {holder:?}"));
        }
        self.adopted.insert(team.into());
        Ok(())
    }

    /// The engine sends a request.
    pub fn sent(&mut self, request: &Request, scene: &Scene<'_>, tenant: &Tenant) -> Result<(), String> {
        if let Some(until) = self.quiet_until.filter(|until| scene.now < *until) {
            return Err(format!(
                "Retry-After is not followed: {} at {}, quiet until {until}",
                request.method(),
                scene.now
            ));
        }
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        match (request.method().clone(), route(request)) {
            (Method::GET, _) => Ok(()),
            (Method::POST, (kind, None)) => self.creation(kind, &body, scene),
            (Method::PATCH | Method::PUT, (Kind::User, Some(account))) => {
                self.account(&account, &body, scene, tenant)
            }
            (method, (Kind::Group, Some(team))) => self.team(&method, &team, scene, tenant),
            (method, _) => Err(format!("nobody asked for {method} {}", request.uri())),
        }
    }

    fn creation(&mut self, kind: Kind, body: &Value, scene: &Scene<'_>) -> Result<(), String> {
        let id = text(body, "externalId").to_string();
        let directory = scene.directory;
        if kind == Kind::User && !directory.is_wanted(&id) {
            return Err(format!("{id} gets an account although no rule gives access (R12, D6)"));
        }
        if kind == Kind::Group {
            if !directory.management {
                return Err(format!("group {id} is created while groups are not managed (R31)"));
            }
            if !directory.groups.get(&id).is_some_and(|group| group.bound) {
                return Err(format!("group {id} is created although it is not bound (R27, R29)"));
            }
        }
        if !has_open_intent(scene.journal, kind, &id) {
            return Err(format!("{id} is created before its intent is stored (D12)"));
        }
        if !self.unresolved.insert((kind, id.clone())) {
            return Err(format!("{id} is created again without a look after an unknown outcome (F39)"));
        }
        Ok(())
    }

    fn account(
        &mut self,
        account: &str,
        body: &Value,
        scene: &Scene<'_>,
        tenant: &Tenant,
    ) -> Result<(), String> {
        let Some(shown) = tenant.one(Kind::User, account) else { return Ok(()) };
        let holders: Vec<&String> = scene
            .directory
            .names_ever
            .keys()
            .filter(|id| scene.engine.account_of(id) == Some(account))
            .collect();
        if !self.made.contains_key(account) && !self.adopted.contains(account) {
            self.adoption(&shown, &holders, scene)?;
            self.adopted.insert(account.into());
        }
        for (path, value) in written(body) {
            match (path.as_str(), &value) {
                ("active", Value::Bool(true)) if shown["active"] == true => {}
                ("active", Value::Bool(false)) if shown["active"] == false => {}
                ("active", Value::Bool(true)) => {
                    if !holders.iter().any(|id| scene.directory.is_wanted(id)) {
                        return Err(format!(
                            "{} becomes active although no rule gives access",
                            shown["userName"]
                        ));
                    }
                }
                ("active", Value::Bool(false)) => {
                    if let Some(person) = self.kept_active(account, &shown, &holders, scene) {
                        return Err(format!("{person} is deactivated although the rules keep them active"));
                    }
                }
                ("name.givenName" | "name.familyName" | "role", _) => {}
                // Put back whole: as it was.
                ("title", _) if body["Operations"].is_null() => {}
                (path, value) if shown[path] == *value || ["name", "schemas", "id"].contains(&path) => {}
                (path, value) => return Err(format!("`{path}` of an account is written: {value}")),
            }
        }
        Ok(())
    }

    /// D3: nobody else's, with the user name of somebody whom a bound group held.
    fn adoption(&self, shown: &Value, holders: &[&String], scene: &Scene<'_>) -> Result<(), String> {
        let name = folded(text(shown, "userName"));
        let external = shown["externalId"].as_str();
        let may = |person: &String| {
            let is_named = scene.directory.names_ever[person].contains(&name);
            let is_held = scene.directory.ever_bound.contains(person) || external == Some(person.as_str());
            let is_free = external.is_none_or(|external| external == person);
            (is_named || external == Some(person.as_str())) && is_held && is_free
        };
        // Somebody's first, and before anything was stored that of whoever was hired again in their place: both links are in the
        // journal, and the first one is judged. Nothing tells what others made with the directory id of an open intent from ours.
        let earlier = scene.journal.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut earlier = earlier.filter(|record| record["link"]["remote"] == shown["id"]);
        if holders.iter().any(|person| may(person))
            || earlier.any(|record| record["person"].as_str().is_some_and(|person| may(&person.into())))
        {
            return Ok(());
        }
        Err(format!("the unmanaged account {shown} is written (R33); linked to {holders:?}"))
    }

    /// Whose access a deactivation of the account would take away against the rules.
    fn kept_active<'d>(
        &self,
        account: &str,
        shown: &Value,
        holders: &[&'d String],
        scene: &Scene<'d>,
    ) -> Option<&'d String> {
        let directory = scene.directory;
        let name = folded(text(shown, "userName"));
        let has_name = |id: &String| folded(&directory.people[id].user_name) == name;
        let is_theirs = |id: &String| {
            if holders.contains(&id) {
                return true;
            }
            let has_another = scene.engine.account_of(id).is_some();
            // Made for them: theirs, unless another took its place (R22).
            self.made.get(account) == Some(id)
                && !self.orphans.contains(account)
                && !self.passed_on.contains(account)
                && (!has_another || has_name(id) && scene.policy == ChangedUserName::Report)
        };
        directory.people.keys().filter(|id| directory.is_wanted(id)).find(|id| is_theirs(id))
    }

    /// Whether nobody else of the directory ever held the account.
    pub fn is_free(&self, account: &str, id: &str, directory: &Directory) -> bool {
        let held = self.held.get(account).into_iter().flatten();
        held.filter(|other| *other != id).all(|other| !directory.people.contains_key(other))
    }

    fn team(
        &mut self,
        method: &Method,
        team: &str,
        scene: &Scene<'_>,
        tenant: &Tenant,
    ) -> Result<(), String> {
        let Some(shown) = tenant.one(Kind::Group, team) else { return Ok(()) };
        let directory = scene.directory;
        if !directory.management {
            return Err(format!(
                "group {} is written while groups are not managed (R31)",
                shown["displayName"]
            ));
        }
        let names = &directory.group_names_ever;
        let holder = names.keys().find(|group| scene.engine.team_of(group) == Some(team));
        if !self.made.contains_key(team) && !self.adopted.contains(team) {
            self.take_over(team, &shown, holder, scene)?;
        }
        let group = holder.and_then(|id| directory.groups.get(id));
        match (*method == Method::DELETE, group) {
            (true, Some(group)) => Err(format!("group {} is deleted, and the directory has it", group.id)),
            (true, None) => Ok(()),
            (false, Some(group)) if group.bound => Ok(()),
            (false, group) => Err(format!("{group:?} is written as {shown} and is not bound (R29)")),
        }
    }

    /// What a request that arrives is about, as it is before.
    pub fn before_arrival(&self, request: &Request, tenant: &Tenant) -> Option<Value> {
        let (kind, id) = route(request);
        (request.method() == Method::PUT).then(|| tenant.one(kind, &id?)).flatten()
    }

    /// A request has reached the tenant.
    pub fn arrived(
        &mut self,
        request: &Request,
        response: &Response,
        before: Option<Value>,
        tenant: &Tenant,
    ) -> Result<(), String> {
        let (kind, id) = route(request);
        if let (Some(before), Some(now)) = (before, id.and_then(|id| tenant.one(kind, &id))) {
            if before["title"] != now["title"] {
                return Err(format!("F22: an update is lost: {before} became {now}"));
            }
        }
        if request.method() != Method::POST || response.status() != 201 {
            return Ok(());
        }
        let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let made: Value = serde_json::from_slice(response.body()).unwrap();
        let owner = text(&asked, "externalId").to_string();
        for (id, _) in self.made.iter().filter(|(_, of)| **of == owner) {
            let Some(other) = tenant.one(kind, id) else { continue };
            let same_name = match kind {
                Kind::User => folded(text(&other, "userName")) == folded(text(&made, "userName")),
                Kind::Group => other["displayName"] == made["displayName"],
            };
            let is_orphan = self.orphans.contains(id) || self.passed_on.contains(id);
            let is_lost = self.visited_teams.contains(id) || is_orphan && other["externalId"] != owner;
            if same_name || kind == Kind::Group && !is_lost {
                return Err(format!("{owner} has two of {kind:?}: {other} and {made}"));
            }
        }
        self.made.insert(text(&made, "id").into(), owner);
        Ok(())
    }

    /// A request has reached the tenant after its answer was given up.
    pub fn arrived_late(&mut self, request: &Request, response: &Response) {
        if request.method() != Method::GET && response.status().is_success() {
            let made: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            self.late.extend(route(request).1.or_else(|| made["id"].as_str().map(Into::into)));
        }
    }

    /// What an event says of a request that was answered must be so (R41).
    pub fn told(&self, event: &Event, request: Option<&Request>, tenant: &Tenant) -> Result<(), String> {
        let Some((kind, Some(id))) = request.map(route) else { return Ok(()) };
        let shown = tenant.one(kind, &id);
        match (event.name, event.error.as_deref()) {
            (EventName::UserDeprovision, None)
                if self.hands == 0
                    && !self.late.contains(&id)
                    && shown.is_some_and(|user| user["active"] == true) =>
            {
                Err(format!("{id} is said to be deactivated and is active"))
            }
            (EventName::GroupDeleteProvision, Some(error))
                if tenant.one(kind, &id).is_none() && !error.starts_with("given up") =>
            {
                Err(format!("group {id} is gone, and its deletion is said to have failed: {error} (F06)"))
            }
            _ => Ok(()),
        }
    }

    /// The engine is handed an answer, or learns that there is none.
    pub fn answered(&mut self, request: &Request, outcome: &Outcome, is_in_time: bool, now: Timestamp) {
        if !is_in_time {
            return;
        }
        self.note_wait(outcome, now);
        let (kind, id) = route(request);
        let is_done = |response: &Response| {
            response.status().is_success() && serde_json::from_slice::<Value>(response.body()).is_ok()
        };
        match (request.method(), outcome) {
            (&Method::POST, Err(TransportFailure::NotSent)) => self.resolve(kind, request),
            (&Method::POST, Ok(response)) if is_done(response) || response.status().is_client_error() => {
                self.resolve(kind, request);
            }
            (&Method::GET, Ok(response)) if is_done(response) && id.is_none() => {
                self.unresolved.retain(|(of, _)| *of != kind);
            }
            _ => {}
        }
    }

    fn resolve(&mut self, kind: Kind, request: &Request) {
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        self.unresolved.remove(&(kind, text(&body, "externalId").to_string()));
    }

    fn note_wait(&mut self, outcome: &Outcome, now: Timestamp) {
        let Ok(response) = outcome else { return };
        if ![429, 503].contains(&response.status().as_u16()) {
            return;
        }
        let Some(value) = response.headers().get(header::RETRY_AFTER) else { return };
        let value = value.to_str().unwrap();
        let at = match value.parse::<i64>() {
            Ok(seconds) => now.checked_add(SignedDuration::from_secs(seconds)).unwrap(),
            Err(_) => jiff::fmt::rfc2822::parse(value).unwrap().timestamp(),
        };
        let at = at.min(now.checked_add(LONGEST_WAIT).unwrap());
        self.quiet_until = self.quiet_until.max(Some(at));
    }
}

/// What a write of an account writes, by path: operations of a PATCH, or the attributes of what is put back whole.
fn written(body: &Value) -> Vec<(String, Value)> {
    if let Some(operations) = body["Operations"].as_array() {
        return operations
            .iter()
            .map(|operation| (text(operation, "path").to_string(), operation["value"].clone()))
            .collect();
    }
    body.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether the durable journal says that a creation was intended and not that it has an outcome.
fn has_open_intent(journal: &[String], kind: Kind, id: &str) -> bool {
    let (key, intent, linked) = match kind {
        Kind::User => ("person", "user_intent", "user_linked"),
        Kind::Group => ("group", "group_intent", "group_linked"),
    };
    let quoted = format!("\"{id}\"");
    let lines = journal.iter().filter(|line| line.contains(&quoted));
    let records = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut kinds =
        records.filter(|record| record[key] == id).map(|record| text(&record, "record").to_string());
    let last = kinds.rfind(|kind| kind == intent || kind == linked);
    last.is_some_and(|last| last == intent)
}
