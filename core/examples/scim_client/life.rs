//! The life of a user and of a group.

use ::http::StatusCode;
use heap_identity::{
    scim::{
        AttributePath, Document, Email, ErrorBody, Filter, Group, ListResponse, Member, Name, Patch, Path,
        User,
        client::{Endpoint, Filters, Listing, Profile, Progress, Writes},
        patch::Dialect,
        schema::ResourceType,
        service::Kind,
    },
    wire::{Request, Response},
};

use crate::http::Http;

/// What stands in the way of a step.
type Step<T> = Result<T, String>;

pub struct Life {
    endpoint: Endpoint,
    http: Http,
    profile: Profile,
    pub passed: usize,
    pub failed: usize,
}

impl Life {
    pub const fn new(endpoint: Endpoint, http: Http, profile: Profile) -> Self {
        Self { endpoint, http, profile, passed: 0, failed: 0 }
    }

    pub fn live(&mut self) {
        let Some(ann) = self.step("a user is created", |life| life.create_user("ann.life@example.org"))
        else {
            return;
        };
        let bob = self.step("a second user is created", |life| life.create_user("bob.life@example.org"));
        self.step("the same user name is refused", Self::conflict);
        self.step("the user is read", |life| {
            life.check_user(&ann, |user| user.user_name == "ann.life@example.org")
        });
        self.step("the user is found by name", |life| life.found_by_name(&ann));
        self.step("nobody is found by a name that nobody has", Self::nobody);
        let renamed = Patch::new().replace(Path::sub("name", "familyName"), "Renamed");
        self.step("the family name is changed", |life| life.change(Kind::User, &ann, &renamed));
        self.step("the new name is read", |life| {
            life.check_user(&ann, |user| family(user) == Some("Renamed"))
        });
        for (name, active) in [("deactivated", false), ("activated again", true)] {
            let patch = Patch::new().replace(Path::of("active"), active);
            self.step(&format!("the user is {name}"), |life| life.change(Kind::User, &ann, &patch));
            self.step(&format!("it is read as {name}"), |life| {
                life.check_user(&ann, |user| user.active == Some(active))
            });
        }
        self.step("the user is put whole", |life| life.put_user(&ann));
        self.step("every user is listed", |life| life.listed(&ann));
        if let Some(bob) = bob {
            self.group(&ann, &bob);
            self.step("the second user is deleted", |life| life.delete(Kind::User, &bob));
        }
        self.step("the user is deleted", |life| life.delete(Kind::User, &ann));
        self.step("the user is gone", |life| life.gone(Kind::User, &ann));
    }

    fn group(&mut self, ann: &str, bob: &str) {
        let Some(team) = self.step("a group is created with a member", |life| life.create_group(ann)) else {
            return;
        };
        self.step("the group has the member", |life| life.check_members(&team, &[ann]));
        let join = Patch::new().add_members([bob]);
        self.step("a member joins", |life| life.change(Kind::Group, &team, &join));
        self.step("both are members", |life| life.check_members(&team, &[ann, bob]));
        let leave = Patch::new().remove_members([ann]);
        self.step("a member leaves", |life| life.change(Kind::Group, &team, &leave));
        self.step("the other one stays", |life| life.check_members(&team, &[bob]));
        let rename = Patch::new().replace(Path::of("displayName"), "Life renamed");
        self.step("the group is renamed", |life| life.change(Kind::Group, &team, &rename));
        self.step("the new name is read and the member stays", |life| {
            life.check_members(&team, &[bob])?;
            let group = life.group_of(&team)?;
            (group.display_name == "Life renamed").then_some(()).ok_or_else(|| "it has another name".into())
        });
        self.step("the group is deleted", |life| life.delete(Kind::Group, &team));
        self.step("the group is gone", |life| life.gone(Kind::Group, &team));
    }

    fn step<T>(&mut self, name: &str, act: impl FnOnce(&mut Self) -> Step<T>) -> Option<T> {
        match act(self) {
            Ok(done) => {
                self.passed += 1;
                println!("ok    {name}");
                Some(done)
            }
            Err(reason) => {
                self.failed += 1;
                println!("FAIL  {name}: {reason}");
                None
            }
        }
    }

    fn send(&self, request: Request) -> Step<Response> {
        self.http.send(request).map_err(|error| error.to_string())
    }

    /// An answer of success.
    fn succeed(&self, request: Request) -> Step<Response> {
        let response = self.send(request)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let detail = ErrorBody::from_slice(response.body()).and_then(|body| body.detail).unwrap_or_default();
        Err(format!("{} {detail}", response.status()))
    }

    fn create_user(&self, user_name: &str) -> Step<String> {
        let mut user = User::new(user_name.into());
        user.name = Some(Name::of(Some("Ann".into()), Some("Life".into())));
        user.emails = Some(vec![Email::work(user_name.into())]);
        user.active = Some(true);
        self.created(Kind::User, user.to_vec())
    }

    fn create_group(&self, member: &str) -> Step<String> {
        let mut group = Group::new("Life".into());
        group.members = Some(vec![Member::new(member.into())]);
        let id = self.created(Kind::Group, group.to_vec())?;
        // Some accept members in a POST and do not keep them: what was written is read back (F27).
        self.change(Kind::Group, &id, &Patch::new().add_members([member]))?;
        Ok(id)
    }

    fn created(&self, kind: Kind, resource: Vec<u8>) -> Step<String> {
        let response = self.succeed(self.endpoint.create(kind, resource))?;
        if response.status() != StatusCode::CREATED {
            return Err(format!("the status is {}", response.status()));
        }
        let created = Document::from_slice(response.body()).map_err(|error| error.to_string())?;
        created.text("id").map(Into::into).ok_or_else(|| "there is no id".into())
    }

