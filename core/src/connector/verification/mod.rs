//! Whether a base URL and a token work (R18, R19), found out as JumpCloud does it: discovery, an authenticated list, a test
//! user and a test group that are made and removed again. Requests out, answers in; one at a time.

mod found;
#[cfg(test)]
mod tests;

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt::Write, mem};

use http::StatusCode;
use jiff::Timestamp;

pub use found::{NotVerified, Unreachable, Verified};

use super::identity_management::Credentials;
use crate::{
    entropy::{Entropy, Seeded},
    scim::{
        Document, ErrorBody, Group, ListResponse, Member, Name, Patch, Path, User,
        client::{Endpoint, Position},
        service::Kind,
    },
    sync::{Event, EventName, EventResource},
    wire::{Request, Response, Secret},
};

/// How far a verification goes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scope {
    /// It also makes a test user and a test group, and removes them again.
    #[default]
    Everything,
    /// It reads only: nothing is made at Heap, and nothing is known about writing.
    ReadOnly,
}

/// What the driver does next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Exchange {
    /// It is over: for [`Application::conclude`](super::Application::conclude).
    Done(Concluded),
    /// Send this, and give what came of it to [`Verification::receive`].
    Send(Request),
}

/// A verification that is over. Only a [`Verification`] makes one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Concluded {
    /// What was found.
    pub found: Result<Verified, NotVerified>,
    /// Test resources that are, or may be, still at Heap, by id or else by name: an administrator must remove them.
    pub left_over: Vec<String>,
    pub(super) credentials: Credentials,
    /// What the administrator attempts (R38).
    pub(super) attempt: EventName,
    pub(super) begun: Begun,
    pub(super) events: Vec<Event>,
}

/// Which application's verification it is, and which one of that application's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Begun {
    pub(super) application: String,
    /// The application's revision when it was begun.
    pub(super) revision: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Discover,
    ListUsers,
    ListGroups,
    MakeUser,
    FindUser,
    MakeGroup,
    FindGroup,
    RemoveGroup,
    RemoveUser,
    DeactivateUser,
    Over,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Discover => "asking what the service provider can do",
            Self::ListUsers => "listing users",
            Self::ListGroups => "listing groups",
            Self::MakeUser => "making a test user",
            Self::FindUser => "looking for the test user",
            Self::MakeGroup => "making a test group",
            Self::FindGroup => "looking for the test group",
            Self::RemoveGroup => "removing the test group",
            Self::RemoveUser => "removing the test user",
            Self::DeactivateUser => "making the test user inactive",
            Self::Over => "nothing",
        }
    }

    /// The event of what it makes or takes away (R39, R40, D13).
    const fn made(self) -> Option<EventName> {
        match self {
            Self::MakeUser | Self::FindUser => Some(EventName::UserCreateProvision),
            Self::MakeGroup | Self::FindGroup => Some(EventName::GroupCreateProvision),
            Self::RemoveGroup => Some(EventName::GroupDeleteProvision),
            Self::RemoveUser => Some(EventName::UserDeleteProvision),
            Self::DeactivateUser => Some(EventName::UserDeprovision),
            Self::Discover | Self::ListUsers | Self::ListGroups | Self::Over => None,
        }
    }
}

/// How many lost answers to what it makes or removes a verification stands before it gives up.
const LOST_MAX: u8 = 3;

/// Credentials that are being verified.
#[derive(Debug)]
pub struct Verification {
    credentials: Credentials,
    endpoint: Endpoint,
    attempt: EventName,
    groups: bool,
    scope: Scope,
    begun: Begun,
    test_name: String,
    step: Step,
    user: Option<String>,
    group: Option<String>,
    verified: Verified,
    failure: Option<NotVerified>,
    left_over: Vec<String>,
    /// How often an answer to making or removing something was lost.
    lost: u8,
    /// Whether what is being made may be there already.
    is_doubtful: bool,
    event_ids: Seeded,
    events: Vec<Event>,
}

