//! An identity provider and a service provider in one process, for a browser: single sign-on from either side.
//!
//! `sign_on PORT [FOREIGN_ENTITY_ID FOREIGN_ACS]` serves the identity provider at `http://localhost:PORT/idp` and the
//! service provider at `http://127.0.0.1:PORT/sp`: two sites, since a session must survive a form that comes from
//! another one. The foreign service provider is another program that the portal offers as well.

#![expect(
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "an example has modules of its own, a clock, a socket"
)]

#[path = "serve/server.rs"]
mod server;

use std::{env, error::Error};

use heap_identity::{
    entropy::{Entropy, Seeded},
    pki::SigningKey,
    saml::{
        Attribute, Expected, IdentityProvider, Login, NameId, PendingRequests, Policy, Received, ReplayCache,
        ServiceProvider, Trust, content_security_policy,
    },
    wire::{Request, Response},
};
use http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};

const KEY: &str = include_str!("../tests/vectors/keys/rsa2048.key.pem");
const CERTIFICATE: &str = include_str!("../tests/vectors/keys/rsa2048.cert.pem");
/// python3-saml wants some attribute.
const EMAIL: &[Attribute<'_>] = &[Attribute::new("email", &[ALICE])];
const ALICE: &str = "alice@example.com";

type Answer = Result<Response, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (port, foreign) = match arguments.as_slice() {
        [port] => (port.parse()?, None),
        [port, entity_id, acs_url] => (port.parse()?, Some((entity_id.clone(), acs_url.clone()))),
        _ => return Err("sign_on PORT [FOREIGN_ENTITY_ID FOREIGN_ACS]".into()),
    };
    let mut sites = Sites::new(port, foreign)?;
    println!("http://localhost:{port}/idp");
    Ok(server::run(port, move |request, now| sites.answer(request, now))?)
}

struct Sites {
    idp: IdentityProvider,
    sp: ServiceProvider,
    idp_url: String,
    foreign: Option<(String, String)>,
    pending: PendingRequests,
    replay: ReplayCache,
    /// In production: the operating system's.
    entropy: Seeded,
}

impl Sites {
    fn new(port: u16, foreign: Option<(String, String)>) -> Result<Self, Box<dyn Error>> {
        let (idp_url, sp_url) =
            (format!("http://localhost:{port}/idp"), format!("http://127.0.0.1:{port}/sp"));
        let acs_url = format!("{sp_url}/acs");
        let mut idp = IdentityProvider::builder(&idp_url)
            .sign_with(SigningKey::from_pem(KEY, CERTIFICATE)?)
            .sso_url(&format!("{idp_url}/sso"))
            .service_provider(&sp_url, &[&acs_url]);
        if let Some((entity_id, acs_url)) = &foreign {
            idp = idp.service_provider(entity_id, &[acs_url]);
        }
        let idp = idp.build();
        let trust = Trust::new(&idp_url, vec![idp.certificate().clone()]);
        Ok(Self {
            sp: ServiceProvider::new(&sp_url, &acs_url, vec![trust], Policy::strict()),
            idp,
            idp_url,
            foreign,
            pending: PendingRequests::new(16, SignedDuration::from_mins(5)),
            replay: ReplayCache::with_capacity(1000),
            entropy: Seeded::new(1),
        })
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Response {
        let parameters: Vec<(String, String)> =
            form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes()).into_owned().collect();
        let query =
            |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let answered = match (request.method().as_str(), request.uri().path()) {
            ("GET", "/idp") => Ok(self.portal(query("RelayState"))),
            ("GET", "/idp/launch") => self.launch(query("to"), query("RelayState"), now),
            ("GET", "/idp/sso") => self.sso(request.uri().query().unwrap_or(""), now),
            ("GET", "/sp") => Ok(home(request)),
            ("GET", "/sp/login") => self.begin(query("page"), now),
            ("POST", "/sp/acs") => self.finish(request.body(), now),
            _ => Ok(page(StatusCode::NOT_FOUND, "there is no such page")),
        };
        answered.unwrap_or_else(|error| page(StatusCode::FORBIDDEN, &format!("refused: {error}")))
    }

