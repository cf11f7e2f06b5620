//! Who may sign on, and the sign-on itself.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use heap_identity::{connector, heap};

use crate::{
    convert::{Random, instant},
    directory::Snapshot,
    error::HeapIdentityError,
    heap::{
        attributes::{AttributeSource, mapping},
        heap_id,
        tenant::SsoSettings,
    },
    held::Held,
    pki::{Certificate, SigningKey},
    saml::{identity_provider::SignedResponse, metadata::IdentityProviderMetadata},
};

/// What answers an AuthnRequest: to be posted to Heap by the browser.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SignOnAnswer {
    /// The signed Response.
    pub response: Arc<SignedResponse>,
    /// The RelayState that Heap sent, to be returned as it is.
    pub relay_state: Option<String>,
}

/// Heap's application at the identity provider: logs in whom a bound group holds, and nobody else.
#[derive(Debug, uniffi::Object)]
pub struct SignOn(Held<connector::SignOn>);

impl SignOn {
    pub(crate) fn of(sign_on: connector::SignOn) -> Self {
        Self(Held::new(sign_on))
    }
}

#[uniffi::export]
impl SignOn {
    /// The application at this IdP URL, for one tenant. Its assertions say of a person what the attributes name.
    #[uniffi::constructor(default(attributes = None))]
    pub fn new(
        idp_url: &str,
        key: &SigningKey,
        heap_id: &str,
        attributes: Option<HashMap<String, AttributeSource>>,
    ) -> Result<Self, HeapIdentityError> {
        let made = connector::SignOn::new(idp_url, (*key.0).clone(), self::heap_id(heap_id)?);
        Ok(Self(Held::new(made.with_attributes(mapping(attributes.unwrap_or_default())))))
    }

    /// The signing certificate as PEM: the `certificate.pem` for Heap's settings.
    pub fn certificate_pem(&self) -> String {
        self.0.certificate_pem()
    }

    /// Tries the application and Heap's settings on each other before SSO is enforced. It gives what somebody should act
    /// on before it no longer works.
    pub fn test_connection(
        &self,
        settings: SsoSettings,
        heap_id: &str,
        email: &str,
        now: SystemTime,
    ) -> Result<Vec<String>, HeapIdentityError> {
        let (settings, heap_id) = (settings.try_into()?, self::heap_id(heap_id)?);
        let (now, mut random) = (instant(now)?, Random::default());
        let tested = self.0.test_connection(&settings, &heap_id, email, now, &mut random);
        Ok(random.made(tested)??.warnings)
    }

    /// The same, as what the doctor is told of the connection.
    pub fn connection_test(
        &self,
        settings: SsoSettings,
        heap_id: &str,
        email: &str,
        now: SystemTime,
    ) -> Result<Arc<ConnectionTest>, HeapIdentityError> {
        let (settings, heap_id) = (settings.try_into()?, self::heap_id(heap_id)?);
        let (now, mut random) = (instant(now)?, Random::default());
        let tested = self.0.test_connection(&settings, &heap_id, email, now, &mut random);
        Ok(Arc::new(ConnectionTest(Held::new(random.made(tested)?))))
    }

    /// The signing certificate.
    pub fn certificate(&self) -> Arc<Certificate> {
        Certificate::of(self.0.certificate().clone())
    }

    /// What the identity provider says of itself.
    pub fn metadata(&self) -> IdentityProviderMetadata {
        self.0.metadata().into()
    }

    /// The user picks the application in the portal; the person is named by directory id.
    pub fn launch(
        &self,
        directory: &Snapshot,
        person: &str,
        now: SystemTime,
    ) -> Result<Arc<SignedResponse>, HeapIdentityError> {
        let (now, mut random) = (instant(now)?, Random::default());
        let response = self.0.launch(&directory.0, person, now, &mut random);
        Ok(Arc::new(SignedResponse(Held::new(random.made(response)??))))
    }

    /// Heap sent an AuthnRequest by redirect, and the user has logged in here. The query is given as it was received.
    pub fn answer(
        &self,
        raw_query: &str,
        directory: &Snapshot,
        person: &str,
        now: SystemTime,
    ) -> Result<SignOnAnswer, HeapIdentityError> {
        let (now, mut random) = (instant(now)?, Random::default());
        let answer = self.0.answer(raw_query, &directory.0, person, now, &mut random);
        let connector::Answer { response, relay_state, .. } = random.made(answer)??;
        Ok(SignOnAnswer { response: Arc::new(SignedResponse(Held::new(response))), relay_state })
    }
}

/// How a test of the connection ended.
#[derive(Debug, uniffi::Object)]
pub struct ConnectionTest(pub(crate) Held<Result<heap::ConnectionWorks, heap::ConnectionProblem>>);

#[uniffi::export]
impl ConnectionTest {
    /// Whether it works.
    pub fn works(&self) -> bool {
        self.0.is_ok()
    }

    /// What somebody should act on before it no longer works.
    pub fn warnings(&self) -> Vec<String> {
        self.0.as_ref().map(|works| works.warnings.clone()).unwrap_or_default()
    }
}
