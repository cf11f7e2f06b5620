//! An encrypted Assertion (saml-core 2.3.4): decrypted, it goes through the same gate as a plain one (A34). That it was
//! encrypted proves nothing (A35): signatures are judged afterwards, over the nodes of the tree that is made here.

use alloc::format;

use super::message::{self, Message, Outer};
use crate::{
    pki::DecryptionKey,
    saml::{
        check::Check,
        names::ASSERTION,
        report::{Finding, Refused, Report, Status, shown},
        schema,
    },
    xml::{Node, Tree},
    xmlenc::{self, Decrypted, ErrorKind},
};

const OF_ENCRYPTION: [Check; 4] =
    [Check::DecryptionKey, Check::EncryptionShape, Check::EncryptionAlgorithm, Check::Decryption];

/// The message whose Assertion is readable as it came.
pub(super) fn not_applicable<'t>(outer: Outer<'t>, assertion: Node<'t>, report: &mut Report) -> Message<'t> {
    for check in OF_ENCRYPTION {
        report.record(check, Status::NotApplicable);
    }
    Message { response: outer.response, assertion, sealed: None }
}

/// What the EncryptedAssertion `host` holds.
pub(super) fn decrypt(
    host: Node<'_>,
    keys: &[DecryptionKey],
    report: &mut Report,
) -> Result<Decrypted, Refused> {
    report.check(Check::DecryptionKey, || match keys {
        [] => {
            Err(Finding::new("readable content, or a key that decrypts", "an encrypted Assertion and no key")
                .at(host.position())
                .hint(NO_KEY))
        }
        _ => Ok(()),
    })?;
    let decrypted = xmlenc::decrypt(host, keys).map_err(|error| {
        let check = check_of(error.kind());
        // Structure and algorithms are read as a whole, then the keys are tried.
        if check == Check::Decryption {
            report.record(Check::EncryptionShape, Status::Passed);
            report.record(Check::EncryptionAlgorithm, Status::Passed);
        }
        let found = format!("{} ({})", error.kind(), error.code());
        let finding = Finding::new("an Assertion that is encrypted for this service provider", found);
        report.refuse(check, finding.at(error.position()).hint(HOW_TO_ENCRYPT))
    })?;
    for check in OF_ENCRYPTION {
        report.record(check, Status::Passed);
    }
    Ok(decrypted)
}

const NO_KEY: &str = if cfg!(feature = "aws-lc-rs") {
    "configure the decryption key, or tell the identity provider to send assertions that are signed only"
} else {
    "this build cannot decrypt: build with the feature `aws-lc-rs`, or tell the identity provider to send assertions \
     that are signed only"
};
const HOW_TO_ENCRYPT: &str = "give the identity provider this service provider's current certificate, to encrypt for with \
                              AES-GCM and RSA-OAEP";

const fn check_of(kind: ErrorKind) -> Check {
    match kind {
        ErrorKind::Cbc | ErrorKind::Rsa15 | ErrorKind::UnsupportedAlgorithm => Check::EncryptionAlgorithm,
        ErrorKind::Decryption => Check::Decryption,
        _ => Check::EncryptionShape,
    }
}

/// The tree of what was encrypted. No ID in it is one of the message (A18, A36).
pub(super) fn parse<'a>(
    decrypted: &'a Decrypted,
    outer: &Tree<'_>,
    report: &mut Report,
) -> Result<Tree<'a>, Refused> {
    let tree = message::parse(decrypted.document().as_bytes(), report)?;
    report.check(Check::UniqueIds, || {
        let shared = tree.shared_identifier(outer);
        shared.map_or(Ok(()), |node| Err(message::twice(node)))
    })?;
    Ok(tree)
}

/// The Assertion that was encrypted, of which the same is demanded as of a plain one.
pub(super) fn assertion<'t>(
    decrypted: &Decrypted,
    tree: &'t Tree<'t>,
    report: &mut Report,
) -> Result<Node<'t>, Refused> {
    let assertion = report.check(Check::OneAssertion, || {
        let found = || format!("{} of {}", shown(tree.root().local_name()), shown(tree.root().namespace()));
        let element = decrypted.element(tree).filter(|element| element.is(ASSERTION, "Assertion"));
        element.ok_or_else(|| Finding::new("one Assertion inside the EncryptedAssertion", found()))
    })?;
    report.check(Check::Version, || message::version(assertion))?;
    let inside = message::shape(assertion, &schema::ASSERTION_ELEMENT, report)?;
    report.check(Check::NotEncrypted, || message::nothing_encrypted(inside))?;
    Ok(assertion)
}
