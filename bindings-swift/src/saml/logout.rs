//! Single logout.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use heap_identity::saml::{Policy as CorePolicy, logout};

use super::{
    identity_provider::fields,
    metadata::{IdentityProviderMetadata, SamlEndpoint, ServiceProviderMetadata, core_certificates, held},
    name_id::NameId,
    report::Report,
    service_provider::{Policy, ReplayCache},
};
use crate::{
    convert::{Random, instant},
    error::HeapIdentityError,
    held::Held,
    pki::{Certificate, SigningKey},
};

/// Somebody whose session ends elsewhere, too.
#[derive(Clone, Debug, Eq, PartialEq, uniffi::Record)]
pub struct LogoutPartner {
    /// The entity id.
    pub entity_id: String,
    /// The certificates of the keys it signs with.
    pub certificates: Vec<Arc<Certificate>>,
    /// Where it takes logouts.
    pub endpoint: SamlEndpoint,
}

/// The identity provider with these metadata, as a partner.
#[uniffi::export]
pub fn logout_partner_of_identity_provider(
    metadata: IdentityProviderMetadata,
) -> Result<LogoutPartner, HeapIdentityError> {
    Ok(logout::LogoutPartner::of_identity_provider(&metadata.into())?.into())
}

/// The service provider with these metadata, as a partner.
#[uniffi::export]
pub fn logout_partner_of_service_provider(
    metadata: ServiceProviderMetadata,
) -> Result<LogoutPartner, HeapIdentityError> {
    Ok(logout::LogoutPartner::of_service_provider(&metadata.into())?.into())
}

/// Whose session ends.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Logout {
    /// The name that the Assertion gave.
    pub name_id: NameId,
    /// The sessions; all of them if none are named.
    #[uniffi(default = [])]
    pub session_indexes: Vec<String>,
    /// Why.
    #[uniffi(default = None)]
    pub reason: Option<String>,
}

/// How a message is sent.
#[derive(Clone, Debug, Eq, PartialEq, uniffi::Enum)]
pub enum LogoutDelivery {
    /// By sending the browser to this address.
    Redirect {
        /// The address.
        url: String,
    },
    /// By a form that the browser posts.
    Post {
        /// Where to.
        action: String,
        /// The form's fields.
        fields: HashMap<String, String>,
    },
}

/// A message to send.
#[derive(Clone, Debug, Eq, PartialEq, uniffi::Record)]
pub struct OutgoingLogout {
    /// Its ID, which the answer must repeat.
    pub id: String,
    /// How it is sent.
    pub delivery: LogoutDelivery,
}

/// How a message came.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum DeliveredLogout {
    /// In a query string, given as it came.
    Redirect {
        /// The query string.
        raw_query: String,
    },
    /// In a form.
    Post {
        /// The value of its field.
        value: String,
        /// Its RelayState.
        relay_state: Option<String>,
    },
}

impl DeliveredLogout {
    fn core(&self) -> logout::Delivered<'_> {
        match self {
            Self::Redirect { raw_query } => logout::Delivered::Redirect(raw_query),
            Self::Post { value, relay_state } => {
                logout::Delivered::Post { value, relay_state: relay_state.as_deref() }
            }
        }
    }
}

/// How a logout ended.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum LogoutStatus {
    /// Everywhere.
    Complete,
    /// Not everywhere.
    Partial,
    /// Nowhere.
    Failed {
        /// What was said.
        reason: String,
    },
}

/// How a logout ended, as the partner has signed it.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct LogoutOutcome {
    /// How.
    pub status: LogoutStatus,
    /// What was sent with the request.
    pub relay_state: Option<String>,
    /// Every check.
    pub report: Report,
}

/// A partner's wish that somebody's session ends. It comes from a verification and from nowhere else.
#[derive(Debug, uniffi::Object)]
pub struct VerifiedLogout(Held<logout::VerifiedLogout>);

#[uniffi::export]
impl VerifiedLogout {
    /// The ID of the request.
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// The entity id of the partner.
    pub fn issuer(&self) -> String {
        self.0.issuer.clone()
    }

    /// Whose session ends.
    pub fn name_id(&self) -> NameId {
        self.0.name_id.clone().into()
    }

    /// Which sessions; all of them if none are named.
    pub fn session_indexes(&self) -> Vec<String> {
        self.0.session_indexes.clone()
    }

    /// Why.
    pub fn reason(&self) -> Option<String> {
        self.0.reason.clone()
    }

    /// To be sent back unchanged.
    pub fn relay_state(&self) -> Option<String> {
        self.0.relay_state.clone()
    }

    /// Every check.
    pub fn report(&self) -> Report {
        (&self.0.report).into()
    }

    /// Whether it ends this session.
    #[uniffi::method(default(session_index = None))]
    pub fn ends(&self, name_id: NameId, session_index: Option<String>) -> bool {
        self.0.ends(&name_id.into(), session_index.as_deref())
    }
}

