//! Requests from the other side: every answer is a SCIM message with a status, and the store stays whole.
#![no_main]

use heap_identity::{
    entropy::Seeded,
    scim::{
        Document,
        service::{Access, Config, MemoryStore, Service},
    },
    wire::Request,
};
use heap_identity_fuzz::{GROUP, USER, now};
use libfuzzer_sys::fuzz_target;

// One request a record: `METHOD path` on the first line, the body below; records end with a line `--`.
fuzz_target!(|text: &str| {
    let config =
        Config { base_url: "https://h/scim".into(), access: Access::Open, capabilities: Default::default() };
    let mut service = Service::new(config, MemoryStore::new(), Box::new(Seeded::new(1)));
    send(&mut service, "POST", "/Users", USER);
    send(&mut service, "POST", "/Groups", GROUP);
    for record in text.split("\n--\n").take(16) {
        let (line, body) = record.split_once('\n').unwrap_or((record, ""));
        let (method, path) = line.split_once(' ').unwrap_or(("GET", line));
        send(&mut service, method, path, body);
    }
});

fn send(service: &mut Service<MemoryStore>, method: &str, path: &str, body: &str) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("/scim{path}"))
        .header("content-type", "application/scim+json")
        .body(body.as_bytes().to_vec());
    let Ok(request): Result<Request, _> = request else { return };
    let response = service.handle(&request, now());
    assert!(response.status().as_u16() != 500, "{method} {path}");
    if !response.body().is_empty() {
        Document::from_slice(response.body()).expect("an answer is a JSON object");
    }
}
