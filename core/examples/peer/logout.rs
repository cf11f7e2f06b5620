//! Either end of single logout, between `me` and `partner`, whose certificate and address for logouts are given with the
//! binding that it takes. A message is `{"query"}`, not decoded, or `{"form": {field: value}}`.
//!
//! ```text
//! each: "me", "url", "key", "certificate", "partner", "partner_certificate", "partner_url", "binding": "redirect" | "post"
//! {"do": "log_out", "name_id", "session_index", "relay_state"} -> {"id", "message"}
//! {"do": "end_session", "message"} -> {"id", "name_id", "session_indexes", "relay_state", "message"} | {"error", "report"}
//! {"do": "logged_out", "message", "request_id"} -> {"status", "relay_state"} | {"error", "report"}
//! ```

use heap_identity::{
    entropy::Seeded,
    pki::{Certificate, SigningKey},
    saml::{
        NameId, ReplayCache,
        logout::{
            AwaitedLogout, Delivered, Delivery, Logout, LogoutPartner, LogoutRejection, LogoutStatus,
            SingleLogout,
        },
        metadata::{Binding, Endpoint},
    },
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Answer, Question};

pub fn log_out(question: &Question, now: Timestamp, entropy: &mut Seeded) -> Answer {
    let logout =
        Logout::new(NameId::email(question.text("name_id")?), vec![question.text("session_index")?.into()]);
    let relay_state = question.optional("relay_state");
    let sent = of(question)?.request(question.text("partner")?, &logout, relay_state, now, entropy)?;
    Ok(json!({ "id": sent.id, "message": message(&sent.delivery)? }))
}

pub fn end_session(question: &Question, now: Timestamp, entropy: &mut Seeded) -> Answer {
    let us = of(question)?;
    let came = Came::of(question)?;
    let request = match us.verify_request(&came.delivered()?, now, &mut ReplayCache::with_capacity(1)) {
        Ok(request) => request,
        Err(rejection) => return Ok(refused(&rejection)),
    };
    let answer = us.answer(&request, &LogoutStatus::Complete, now, entropy)?;
    Ok(json!({
        "id": request.id, "name_id": request.name_id.value, "session_indexes": request.session_indexes,
        "relay_state": request.relay_state, "message": message(&answer.delivery)?,
    }))
}

pub fn logged_out(question: &Question, now: Timestamp) -> Answer {
    let awaited =
        AwaitedLogout { request_id: question.text("request_id")?, partner: question.text("partner")? };
    let came = Came::of(question)?;
    Ok(match of(question)?.verify_response(&came.delivered()?, &awaited, now) {
        Ok(outcome) => {
            json!({ "status": format!("{:?}", outcome.status), "relay_state": outcome.relay_state })
        }
        Err(rejection) => refused(&rejection),
    })
}

fn of(question: &Question) -> Result<SingleLogout, Box<dyn std::error::Error>> {
    let binding = if question.text("binding")? == "post" { Binding::Post } else { Binding::Redirect };
    let certificate = Certificate::from_pem(question.text("partner_certificate")?)?;
    let endpoint = Endpoint::new(binding, question.text("partner_url")?);
    let partner = LogoutPartner::new(question.text("partner")?, vec![certificate], endpoint);
    let key = SigningKey::from_pem(question.text("key")?, question.text("certificate")?)?;
    Ok(SingleLogout::new(question.text("me")?, question.text("url")?, key, vec![partner]))
}

fn refused(rejection: &LogoutRejection) -> Value {
    json!({ "error": rejection.code(), "report": rejection.to_string() })
}

fn message(delivery: &Delivery) -> Result<Value, String> {
    match delivery {
        Delivery::Redirect(url) => Ok(json!({ "query": url.split_once('?').map(|(_, query)| query) })),
        Delivery::Post(form) => {
            let fields = form.fields().iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
            Ok(json!({ "form": fields.collect::<Map<_, _>>() }))
        }
        other => Err(format!("{other:?} is no way that this example knows")),
    }
}

/// A message as it came.
struct Came<'a>(&'a Map<String, Value>);

impl<'a> Came<'a> {
    fn of(question: &'a Question) -> Result<Self, String> {
        question.0.get("message").and_then(Value::as_object).map(Self).ok_or("\"message\" is missing".into())
    }

    fn delivered(&self) -> Result<Delivered<'a>, String> {
        if let Some(query) = self.0.get("query").and_then(Value::as_str) {
            return Ok(Delivered::Redirect(query));
        }
        let field = |name: &str| self.0.get("form").and_then(|form| form.get(name)).and_then(Value::as_str);
        let value = field("SAMLRequest").or_else(|| field("SAMLResponse"));
        Ok(Delivered::Post { value: value.ok_or("no message")?, relay_state: field("RelayState") })
    }
}