    fn conflict(&mut self) -> Step<()> {
        let user = User::new("ann.life@example.org".into());
        match self.send(self.endpoint.create(Kind::User, user.to_vec()))?.status() {
            StatusCode::CONFLICT => Ok(()),
            status => Err(format!("the status is {status}")),
        }
    }

    fn read(&self, kind: Kind, id: &str) -> Step<Vec<u8>> {
        self.succeed(self.endpoint.read(kind, id, &[])).map(Response::into_body)
    }

    fn check_user(&self, id: &str, is_right: impl Fn(&User) -> bool) -> Step<()> {
        let user = User::from_slice(&self.read(Kind::User, id)?).map_err(|error| error.to_string())?;
        if is_right(&user) {
            Ok(())
        } else {
            Err(format!("it is {}", String::from_utf8_lossy(&user.to_vec())))
        }
    }

    fn group_of(&self, id: &str) -> Step<Group> {
        Group::from_slice(&self.read(Kind::Group, id)?).map_err(|error| error.to_string())
    }

    fn check_members(&self, id: &str, expected: &[&str]) -> Step<()> {
        let members = self.group_of(id)?.members.unwrap_or_default();
        let mut ids: Vec<&str> = members.iter().map(|member| member.value.as_str()).collect();
        let mut expected = expected.to_vec();
        ids.sort_unstable();
        expected.sort_unstable();
        if ids == expected { Ok(()) } else { Err(format!("the members are {ids:?}, not {expected:?}")) }
    }

    /// In the way that the service provider takes.
    fn change(&self, kind: Kind, id: &str, patch: &Patch) -> Step<()> {
        let before = Document::from_slice(&self.read(kind, id)?).map_err(|error| error.to_string())?;
        let described = if kind == Kind::User { ResourceType::user() } else { ResourceType::group() };
        let mut after = before.clone();
        patch.apply(&mut after, &described, &Dialect::STRICT).map_err(|error| error.to_string())?;
        let mut refused = String::from("there is no way");
        for way in self.profile.ways() {
            let request =
                way.request(&self.endpoint, kind, &before, &after).map_err(|error| error.to_string())?;
            let Some(request) = request else { return Ok(()) };
            let response = self.send(request)?;
            if response.status().is_success() {
                return Ok(());
            }
            refused = format!("{way:?} is answered {}", response.status());
            if !Writes::is_refused_by(response.status()) {
                break;
            }
            println!("      {refused}");
        }
        Err(refused)
    }

    fn put_user(&self, id: &str) -> Step<()> {
        let mut user = User::from_slice(&self.read(Kind::User, id)?).map_err(|error| error.to_string())?;
        user.name = Some(Name::of(Some("Ann".into()), Some("Whole".into())));
        self.succeed(self.endpoint.replace(Kind::User, id, user.to_vec()))?;
        self.check_user(id, |user| family(user) == Some("Whole"))
    }

    fn named(&self, name: &str) -> Step<Vec<String>> {
        let filter = Filter::equals(AttributePath::of("userName"), name);
        let response = self.succeed(self.endpoint.find(Kind::User, &filter))?;
        ids(&response).map(|(_, _, ids)| ids)
    }

    fn found_by_name(&mut self, id: &str) -> Step<()> {
        let found = self.named("ann.life@example.org")?;
        if found != [id] {
            return Err(format!("{} were found", found.len()));
        }
        // The known account was found: from now on an empty answer is believed (F41).
        if self.profile.filters == Filters::Unproven {
            self.profile.filters = Filters::Proven;
        }
        Ok(())
    }

    fn nobody(&mut self) -> Step<()> {
        let found = self.named("nobody.life@example.org")?;
        match (found.is_empty(), self.profile.filters) {
            (true, Filters::Proven) => Ok(()),
            (empty, filters) => Err(format!("empty: {empty}, filters: {filters:?}")),
        }
    }

    /// Reads page by page until the list is whole (F33).
    fn listed(&self, id: &str) -> Step<()> {
        let mut listing = Listing::new();
        let mut seen = Vec::new();
        loop {
            let request = self.endpoint.list(Kind::User, &listing.position(), 1, true);
            let (total, next, ids) = ids(&self.succeed(request)?)?;
            seen.extend(ids.clone());
            let progress = listing.page(total, next.as_deref(), ids.iter().map(String::as_str));
            match progress.map_err(|error| error.to_string())? {
                Progress::Complete => break,
                Progress::Again => seen.clear(),
                Progress::More => {}
            }
        }
        if seen.iter().any(|one| one == id) { Ok(()) } else { Err("the user is not among them".into()) }
    }

    fn delete(&self, kind: Kind, id: &str) -> Step<()> {
        self.succeed(self.endpoint.delete(kind, id)).map(drop)
    }

    fn gone(&self, kind: Kind, id: &str) -> Step<()> {
        match self.send(self.endpoint.read(kind, id, &[]))?.status() {
            StatusCode::NOT_FOUND => Ok(()),
            status => Err(format!("the status is {status}")),
        }
    }
}

fn family(user: &User) -> Option<&str> {
    user.name.as_ref()?.family_name.as_deref()
}

fn ids(response: &Response) -> Step<(u64, Option<String>, Vec<String>)> {
    let list: ListResponse<Document> =
        ListResponse::from_slice(response.body()).map_err(|error| error.to_string())?;
    let ids = list.resources.iter().filter_map(|one| one.text("id").map(Into::into)).collect();
    Ok((list.total_results, list.next_cursor, ids))
}
