//! Both ends of single sign-on for the scripts of `tests/interop/partners`, which hold them against other libraries:
//! one JSON object a line in, one out. The clock is the machine's, as the partners' is.
//!
//! ```text
//! {"do": "issue", "idp", "sp", "acs", "in_response_to": text | null, "name_id", "attributes": {name: [values]}, "sign", "encrypt"?: PEM} -> {"response"}
//! {"do": "consume", "response", "cert", "idp", "sp", "acs", "in_response_to": text | null, "decrypt_key"?: PEM, "decrypt_cert"?: PEM} -> {"name_id", "attributes"} | {"error", "report"}
//! {"do": "request", "sp", "acs", "sso_url"} -> {"id", "query", "form"}
//! {"do": "accept", "idp", "sp", "acs", "sso_url", "query"? | "form"?} -> {"id", "acs"} | {"error", "report"}
//! ```
//!
//! What is asked about single logout is in `logout.rs`. Encryption needs the feature `aws-lc-rs`.

#![expect(clippy::disallowed_methods, reason = "an example has a clock")]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod logout;

use std::{
    env,
    error::Error,
    fs,
    io::{self, BufRead, Write},
    time::{SystemTime, UNIX_EPOCH},
};

use heap_identity::{
    entropy::Seeded,
    pki::{Certificate, DecryptionKey, SigningKey},
    saml::{
        Attribute, Expected, IdentityProvider, Login, NameId, Policy, Received, ReplayCache, ServiceProvider,
        SignScope, Trust, to_form_value,
    },
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

type Answer = Result<Value, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let [key, certificate] = files.as_slice() else {
        return Err("peer KEY CERTIFICATE: the identity provider's, as PEM files".into());
    };
    let key = || {
        Ok::<_, Box<dyn Error>>(SigningKey::from_pem(
            &fs::read_to_string(key)?,
            &fs::read_to_string(certificate)?,
        )?)
    };
    for (count, line) in (0..).zip(io::stdin().lock().lines()) {
        let question = Question(serde_json::from_str(&line?)?);
        let now = now();
        // Two runs, and two lines of one run, have other IDs.
        let mut entropy = Seeded::new(now.as_millisecond().unsigned_abs().rotate_left(16) ^ count);
        let answer = match question.text("do")? {
            "issue" => issue(&question, key()?, now, &mut entropy),
            "consume" => consume(&question, now),
            "request" => request(&question, now, &mut entropy),
            "accept" => accept(&question, key()?, now),
            "log_out" => logout::log_out(&question, now, &mut entropy),
            "end_session" => logout::end_session(&question, now, &mut entropy),
            "logged_out" => logout::logged_out(&question, now),
            other => Err(format!("there is no {other:?}").into()),
        };
        let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(io::stdout(), "{answer}")?;
        io::stdout().flush()?;
    }
    Ok(())
}

struct Question(Map<String, Value>);

impl Question {
    fn text(&self, name: &str) -> Result<&str, String> {
        self.optional(name).ok_or_else(|| format!("{name:?} is missing"))
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}

fn issue(question: &Question, key: SigningKey, now: Timestamp, entropy: &mut Seeded) -> Answer {
    let sign = match question.text("sign")? {
        "assertion" => SignScope::Assertion,
        "response" => SignScope::Response,
        _ => SignScope::Both,
    };
    let attributes: Vec<(String, Vec<String>)> = question
        .0
        .get("attributes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, values)| {
            Ok::<_, serde_json::Error>((name.clone(), serde_json::from_value(values.clone())?))
        })
        .collect::<Result<_, _>>()?;
    let values: Vec<Vec<&str>> =
        attributes.iter().map(|(_, values)| values.iter().map(String::as_str).collect()).collect();
    let attributes: Vec<Attribute<'_>> =
        attributes.iter().zip(&values).map(|((name, _), values)| Attribute::new(name, values)).collect();
    let mut login = Login::new(
        NameId::email(question.text("name_id")?),
        question.text("sp")?,
        question.text("acs")?,
        now,
    );
    login.attributes = &attributes;
    login.in_response_to = question.optional("in_response_to");
    login.session_index = Some("_session");
    let mut idp = IdentityProvider::builder(question.text("idp")?).sign_with(key).sign_scope(sign);
    if let Some(certificate) = question.optional("encrypt") {
        idp = idp.encrypt_for(login.audience, Certificate::from_pem(certificate)?);
    }
    let response = idp.build().respond(&login, now, entropy)?;
    Ok(json!({ "response": to_form_value(response.xml()) }))
}

fn consume(question: &Question, now: Timestamp) -> Answer {
    let idp = question.text("idp")?;
    let trust = Trust::new(idp, vec![Certificate::from_pem(question.text("cert")?)?]);
    let mut sp =
        ServiceProvider::new(question.text("sp")?, question.text("acs")?, vec![trust], Policy::strict());
    if let Some(key) = question.optional("decrypt_key") {
        sp = sp.with_decryption_keys(vec![DecryptionKey::from_pem(key, question.text("decrypt_cert")?)?]);
    }
    let expected = match question.optional("in_response_to") {
        Some(request_id) => Expected::AnswerTo { request_id, idp_entity_id: idp },
        None => Expected::Unsolicited,
    };
    let received = Received { saml_response: question.text("response")?, expected };
    Ok(match sp.verify(&received, now, &mut ReplayCache::with_capacity(1)) {
        Ok(login) => {
            let mut attributes = Map::new();
            for attribute in login.attributes() {
                attributes.insert(attribute.name.clone(), login.attribute(&attribute.name).into());
            }
            json!({ "name_id": login.subject(), "attributes": attributes })
        }
        Err(rejection) => json!({ "error": rejection.code(), "report": rejection.to_string() }),
    })
}

fn request(question: &Question, now: Timestamp, entropy: &mut Seeded) -> Answer {
    let sp = ServiceProvider::new(question.text("sp")?, question.text("acs")?, Vec::new(), Policy::strict());
    let request = sp.authn_request(question.text("sso_url")?, now, entropy)?;
    let url = request.redirect_url(Some("/reports/7"))?;
    let query = url.split_once('?').map(|(_, query)| query);
    Ok(json!({ "id": request.id, "query": query, "form": to_form_value(&request.to_xml()?) }))
}

fn accept(question: &Question, key: SigningKey, now: Timestamp) -> Answer {
    let idp = IdentityProvider::builder(question.text("idp")?)
        .sign_with(key)
        .sso_url(question.text("sso_url")?)
        .service_provider(question.text("sp")?, &[question.text("acs")?])
        .build();
    let accepted = match question.optional("query") {
        Some(query) => idp.accept_redirect(query, now),
        None => idp.accept_post(question.text("form")?, None, now),
    };
    Ok(match accepted {
        Ok(request) => json!({ "id": request.id, "acs": request.acs_url }),
        Err(error) => json!({ "error": error.code(), "report": error.to_string() }),
    })
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros())
        .ok()
        .and_then(|micros| Timestamp::from_microsecond(micros).ok())
        .unwrap_or_default()
}