/// One end of single logout.
#[derive(Debug, uniffi::Object)]
pub struct SingleLogout(Held<logout::SingleLogout>);

#[uniffi::export]
impl SingleLogout {
    /// Who it is, where it takes logouts, the key that it signs with, and with whom.
    #[uniffi::constructor(default(policy = None))]
    pub fn new(
        entity_id: &str,
        url: &str,
        key: &SigningKey,
        partners: Vec<LogoutPartner>,
        policy: Option<Policy>,
    ) -> Self {
        let partners = partners.into_iter().map(Into::into).collect();
        let mut made = logout::SingleLogout::new(entity_id, url, (*key.0).clone(), partners);
        if let Some(policy) = policy {
            made = made.with_policy(CorePolicy::from(policy));
        }
        Self(Held::new(made))
    }

    /// Where it takes logouts.
    pub fn url(&self) -> String {
        self.0.url().to_owned()
    }

    /// A request that a partner ends a session.
    #[uniffi::method(default(relay_state = None))]
    pub fn request(
        &self,
        partner: &str,
        logout: Logout,
        now: SystemTime,
        relay_state: Option<String>,
    ) -> Result<OutgoingLogout, HeapIdentityError> {
        let mut wanted = logout::Logout::new(logout.name_id.into(), logout.session_indexes);
        wanted.reason = logout.reason;
        let (now, mut random) = (instant(now)?, Random::default());
        let outgoing = self.0.request(partner, &wanted, relay_state.as_deref(), now, &mut random);
        random.made(outgoing)??.try_into()
    }

    /// The answer to a request that was verified.
    pub fn answer(
        &self,
        request: &VerifiedLogout,
        status: LogoutStatus,
        now: SystemTime,
    ) -> Result<OutgoingLogout, HeapIdentityError> {
        let (now, mut random) = (instant(now)?, Random::default());
        let outgoing = self.0.answer(&request.0, &status.into(), now, &mut random);
        random.made(outgoing)??.try_into()
    }

    /// Verifies a partner's request, and records its use.
    pub fn verify_request(
        &self,
        delivered: DeliveredLogout,
        now: SystemTime,
        replay: &ReplayCache,
    ) -> Result<Arc<VerifiedLogout>, HeapIdentityError> {
        let verified = self.0.verify_request(&delivered.core(), instant(now)?, &mut *replay.0.locked())?;
        Ok(Arc::new(VerifiedLogout(Held::new(verified))))
    }

    /// Verifies a partner's answer to the request with this ID.
    pub fn verify_response(
        &self,
        delivered: DeliveredLogout,
        request_id: &str,
        partner: &str,
        now: SystemTime,
    ) -> Result<LogoutOutcome, HeapIdentityError> {
        let awaited = logout::AwaitedLogout { request_id, partner };
        let outcome = self.0.verify_response(&delivered.core(), &awaited, instant(now)?)?;
        Ok(LogoutOutcome {
            status: outcome.status.into(),
            relay_state: outcome.relay_state,
            report: (&outcome.report).into(),
        })
    }
}

impl TryFrom<logout::Outgoing> for OutgoingLogout {
    type Error = HeapIdentityError;

    fn try_from(outgoing: logout::Outgoing) -> Result<Self, HeapIdentityError> {
        let delivery = match outgoing.delivery {
            logout::Delivery::Redirect(url) => LogoutDelivery::Redirect { url },
            logout::Delivery::Post(form) => LogoutDelivery::Post {
                action: form.action().to_owned(),
                fields: fields(form.fields().to_vec()),
            },
            _ => {
                return Err(HeapIdentityError::invalid(
                    "swift.delivery",
                    &"the message cannot be sent from Swift",
                ));
            }
        };
        Ok(Self { id: outgoing.id, delivery })
    }
}

impl From<LogoutPartner> for logout::LogoutPartner {
    fn from(partner: LogoutPartner) -> Self {
        let certificates = core_certificates(&partner.certificates);
        Self::new(&partner.entity_id, certificates, partner.endpoint.into())
    }
}

impl From<logout::LogoutPartner> for LogoutPartner {
    fn from(partner: logout::LogoutPartner) -> Self {
        Self {
            entity_id: partner.entity_id,
            certificates: held(partner.certificates),
            endpoint: partner.endpoint.into(),
        }
    }
}

impl From<LogoutStatus> for logout::LogoutStatus {
    fn from(status: LogoutStatus) -> Self {
        match status {
            LogoutStatus::Complete => Self::Complete,
            LogoutStatus::Partial => Self::Partial,
            LogoutStatus::Failed { reason } => Self::Failed(reason),
        }
    }
}

impl From<logout::LogoutStatus> for LogoutStatus {
    fn from(status: logout::LogoutStatus) -> Self {
        match status {
            logout::LogoutStatus::Complete => Self::Complete,
            logout::LogoutStatus::Partial => Self::Partial,
            logout::LogoutStatus::Failed(reason) => Self::Failed { reason },
            _ => Self::Failed { reason: String::new() },
        }
    }
}
