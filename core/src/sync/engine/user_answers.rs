//! What an answer means for a step about an account.

use alloc::{format, string::String, vec::Vec};

use http::StatusCode;
use jiff::Timestamp;

use super::{
    Engine, Stop,
    answer::{Confirmed, GARBLED, NO_ENDPOINT, Verdict},
    job::{UserChange, UserStage, Way},
    messages,
    running::Next,
    search::{Found, Search},
};
use crate::{
    scim::{User, service::Kind},
    sync::{
        event::{EventName, EventResource},
        plan::{Attribute, AttributeChange, UserStep, UserVerb, attributes},
        planted::{Bug, is_planted},
        state::{Account, State, resembles, same_role, same_user_name},
    },
    wire::Response,
};

const INACTIVE_STAYS: &str = "Heap accepted the change, but its answer shows that `active` did not follow; check what the token may do (F27)";
const GONE: &str = "the account is gone at Heap; the next comparison makes it anew (F12)";

impl Engine {
    pub(super) fn user_answer(
        &mut self,
        step: &UserStep,
        stage: UserStage,
        verdict: Verdict,
        now: Timestamp,
    ) -> Next<UserStage> {
        match (stage, verdict) {
            (stage, Verdict::Token(error)) => Next::Stopped(Stop::Token(error), stage),
            (UserStage::Create { without_role }, verdict) => self.user_created(step, without_role, verdict),
            (UserStage::Search(search), verdict) => self.user_searched(step, search, verdict.plain(), now),
            (UserStage::Change(change), verdict) if matches!(change.way, Way::Confirm) => {
                self.user_confirmed(change, verdict)
            }
            (UserStage::Change(change), verdict) => self.user_changed(step, change, verdict),
            (UserStage::Start, _) => Next::Ended(Ok(())),
        }
    }