    /// What a person sees at the identity provider: an application a link.
    fn portal(&self, relay_state: Option<&str>) -> Response {
        let relay_state: String =
            form_urlencoded::byte_serialize(relay_state.unwrap_or("/reports/7").as_bytes()).collect();
        let link = |to: &str| {
            format!("<a id=\"{to}\" href=\"/idp/launch?to={to}&amp;RelayState={relay_state}\">{to}</a> ")
        };
        let foreign = self.foreign.as_ref().map_or_else(String::new, |_| link("foreign"));
        page(StatusCode::OK, &(link("heap") + &foreign))
    }

    /// A login that begins at the identity provider.
    fn launch(&mut self, to: Option<&str>, relay_state: Option<&str>, now: Timestamp) -> Answer {
        let foreign = self.foreign.clone().filter(|_| to == Some("foreign"));
        let (audience, acs_url) =
            foreign.unwrap_or_else(|| (self.sp.entity_id().into(), self.sp.acs_url().into()));
        let login = Login::new(NameId::email(ALICE), &audience, &acs_url, now);
        self.post(login, relay_state, now)
    }

    /// A login that a service provider asks for. The person is logged in at the identity provider already.
    fn sso(&mut self, query: &str, now: Timestamp) -> Answer {
        let accepted = self.idp.accept_redirect(query, now)?;
        self.post(accepted.login(NameId::email(ALICE), now), accepted.relay_state.as_deref(), now)
    }

    /// The page that posts itself, with its headers: a nonce of its own, and nothing kept (saml-bindings 3.5.5.1).
    fn post(&mut self, mut login: Login<'_>, relay_state: Option<&str>, now: Timestamp) -> Answer {
        login.attributes = EMAIL;
        let response = self.idp.respond(&login, now, &mut self.entropy)?;
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        let nonce: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(http::Response::builder()
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .header(header::CACHE_CONTROL, "no-cache, no-store")
            .header(header::CONTENT_SECURITY_POLICY, content_security_policy(&nonce))
            .body(response.auto_post_page(relay_state, &nonce).into_bytes())?)
    }

    fn begin(&mut self, target: Option<&str>, now: Timestamp) -> Answer {
        let request = self.sp.authn_request(&format!("{}/sso", self.idp_url), now, &mut self.entropy)?;
        self.pending.open(&request.id, &self.idp_url, None, now)?;
        redirect(&request.redirect_url(target)?, None)
    }

    fn finish(&mut self, body: &[u8], now: Timestamp) -> Answer {
        let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let saml_response = field("SAMLResponse").ok_or("the form has no SAMLResponse")?;
        let claimed = ServiceProvider::claimed_request(saml_response);
        let waiting = claimed.as_deref().map(|id| self.pending.find(id, now).cloned()).transpose()?;
        let expected = waiting.as_ref().map_or(Expected::Unsolicited, |waiting| waiting.expected());
        let login = self.sp.verify(&Received { saml_response, expected }, now, &mut self.replay)?;
        if let Some(id) = &claimed {
            self.pending.take(id, now)?;
        }
        // RelayState is anybody's text: followed where it is a path of ours, and nowhere else (A58).
        let is_path = |target: &&str| {
            target.starts_with('/')
                && !target.starts_with("//")
                && target.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/')
        };
        let target = field("RelayState").filter(is_path).unwrap_or("/");
        redirect(&format!("/sp?page={target}"), Some(login.subject()))
    }
}

/// What somebody sees who is logged in, and who is not.
fn home(request: &Request) -> Response {
    let cookies = request.headers().get(header::COOKIE).and_then(|cookies| cookies.to_str().ok());
    let subject =
        cookies.and_then(|cookies| cookies.split("; ").find_map(|cookie| cookie.strip_prefix("subject=")));
    match subject {
        Some(subject) => page(StatusCode::OK, &format!("<p id=\"subject\">{}</p>", escaped(subject))),
        None => page(StatusCode::OK, "<a id=\"login\" href=\"/sp/login?page=/reports/7\">log in</a>"),
    }
}

fn redirect(address: &str, subject: Option<&str>) -> Answer {
    let mut response =
        http::Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, address);
    if let Some(subject) = subject {
        // A demonstration: a real session is a secret, not a name.
        response = response
            .header(header::SET_COOKIE, format!("subject={subject}; HttpOnly; SameSite=Lax; Path=/sp"));
    }
    Ok(response.body(Vec::new())?)
}

fn page(status: StatusCode, content: &str) -> Response {
    let mut response = Response::new(format!("<!DOCTYPE html><title>sign on</title>{content}").into_bytes());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