impl Verification {
    pub(super) fn new(
        credentials: Credentials,
        attempt: EventName,
        groups: bool,
        scope: Scope,
        begun: Begun,
        entropy: &mut dyn Entropy,
    ) -> Self {
        let mut random = [0; 8];
        entropy.fill(&mut random);
        let mut test_name = String::from("heap-identity-test-");
        for byte in random {
            // Writing to a String does not fail.
            let _ = write!(test_name, "{byte:02x}");
        }
        // Without a token nothing is let in, and the answer says so.
        let endpoint = Endpoint::checked(
            credentials.base_url.clone(),
            &credentials.token.clone().unwrap_or_else(|| Secret::new(String::new())),
        );
        Self {
            credentials,
            endpoint,
            attempt,
            groups,
            scope,
            begun,
            test_name,
            step: Step::Discover,
            user: None,
            group: None,
            verified: Verified::default(),
            failure: None,
            left_over: Vec::new(),
            lost: 0,
            is_doubtful: false,
            event_ids: Seeded::new(u64::from_le_bytes(random)),
            events: Vec::new(),
        }
    }

    /// What to do now. Until an answer was received, it is the same request again; once it is over, it is over for good.
    pub fn poll(&mut self) -> Exchange {
        match self.request() {
            Some(request) => Exchange::Send(request),
            None => Exchange::Done(self.conclusion()),
        }
    }

    /// Takes what came of the request of the last [`Self::poll`]; what comes after the end changes nothing.
    pub fn receive(&mut self, outcome: Result<Response, Unreachable>, now: Timestamp) {
        match outcome {
            _ if self.step == Step::Over => {}
            Ok(response) => self.answered(&response, now),
            Err(reason) => self.unanswered(reason, now),
        }
    }