    fn user_created(&mut self, step: &UserStep, without_role: bool, verdict: Verdict) -> Next<UserStage> {
        let has_role = role_of(&step.changes).is_some();
        match verdict {
            Verdict::NotInThisForm(_) if has_role && !without_role => {
                Next::Now(UserStage::Create { without_role: true })
            }
            Verdict::NotDone(error, at) => Next::Later(UserStage::Create { without_role }, error, at),
            Verdict::Done(response) => {
                let account = match self.shown(&response) {
                    Some(account) if self.is_made_for(step, &account) => account,
                    other => {
                        if other.is_some() {
                            self.learned.note_unlike(Kind::User, &step.person);
                        }
                        let error = "Heap answered with something that is not the new user".into();
                        return Next::Later(UserStage::Search(Search::new(None)), error, None);
                    }
                };
                self.learned.note_made(Kind::User);
                let is_left_out = without_role && has_role;
                let is_written =
                    |change: &&AttributeChange| !is_left_out || change.attribute != Attribute::Role;
                let is_shown = self.shows(&step.person, step.changes.iter().filter(is_written), &account);
                self.proofs.are_needed |= is_left_out || !is_shown;
                if is_left_out {
                    self.learned.note_untaken_role(&step.person);
                }
                let role = role_of(&step.changes).filter(|_| !is_left_out);
                self.take_account(step, account, &step.user_name, role);
                Next::Ended(Ok(()))
            }
            Verdict::Conflict(reason) => Next::Now(UserStage::Search(Search::new(Some(reason)))),
            Verdict::Gone => Next::Ended(Err(NO_ENDPOINT.into())),
            Verdict::Unknown(error) if is_planted(Bug::RetryWithoutLook) => {
                Next::Later(UserStage::Create { without_role }, error, None)
            }
            Verdict::Unknown(error) | Verdict::Missing(error) => {
                Next::Later(UserStage::Search(Search::new(None)), error, None)
            }
            Verdict::Refused(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => Next::Ended(Err(error)),
        }
    }

    /// Whether the answer to a creation shows the new account, and not somebody else's: it has the directory id or the name that was
    /// sent, or what a tenant that keeps no ids has made of that name.
    fn is_made_for(&self, step: &UserStep, account: &Account) -> bool {
        let State { desired, remote, .. } = &self.state;
        let is_anothers = || {
            let mut named = desired.with_user_name(&account.user_name);
            remote.account(&account.id).is_some() || named.any(|other| **other != *step.person)
        };
        account.external_id.as_deref() == Some(&*step.person)
            || same_user_name(&account.user_name, &step.user_name)
            || account.external_id.is_none()
                && resembles(&account.user_name, &step.user_name)
                && !is_anothers()
    }

    fn user_searched(
        &mut self,
        step: &UserStep,
        mut search: Search,
        verdict: Verdict,
        now: Timestamp,
    ) -> Next<UserStage> {
        match verdict {
            Verdict::Done(response) => {
                let page = messages::accounts(&self.config, response.body());
                match search.take_accounts(page, &step.user_name, &self.learned) {
                    Found::MoreToRead => Next::Now(UserStage::Search(search)),
                    Found::Unreadable(error) => Next::Later(UserStage::Search(search), error, None),
                    Found::These(accounts) => match &search.former {
                        Some(former) => self.user_found_under(former, &search, step, &accounts),
                        None => self.user_found(&search, step, accounts),
                    },
                }
            }
            Verdict::Refused(_) | Verdict::Gone | Verdict::Missing(_) | Verdict::Conflict(_)
                if search.uses_filter() =>
            {
                Next::Now(UserStage::Search(search.over_the_list(&self.learned)))
            }
            Verdict::NotDone(error, at) => Next::Later(UserStage::Search(search), error, at),
            Verdict::Unknown(error) | Verdict::Missing(error) => {
                Next::Later(UserStage::Search(search), error, None)
            }
            Verdict::Gone => self.lookup_failed(step, NO_ENDPOINT.into(), now),
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => self.lookup_failed(step, error, now),
        }
    }

    /// The end of a search for an account that may have been created (F08, F39, R23).
    fn user_found(&mut self, search: &Search, step: &UserStep, accounts: Vec<Account>) -> Next<UserStage> {
        let mut accounts = accounts.into_iter();
        match (accounts.next(), accounts.next()) {
            (None, _) => match &search.conflict {
                None => Next::Now(UserStage::Create { without_role: false }),
                Some(reason) => {
                    let error = format!(
                        "{reason}; no account with this user name is in this tenant: if the person has a Heap account in \
                         another organisation, it must be deleted there and made again here (R23)"
                    );
                    Next::Ended(Err(error))
                }
            },
            (Some(account), None) => {
                self.note_filter(search, Kind::User);
                if self.state.is_claimed_by_another(&step.person, &account) {
                    let error = "the account with this user name belongs to somebody else (D3)";
                    return Next::Ended(Err(error.into()));
                }
                let id = account.id.clone();
                self.take_account(step, account, &step.user_name, None);
                let changes = self.missing_changes(&step.person, &id);
                Next::Now(UserStage::change(id, changes))
            }
            (Some(_), Some(_)) => Next::Ended(Err(
                "several accounts at Heap have this user name (R22 makes such doubles)".into(),
            )),
        }
    }

    /// The end of a search under the name that a lost creation was sent with and the directory has changed since. What becomes
    /// of its account is R22's, and for the next plan.
    fn user_found_under(
        &mut self,
        former: &str,
        search: &Search,
        step: &UserStep,
        accounts: &[Account],
    ) -> Next<UserStage> {
        let Some(account) = self.left_for(&step.person, former, accounts.iter()).cloned() else {
            return Next::Now(UserStage::Create { without_role: false });
        };
        self.note_filter(search, Kind::User);
        self.take_account(step, account, former, None);
        self.state.desired.touch_person(&step.person);
        Next::Ended(Ok(()))
    }

    fn user_changed(&mut self, step: &UserStep, mut change: UserChange, verdict: Verdict) -> Next<UserStage> {
        let is_read = matches!(change.way, Way::Read);
        match verdict {
            Verdict::Done(response) if is_read => {
                let is_wanted = step.verb != UserVerb::Deactivate;
                match messages::changed_user(
                    &self.config,
                    &change.account,
                    is_wanted,
                    &change.changes,
                    &response,
                ) {
                    Some(whole) => {
                        Next::Now(UserStage::Change(UserChange { way: Way::Put(whole), ..change }))
                    }
                    None => Next::Later(UserStage::Change(change), GARBLED.into(), None),
                }
            }
            Verdict::Done(response) if messages::is_garbled(&response) => {
                change.way = change.way.again();
                Next::Later(UserStage::Change(change), GARBLED.into(), None)
            }
            Verdict::Done(response) => self.note_change(&step.person, &change, &response),
            Verdict::Gone if is_read || is_planted(Bug::NotFoundOnWriteIsGone) => {
                self.account_is_gone(&change)
            }
            Verdict::Gone => Next::Now(UserStage::Change(UserChange { way: Way::Confirm, ..change })),
            Verdict::Unsupported(_) if matches!(change.way, Way::Patch) => {
                self.learned.takes_no_patch = true;
                Next::Now(UserStage::Change(change))
            }
            Verdict::NotInThisForm(_) if !is_read && role_of(&change.changes).is_some() => {
                change.role_left_out = role_of(&change.changes);
                change.changes.retain(|change| change.attribute != Attribute::Role);
                change.way = change.way.again();
                if change.changes.is_empty() {
                    return Next::Ended(self.role_was_refused(&step.person, &change));
                }
                Next::Now(UserStage::Change(change))
            }
            // Replacing a value twice is replacing it once; a whole resource is read again before it is put back.
            Verdict::Unknown(error) | Verdict::Missing(error) | Verdict::Moved(error) => {
                change.way = change.way.again();
                Next::Later(UserStage::Change(change), error, None)
            }
            Verdict::NotDone(error, at) => {
                change.way = change.way.again();
                Next::Later(UserStage::Change(change), error, at)
            }
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error) => Next::Ended(Err(error)),
        }
    }

