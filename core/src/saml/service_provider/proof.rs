//! Signatures (saml-core 5.4, saml-profiles 4.1.4.3 "verify any signatures present"). What comes out is the only
//! handle by which the Assertion is read: the very node that a signature was verified over, or that lies directly in
//! one (A03, A24-A27).

use alloc::{format, string::String, vec::Vec};
use core::ops::Deref;

use jiff::Timestamp;

use super::{Trust, message::Message};
use crate::{
    dsig::{self, Covered, ErrorKind},
    pki::{Certificate, VerifyingKey},
    saml::{
        check::Check,
        hint::{self, described},
        key_info,
        names::{ASSERTION, SIGNATURE},
        policy::{Policy, Required},
        report::{Finding, Refused, Report, Status},
        time,
    },
    xml::Node,
};

/// The Assertion, covered by a signature. It is made here only.
pub(super) struct ProvenAssertion<'t>(Node<'t>);

impl<'t> Deref for ProvenAssertion<'t> {
    type Target = Node<'t>;

    fn deref(&self) -> &Node<'t> {
        &self.0
    }
}

/// What the signatures prove.
pub(super) struct Proof<'t> {
    pub(super) assertion: ProvenAssertion<'t>,
    /// Whether the Response is proven as well.
    pub(super) response_signed: bool,
}

pub(super) fn verify<'t>(
    message: Message<'t>,
    trust: &Trust,
    policy: &Policy,
    now: Timestamp,
    report: &mut Report,
) -> Result<Proof<'t>, Refused> {
    report.check(Check::Signed, || signed(message, policy.signed))?;
    let verifier = Verifier { trust, policy, now };
    let response = verifier.covered(message.response, report)?;
    let assertion = verifier.covered(message.assertion, report)?;
    for check in OF_SIGNATURES {
        report.record(check, Status::Passed);
    }
    verifier.certificates([&response, &assertion], report)?;
    let response_signed = response.is_some();
    let node = match (assertion, response) {
        (Some(assertion), _) => Some(assertion.node()),
        (None, Some(response)) => inside(&response, message),
        (None, None) => None,
    };
    match node {
        Some(node) => Ok(Proof { assertion: ProvenAssertion(node), response_signed }),
        None => {
            Err(report.refuse(Check::Signed, Finding::new("a signature that covers the Assertion", "none")))
        }
    }
}

/// The Assertion that a signature of the Response covers: its child, or what its child was decrypted to. Where that borrows
/// namespaces from around, the signature does not cover what they are.
fn inside<'t>(response: &Covered<'t>, message: Message<'t>) -> Option<Node<'t>> {
    let only = |name| response.node().only_element(ASSERTION, name);
    match message.sealed {
        None => only("Assertion"),
        Some(sealed) => (sealed.is_self_contained && only("EncryptedAssertion") == Some(sealed.host))
            .then_some(message.assertion),
    }
}

/// Whether everything that the policy wants signed carries a signature (A32, A47).
fn signed(message: Message<'_>, required: Required) -> Result<(), Finding> {
    let of_response = dsig::signature_of(message.response).is_some();
    let of_assertion = dsig::signature_of(message.assertion).is_some();
    let (enough, expected) = match required {
        Required::Assertion => (of_assertion, "a signature of the Assertion"),
        Required::Response => (of_response, "a signature of the Response"),
        Required::Both => {
            (of_assertion && of_response, "a signature of the Assertion and one of the Response")
        }
        Required::AssertionOrResponse => {
            (of_assertion || of_response, "a signature of the Assertion or of the Response")
        }
    };
    if enough {
        return Ok(());
    }
    let found = match (of_assertion, of_response) {
        (true, _) => "a signature of the Assertion only",
        (false, true) => "a signature of the Response only",
        (false, false) => "none",
    };
    Err(Finding::new(expected, found)
        .at(message.assertion.position())
        .hint("tell the identity provider what to sign; a message that arrives unsigned proves nothing"))
}

/// The configured keys of one identity provider.
struct Verifier<'a> {
    trust: &'a Trust,
    policy: &'a Policy,
    now: Timestamp,
}

