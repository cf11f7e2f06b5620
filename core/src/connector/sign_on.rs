use alloc::string::String;

use jiff::Timestamp;

use crate::{
    directory::{Access, Denial, Snapshot},
    entropy::Entropy,
    heap::{
        AttributeMapping, Connection, ConnectionProblem, ConnectionWorks, ENTITY_ID, HeapId,
        tenant::SsoSettings,
    },
    pki::{Certificate, SigningKey},
    saml::{
        AcceptedRequest, BuildError, IdentityProvider, Login, NameId, RequestError, SignedResponse,
        metadata::IdentityProviderMetadata,
    },
};

/// Heap's application at the identity provider: logs in whom a bound group holds, and nobody else (R12).
///
/// There is no way to a Response past the question whether the person has access.
#[derive(Debug)]
pub struct SignOn {
    identity_provider: IdentityProvider,
    heap_id: HeapId,
    attributes: AttributeMapping,
}

/// What answers an AuthnRequest: to be posted to Heap by the browser.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The signed Response.
    pub response: SignedResponse,
    /// The RelayState that Heap sent, to be returned as it is (R10).
    pub relay_state: Option<String>,
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignOnError {
    /// The Response could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The person has no access (R12).
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The person has neither an email nor a user name that is one (R13, D10).
    #[error(
        "this person has no email address, by which Heap knows accounts (R13); give them one in the directory"
    )]
    NoAddress,
    /// Heap's request cannot be answered.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl SignOnError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Build(error) => error.code(),
            Self::Denied(denial) => denial.code(),
            Self::NoAddress => "connector.no_address",
            Self::Request(error) => error.code(),
        }
    }
}

impl SignOn {
    /// The application at `idp_url`, the address that Heap's settings call the remote login URL (R2, R6), for one tenant.
    pub fn new(idp_url: &str, key: SigningKey, heap_id: HeapId) -> Self {
        let identity_provider = IdentityProvider::builder(idp_url)
            .sign_with(key)
            .sso_url(idp_url)
            .service_provider(ENTITY_ID, &[&heap_id.acs_url()])
            .build();
        Self { identity_provider, heap_id, attributes: AttributeMapping::default() }
    }

    /// The same, whose assertions say more of a person than the NameID (R5).
    #[must_use]
    pub fn with_attributes(self, attributes: AttributeMapping) -> Self {
        Self { attributes, ..self }
    }

    /// Tries the application and Heap's settings on each other before SSO is enforced (R7), for an administrator with
    /// this email address.
    ///
    /// # Errors
    /// [`ConnectionProblem`]: the first thing that is wrong, with what to do.
    pub fn test_connection(
        &self,
        settings: &SsoSettings,
        heap_id: &HeapId,
        email: &str,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<ConnectionWorks, ConnectionProblem> {
        let (identity_provider, acs_url) = (&self.identity_provider, self.heap_id.acs_url());
        let connection = Connection { identity_provider, acs_url: &acs_url, settings, heap_id };
        connection.test(&NameId::email(email), now, entropy)
    }

    /// The signing certificate as PEM: the `certificate.pem` for Heap's settings (R6).
    pub fn certificate_pem(&self) -> String {
        self.certificate().to_pem()
    }

    /// The signing certificate.
    pub const fn certificate(&self) -> &Certificate {
        self.identity_provider.certificate()
    }

    /// What the identity provider says of itself, for service providers that are configured from a file.
    pub fn metadata(&self) -> IdentityProviderMetadata {
        self.identity_provider.metadata()
    }

    /// The user picks the application in the portal (R9). `directory` is as the application sees it
    /// ([`Application::view`](super::Application::view)), as provisioning has it: the groups that are bound in it decide (R12).
    ///
    /// # Errors
    /// [`SignOnError::Denied`] for everybody whom no bound group holds (R12).
    pub fn launch(
        &self,
        directory: &Snapshot,
        person: &str,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<SignedResponse, SignOnError> {
        let subject = subject(directory, person)?;
        let acs_url = self.heap_id.acs_url();
        let login = Login::new(subject, ENTITY_ID, &acs_url, now);
        Ok(self.respond(login, directory, person, now, entropy)?)
    }

    /// Heap sent an AuthnRequest by redirect, and the user has logged in here (R10). `raw_query` is the query as it was
    /// received, to the byte; `directory` is as in [`Self::launch`].
    ///
    /// # Errors
    /// A request that cannot be answered, and [`SignOnError::Denied`] as in [`Self::launch`].
    pub fn answer(
        &self,
        raw_query: &str,
        directory: &Snapshot,
        person: &str,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Answer, SignOnError> {
        let request: AcceptedRequest = self.identity_provider.accept_redirect(raw_query, now)?;
        let subject = subject(directory, person)?;
        let response = self.respond(request.login(subject, now), directory, person, now, entropy)?;
        Ok(Answer { response, relay_state: request.relay_state })
    }

    fn respond(
        &self,
        login: Login<'_>,
        directory: &Snapshot,
        person: &str,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<SignedResponse, BuildError> {
        self.attributes.attributes_of(directory, person).with(|attributes| {
            let login = Login { attributes, ..login };
            self.identity_provider.respond(&login, now, entropy)
        })
    }
}

/// The NameID of somebody with access: the email address (R12, R13).
fn subject(directory: &Snapshot, person: &str) -> Result<NameId, SignOnError> {
    if let Access::Denied(denial) = directory.access(person) {
        return Err(denial.into());
    }
    let person = directory.person(person).ok_or(Denial::Unknown)?.to_person();
    person.name_id().map(NameId::email).ok_or(SignOnError::NoAddress)
}
