//! The service provider's end: from a form value to a verified login (saml-profiles 4.1.4.3), line by line in the
//! order of [`Check::ALL`].

mod conditions;
mod encrypted;
mod envelope;
mod message;
mod proof;
mod statements;
mod subject;
mod verified;

use alloc::{string::String, vec::Vec};

use jiff::Timestamp;

use self::{
    conditions::Validity,
    envelope::Envelope,
    message::{Content, Message, Outer, Sealed},
    proof::ProvenAssertion,
    subject::Bearer,
};
pub use self::{
    statements::ReceivedAttribute,
    verified::{Unspent, VerifiedAssertion},
};
use super::{
    check::Check,
    hint,
    names::ASSERTION,
    pending::Expected,
    policy::Policy,
    replay::ReplayGuard,
    report::{Finding, Refused, Rejection, Report, Status, shown, shown_or_none},
};
use crate::pki::{Certificate, DecryptionKey, SigningKey};

/// A service provider: who it is, where it takes Responses, and whom it trusts.
///
/// Heap has one entity id for all its tenants; the address carries the tenant. So make one service provider for
/// each tenant, with the identity providers of that tenant only.
#[derive(Debug)]
pub struct ServiceProvider {
    entity_id: String,
    acs_url: String,
    trusted: Vec<Trust>,
    decryption_keys: Vec<DecryptionKey>,
    policy: Policy,
    pub(super) signing_key: Option<SigningKey>,
}

/// An identity provider that is trusted, with the certificates of the keys that it signs with: two or more during
/// a rollover. No other key counts, whatever a message brings along.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trust {
    /// The entity id of the identity provider.
    pub entity_id: String,
    /// The certificates of its keys.
    pub certificates: Vec<Certificate>,
}

impl Trust {
    /// Trust in the identity provider `entity_id`, by its certificates.
    pub fn new(entity_id: &str, certificates: Vec<Certificate>) -> Self {
        Self { entity_id: entity_id.into(), certificates }
    }
}

/// What came to the assertion consumer service, and what was awaited there.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The value of the form's field `SAMLResponse`.
    pub saml_response: &'a str,
    /// What was awaited.
    pub expected: Expected<'a>,
}

impl ServiceProvider {
    /// The service provider `entity_id`, which takes Responses at `acs_url`: exactly the address that identity
    /// providers send to, to the last slash.
    ///
    /// An identity provider that is listed twice is trusted with the certificates of both.
    pub fn new(entity_id: &str, acs_url: &str, identity_providers: Vec<Trust>, policy: Policy) -> Self {
        let mut trusted: Vec<Trust> = Vec::new();
        for trust in identity_providers {
            match trusted.iter_mut().find(|listed| listed.entity_id == trust.entity_id) {
                Some(listed) => listed.certificates.extend(trust.certificates),
                None => trusted.push(trust),
            }
        }
        let (entity_id, acs_url) = (entity_id.into(), acs_url.into());
        Self { entity_id, acs_url, trusted, decryption_keys: Vec::new(), policy, signing_key: None }
    }

    /// The same, with the keys that decrypt encrypted Assertions: two or more during a rollover. Each is tried.
    #[must_use]
    pub fn with_decryption_keys(mut self, keys: Vec<DecryptionKey>) -> Self {
        self.decryption_keys = keys;
        self
    }

    /// The same, with a key: what it sends goes out signed.
    #[must_use]
    pub fn sign_requests_with(mut self, key: SigningKey) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// Its entity id.
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Its assertion consumer service URL.
    pub fn acs_url(&self) -> &str {
        &self.acs_url
    }

    /// Verifies a Response and records its use.
    ///
    /// # Errors
    /// [`Rejection`], with the check that failed and the report of all.
    pub fn verify(
        &self,
        received: &Received<'_>,
        now: Timestamp,
        replay: &mut dyn ReplayGuard,
    ) -> Result<VerifiedAssertion, Rejection> {
        self.verify_unspent(received, now)?.spend(replay)
    }

    /// Verifies everything but that the login is used for the first time, for replay guards that have to be asked
    /// asynchronously (D22). Nobody is logged in before [`Unspent::spend`].
    ///
    /// # Errors
    /// [`Rejection`], with the check that failed and the report of all.
    pub fn verify_unspent(&self, received: &Received<'_>, now: Timestamp) -> Result<Unspent, Rejection> {
        let mut report = Report::new();
        match self.examine(received, now, &mut report) {
            Ok((login, until)) => Ok(Unspent::new(login, until, now, report)),
            Err(refused) => Err(report.rejection(refused)),
        }
    }

    /// The ID of the request that a Response claims to answer: for finding the request that waits for it, and for
    /// nothing else, since anybody can write it. `None` when the message cannot be read or answers nothing.
    pub fn claimed_request(saml_response: &str) -> Option<String> {
        let mut report = Report::new();
        let bytes = message::decode(saml_response, &mut report).ok()?;
        let tree = message::parse(&bytes, &mut report).ok()?;
        let message = Outer::gate(tree.root(), &mut report).ok()?;
        message.claimed_request().map(Into::into)
    }