impl Verifier<'_> {
    /// The element, if it carries a signature and that holds: one that does not hold refuses, whatever else does.
    fn covered<'t>(&self, element: Node<'t>, report: &mut Report) -> Result<Option<Covered<'t>>, Refused> {
        if dsig::signature_of(element).is_none() {
            return Ok(None);
        }
        let keys: Vec<VerifyingKey> =
            self.trust.certificates.iter().map(|certificate| certificate.public_key().clone()).collect();
        match dsig::verify(element, &keys, &dsig::Policy::strict()) {
            Ok(covered) => Ok(Some(covered)),
            Err(error) => Err(self.refused(element, &error, report)),
        }
    }

    fn refused(&self, element: Node<'_>, error: &dsig::Error, report: &mut Report) -> Refused {
        let check = check_of(error.kind());
        let what = format!("{} ({})", error.kind(), error.code());
        let finding = match check {
            Check::SignatureValue => self.another_key(element, what),
            Check::SignatureDigest => Finding::new("the content that was signed", what).hint(CHANGED),
            Check::SignatureAlgorithm => {
                let is_weak = error.kind() == ErrorKind::WeakAlgorithm;
                Finding::new("an algorithm that is allowed", what).hint(hint::algorithm(is_weak))
            }
            _ => Finding::new("a signature as saml-core 5.4 has it", what),
        };
        // The signature is read as a whole, then its value is checked, then the digest.
        if check >= Check::SignatureValue {
            for passed in OF_SIGNATURES.into_iter().filter(|earlier| *earlier < check) {
                report.record(passed, Status::Passed);
            }
        }
        report.refuse(check, finding.at(error.position()))
    }

    /// Says whose key it was and whose are configured, since a rollover is the usual reason.
    fn another_key(&self, element: Node<'_>, what: String) -> Finding {
        let trusted = self.trust.certificates.iter().map(described);
        let trusted = trusted.reduce(|all, one| format!("{all} or {one}"));
        let expected =
            trusted.map_or_else(|| "a configured certificate".into(), |all| format!("certificate {all}"));
        match mentioned_certificate(element) {
            Some(mentioned) if !self.trust.certificates.contains(&mentioned) => {
                Finding::new(expected, format!("certificate {}: {what}", described(&mentioned)))
                    .hint(hint::another_certificate(&mentioned, &self.trust.certificates, self.now))
            }
            _ => Finding::new(expected, what).hint(CHANGED),
        }
    }

    /// The certificates whose keys verified, not those that the message brings along.
    fn certificates(&self, covered: [&Option<Covered<'_>>; 2], report: &mut Report) -> Result<(), Refused> {
        report.record(Check::Certificate, Status::Passed);
        let mut used =
            covered.into_iter().flatten().filter_map(|it| self.trust.certificates.get(it.key_index()));
        let Some(outdated) = used.find(|certificate| !self.is_current(certificate)) else {
            return Ok(());
        };
        if !self.policy.expired_certificates {
            let expected = format!("a certificate that is valid at {}", time::format(self.now));
            let finding = Finding::new(expected, described(outdated)).hint(ROLL_OVER);
            return Err(report.refuse(Check::Certificate, finding));
        }
        let hint = format!("{} is not within its dates; {ROLL_OVER}", described(outdated));
        report.record(Check::Certificate, Status::Warned { hint });
        Ok(())
    }

    /// Whether a configured certificate of this key is within its dates: a renewed one may keep the key.
    fn is_current(&self, used: &Certificate) -> bool {
        let mut of_key = self.trust.certificates.iter().filter(|it| it.public_key() == used.public_key());
        of_key.any(|certificate| certificate.is_valid_at(self.now))
    }
}

const ROLL_OVER: &str = "export the identity provider's current certificate and configure it here";

const CHANGED: &str =
    "something between the identity provider and here changes the message, or it was forged";

const OF_SIGNATURES: [Check; 5] = [
    Check::SignatureShape,
    Check::SignatureAlgorithm,
    Check::SignatureReference,
    Check::SignatureValue,
    Check::SignatureDigest,
];

/// The check that a failure of `dsig` belongs to.
const fn check_of(kind: ErrorKind) -> Check {
    match kind {
        ErrorKind::WeakAlgorithm
        | ErrorKind::HmacAlgorithm
        | ErrorKind::UnsupportedAlgorithm
        | ErrorKind::Transforms
        | ErrorKind::WithComments => Check::SignatureAlgorithm,
        ErrorKind::AmbiguousIdentifier
        | ErrorKind::MissingIdentifier
        | ErrorKind::InvalidIdentifier
        | ErrorKind::SeveralReferences
        | ErrorKind::ExternalReference
        | ErrorKind::ForeignReference => Check::SignatureReference,
        ErrorKind::SignatureMismatch | ErrorKind::NoKey => Check::SignatureValue,
        ErrorKind::DigestMismatch => Check::SignatureDigest,
        _ => Check::SignatureShape,
    }
}

/// The certificate that a signature brings along: never a key, only a hint at which one signed (A46).
fn mentioned_certificate(element: Node<'_>) -> Option<Certificate> {
    let signature = dsig::signature_of(element)?;
    key_info::certificate(signature.only_element(SIGNATURE, "KeyInfo")?)?.ok()
}
