//! Finding out what a service provider can do: a few reads, one after the other, whose answers are the evidence.

use alloc::{string::String, vec::Vec};

use http::StatusCode;

use super::{Declared, Endpoint, Evidence, Filters, Finding, Pages, Position, Profile, Writes};
use crate::{
    scim::{AttributePath, Document, Error, ErrorBody, ErrorKind, Filter, ListResponse, service::Kind, text},
    wire::{Request, Response},
};

/// A `userName` that no account has (RFC 2606: `.invalid` is nobody's).
const STRANGER: &str = "nobody-has-this-name@probe.invalid";

/// What is asked next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Question {
    Configuration,
    ResourceTypes,
    Schemas,
    Account,
    AccountByCursor,
    Known,
    Stranger,
    Done,
}

/// The exchange. Nothing is written, and every answer but a refusal of the token leads on.
///
/// ```
/// use heap_identity::{scim::client::{Discovery, Endpoint, Filters}, wire::{Response, Secret}};
/// let heap = Endpoint::new("https://heapanalytics.com/scim/v2/demo", &Secret::new("token".into()))?;
/// let mut discovery = Discovery::new(heap);
/// while let Some(request) = discovery.request() {
/// #   let _ = request;
///     // Send it; here nothing is found at all.
///     let mut response = Response::new(Vec::new());
///     *response.status_mut() = http::StatusCode::NOT_FOUND;
///     discovery.receive(&response)?;
/// }
/// assert_eq!(discovery.profile().filters, Filters::Refused);
/// # Ok::<_, Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Discovery {
    endpoint: Endpoint,
    next: Question,
    declared: Declared,
    pages: Pages,
    /// The account that filters are to find: its id and `userName`.
    known: Option<(String, String)>,
    filters: Filters,
    evidence: Vec<Evidence>,
}

