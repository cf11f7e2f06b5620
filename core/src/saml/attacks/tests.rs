//! What the corpus promises: this library refuses each of its messages with the code that the attack states, and a
//! service provider with the hole that an attack is about falls for it.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use jiff::Timestamp;

use super::{Attack, Genuine, Message};
use crate::{
    dsig,
    entropy::Seeded,
    pki::SigningKey,
    saml::{
        Attribute, Expected, IdentityProvider, Login, NameId, Policy, Received, ReplayCache, ServiceProvider,
        SignScope, Trust, binding, names::ASSERTION,
    },
    xml,
};

const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
const SP: &str = "https://heapanalytics.com";
const ACS: &str = "https://heapanalytics.com/saml/finalize/1234567/";
const ALICE: &str = "alice@example.com";
const VICTIM: &str = "admin@example.com";

fn now() -> Timestamp {
    "2026-03-01T10:00:30Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_pem(
        include_str!("../../../tests/vectors/keys/rsa2048.key.pem"),
        include_str!("../../../tests/vectors/keys/rsa2048.cert.pem"),
    )
    .unwrap()
}

fn attacker() -> SigningKey {
    SigningKey::from_pem(
        include_str!("../../../tests/vectors/keys/rsa2048-other.key.pem"),
        include_str!("../../../tests/vectors/keys/rsa2048-other.cert.pem"),
    )
    .unwrap()
}

fn heap() -> ServiceProvider {
    let trust = Trust::new(IDP, vec![key().certificate().clone()]);
    ServiceProvider::new(SP, ACS, vec![trust], Policy::strict())
}

fn response(sign: SignScope) -> String {
    let idp = IdentityProvider::builder(IDP).sign_with(key()).sign_scope(sign).build();
    let mut login = Login::new(NameId::email(ALICE), SP, ACS, now());
    let attributes = [Attribute::new("groups", &["Analysts", "Growth"])];
    login.attributes = &attributes;
    login.session_not_on_or_after = Some(now() + jiff::SignedDuration::from_hours(8));
    idp.respond(&login, now(), &mut Seeded::new(7)).unwrap().xml().into()
}

fn attacks(sign: SignScope) -> Vec<Attack> {
    let (xml, key, attacker) = (response(sign), key(), attacker());
    let genuine = Genuine::from_xml(&xml, VICTIM).unwrap().idp_key(&key).attacker_key(&attacker);
    genuine.attacks().collect()
}

/// The code of the refusal, or who was logged in.
fn judged(attack: &Attack, replay: &mut ReplayCache) -> Result<String, &'static str> {
    match &attack.message {
        Message::Form { saml_response, .. } => {
            let received = Received { saml_response, expected: Expected::Unsolicited };
            let verified = heap().verify(&received, now(), replay);
            verified.map(|login| login.subject().to_string()).map_err(|rejection| rejection.code())
        }
        Message::Query(query) => match binding::from_query(query) {
            Ok(_) => Ok("a message".into()),
            Err(error) => Err(error.code()),
        },
    }
}

fn replay(attack: &Attack, genuine: &str) -> ReplayCache {
    let mut replay = ReplayCache::with_capacity(8);
    if attack.after_genuine {
        let received =
            Received { saml_response: &binding::to_form_value(genuine), expected: Expected::Unsolicited };
        heap().verify(&received, now(), &mut replay).unwrap();
    }
    replay
}