    /// The whole exchange, for a driver that blocks.
    ///
    /// ```
    /// # use heap_identity::{connector::{Credentials, Unreachable, Application, Details, Scope}, entropy::Seeded, wire::Secret};
    /// # let now = "2026-03-01T10:00:00Z".parse()?;
    /// # let mut application = Application::new("heap", Details::new("Heap"), None)?;
    /// # application.save_sso("12345".parse()?)?;
    /// let credentials = Credentials::new("https://heapanalytics.com/scim/v2/acme", Secret::new("token".into()))?;
    /// let verification = application.activate(credentials, Scope::Everything, &mut Seeded::new(1), now)?;
    /// let concluded = verification.run(|_request| Err(Unreachable::Dns), || now);
    /// let reason = application.conclude(concluded, now)?.unwrap_err();
    /// assert!(reason.to_string().contains("cannot be resolved"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(
        mut self,
        mut send: impl FnMut(Request) -> Result<Response, Unreachable>,
        mut now: impl FnMut() -> Timestamp,
    ) -> Concluded {
        loop {
            match self.poll() {
                Exchange::Send(request) => {
                    let outcome = send(request);
                    self.receive(outcome, now());
                }
                Exchange::Done(concluded) => return concluded,
            }
        }
    }

    fn conclusion(&mut self) -> Concluded {
        Concluded {
            found: self.failure.clone().map_or_else(|| Ok(self.verified.clone()), Err),
            left_over: self.left_over.clone(),
            credentials: self.credentials.clone(),
            attempt: self.attempt,
            begun: self.begun.clone(),
            events: mem::take(&mut self.events),
        }
    }

    fn answered(&mut self, response: &Response, now: Timestamp) {
        let status = response.status();
        // Something was done or not: an answer of nobody's, or of somebody who broke down, does not say. Whoever cannot do it at all
        // does (501, RFC 9110 15.6.2).
        let is_open = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
        match self.judge(response) {
            Err(reason) if is_open || status.is_success() => self.unsettled(reason, now),
            Err(reason) => self.fail(reason, now),
            Ok(()) => self.succeed(now),
        }
    }

    fn unanswered(&mut self, reason: Unreachable, now: Timestamp) {
        let error = NotVerified::Unreachable { step: self.step.name(), reason };
        match reason {
            Unreachable::Dns | Unreachable::Tls => self.fail(error, now),
            Unreachable::Connection | Unreachable::TimedOut => self.unsettled(error, now),
        }
    }

    /// What may have been made all the same is looked for, so that nothing is left behind; to remove a thing twice does no harm.
    fn unsettled(&mut self, reason: NotVerified, now: Timestamp) {
        let next = match self.step {
            Step::MakeUser => Step::FindUser,
            Step::MakeGroup => Step::FindGroup,
            Step::RemoveGroup | Step::RemoveUser | Step::DeactivateUser => self.step,
            _ => return self.fail(reason, now),
        };
        self.is_doubtful = next != self.step;
        self.lost = self.lost.saturating_add(1);
        if self.lost > LOST_MAX {
            return self.fail(reason, now);
        }
        self.step = next;
    }

    fn succeed(&mut self, now: Timestamp) {
        let is_missing = match self.step {
            Step::FindUser => self.user.is_none(),
            Step::FindGroup => self.group.is_none(),
            _ => false,
        };
        // What was made and is found was an attempt that worked (R41); that the look-up works is nobody's news (R39).
        if !is_missing {
            // Names of groups are not unique: what an empty list did not show may stand beside the one that was made again (F41).
            if mem::take(&mut self.is_doubtful) && self.step == Step::MakeGroup {
                self.left_over.push(self.test_name.clone());
            }
            self.tell(self.step.made(), None, now);
        }
        self.step = self.after_success();
    }

    /// What an answer says about the step: noted where it is good, the reason where it is not.
    fn judge(&mut self, response: &Response) -> Result<(), NotVerified> {
        let (step, status) = (self.step, response.status());
        let name = step.name();
        match step {
            // Discovery is optional in practice: a service provider without it is judged by the steps after it.
            Step::Discover if matches!(status, StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED) => Ok(()),
            Step::ListGroups | Step::MakeGroup
                if matches!(
                    status,
                    StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
                ) =>
            {
                Err(NotVerified::GroupsUnsupported { status })
            }
            Step::ListUsers if status == StatusCode::NOT_FOUND => {
                Err(NotVerified::WrongTenant { step: name })
            }
            Step::RemoveGroup | Step::RemoveUser | Step::DeactivateUser
                if status == StatusCode::NOT_FOUND =>
            {
                Ok(())
            }
            _ if status.is_success() => self.read(response),
            Step::RemoveUser
                if matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) =>
            {
                self.verified.deletes_users = Some(false);
                Err(refusal(name, response))
            }
            _ => Err(refusal(name, response)),
        }
    }

    fn read(&mut self, response: &Response) -> Result<(), NotVerified> {
        let not_scim = NotVerified::NotScim { step: self.step.name(), status: response.status() };
        let body = response.body();
        match self.step {
            Step::Discover => {
                let document = Document::from_slice(body).map_err(|_| not_scim.clone())?;
                document.get("schemas").map(|_| ()).ok_or(not_scim)
            }
            Step::ListUsers => ListResponse::<User>::from_slice(body).map(|_| ()).map_err(|_| not_scim),
            Step::ListGroups => {
                ListResponse::<Group>::from_slice(body).map_err(|_| not_scim)?;
                self.verified.groups = Some(true);
                Ok(())
            }
            Step::MakeUser => {
                self.user = Some(User::from_slice(body).ok().and_then(|user| user.id).ok_or(not_scim)?);
                Ok(())
            }
            Step::MakeGroup => {
                self.group = Some(Group::from_slice(body).ok().and_then(|group| group.id).ok_or(not_scim)?);
                Ok(())
            }
            Step::FindUser => {
                let list = ListResponse::<User>::from_slice(body).map_err(|_| not_scim)?;
                let ours = list.resources.into_iter().find(|user| user.user_name == self.user_name());
                self.user = ours.and_then(|user| user.id);
                Ok(())
            }
            Step::FindGroup => {
                let list = ListResponse::<Group>::from_slice(body).map_err(|_| not_scim)?;
                let ours = list.resources.into_iter().find(|group| group.display_name == self.test_name);
                self.group = ours.and_then(|group| group.id);
                Ok(())
            }
            Step::RemoveUser => {
                self.verified.deletes_users = Some(true);
                Ok(())
            }
            // It is inactive, and still there.
            Step::DeactivateUser => {
                self.left_over.extend(self.user.take());
                Ok(())
            }
            Step::RemoveGroup | Step::Over => Ok(()),
        }
    }

    fn after_success(&self) -> Step {
        let makes = self.scope == Scope::Everything;
        match self.step {
            Step::Discover => Step::ListUsers,
            Step::ListUsers if self.groups => Step::ListGroups,
            Step::ListUsers | Step::ListGroups if makes => Step::MakeUser,
            Step::MakeUser if self.groups => Step::MakeGroup,
            // It was not made: the answer that was lost said nothing new.
            Step::FindUser if self.user.is_none() => Step::MakeUser,
            Step::FindUser if self.groups => Step::MakeGroup,
            Step::FindGroup if self.group.is_none() => Step::MakeGroup,
            Step::MakeGroup | Step::FindGroup => Step::RemoveGroup,
            Step::MakeUser | Step::FindUser | Step::RemoveGroup => Step::RemoveUser,
            Step::ListUsers | Step::ListGroups | Step::RemoveUser | Step::DeactivateUser | Step::Over => {
                Step::Over
            }
        }
    }

    /// Notes why it failed, and goes on with removing what was made.
    fn fail(&mut self, reason: NotVerified, now: Timestamp) {
        if self.step == Step::FindUser {
            self.tell(Some(EventName::UserLookupProvision), Some(&reason), now);
        }
        self.tell(self.step.made(), Some(&reason), now);
        if mem::take(&mut self.is_doubtful) {
            let is_user = matches!(self.step, Step::MakeUser | Step::FindUser);
            self.left_over.push(if is_user { self.user_name() } else { self.test_name.clone() });
        }
        self.step = match self.step {
            // What cannot be removed is told, and does not make good credentials bad.
            Step::RemoveGroup => {
                self.left_over.extend(self.group.take());
                Step::RemoveUser
            }
            Step::RemoveUser => Step::DeactivateUser,
            Step::DeactivateUser => {
                self.left_over.extend(self.user.take());
                Step::Over
            }
            _ => {
                self.failure.get_or_insert(reason);
                if self.group.is_some() {
                    Step::RemoveGroup
                } else if self.user.is_some() {
                    Step::RemoveUser
                } else {
                    Step::Over
                }
            }
        };
    }

    /// An event for an attempt, about the test user or the test group.
    fn tell(&mut self, name: Option<EventName>, error: Option<&NotVerified>, now: Timestamp) {
        let Some(name) = name else { return };
        let resource = match self.step {
            Step::MakeGroup | Step::FindGroup | Step::RemoveGroup => {
                EventResource::group(&self.test_name, &self.test_name)
            }
            _ => EventResource::user(&self.test_name, &self.user_name()),
        };
        let event = Event::new(self.event_ids.next_u64(), name, now, error.map(ToString::to_string));
        self.events.push(Event { resource: Some(resource), ..event });
    }

    fn user_name(&self) -> String {
        // A domain that belongs to nobody (RFC 2606 2): no message can reach a stranger.
        format!("{}@example.com", self.test_name)
    }

    fn request(&self) -> Option<Request> {
        let (endpoint, first) = (&self.endpoint, Position::Index(1));
        let (user, group) = (self.user.as_deref(), self.group.as_deref());
        Some(match self.step {
            Step::Discover => endpoint.service_provider_config(),
            Step::ListUsers => endpoint.list(Kind::User, &first, 1, true),
            Step::ListGroups => endpoint.list(Kind::Group, &first, 1, true),
            Step::MakeUser => endpoint.create(Kind::User, self.test_user()),
            Step::FindUser => endpoint.find_named(Kind::User, &self.user_name()),
            Step::MakeGroup => endpoint.create(Kind::Group, self.test_group()),
            Step::FindGroup => endpoint.find_named(Kind::Group, &self.test_name),
            Step::RemoveGroup => endpoint.delete(Kind::Group, group?),
            Step::RemoveUser => endpoint.delete(Kind::User, user?),
            Step::DeactivateUser => {
                endpoint.modify(Kind::User, user?, &Patch::new().replace(Path::of("active"), false))
            }
            Step::Over => return None,
        })
    }

    fn test_user(&self) -> Vec<u8> {
        let mut user = User::new(self.user_name());
        user.active = Some(true);
        user.name = Some(Name::of(Some("Test".into()), Some("User".into())));
        user.to_vec()
    }

    fn test_group(&self) -> Vec<u8> {
        let mut group = Group::new(self.test_name.clone());
        group.members = Some(self.user.iter().cloned().map(Member::new).collect());
        group.to_vec()
    }
}

/// Why a request was refused, from its status.
fn refusal(step: &'static str, response: &Response) -> NotVerified {
    let status = response.status();
    match status.as_u16() {
        401 => NotVerified::TokenRefused { step },
        403 => NotVerified::Forbidden { step },
        429 | 500 | 502..=599 => NotVerified::Unavailable { step, status },
        _ => match ErrorBody::from_slice(response.body()) {
            Some(body) => {
                let scim_type = body.kind().and_then(|kind| kind.scim_type()).unwrap_or("-").into();
                NotVerified::Refused { step, status, scim_type }
            }
            None => NotVerified::NotScim { step, status },
        },
    }
}
