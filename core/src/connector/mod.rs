//! The administrator's walk, as an API. So far: who may sign on, and the sign-on itself.

mod sign_on;

pub use sign_on::{Answer, SignOn, SignOnError};
