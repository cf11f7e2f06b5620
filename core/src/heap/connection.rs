//! "Test connection": both ends of a set-up are tried on each other before SSO is enforced (R7).

use alloc::{boxed::Box, string::String, vec::Vec};

use jiff::Timestamp;

use super::{ENTITY_ID, HeapId, InvalidName, fill_template, tenant::SsoSettings};
use crate::{
    entropy::Entropy,
    saml::{
        BuildError, EndpointError, Expected, IdentityProvider, Login, NameId, NameIdFormat, Policy, Received,
        Rejection, ReplayCache, RequestError, ServiceProvider, SignedResponse, Status, Trust,
        VerifiedAssertion,
    },
};

/// A set-up of both ends, not enforced yet.
#[derive(Debug)]
pub struct Connection<'a> {
    /// The identity provider, as it is configured.
    pub identity_provider: &'a IdentityProvider,
    /// The assertion consumer service URL of its configuration.
    pub acs_url: &'a str,
    /// Heap's account settings (R6).
    pub settings: &'a SsoSettings,
    /// The tenant's Heap ID.
    pub heap_id: &'a HeapId,
}

/// A set-up that works.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ConnectionWorks {
    /// What somebody should act on before it no longer works: a certificate that is not within its dates.
    pub warnings: Vec<String>,
}

/// Why a set-up does not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionProblem {
    /// The identity provider's configuration still holds `YOUR_ID` (R4).
    #[error("the identity provider's assertion consumer service URL: {0}")]
    Template(#[from] InvalidName),
    /// The NameID is not an email address, by which Heap knows accounts (R13).
    #[error("the NameID is not sent as an emailAddress with an `@`, by which Heap knows accounts (R13)")]
    NameId,
    /// Heap's remote login URL is none.
    #[error("Heap's remote login URL cannot be used: {0}")]
    RemoteLoginUrl(#[from] EndpointError),
    /// The identity provider cannot make a Response with its configuration.
    #[error("the identity provider makes no login: {0}")]
    Build(#[from] BuildError),
    /// Heap refuses what the identity provider makes; the report says why.
    #[error("Heap refuses the login from the {}: {rejection}", if *.from_heap { "identity provider's answer" } else { "portal" })]
    Rejected {
        /// Whether it was the answer to a request of Heap (R10), and not a login from the portal (R9).
        from_heap: bool,
        /// Every check, with the one that failed.
        rejection: Box<Rejection>,
    },
    /// The identity provider refuses Heap's request.
    #[error("the identity provider refuses the login that Heap begins: {0}")]
    Request(Box<RequestError>),
}

impl ConnectionProblem {
    /// The stable code of this problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Template(error) => error.code(),
            Self::NameId => "heap.connection.name_id",
            Self::RemoteLoginUrl(error) => error.code(),
            Self::Build(error) => error.code(),
            Self::Rejected { rejection, .. } => rejection.code(),
            Self::Request(error) => error.code(),
        }
    }
}

