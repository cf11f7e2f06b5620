//! Both ends of SAML single sign-on (D17-D23): Responses and AuthnRequests to judge, Responses to be judged by others.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use heap_identity::{
    entropy::Seeded,
    pki::{self, Certificate, SigningKey},
    saml::{
        AcceptedRequest, Attribute, Expected, IdentityProvider, Login, NameId, NameIdFormat, Policy,
        Received, ReplayCache, RequestError, ServiceProvider, SignScope, Trust, VerifiedAssertion, from_form,
        from_query,
        metadata::{Binding, Endpoint, IndexedEndpoint, ServiceProviderMetadata},
    },
    xml,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::lines::Failure;

/// One question about a message. What a kind does not need may be missing.
#[derive(Deserialize)]
struct Line {
    session: Option<Value>,
    kind: Kind,
    response: Option<String>,
    query: Option<String>,
    binding: Option<How>,
    cert: Option<Certificates>,
    idp_entity_id: Option<String>,
    sp_entity_id: Option<String>,
    acs: Option<String>,
    now: Option<Timestamp>,
    in_response_to: Option<String>,
    sso_url: Option<String>,
    signed: Option<bool>,
    request_binding: Option<How>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Response,
    AuthnRequest,
    #[serde(rename = "warm-up", alias = "warm_up", alias = "warmup")]
    WarmUp,
}

/// How a message came.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum How {
    Redirect,
    Post,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Certificates {
    One(String),
    Several(Vec<String>),
}

/// Of a binding that neither end takes.
const UNSUPPORTED: &str = "saml.binding.unsupported";

/// How many logins a session remembers.
const REMEMBERED: usize = 100_000;

/// Judges messages; lines of one session share a replay guard.
#[derive(Default)]
pub struct Judge {
    sessions: HashMap<String, ReplayCache>,
}

impl Judge {
    pub fn answer(&mut self, line: &[u8]) -> Result<Value, Failure> {
        let line: Line = serde_json::from_slice(line)?;
        match line.kind {
            Kind::WarmUp => Ok(json!({ "ok": true })),
            Kind::Response => self.response(&line),
            Kind::AuthnRequest => authn_request(&line),
        }
    }

    /// Strict (D17); unsolicited exactly where no request is named.
    fn response(&mut self, line: &Line) -> Result<Value, Failure> {
        let idp_entity_id = needed(line.idp_entity_id.as_deref(), "idp_entity_id")?;
        let response = needed(line.response.as_deref(), "response")?;
        let now = needed(line.now, "now")?;
        match line.binding {
            None | Some(How::Post) => {}
            // saml-profiles 4.1.2: a Response does not travel by redirect.
            Some(How::Redirect) => return Ok(refused("saml.binding.redirect")),
            Some(How::Other) => return Ok(refused(UNSUPPORTED)),
        }
        let certificates = match certificates(line.cert.as_ref()) {
            Ok(certificates) => certificates,
            Err(error) => return Ok(refused(error.code())),
        };
        let service_provider = ServiceProvider::new(
            needed(line.sp_entity_id.as_deref(), "sp_entity_id")?,
            needed(line.acs.as_deref(), "acs")?,
            vec![Trust::new(idp_entity_id, certificates)],
            Policy::strict(),
        );
        let expected = match &line.in_response_to {
            Some(request_id) => Expected::AnswerTo { request_id, idp_entity_id },
            None => Expected::Unsolicited,
        };
        let mut alone = ReplayCache::with_capacity(1);
        let replay = match &line.session {
            Some(session) => {
                let guard = || ReplayCache::with_capacity(REMEMBERED);
                self.sessions.entry(session.to_string()).or_insert_with(guard)
            }
            None => &mut alone,
        };
        let received = Received { saml_response: response, expected };
        Ok(match service_provider.verify(&received, now, replay) {
            Ok(login) => json!({
                "ok": true,
                "name_id": login.subject(),
                "attributes": attributes(&login),
                "reject": null,
                "report": login.report().to_json(),
            }),
            Err(rejection) => json!({
                "ok": false,
                "name_id": null,
                "attributes": {},
                "reject": rejection.code(),
                "report": rejection.report().to_json(),
            }),
        })
    }
}

fn attributes(login: &VerifiedAssertion) -> Map<String, Value> {
    let mut attributes: Map<String, Value> = Map::new();
    for attribute in login.attributes() {
        let values = attributes.entry(attribute.name.clone()).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.extend(attribute.values.iter().map(|value| json!(value)));
        }
    }
    attributes
}

fn refused(code: &str) -> Value {
    json!({ "ok": false, "name_id": null, "attributes": {}, "reject": code, "report": null })
}

