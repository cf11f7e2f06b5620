//! Single sign-on at Heap's end: the settings, the login that Heap begins, the Response that it takes (R6, R9-R11).

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};

use http::{HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};

use super::{Tenant, TenantError, stored::Noted};
use crate::{
    entropy::Entropy,
    heap::{ENTITY_ID, HeapId, Role},
    limits::{HEAP_LOGIN_SECONDS, HEAP_LOGINS_PENDING_MAX, HEAP_LOGINS_REMEMBERED_MAX},
    pki::Certificate,
    saml::{
        Expected, PendingError, PendingRequests, Policy, Received, Rejection, ReplayCache, ReplayGuard,
        ServiceProvider, Trust, Use, VerifiedAssertion,
    },
    scim::service::{IndexKey, Kind, Store},
    wire::{Request, Response},
};

/// What Heap's account settings ask for (R6).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SsoSettings {
    /// The identity provider's signing certificate: Heap has one field for it.
    pub certificate: Certificate,
    /// Where Heap sends people to log in: the IdP URL.
    pub remote_login_url: String,
    /// Where Heap sends people after they log out.
    pub logout_landing_url: Option<String>,
    /// The identity provider's entity id; the IdP URL unless said otherwise.
    pub idp_entity_id: String,
}

impl SsoSettings {
    /// Settings from the contents of `certificate.pem` and the remote login URL.
    ///
    /// # Errors
    /// [`TenantError::Certificate`] for what is no certificate.
    pub fn new(certificate_pem: &str, remote_login_url: &str) -> Result<Self, TenantError> {
        Ok(Self {
            certificate: Certificate::from_pem(certificate_pem)?,
            remote_login_url: remote_login_url.into(),
            logout_landing_url: None,
            idp_entity_id: remote_login_url.into(),
        })
    }
}

/// Somebody who is logged in to Heap.
#[derive(Debug)]
#[non_exhaustive]
pub struct Session {
    /// The id of the account.
    pub account: String,
    /// The address by which Heap knows the account (R13).
    pub user_name: String,
    /// The account's role.
    pub role: Role,
    /// The page that was asked for when Heap began the login (R10).
    pub page: Option<String>,
    /// The proof.
    pub assertion: VerifiedAssertion,
}

/// Why somebody is not logged in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginRefused {
    /// The account is inactive.
    #[error(
        "the account is inactive; the identity provider activates it when a bound group holds the person again (R32)"
    )]
    Inactive,
    /// The request is no form with one Response.
    #[error("expected a form with one field `SAMLResponse`")]
    Form,
    /// There is no account with this address.
    #[error("no account has this address; provision the person first (R13)")]
    NoAccount,
    /// SSO is off.
    #[error("SSO is not configured in this tenant")]
    NotConfigured,
    /// The Response answers a request that does not wait.
    #[error(transparent)]
    Pending(#[from] PendingError),
    /// The Response is refused; its report says why.
    #[error(transparent)]
    Rejected(Box<Rejection>),
}

impl LoginRefused {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Inactive => "heap.account_inactive",
            Self::Form => "heap.login_form",
            Self::NoAccount => "heap.no_account",
            Self::NotConfigured => "heap.sso_not_configured",
            Self::Pending(error) => error.code(),
            Self::Rejected(rejection) => rejection.code(),
        }
    }
}

/// The service provider's side of SSO, with its memory.
#[derive(Debug)]
pub(super) struct SignOn {
    settings: SsoSettings,
    service_provider: ServiceProvider,
    pending: PendingRequests,
    pub(super) replay: ReplayCache,
}

impl SignOn {
    fn new(settings: SsoSettings, heap_id: &HeapId) -> Self {
        let trust = Trust::new(&settings.idp_entity_id, Vec::from([settings.certificate.clone()]));
        let policy = Policy::strict();
        Self {
            service_provider: ServiceProvider::new(ENTITY_ID, &heap_id.acs_url(), Vec::from([trust]), policy),
            settings,
            pending: PendingRequests::new(
                HEAP_LOGINS_PENDING_MAX,
                SignedDuration::from_secs(HEAP_LOGIN_SECONDS),
            ),
            replay: ReplayCache::with_capacity(HEAP_LOGINS_REMEMBERED_MAX),
        }
    }

    /// Verifies a Response: the answer to a request that waits, or else a login from the portal.
    fn verify(
        &mut self,
        saml_response: &str,
        now: Timestamp,
        noted: &mut Noted,
    ) -> Result<(VerifiedAssertion, Option<String>), LoginRefused> {
        let claimed = ServiceProvider::claimed_request(saml_response);
        let pending = claimed.as_deref().map(|id| self.pending.find(id, now).cloned()).transpose()?;
        let expected = pending.as_ref().map_or(Expected::Unsolicited, |request| request.expected());
        let received = Received { saml_response, expected };
        let mut guard = |login: &Use<'_>| {
            self.replay.spend(login)?;
            noted.note_used(login);
            Ok(())
        };
        let verified = self.service_provider.verify(&received, now, &mut guard).map_err(|rejection| {
            self.end_of_failed(saml_response);
            LoginRefused::Rejected(Box::new(rejection))
        })?;
        // Only a verified answer uses its request up: a forged one must not end somebody's login.
        let page = match pending {
            Some(request) => self.pending.take(&request.id, now)?.relay_state,
            None => None,
        };
        Ok((verified, page))
    }
}

