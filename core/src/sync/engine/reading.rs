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
    messages::{self, Kind},
};
use crate::{
    sync::{
        listing::{Listing, Progress},
        state::{Account, Remote, Team},
    },
    wire::Request,
};

/// A reading under way: users, then groups where groups are managed (D7), then groups whose members were not told (F13).
#[derive(Debug)]
pub(super) struct Reading {
    kind: Kind,
    listing: Listing,
    accounts: Vec<Account>,
    teams: Vec<Team>,
    memberless: Vec<Team>,
    pub(super) attempts: Attempts,
}

/// What to do after a page.
enum Next {
    Finished,
    MoreToRead,
    Stopped(Stop),
}

impl Reading {
    pub(super) fn new() -> Self {
        Self {
            kind: Kind::User,
            listing: Listing::new(),
            accounts: Vec::new(),
            teams: Vec::new(),
            memberless: Vec::new(),
            attempts: Attempts::default(),
        }
    }

    fn into_remote(self) -> Remote {
        let mut remote = Remote::default();
        self.accounts.into_iter().for_each(|account| remote.put_account(account));
        self.teams.into_iter().for_each(|team| remote.put_team(team));
        remote
    }
}

impl Engine {
    pub(super) fn next_read(&self, reading: &Reading) -> (Task, Request) {
        match (reading.kind, reading.memberless.last()) {
            (Kind::Group, Some(team)) => (Task::ReadGroup, messages::read_group(&self.config, &team.id)),
            (kind, _) => {
                let request = messages::list(&self.config, kind, reading.listing.start_index());
                (Task::Page(kind), request)
            }
        }
    }

    /// Takes an answer to a read. Returns the reading if it goes on.
    pub(super) fn read(&mut self, mut reading: Reading, verdict: Verdict, now: Timestamp) -> Option<Reading> {
        let next = match verdict {
            Verdict::Done(response) => {
                let attempts = core::mem::take(&mut reading.attempts);
                match self.take_page(&mut reading, response.body()) {
                    Ok(next) => next,
                    Err(error) => {
                        reading.attempts = attempts;
                        self.read_later(&mut reading, error, None, now)
                    }
                }
            }
            Verdict::NotDone(error, at) => self.read_later(&mut reading, error, at, now),
            Verdict::Unknown(error) => self.read_later(&mut reading, error, None, now),
            Verdict::Token(error) => Next::Stopped(Stop::Token(error)),
            Verdict::Refused(error) | Verdict::Conflict(error) => Next::Stopped(Stop::Unreadable(error)),
            Verdict::Gone => Next::Stopped(Stop::Unreadable(
                "Heap answered 404; expected a SCIM service provider at the base URL (is the tenant's name right?)".into(),
            )),
        };
        match next {
            Next::MoreToRead => Some(reading),
            Next::Finished => {
                self.finish_reading(reading.into_remote(), now);
                None
            }
            Next::Stopped(stop) => {
                self.stop(stop, now);
                None
            }
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

    fn take_page(&self, reading: &mut Reading, body: &[u8]) -> Result<Next, String> {
        let unreadable = || NOT_A_LIST.to_string();
        if let (Kind::Group, Some(asked)) = (reading.kind, reading.memberless.last()) {
            let group = crate::scim::Group::from_slice(body).map_err(|error| error.to_string())?;
            let (team, has_members) = messages::team(group).ok_or_else(unreadable)?;
            if team.id != asked.id || !has_members {
                let reason = "Heap does not tell the members of its groups, so memberships cannot be compared; \
                              turn group management off";
                return Ok(Next::Stopped(Stop::Unreadable(reason.into())));
            }
            reading.memberless.pop();
            reading.teams.push(team);
            return Ok(if reading.memberless.is_empty() { Next::Finished } else { Next::MoreToRead });
        }
        let progress = match reading.kind {
            Kind::User => {
                let page = messages::accounts(&self.config, body).ok_or_else(unreadable)?;
                let progress =
                    reading.listing.page(page.total, page.items.iter().map(|item| item.id.as_str()));
                reading.accounts.extend(page.items);
                progress
            }
            Kind::Group => {
                let page = messages::teams(body).ok_or_else(unreadable)?;
                let progress =
                    reading.listing.page(page.total, page.items.iter().map(|(team, _)| team.id.as_str()));
                for (team, has_members) in page.items {
                    if has_members { &mut reading.teams } else { &mut reading.memberless }.push(team);
                }
                progress
            }
        };
        Ok(match progress {
            Err(error) => Next::Stopped(Stop::Unreadable(format!("{error}"))),
            Ok(Progress::More) => Next::MoreToRead,
            Ok(Progress::Again) => {
                match reading.kind {
                    Kind::User => reading.accounts.clear(),
                    Kind::Group => {
                        reading.teams.clear();
                        reading.memberless.clear();
                    }
                }
                Next::MoreToRead
            }
            Ok(Progress::Complete) => self.complete(reading),
        })
    }

    fn complete(&self, reading: &mut Reading) -> Next {
        if reading.kind == Kind::User && self.state.desired.has_group_management() {
            reading.kind = Kind::Group;
            reading.listing = Listing::new();
            return Next::MoreToRead;
        }
        if reading.memberless.is_empty() { Next::Finished } else { Next::MoreToRead }
    }
}