    fn user_confirmed(&mut self, mut change: UserChange, verdict: Verdict) -> Next<UserStage> {
        let shows_it =
            |response: &Response| self.shown(response).is_some_and(|shown| shown.id == change.account);
        match Confirmed::of(verdict, shows_it) {
            Confirmed::Gone => self.account_is_gone(&change),
            Confirmed::Later { is_there, error, at } => {
                if is_there {
                    change.way = Way::Patch;
                }
                Next::Later(UserStage::Change(change), error, at)
            }
            Confirmed::Refused(error) => Next::Ended(Err(error)),
        }
    }

    fn account_is_gone(&mut self, change: &UserChange) -> Next<UserStage> {
        self.lose_account(&change.account);
        // An account that is gone cannot be used any more: that is what a deactivation wants (F06).
        let is_deactivation = matches!(change.changes.as_slice(), [change] if is_deactivation(change));
        Next::Ended(if is_deactivation { Ok(()) } else { Err(GONE.into()) })
    }

    fn shown(&self, response: &Response) -> Option<Account> {
        messages::account(&self.config, User::from_slice(response.body()).ok()?)
    }

    /// What a found account lacks to be as the directory has the person.
    fn missing_changes(&self, person: &str, account: &str) -> Vec<AttributeChange> {
        let account = self.state.remote.account(account);
        let (Some(desired), Some(account)) = (self.state.desired.person(person), account) else {
            return Vec::new();
        };
        attributes(&desired.person, Some(account), !self.state.ledger.role_is_dropped)
    }

    /// Takes an account over into state, ledger and journal.
    ///
    /// Also where the directory no longer has the person: what was created is ours, and is deactivated by the next plan (R32).
    fn take_account(&mut self, step: &UserStep, account: Account, user_name: &str, role: Option<String>) {
        self.link_user(&step.person, &account.id, user_name, role);
        self.state.put_account(account);
    }