impl Connection<'_> {
    /// A dry run of a login from the portal (R9) and of one that Heap begins (R10), for somebody of this name. Nobody is
    /// logged in, and nothing is remembered.
    ///
    /// # Errors
    /// [`ConnectionProblem`]: the first thing that is wrong, with what to do.
    pub fn test(
        &self,
        subject: &NameId,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<ConnectionWorks, ConnectionProblem> {
        let acs_url = fill_template(self.acs_url, self.heap_id)?;
        if acs_url != self.acs_url {
            return Err(InvalidName::Placeholder.into());
        }
        if subject.format != NameIdFormat::EmailAddress || !subject.value.contains('@') {
            return Err(ConnectionProblem::NameId);
        }
        let trust = Trust::new(&self.settings.idp_entity_id, Vec::from([self.settings.certificate.clone()]));
        let heap =
            ServiceProvider::new(ENTITY_ID, &self.heap_id.acs_url(), Vec::from([trust]), Policy::strict());
        let login = Login::new(subject.clone(), ENTITY_ID, self.acs_url, now);
        let response = self.identity_provider.respond(&login, now, entropy)?;
        let verified = verify(&heap, &response, Expected::Unsolicited, now)?;
        self.answer(&heap, subject, now, entropy)?;
        let outcomes = verified.report().outcomes().iter();
        let warnings = outcomes.filter_map(|outcome| match &outcome.status {
            Status::Warned { hint } => Some(hint.clone()),
            _ => None,
        });
        Ok(ConnectionWorks { warnings: warnings.collect() })
    }

    /// The login that Heap begins.
    fn answer(
        &self,
        heap: &ServiceProvider,
        subject: &NameId,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<(), ConnectionProblem> {
        let request = heap.authn_request(&self.settings.remote_login_url, now, entropy)?;
        let url = request.redirect_url(None)?;
        let query = url.rsplit_once('?').map_or("", |(_, query)| query);
        let accepted = self.identity_provider.accept_redirect(query, now);
        let accepted = accepted.map_err(|error| ConnectionProblem::Request(Box::new(error)))?;
        let response = self.identity_provider.respond(&accepted.login(subject.clone(), now), now, entropy)?;
        let expected =
            Expected::AnswerTo { request_id: &request.id, idp_entity_id: &self.settings.idp_entity_id };
        verify(heap, &response, expected, now).map(drop)
    }
}

fn verify(
    heap: &ServiceProvider,
    response: &SignedResponse,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, ConnectionProblem> {
    let fields = response.form_fields(None);
    let saml_response = fields.first().map_or("", |(_, value)| value.as_str());
    let from_heap = expected.request_id().is_some();
    heap.verify(&Received { saml_response, expected }, now, &mut ReplayCache::with_capacity(1))
        .map_err(|rejection| ConnectionProblem::Rejected { from_heap, rejection: Box::new(rejection) })
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use jiff::Timestamp;

    use super::{Connection, ConnectionProblem, ConnectionWorks};
    use crate::{
        entropy::Seeded,
        heap::{ENTITY_ID, HeapId, tenant::SsoSettings},
        pki::SigningKey,
        saml::{IdentityProvider, NameId},
    };

    const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
    const CERTIFICATE: &str = include_str!("../../tests/vectors/keys/rsa2048.cert.pem");

    fn now() -> Timestamp {
        "2026-03-01T10:00:00Z".parse().unwrap()
    }

    fn idp(heap_id: &str) -> IdentityProvider {
        let key = include_str!("../../tests/vectors/keys/rsa2048.key.pem");
        let heap_id: HeapId = heap_id.parse().unwrap();
        IdentityProvider::builder(IDP)
            .sign_with(SigningKey::from_pem(key, CERTIFICATE).unwrap())
            .sso_url(IDP)
            .service_provider(ENTITY_ID, &[&heap_id.acs_url()])
            .build()
    }

    fn settings() -> SsoSettings {
        SsoSettings::new(CERTIFICATE, IDP).unwrap()
    }

    fn test(heap_id_at_idp: &str, settings: &SsoSettings) -> Result<ConnectionWorks, ConnectionProblem> {
        let heap_id: HeapId = "12345".parse().unwrap();
        let acs_url = heap_id_at_idp.parse::<HeapId>().unwrap().acs_url();
        let connection = Connection {
            identity_provider: &idp(heap_id_at_idp),
            acs_url: &acs_url,
            settings,
            heap_id: &heap_id,
        };
        connection.test(&NameId::email("ann@example.com"), now(), &mut Seeded::new(1))
    }

    #[test]
    fn r07_a_set_up_that_works_passes_in_both_directions() {
        assert!(test("12345", &settings()).unwrap().warnings.is_empty());
        let mut outdated = settings();
        let expired = include_str!("../../tests/vectors/keys/rsa2048-expired.cert.pem");
        outdated.certificate = crate::pki::Certificate::from_pem(expired).unwrap();
        let warnings = test("12345", &outdated).unwrap().warnings;
        assert!(warnings.len() == 1 && warnings[0].contains("2025-12-31"), "{warnings:?}");
    }

    #[test]
    fn r07_a_test_says_what_is_wrong_before_anybody_is_locked_out() {
        let tenant = test("54321", &settings()).unwrap_err();
        assert!(tenant.to_string().contains("another tenant, `54321` in place of `12345`"), "{tenant}");
        let other = include_str!("../../tests/vectors/keys/rsa2048-other.cert.pem");
        let stale = test("12345", &SsoSettings::new(other, IDP).unwrap()).unwrap_err();
        assert_eq!(stale.code(), "saml.signature_value");
        assert!(stale.to_string().contains("rolled its key over"), "{stale}");
        let mut wrong_url = settings();
        wrong_url.remote_login_url = "https://sso.jumpcloud.com/saml2/other".into();
        assert_eq!(test("12345", &wrong_url).unwrap_err().code(), "saml.request.destination");
        wrong_url.remote_login_url = "sso.jumpcloud.com".into();
        assert!(matches!(test("12345", &wrong_url), Err(ConnectionProblem::RemoteLoginUrl(_))));
        let mut wrong_id = settings();
        wrong_id.idp_entity_id = "https://sso.jumpcloud.com/saml2/heap/".into();
        assert_eq!(test("12345", &wrong_id).unwrap_err().code(), "saml.identity_provider");
    }

    #[test]
    fn r04_r07_a_placeholder_and_a_name_that_is_no_address_are_found_by_the_test() {
        let (idp, settings, heap_id) = (idp("12345"), settings(), "12345".parse().unwrap());
        let acs_url = "https://heapanalytics.com/saml/finalize/YOUR_ID/";
        let mut connection =
            Connection { identity_provider: &idp, acs_url, settings: &settings, heap_id: &heap_id };
        let code = |connection: &Connection<'_>, name: &str| {
            connection.test(&NameId::email(name), now(), &mut Seeded::new(1)).unwrap_err().code()
        };
        assert_eq!(code(&connection, "ann@example.com"), "heap.placeholder_left");
        connection.acs_url = "https://heapanalytics.com/saml/finalize/12345/";
        assert_eq!(code(&connection, "ann"), "heap.connection.name_id");
    }
}
