//! What is verified: a Response signed by xmlsec1, and Responses that our own signer makes at run time.

use heap_identity::{
    entropy::Seeded,
    pki::SigningKey,
    saml::{Attribute, IdentityProvider, Login, NameId, SignScope},
};
use jiff::Timestamp;

use crate::Failure;

pub const DOCUMENTS: [&str; 4] = ["xmlsec1", "3 attributes", "20 attributes, both", "1000 attributes"];

pub const KEY: &str = include_str!("../../../core/tests/vectors/keys/rsa2048.key.pem");
pub const CERTIFICATE: &str = include_str!("../../../core/tests/vectors/keys/rsa2048.cert.pem");
const BY_XMLSEC1: &str = include_str!("../../../core/tests/vectors/dsig/rsa-sha256.xml");

/// A document by its name in [`DOCUMENTS`].
pub fn document(name: &str) -> Result<String, Failure> {
    match name {
        "xmlsec1" => Ok(BY_XMLSEC1.to_owned()),
        "3 attributes" => response(3, SignScope::Assertion),
        "20 attributes, both" => response(20, SignScope::Both),
        "1000 attributes" => response(1000, SignScope::Assertion),
        _ => Err(format!("there is no document `{name}`").into()),
    }
}

fn response(count: usize, scope: SignScope) -> Result<String, Failure> {
    let now = Timestamp::from_second(1_772_359_200)?;
    let names: Vec<String> = (0..count).map(|number| format!("attribute-{number}")).collect();
    let attributes: Vec<Attribute<'_>> =
        names.iter().map(|name| Attribute::new(name, &["a value of middling length"])).collect();
    let acs = "https://heapanalytics.com/saml/finalize/1234/";
    let mut login = Login::new(NameId::email("ada@example.com"), "https://heapanalytics.com", acs, now);
    login.attributes = &attributes;
    let key = SigningKey::from_pem(KEY, CERTIFICATE)?;
    let builder = IdentityProvider::builder("https://idp.example/").sign_with(key).sign_scope(scope);
    Ok(builder.build().respond(&login, now, &mut Seeded::new(7))?.xml().to_owned())
}