    fn examine(
        &self,
        received: &Received<'_>,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(verified::Content, Timestamp), Refused> {
        let (policy, expected, acs_url) = (&self.policy, &received.expected, self.acs_url.as_str());
        let bytes = message::decode(received.saml_response, report)?;
        let tree = message::parse(&bytes, report)?;
        let outer = Outer::gate(tree.root(), report)?;
        let decrypted;
        let inner;
        let message = match outer.content {
            Content::Plain(assertion) => encrypted::not_applicable(outer, assertion, report),
            Content::Encrypted(host) => {
                decrypted = encrypted::decrypt(host, &self.decryption_keys, report)?;
                inner = encrypted::parse(&decrypted, &tree, report)?;
                let sealed = Sealed { host, is_self_contained: decrypted.is_self_contained() };
                let assertion = encrypted::assertion(&decrypted, &inner, report)?;
                Message { response: outer.response, assertion, sealed: Some(sealed) }
            }
        };
        let trust = self.identity_provider(message, expected, report)?;
        let idp_entity_id = trust.entity_id.as_str();
        let proof = proof::verify(message, trust, policy, now, report)?;

        let envelope = Envelope { acs_url, idp_entity_id, expected, policy, now };
        envelope.check(message.response, &proof, report)?;
        let assertion = &proof.assertion;
        issuer(assertion, idp_entity_id, report)?;
        let subject = Bearer { acs_url, expected, policy, now }.check(assertion, report)?;
        let end = Validity { entity_id: &self.entity_id, policy, now }.check(assertion, report)?;
        let authentication = statements::authentication(assertion, policy, now, report)?;

        let not_on_or_after = end.map_or(subject.confirmed_until, |end| end.min(subject.confirmed_until));
        let content = verified::Content {
            id: assertion.attribute("ID").unwrap_or_default().into(),
            issuer: idp_entity_id.into(),
            name_id: subject.name_id,
            not_on_or_after,
            authentication,
            attributes: statements::attributes(assertion),
        };
        Ok((content, policy.end_of(not_on_or_after)))
    }

    /// Chooses the keys: by what was asked, or for an unsolicited login by what the message claims. A wrong claim
    /// only chooses keys that do not fit.
    fn identity_provider(
        &self,
        message: Message<'_>,
        expected: &Expected<'_>,
        report: &mut Report,
    ) -> Result<&Trust, Refused> {
        match expected {
            Expected::AnswerTo { .. } => report.record(Check::Unsolicited, Status::NotApplicable),
            Expected::Unsolicited => report.check(Check::Unsolicited, || {
                let refused = || {
                    Finding::new("an answer to a request", "a login that began elsewhere")
                        .hint("begin the login here, or let the policy allow logins from the portal")
                };
                self.policy.unsolicited.then_some(()).ok_or_else(refused)
            })?,
        }
        report.check(Check::IdentityProvider, || {
            let issuer = message.assertion.only_element(ASSERTION, "Issuer");
            let claimed = issuer.and_then(|issuer| issuer.text().ok());
            let other_than = expected.idp_entity_id().filter(|asked| claimed != Some(*asked));
            let trust = self.trusted.iter().find(|trust| Some(trust.entity_id.as_str()) == claimed);
            trust.filter(|_| other_than.is_none()).ok_or_else(|| {
                let wanted = other_than.map_or_else(|| "an identity provider that is trusted".into(), shown);
                Finding::new(wanted, shown_or_none(claimed))
                    .at(message.assertion.position())
                    .hint(self.untrusted(other_than, claimed))
            })
        })
    }

    /// What to do about an issuer that was not asked, or is not trusted: perhaps one that is has almost its name.
    fn untrusted(&self, asked: Option<&str>, claimed: Option<&str>) -> String {
        let trusted = self.trusted.iter().map(|trust| trust.entity_id.as_str());
        let same_word = |entity_id: &&str| {
            claimed.is_some_and(|claimed| {
                claimed.trim_matches('/').eq_ignore_ascii_case(entity_id.trim_matches('/'))
            })
        };
        let nearest = asked.or_else(|| trusted.clone().find(same_word)).or_else(|| trusted.clone().next());
        let whose = "the message names an identity provider that was not asked or is not configured";
        hint::entity_id(whose, nearest.unwrap_or_default(), claimed)
    }
}

fn issuer(assertion: &ProvenAssertion<'_>, entity_id: &str, report: &mut Report) -> Result<(), Refused> {
    report.check(Check::Issuer, || match assertion.only_element(ASSERTION, "Issuer") {
        Some(issuer) => envelope::entity(issuer, entity_id),
        None => Err(Finding::new(shown(entity_id), "none").at(assertion.position())),
    })
}
