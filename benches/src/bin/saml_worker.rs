//! XML signatures as a worker of the yardstick: `verify` and `sign` on signed SAML Responses.
//!
//! The inputs come from the folder that the first argument or `SAML_PERF_INPUTS` names. `verify` is from bytes to
//! `Covered`, for every signature of the document; `sign` from an unsigned document to the signed one.

use std::sync::Arc;

use heap_identity::pki::{Certificate, SigningKey, VerifyingKey};
use heap_identity::{dsig, xml};
use heap_identity_benches::worker::{Case, Failure, Inputs, Operation, Outcome, serve};
use serde_json::Value;

fn main() -> Result<(), Failure> {
    let inputs = Inputs::load("SAML_PERF_INPUTS")?;
    let mut cases = Vec::new();
    for input in inputs.names() {
        let entry = inputs.entry(&input);
        let key = entry.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        let read = |suffix: &str| -> Result<String, Failure> {
            Ok(String::from_utf8(inputs.read(&format!("{key}.{suffix}"))?)?)
        };
        let certificate = read("cert.pem")?;
        let keys = vec![Certificate::from_pem(&certificate)?.public_key().clone()];
        let signatures = entry.get("sigs").and_then(Value::as_array).map_or(0, Vec::len);
        cases.push(Case {
            op: "verify",
            input: input.clone(),
            source: "file",
            refuses_tampered: true,
            factory: Arc::new(move |bytes| Ok(verify(bytes, keys.clone(), signatures))),
        });
        if signatures == 1 {
            let pair = SigningKey::from_pem(&read("key.pem")?, &certificate)?;
            cases.push(Case {
                op: "sign",
                input,
                source: "unsigned",
                refuses_tampered: false,
                factory: Arc::new(move |bytes| sign(bytes, pair.clone())),
            });
        }
    }
    serve("heap-identity", &inputs, &cases)
}

/// All signatures of the document hold: of the Response and of what is directly inside.
fn verify(bytes: &[u8], keys: Vec<VerifyingKey>, expected: usize) -> Operation {
    let bytes = bytes.to_vec();
    Box::new(move || {
        let tree = xml::parse(&bytes)?;
        let root = tree.root();
        let mut signatures = 0;
        for element in std::iter::once(root).chain(root.elements()) {
            if dsig::signature_of(element).is_some() {
                dsig::verify(element, &keys, &dsig::Policy::strict())?;
                signatures += 1;
            }
        }
        if signatures == expected {
            Ok(Outcome { signatures, ..Outcome::default() })
        } else {
            Err(format!("{signatures} of {expected} signatures").into())
        }
    })
}

/// The Assertion of a Response is signed.
fn sign(bytes: &[u8], pair: SigningKey) -> Result<Operation, Failure> {
    let document = String::from_utf8(bytes.to_vec())?;
    let tree = xml::parse(bytes)?;
    let assertion = tree.root().elements().find(|element| element.local_name() == "Assertion");
    let id =
        assertion.and_then(|element| element.attribute("ID")).ok_or("no Assertion with an ID")?.to_owned();
    Ok(Box::new(move || {
        let signed = dsig::sign(&document, &id, &pair)?;
        Ok(Outcome { signed: Some(signed), ..Outcome::default() })
    }))
}
