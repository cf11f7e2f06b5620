//! XML signatures and SAML as a worker of the yardstick, on signed SAML Responses.
//!
//! The inputs come from the folder that the first argument or `SAML_PERF_INPUTS` names. `verify` is from bytes to
//! `Covered`, for every signature of the document; `sign` from an unsigned document to the signed one; `consume` from
//! a form's value to a verified login, with everything that the service provider checks and all attributes; `build`
//! from a login's values to a signed Response.

use std::sync::Arc;

use heap_identity::entropy::Seeded;
use heap_identity::pki::{Certificate, SigningKey, VerifyingKey};
use heap_identity::saml::{
    Attribute, Expected, IdentityProvider, Login, NameId, Policy, Received, ReplayCache, ServiceProvider,
    Trust, to_form_value,
};
use heap_identity::{dsig, xml};
use heap_identity_benches::worker::{Case, Failure, Inputs, Operation, Outcome, serve};
use jiff::Timestamp;
use serde_json::Value;

/// A moment at which the inputs are valid: a day after they were issued.
const NOW: &str = "2026-01-02T00:00:00Z";

/// The two ends that the inputs are for.
#[derive(Clone)]
struct Ends {
    idp: String,
    sp: String,
    acs: String,
}

fn main() -> Result<(), Failure> {
    let inputs = Inputs::load("SAML_PERF_INPUTS")?;
    let ends = Ends { idp: inputs.text("idp"), sp: inputs.text("sp"), acs: inputs.text("acs") };
    let mut cases = Vec::new();
    for input in inputs.names() {
        let entry = inputs.entry(&input);
        let key = entry.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        let read = |suffix: &str| -> Result<String, Failure> {
            Ok(String::from_utf8(inputs.read(&format!("{key}.{suffix}"))?)?)
        };
        let certificate = read("cert.pem")?;
        let pair = SigningKey::from_pem(&read("key.pem")?, &certificate)?;
        let certificate = Certificate::from_pem(&certificate)?;
        let keys = vec![certificate.public_key().clone()];
        let signatures = entry.get("sigs").and_then(Value::as_array).map_or(0, Vec::len);
        cases.push(Case {
            op: "verify",
            input: input.clone(),
            source: "file",
            refuses_tampered: true,
            factory: Arc::new(move |bytes| Ok(verify(bytes, keys.clone(), signatures))),
        });
        let parties = ends.clone();
        cases.push(Case {
            op: "consume",
            input: input.clone(),
            source: "file",
            refuses_tampered: true,
            factory: Arc::new(move |bytes| consume(bytes, &parties, certificate.clone(), signatures)),
        });
        if signatures == 1 {
            let (signer, parties, key) = (pair.clone(), ends.clone(), pair);
            cases.push(Case {
                op: "sign",
                input: input.clone(),
                source: "unsigned",
                refuses_tampered: false,
                factory: Arc::new(move |bytes| sign(bytes, signer.clone())),
            });
            cases.push(Case {
                op: "build",
                input,
                source: "file",
                refuses_tampered: false,
                factory: Arc::new(move |bytes| build(bytes, &parties, key.clone())),
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

/// From the form's value to the login, replay guard included.
fn consume(
    bytes: &[u8],
    ends: &Ends,
    certificate: Certificate,
    signatures: usize,
) -> Result<Operation, Failure> {
    let form_value = to_form_value(std::str::from_utf8(bytes)?);
    let trust = Trust::new(&ends.idp, vec![certificate]);
    let service_provider = ServiceProvider::new(&ends.sp, &ends.acs, vec![trust], Policy::strict());
    let now: Timestamp = NOW.parse()?;
    Ok(Box::new(move || {
        let received = Received { saml_response: &form_value, expected: Expected::Unsolicited };
        let login = service_provider.verify(&received, now, &mut ReplayCache::with_capacity(1))?;
        let values = login.attributes().iter().map(|attribute| attribute.values.len()).sum();
        let name_id = Some(login.subject().to_owned());
        Ok(Outcome { signatures, name_id, values: Some(values), signed: None })
    }))
}

/// From who it is and the attributes that the document has to a signed Response.
fn build(bytes: &[u8], ends: &Ends, pair: SigningKey) -> Result<Operation, Failure> {
    let tree = xml::parse(bytes)?;
    let named = |name: &'static str| {
        tree.root().descendants().filter(move |node| node.local_name() == name).collect::<Vec<_>>()
    };
    let name_id = named("NameID").first().ok_or("no NameID")?.text()?.to_owned();
    let mut attributes: Vec<(String, Vec<String>)> = Vec::new();
    for attribute in named("Attribute") {
        let values: Result<Vec<_>, _> =
            attribute.elements().map(|value| value.text().map(str::to_owned)).collect();
        attributes.push((attribute.attribute("Name").unwrap_or_default().to_owned(), values?));
    }
    let idp = IdentityProvider::builder(&ends.idp).sign_with(pair).build();
    let (ends, now) = (ends.clone(), NOW.parse::<Timestamp>()?);
    let mut entropy = Seeded::new(7);
    Ok(Box::new(move || {
        let values: Vec<Vec<&str>> =
            attributes.iter().map(|(_, values)| values.iter().map(String::as_str).collect()).collect();
        let said: Vec<Attribute<'_>> = (attributes.iter().zip(&values))
            .map(|((name, _), values)| Attribute::new(name, values))
            .collect();
        let mut login = Login::new(NameId::email(&name_id), &ends.sp, &ends.acs, now);
        login.attributes = &said;
        let response = idp.respond(&login, now, &mut entropy)?;
        Ok(Outcome { signed: Some(response.xml().to_owned()), ..Outcome::default() })
    }))
}
