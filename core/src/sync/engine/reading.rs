//! Reading the whole tenant before anything is compared with it.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;

use super::{
    Engine, Stop,
    answer::{Attempts, NOT_A_LIST, Verdict},
    flight::Task,
    learned::Learned,
    messages,
};
use crate::{
    scim::{
        Group, User,
        client::{Listing, NeverComplete, Progress},
        service::Kind,
    },
    sync::{
        plan::Digest,
        planted::{Bug, is_planted},
        state::{Account, Id, Knowledge, Remote, Team},
    },
    wire::Request,
};

/// How often a page of groups may fail before it is asked for without members (F35).
const FAILURES_WITH_MEMBERS: u32 = 2;

/// A resource that is read by itself, after the list.
#[derive(Debug)]
struct Single {
    id: Id,
    /// A team whose members the list did not tell (F13); `None` for what is ours and not in the list: lists may come late, and
    /// what is ours is gone only if its own address says so (F12).
    team: Option<Team>,
}

/// A reading under way: users, then groups where groups are managed (D7), each followed by what is read by itself.
#[derive(Debug)]
pub(super) struct Reading {
    kind: Kind,
    pub(super) listing: Listing,
    accounts: Vec<Account>,
    teams: Vec<Team>,
    singles: Vec<Single>,
    /// Teams whose members nothing told.
    untold: Vec<Team>,
    /// Whether any team told its members: then one that does not has none.
    tells: bool,
    /// Lists of groups leave members out, since they could not be read with them (F35).
    without_members: bool,
    pub(super) attempts: Attempts,
    /// What was approved of the plan that will be made, by who saw it before.
    pub(super) approved: Option<Digest>,
}

/// What to do after a page.
enum Next {
    Finished,
    MoreToRead,
    Stopped(Stop),
}

impl Reading {
    pub(super) fn new(learned: &Learned) -> Self {
        Self {
            kind: Kind::User,
            listing: learned.listing(),
            accounts: Vec::new(),
            teams: Vec::new(),
            singles: Vec::new(),
            untold: Vec::new(),
            tells: false,
            without_members: false,
            attempts: Attempts::default(),
            approved: None,
        }
    }

    pub(super) fn into_remote(self) -> Remote {
        let mut remote = Remote::default();
        remote.reserve(self.accounts.len());
        self.accounts.into_iter().for_each(|account| remote.put_account(account));
        self.teams.into_iter().for_each(|team| remote.put_team(team));
        let knowledge = if self.tells || is_planted(Bug::AbsentMembersAreNone) {
            Knowledge::Told
        } else {
            Knowledge::Nothing
        };
        self.untold.into_iter().for_each(|team| remote.put_team(Team { knowledge, ..team }));
        remote
    }

    fn take_teams(&mut self, teams: Vec<Team>) {
        for team in teams {
            if team.knowledge == Knowledge::Told {
                self.tells = true;
                self.teams.push(team);
            } else {
                self.singles.push(Single { id: team.id.clone(), team: Some(team) });
            }
        }
    }

    /// Takes a group that was read by itself.
    fn take_single(&mut self, team: Team) {
        let was_listed = self.singles.pop().is_some_and(|single| single.team.is_some());
        if team.knowledge == Knowledge::Told {
            self.tells = true;
            self.teams.push(team);
            return;
        }
        self.untold.push(team);
        if was_listed && !self.tells && !self.without_members {
            // Neither lists nor groups tell: no further group is asked.
            let (listed, rest) =
                core::mem::take(&mut self.singles).into_iter().partition(|one| one.team.is_some());
            let listed: Vec<Single> = listed;
            self.untold.extend(listed.into_iter().filter_map(|single| single.team));
            self.singles = rest;
        }
    }

    /// What was read of the list does not count.
    fn forget_list(&mut self) {
        match self.kind {
            Kind::User => self.accounts.clear(),
            Kind::Group => {
                self.teams.clear();
                self.singles.clear();
            }
        }
    }
}