    /// Notes what a write did: as the answer shows it, else as it was sent (F14), and whether it took effect (F27).
    fn note_change(&mut self, person: &str, change: &UserChange, response: &Response) -> Next<UserStage> {
        let UserChange { account: id, changes, .. } = change;
        let Some(mut account) = self.state.remote.account(id).cloned() else { return Next::Ended(Ok(())) };
        for change in changes {
            match change.attribute {
                Attribute::Active => account.active = change.to.as_deref() == Some("true"),
                Attribute::FamilyName => account.family_name.clone_from(&change.to),
                Attribute::GivenName => account.given_name.clone_from(&change.to),
                Attribute::Role => account.role.clone_from(&change.to),
            }
        }
        let shown = self.shown(response).filter(|shown| shown.id == *id);
        let role = role_of(changes);
        let next = match &shown {
            Some(shown) if shown.active != account.active => Next::Ended(Err(INACTIVE_STAYS.into())),
            Some(shown) if self.shows(person, changes.iter(), shown) => Next::Ended(Ok(())),
            None if response.status() == StatusCode::NO_CONTENT => Next::Ended(Ok(())),
            _ => self.unproven(),
        };
        let is_shown = shown.is_some();
        let account = shown.unwrap_or(account);
        let user_name = account.user_name.clone();
        self.state.put_account(account);
        // What may not have been written at all says nothing of what the tenant does with roles.
        if role.is_some() && (is_shown || !matches!(next, Next::Unproven)) {
            self.link_user(person, id, &user_name, role);
        }
        match self.role_was_refused(person, change) {
            Ok(()) => next,
            refused => Next::Ended(refused),
        }
    }

    /// Whether an account is shown with what was written to it.
    fn shows<'c>(
        &mut self,
        person: &str,
        changes: impl Iterator<Item = &'c AttributeChange>,
        account: &Account,
    ) -> bool {
        let is_shown = |change: &AttributeChange| {
            let to = change.to.as_deref();
            match change.attribute {
                Attribute::Active => account.active == (to == Some("true")),
                Attribute::FamilyName => account.family_name.as_deref() == to,
                Attribute::GivenName => account.given_name.as_deref() == to,
                Attribute::Role => {
                    let is_kept = same_role(account.role.as_deref(), to);
                    self.learned.keeps_roles |= is_kept;
                    if !is_kept {
                        self.learned.note_untaken_role(person);
                    }
                    is_kept
                }
            }
        };
        // All are looked at: what the role shows is learned also where a name is not as it was written.
        changes.map(is_shown).filter(|is_shown| !is_shown).count() == 0
    }

    /// Notes that a change had to leave the role out, if it had to (D8).
    fn role_was_refused(&mut self, person: &str, change: &UserChange) -> Result<(), String> {
        let Some(role) = &change.role_left_out else { return Ok(()) };
        if self.learned.keeps_roles {
            return Err(format!(
                "Heap does not take the role `{role}` and keeps others; check that this tenant has it, and that roles may be changed \
                 there (D8)"
            ));
        }
        self.learned.note_untaken_role(person);
        self.proofs.are_needed = true;
        Ok(())
    }

    /// R39: looking a user up ran into a problem, which ends the step. Both were tried, and both are told (R41).
    fn lookup_failed(&mut self, step: &UserStep, error: String, now: Timestamp) -> Next<UserStage> {
        let resource = Some(EventResource::user(&step.person, &step.user_name));
        self.tell(EventName::UserLookupProvision, resource, 1, Some(error.clone()), now);
        Next::Ended(Err(error))
    }
}

fn role_of(changes: &[AttributeChange]) -> Option<String> {
    changes.iter().find(|change| change.attribute == Attribute::Role)?.to.clone()
}

fn is_deactivation(change: &AttributeChange) -> bool {
    change.attribute == Attribute::Active && change.to.as_deref() == Some("false")
}