impl SignOn {
    /// The identity provider's word that a login failed ends the wait for it: nobody is logged in by it.
    fn end_of_failed(&mut self, saml_response: &str) {
        let failed = self.service_provider.claimed_failure(saml_response);
        if let Some(request) = failed.and_then(|failed| failed.in_response_to) {
            self.pending.forget(&request);
        }
    }
}

impl<S: Store> Tenant<S> {
    /// Sets SSO up, or anew (R6, R14). From now on it is mandatory for everybody but Admins (R11).
    pub fn configure_sso(&mut self, settings: SsoSettings) {
        self.sign_on = Some(SignOn::new(settings, &self.heap_id));
    }

    /// Turns SSO off: everybody may log in with a password again (R11, R44).
    ///
    /// # Errors
    /// [`TenantError::ScimNeedsSso`] while SCIM is on (R14).
    pub fn disable_sso(&mut self) -> Result<(), TenantError> {
        if self.scim_enabled() {
            return Err(TenantError::ScimNeedsSso);
        }
        self.sign_on = None;
        Ok(())
    }

    /// Whether SSO is set up (R14).
    pub const fn sso_configured(&self) -> bool {
        self.sign_on.is_some()
    }

    /// The settings of SSO.
    pub fn sso_settings(&self) -> Option<&SsoSettings> {
        self.sign_on.as_ref().map(|sign_on| &sign_on.settings)
    }

    /// Whether somebody may log in with a password: while SSO is on only Admins may (R11).
    pub fn may_use_password(&self, account: &str) -> bool {
        match (self.role_of(account), self.sso_configured()) {
            (None, _) => false,
            (Some(role), is_mandatory) => !is_mandatory || role == Role::Admin,
        }
    }

    /// Heap begins a login (R10): the address to redirect the browser to. `page` is what the person asked for; it stays here,
    /// so that no RelayState can send anybody elsewhere.
    ///
    /// # Errors
    /// [`TenantError::SsoNotConfigured`], or an address that nothing may be sent to.
    pub fn begin_login(
        &mut self,
        page: Option<&str>,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<String, TenantError> {
        let sign_on = self.sign_on.as_mut().ok_or(TenantError::SsoNotConfigured)?;
        let request =
            sign_on.service_provider.authn_request(&sign_on.settings.remote_login_url, now, entropy)?;
        sign_on.pending.open(&request.id, &sign_on.settings.idp_entity_id, page, now)?;
        Ok(request.redirect_url(Some(&request.id))?)
    }

    /// Takes the form that a browser posts to the tenant's ACS, of either flow (R9, R10).
    ///
    /// # Errors
    /// [`LoginRefused`], for a Response that is refused and for a person without a usable account.
    pub fn finish_login(&mut self, form: &[u8], now: Timestamp) -> Result<Session, LoginRefused> {
        let sign_on = self.sign_on.as_mut().ok_or(LoginRefused::NotConfigured)?;
        let mut responses = form_urlencoded::parse(form).filter(|(name, _)| name == "SAMLResponse");
        let (Some((_, saml_response)), None) = (responses.next(), responses.next()) else {
            return Err(LoginRefused::Form);
        };
        let (assertion, page) = sign_on.verify(&saml_response, now, &mut self.noted)?;
        let found = self.service.store().find(Kind::User, IndexKey::UserName(assertion.subject()));
        let record = found.first().ok_or(LoginRefused::NoAccount)?;
        if record.document.get("active") == Some(&false.into()) {
            return Err(LoginRefused::Inactive);
        }
        let account = record.id().to_string();
        let user_name = record.document.text("userName").unwrap_or_default().to_string();
        let role = self.role_of(&account).unwrap_or_else(|| self.default_role().clone());
        Ok(Session { account, user_name, role, page, assertion })
    }

    /// Whether a request is for the assertion consumer service.
    pub(super) fn is_for_acs(&self, request: &Request) -> bool {
        let acs_url = self.heap_id.acs_url();
        acs_url.strip_prefix(ENTITY_ID) == Some(request.uri().path())
    }

    /// The assertion consumer service: redirects to the page that was asked for, or says why not.
    pub(super) fn consume_assertion(&mut self, request: &Request, now: Timestamp) -> Response {
        if request.method() != Method::POST {
            return answer(StatusCode::METHOD_NOT_ALLOWED, "the assertion consumer service takes POST alone");
        }
        match self.finish_login(request.body(), now) {
            Ok(session) => {
                let mut response = answer(StatusCode::SEE_OTHER, "");
                let page =
                    session.page.as_deref().filter(|page| page.starts_with('/') && !page.starts_with("//"));
                let page =
                    HeaderValue::from_str(page.unwrap_or("/")).unwrap_or(HeaderValue::from_static("/"));
                response.headers_mut().insert(header::LOCATION, page);
                response
            }
            Err(refused) => answer(StatusCode::FORBIDDEN, &alloc::format!("{}: {refused}", refused.code())),
        }
    }
}

fn answer(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