impl Engine {
    pub(super) fn next_read(&self, reading: &Reading) -> (Task, Request) {
        let kind = reading.kind;
        match reading.singles.last().filter(|_| reading.listing.is_complete()) {
            Some(single) => (Task::Read(kind), messages::read(&self.endpoint, kind, &single.id)),
            None => {
                let position = reading.listing.position();
                let with_members = !reading.without_members;
                let request = messages::list(&self.endpoint, &self.config, kind, &position, with_members);
                (Task::Page(kind), request)
            }
        }
    }

    /// Takes an answer to a read. Returns the reading if it goes on.
    pub(super) fn read(&mut self, mut reading: Reading, verdict: Verdict, now: Timestamp) -> Option<Reading> {
        let is_single = reading.listing.is_complete();
        // The first page says whether there is such an endpoint at all.
        let may_be_there =
            if is_single { !reading.attempts.are_spent() } else { !reading.listing.is_at_start() };
        let next = match verdict.plain() {
            Verdict::Done(response) => {
                let taken = if is_single {
                    self.take_resource(&mut reading, response.body())
                } else {
                    self.take_page(&mut reading, response.body())
                };
                match taken {
                    Ok(next) => {
                        reading.attempts = Attempts::default();
                        next
                    }
                    Err(error) => self.read_later(&mut reading, error, None, now),
                }
            }
            Verdict::NotDone(error, at) => self.read_later(&mut reading, error, at, now),
            Verdict::Unknown(error) => {
                let is_page_of_groups = reading.kind == Kind::Group && !is_single;
                reading.without_members |=
                    is_page_of_groups && reading.attempts.failures >= FAILURES_WITH_MEMBERS;
                self.read_later(&mut reading, error, None, now)
            }
            Verdict::Token(error) => Next::Stopped(Stop::Token(error)),
            Verdict::Missing(error) if may_be_there => self.read_later(&mut reading, error, None, now),
            Verdict::Gone | Verdict::Missing(_) if is_single => {
                if let Some(single) = reading.singles.pop() {
                    self.forget_gone(reading.kind, &single.id);
                }
                self.after_list(&mut reading)
            }
            Verdict::Gone | Verdict::Missing(_) => Next::Stopped(Stop::Unreadable(
                "Heap answered 404; expected a SCIM service provider at the base URL (is the tenant's name right?)".into(),
            )),
            Verdict::Refused(error) | Verdict::Conflict(error) if !is_single => {
                self.page_refused(&mut reading, error)
            }
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => Next::Stopped(Stop::Unreadable(error)),
        };
        match next {
            Next::MoreToRead => Some(reading),
            Next::Finished => {
                self.finish_reading(reading, now);
                None
            }
            Next::Stopped(stop) => {
                self.reading_failed(stop, now);
                None
            }
        }
    }

    /// A page by index that is refused from the start may be one by cursor; a cursor that is refused has expired (RFC 9865).
    fn page_refused(&mut self, reading: &mut Reading, error: String) -> Next {
        if reading.listing.is_by_index() && reading.listing.is_at_start() && !self.learned.lists_by_cursor {
            self.learned.lists_by_cursor = true;
            reading.listing = self.learned.listing();
            return Next::MoreToRead;
        }
        if reading.listing.is_by_index() || reading.listing.is_at_start() {
            return Next::Stopped(Stop::Unreadable(error));
        }
        match reading.listing.again() {
            Ok(_) => {
                reading.forget_list();
                Next::MoreToRead
            }
            Err(_) => Next::Stopped(Stop::Unreadable(error)),
        }
    }

    fn read_later(
        &mut self,
        reading: &mut Reading,
        error: String,
        at: Option<Timestamp>,
        now: Timestamp,
    ) -> Next {
        if reading.attempts.are_spent() {
            return Next::Stopped(Stop::Unreadable(error));
        }
        reading.attempts.wait(at, now, &mut self.jitter);
        Next::MoreToRead
    }