impl Discovery {
    /// An exchange that is about to begin.
    pub const fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            next: Question::Configuration,
            declared: Declared::NOTHING,
            pages: Pages::Index,
            known: None,
            filters: Filters::Unproven,
            evidence: Vec::new(),
        }
    }

    /// The next request; `None` when everything was asked. The same one until it is answered, so one that was lost is sent
    /// again: every question is a read.
    pub fn request(&self) -> Option<Request> {
        let by_name =
            |name: &str| self.endpoint.find(Kind::User, &Filter::equals(AttributePath::of("userName"), name));
        Some(match self.next {
            Question::Configuration => self.endpoint.service_provider_config(),
            Question::ResourceTypes => self.endpoint.resource_types(),
            Question::Schemas => self.endpoint.schemas(),
            Question::Account => self.endpoint.list(Kind::User, &Position::Index(1), 1, true),
            Question::AccountByCursor => {
                self.endpoint.list(Kind::User, &Position::Cursor(String::new()), 1, true)
            }
            Question::Known => by_name(self.known.as_ref().map_or(STRANGER, |(_, name)| name)),
            Question::Stranger => by_name(STRANGER),
            Question::Done => return None,
        })
    }

    /// Takes the answer to the last request.
    ///
    /// # Errors
    /// 401 and 403, which no further question can mend; 429 and 5xx, after which the question stands and can be asked
    /// again later.
    pub fn receive(&mut self, response: &Response) -> Result<(), Error> {
        let status = response.status();
        match status {
            StatusCode::UNAUTHORIZED => {
                return Err(Error::new(ErrorKind::Unauthorized, "the token is refused; make a new one"));
            }
            StatusCode::FORBIDDEN => {
                return Err(Error::new(ErrorKind::Forbidden, "the token does not allow this read"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                return Err(Error::new(ErrorKind::TooManyRequests, "asked too often; ask again later"));
            }
            // 501 is an answer: there is no such thing.
            status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => {
                return Err(Error::new(ErrorKind::Internal, "the service provider failed; ask again later"));
            }
            _ => {}
        }
        let body = status.is_success().then_some(response.body().as_slice());
        let (finding, next) = self.learn(body, response);
        self.evidence.push(Evidence { finding, status });
        self.next = next;
        Ok(())
    }

    /// What was found out so far.
    pub fn profile(&self) -> Profile {
        Profile {
            // Only a service provider that says so is without PATCH: trying it is a write.
            writes: if self.declared.patch == Some(false) { Writes::Put } else { Writes::Patch },
            filters: self.filters,
            pages: self.pages,
            declared: self.declared.clone(),
            evidence: self.evidence.clone(),
        }
    }

    fn learn(&mut self, body: Option<&[u8]>, response: &Response) -> (Finding, Question) {
        match self.next {
            Question::Configuration => {
                let read = body.is_some_and(|body| self.declared.read_config(body).is_ok());
                if self.declared.cursor == Some(true) && self.declared.index == Some(false) {
                    self.pages = Pages::Cursor;
                }
                (Finding::Configuration(read), Question::ResourceTypes)
            }
            Question::ResourceTypes => {
                let read = body.is_some_and(|body| self.declared.read_resource_types(body).is_ok());
                (Finding::ResourceTypes(read), Question::Schemas)
            }
            Question::Schemas => {
                let read = body.is_some_and(|body| self.declared.read_schemas(body).is_ok());
                let next = match self.pages {
                    Pages::Index => Question::Account,
                    Pages::Cursor => Question::AccountByCursor,
                };
                (Finding::Schemas(read), next)
            }
            Question::Account | Question::AccountByCursor => self.learn_account(body, response),
            Question::Known => self.learn_known(body),
            Question::Stranger | Question::Done => self.learn_stranger(body),
        }
    }

    fn learn_account(&mut self, body: Option<&[u8]>, response: &Response) -> (Finding, Question) {
        let by_index = self.next == Question::Account;
        if body.is_none() && by_index && asks_for_a_cursor(response) {
            self.pages = Pages::Cursor;
            return (Finding::Account(false), Question::AccountByCursor);
        }
        self.known = accounts(body).and_then(|accounts| accounts.into_iter().next());
        let next = if self.known.is_some() { Question::Known } else { Question::Stranger };
        (Finding::Account(self.known.is_some()), next)
    }

    fn learn_known(&mut self, body: Option<&[u8]>) -> (Finding, Question) {
        let found = accounts(body);
        let is_found = match (&found, &self.known) {
            (Some(found), Some((known, _))) => found.iter().any(|(id, _)| id == known),
            _ => false,
        };
        self.filters = match found {
            None => Filters::Refused,
            Some(_) if !is_found => Filters::FindNothing,
            Some(_) => Filters::Unproven,
        };
        let next = if is_found { Question::Stranger } else { Question::Done };
        (Finding::Known(is_found), next)
    }

    fn learn_stranger(&mut self, body: Option<&[u8]>) -> (Finding, Question) {
        let found = accounts(body);
        let is_stranger = |(_, name): &(String, String)| text::equal(name, STRANGER);
        let others = found.as_ref().is_some_and(|found| found.iter().any(|one| !is_stranger(one)));
        self.filters = match found {
            None => Filters::Refused,
            Some(_) if others => Filters::Ignored,
            // An empty answer counts only where the same kind of filter has found what is there (F41).
            Some(_) if self.known.is_some() => Filters::Proven,
            Some(_) => Filters::Unproven,
        };
        (Finding::Stranger(!others), Question::Done)
    }
}

/// The ids and `userName`s of a list; `None` when it is none.
fn accounts(body: Option<&[u8]>) -> Option<Vec<(String, String)>> {
    let list: ListResponse<Document> = ListResponse::from_slice(body?).ok()?;
    let account = |one: &Document| Some((one.text("id")?.into(), one.text("userName")?.into()));
    Some(list.resources.iter().filter_map(account).collect())
}

/// RFC 9865: one that knows cursors only refuses an index so.
fn asks_for_a_cursor(response: &Response) -> bool {
    let body = ErrorBody::from_slice(response.body());
    response.status() == StatusCode::BAD_REQUEST
        && body.is_some_and(|body| body.kind() == Some(ErrorKind::InvalidCursor))
}