/// The identity provider that knows one service provider: by its entity id, its address and its certificates.
fn authn_request(line: &Line) -> Result<Value, Failure> {
    let refused =
        |code: &str| json!({ "ok": false, "issuer": null, "acs": null, "id": null, "reject": code });
    let query = needed(line.query.as_deref(), "query")?;
    let query = query.strip_prefix('?').unwrap_or(query);
    let how = line.request_binding.or(line.binding).unwrap_or(How::Redirect);
    let acs = needed(line.acs.as_deref(), "acs")?;
    let mut registered =
        ServiceProviderMetadata::new(needed(line.sp_entity_id.as_deref(), "sp_entity_id")?, acs);
    // The line says nothing of numbers: metadata count from 0 or from 1.
    registered.assertion_consumer =
        [0, 1].map(|index| IndexedEndpoint::new(Endpoint::new(Binding::Post, acs), index)).into();
    registered.authn_requests_signed = line.signed == Some(true);
    registered.signing_certificates = match certificates(line.cert.as_ref()) {
        Ok(certificates) => certificates,
        Err(error) => return Ok(refused(error.code())),
    };
    let sso_url = line.sso_url.clone().or_else(|| destination(query, how)).unwrap_or_default();
    let identity_provider = IdentityProvider::builder(line.idp_entity_id.as_deref().unwrap_or_default())
        .sso_url(&sso_url)
        .register(registered)
        .sign_with(own_key()?)
        .build();
    let now = needed(line.now, "now")?;
    let accepted: Result<AcceptedRequest, RequestError> = match how {
        How::Redirect => identity_provider.accept_redirect(query, now),
        How::Post => identity_provider.accept_form(query, now),
        How::Other => return Ok(refused(UNSUPPORTED)),
    };
    Ok(match accepted {
        Ok(request) => json!({
            "ok": true,
            "issuer": request.issuer,
            "acs": request.acs_url,
            "id": request.id,
            "reject": null,
        }),
        Err(error) => refused(error.code()),
    })
}

/// The Destination that a request names itself: where the line does not say which is expected, none is compared.
fn destination(query: &str, how: How) -> Option<String> {
    let message = match how {
        How::Redirect => from_query(query).ok()?.xml,
        How::Post => from_form(query).ok()?.xml,
        How::Other => return None,
    };
    let tree = xml::parse(&message).ok()?;
    tree.root().attribute("Destination").map(Into::into)
}

/// No identity provider is without a key; this one signs nothing.
fn own_key() -> Result<SigningKey, Failure> {
    let key = include_str!("../../tests/vectors/keys/p256.key.pem");
    let certificate = include_str!("../../tests/vectors/keys/p256.cert.pem");
    Ok(SigningKey::from_pem(key, certificate)?)
}

/// Those that can be used; an error only where none can.
fn certificates(given: Option<&Certificates>) -> Result<Vec<Certificate>, pki::Error> {
    let pems: &[String] = match given {
        None => &[],
        Some(Certificates::One(pem)) => std::slice::from_ref(pem),
        Some(Certificates::Several(pems)) => pems,
    };
    let (mut usable, mut failed) = (Vec::new(), None);
    for pem in pems {
        match Certificate::from_pem(pem) {
            Ok(certificate) => usable.push(certificate),
            Err(error) => failed = Some(error),
        }
    }
    failed.filter(|_| usable.is_empty()).map_or(Ok(usable), Err)
}

fn needed<T>(value: Option<T>, name: &str) -> Result<T, Failure> {
    value.ok_or_else(|| format!("missing field `{name}`").into())
}

/// What to make a Response of.
#[derive(Deserialize)]
struct Issue {
    key: String,
    cert: String,
    idp_entity_id: String,
    sp_entity_id: String,
    acs: String,
    now: Timestamp,
    in_response_to: Option<String>,
    name_id: String,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    sign: Sign,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sign {
    #[default]
    Assertion,
    Response,
    Both,
}

/// Makes a Response.
pub fn issue(line: &[u8]) -> Result<Value, Failure> {
    let line: Issue = serde_json::from_slice(line)?;
    let scope = match line.sign {
        Sign::Assertion => SignScope::Assertion,
        Sign::Response => SignScope::Response,
        Sign::Both => SignScope::Both,
    };
    let identity_provider = IdentityProvider::builder(&line.idp_entity_id)
        .sign_with(SigningKey::from_pem(&line.key, &line.cert)?)
        .sign_scope(scope)
        .service_provider(&line.sp_entity_id, &[&line.acs])
        .build();
    let values = line.attributes.iter().map(|(name, values)| Ok((name.as_str(), texts(values)?)));
    let values: Vec<(&str, Vec<&str>)> = values.collect::<Result<_, Failure>>()?;
    let attributes: Vec<_> = values.iter().map(|(name, values)| Attribute::new(name, values)).collect();

    let format =
        if line.name_id.contains('@') { NameIdFormat::EmailAddress } else { NameIdFormat::Unspecified };
    let name_id = NameId::new(line.name_id.as_str(), format);
    let mut entropy = Seeded::new(seed());
    let session = format!("_{:016x}{:016x}", entropy.next_u64(), entropy.next_u64());
    let mut login = Login::new(name_id, &line.sp_entity_id, &line.acs, line.now);
    login.in_response_to = line.in_response_to.as_deref();
    login.attributes = &attributes;
    login.session_index = Some(&session);
    let response = identity_provider.respond(&login, line.now, &mut entropy)?;
    let (_, form_value) = response.form_fields(None).swap_remove(0);
    Ok(json!({ "response": form_value }))
}

fn texts(values: &Value) -> Result<Vec<&str>, Failure> {
    let values = values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice);
    let texts: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
    texts.ok_or_else(|| "the values of an attribute are texts".into())
}

/// A different one for each Response, from the system's randomness by way of the standard library's hash keys.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
