//! One request after the other, over kept connections. What is answered is handed on as it is.

use std::time::Duration;

use heap_identity::{
    limits::SCIM_BODY_BYTES_MAX,
    wire::{Request, Response},
};
use ureq::Agent;

pub struct Http(Agent);

impl Http {
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(20)));
        Self(config.build().new_agent())
    }

    pub fn send(&self, request: Request) -> Result<Response, ureq::Error> {
        let mut answer = self.0.run(request)?;
        let body = answer.body_mut().with_config().limit(SCIM_BODY_BYTES_MAX as u64).read_to_vec()?;
        let (parts, _) = answer.into_parts();
        Ok(Response::from_parts(parts, body))
    }
}