    fn take_resource(&self, reading: &mut Reading, body: &[u8]) -> Result<Next, String> {
        const OTHER: &str = "Heap answered with another resource than was asked for";
        let asked = reading.singles.last().map(|single| &single.id);
        match reading.kind {
            Kind::User => {
                let user = User::from_slice(body).map_err(|error| error.to_string())?;
                let account = messages::account(&self.config, user);
                let account = account.filter(|account| Some(&account.id) == asked).ok_or(OTHER)?;
                reading.singles.pop();
                reading.accounts.push(account);
            }
            Kind::Group => {
                let group = Group::from_slice(body).map_err(|error| error.to_string())?;
                let team = messages::team(group).filter(|team| Some(&team.id) == asked);
                reading.take_single(team.ok_or(OTHER)?);
            }
        }
        Ok(self.after_list(reading))
    }

    fn take_page(&self, reading: &mut Reading, body: &[u8]) -> Result<Next, String> {
        let unreadable = || NOT_A_LIST.to_string();
        let progress = match reading.kind {
            Kind::User => {
                let page = messages::accounts(&self.config, body).ok_or_else(unreadable)?;
                let progress = reading.listing.page(
                    page.total,
                    page.next_cursor.as_deref(),
                    page.items.iter().map(|item| &*item.id),
                );
                reading.accounts.extend(page.items);
                progress
            }
            Kind::Group => {
                let page = messages::teams(body).ok_or_else(unreadable)?;
                let progress = reading.listing.page(
                    page.total,
                    page.next_cursor.as_deref(),
                    page.items.iter().map(|team| &*team.id),
                );
                reading.take_teams(page.items);
                progress
            }
        };
        Ok(self.after_page(reading, progress))
    }

    fn after_page(&self, reading: &mut Reading, progress: Result<Progress, NeverComplete>) -> Next {
        match progress {
            Err(error) => Next::Stopped(Stop::Unreadable(format!("{error}"))),
            Ok(Progress::More) if !is_planted(Bug::ShortPageIsEnd) => Next::MoreToRead,
            Ok(Progress::Again) => {
                reading.forget_list();
                Next::MoreToRead
            }
            Ok(Progress::Complete | Progress::More) => {
                // Pages may overlap: what was seen twice is asked for once.
                reading.singles.sort_by(|a, b| a.id.cmp(&b.id));
                reading.singles.dedup_by(|a, b| a.id == b.id);
                self.add_missing(reading);
                self.after_list(reading)
            }
        }
    }

    /// What is ours and not in the list.
    fn add_missing(&self, reading: &mut Reading) {
        if is_planted(Bug::UnlistedIsGone) {
            return;
        }
        let ledger = &self.state.ledger;
        let people = ledger.people().unordered().map(|(id, link)| (id, &link.remote));
        // A group that was let go may have been bound again meanwhile.
        let is_bound =
            |group: &Id| self.state.desired.group(group).is_some_and(|desired| desired.group.bound);
        let groups = ledger.groups().unordered().filter(|(id, link)| link.managed || is_bound(id));
        let groups = groups.map(|(id, link)| (id, &link.remote));
        let is_missing = |(_, remote): &(&Id, &Id)| !reading.listing.has(remote);
        let mut missing: Vec<(&Id, &Id)> = match reading.kind {
            Kind::User => people.filter(is_missing).collect(),
            Kind::Group => groups.filter(is_missing).collect(),
        };
        missing.sort_unstable();
        let singles = missing.into_iter().map(|(_, remote)| Single { id: remote.clone(), team: None });
        reading.singles.extend(singles.collect::<Vec<_>>());
    }

    /// What comes once the list is whole.
    fn after_list(&self, reading: &mut Reading) -> Next {
        if !reading.singles.is_empty() {
            return Next::MoreToRead;
        }
        if reading.kind == Kind::User && self.state.desired.has_group_management() {
            reading.kind = Kind::Group;
            reading.listing = self.learned.listing();
            return Next::MoreToRead;
        }
        Next::Finished
    }
}