#[test]
fn each_attack_is_refused_with_a_code_that_it_states() {
    let mut wrong = Vec::new();
    for sign in [SignScope::Both, SignScope::Assertion, SignScope::Response] {
        let genuine = response(sign);
        for attack in attacks(sign) {
            let verdict = judged(&attack, &mut replay(&attack, &genuine));
            let right = match &verdict {
                // A29's markup is text here, in a place where text belongs.
                Ok(subject) => ["A22", "A29", "A58"].contains(&attack.id) && subject == ALICE,
                // Where only the Response is signed, every change of it is one of what was signed.
                Err(code) => {
                    attack.codes.contains(code)
                        || sign == SignScope::Response && *code == "saml.signature_digest"
                }
            };
            if !right {
                wrong.push(format!("{sign:?} {} {}: {verdict:?}", attack.id, attack.title));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_number_of_the_list_has_a_message_but_two() {
    let made: BTreeSet<String> =
        attacks(SignScope::Both).iter().map(|attack| attack.id.to_string()).collect();
    let missing: Vec<String> = (1..=59).map(|n| format!("A{n:02}")).filter(|id| !made.contains(id)).collect();
    assert_eq!(missing, ["A43", "A53"]);
}

/// Whether some element has a good signature: what several service providers took for proof of the rest.
fn has_a_good_signature(tree: &xml::Tree<'_>) -> bool {
    let keys = [key().certificate().public_key().clone()];
    let mut nodes = tree.root().descendants();
    nodes.any(|node| dsig::verify(node, &keys, &dsig::Policy::strict()).is_ok())
}

fn first_name_of_the_document(document: &str) -> Option<String> {
    let tree = xml::parse(document.as_bytes()).ok().filter(has_a_good_signature)?;
    let name = tree.root().descendants().find(|node| node.is(ASSERTION, "NameID"))?;
    name.text().ok().map(Into::into)
}

fn name_in_the_assertion_of_the_response(document: &str) -> Option<String> {
    let tree = xml::parse(document.as_bytes()).ok().filter(has_a_good_signature)?;
    let assertion = tree.root().elements().find(|node| node.is(ASSERTION, "Assertion"))?;
    let subject = assertion.only_element(ASSERTION, "Subject")?;
    subject.only_element(ASSERTION, "NameID")?.text().ok().map(Into::into)
}

/// As another was: the text of the NameID ends where its first child does.
fn name_up_to_the_first_comment(document: &str) -> Option<String> {
    let tree = xml::parse(document.as_bytes()).ok()?;
    let keys = [key().certificate().public_key().clone()];
    let assertion = tree.root().only_element(ASSERTION, "Assertion")?;
    dsig::verify(assertion, &keys, &dsig::Policy::strict()).ok()?;
    let name = assertion.descendants().find(|node| node.is(ASSERTION, "NameID"))?;
    let rest = document.get(name.content_start()?..)?;
    rest.split('<').next().map(Into::into)
}

/// The numbers of the attacks that log in the victim.
fn falls_for(subject: impl Fn(&str) -> Option<String>) -> BTreeSet<&'static str> {
    let fooled = attacks(SignScope::Assertion).into_iter().filter(|attack| {
        let Message::Form { saml_response, .. } = &attack.message else { return false };
        let document = String::from_utf8(binding::from_form_value(saml_response).unwrap()).unwrap();
        subject(&document).as_deref() == Some(VICTIM)
    });
    fooled.map(|attack| attack.id).collect()
}

#[test]
fn the_corpus_catches_a_reader_of_what_was_not_verified() {
    let of_the_document = falls_for(first_name_of_the_document);
    for id in ["A03", "A04", "A07", "A11", "A27", "A31", "A32"] {
        assert!(of_the_document.contains(id), "{id} of {of_the_document:?}");
    }
    let of_the_response = falls_for(name_in_the_assertion_of_the_response);
    for id in ["A03", "A04", "A09", "A11", "A24", "A36"] {
        assert!(of_the_response.contains(id), "{id} of {of_the_response:?}");
    }
}

#[test]
fn the_corpus_catches_a_reader_that_stops_at_a_comment() {
    assert_eq!(falls_for(name_up_to_the_first_comment), BTreeSet::from(["A21"]));
}

#[test]
fn a_message_that_is_not_genuine_makes_no_attacks() {
    let signed = response(SignScope::Assertion);
    for (xml, code) in [
        ("<a/>".to_string(), "saml.attacks.missing"),
        ("<a>".to_string(), "xml.missing_end_tag"),
        (signed.replace("samlp:Status>", "samlp:Extensions>"), "saml.attacks.missing"),
        (signed.replace("saml:NameID", "saml:EncryptedID"), "saml.attacks.missing"),
    ] {
        assert_eq!(Genuine::from_xml(&xml, VICTIM).unwrap_err().code(), code, "{xml}");
    }
    assert_eq!(Genuine::from_form_value("!", VICTIM).unwrap_err().code(), "saml.binding.base64");
}

#[test]
fn without_keys_the_attacks_are_those_of_somebody_who_has_one_message() {
    let xml = response(SignScope::Both);
    let genuine = Genuine::from_xml(&xml, VICTIM).unwrap();
    let made: BTreeSet<&str> = genuine.attacks().map(|attack| attack.id).collect();
    assert!(made.contains("A03") && made.contains("A47") && made.len() > 40, "{made:?}");
    assert!(["A15", "A16", "A23", "A46", "A59"].iter().all(|id| !made.contains(id)), "{made:?}");
    let form = Genuine::from_form_value(&binding::to_form_value(&xml), VICTIM).unwrap();
    assert_eq!(form.attacks().count(), genuine.attacks().count());
}
