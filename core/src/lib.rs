//! SAML 2.0 single sign-on and SCIM 2.0 provisioning between an identity provider (JumpCloud) and Heap, both
//! ends, without I/O: time, randomness and the network are arguments.
//!
//! The floors of the crate, lowest first; a module uses only floors below its own:
//!
//! | floor | modules |
//! |---|---|
//! | 3 | [`sync`] |
//! | 2 | [`scim`] |
//! | 1 | [`directory`] |
//! | 0 | [`limits`], [`entropy`], [`wire`] |
//! | 1 | [`xml`], [`pki`] |
//! | 2 | [`dsig`] |
//! | 3 | [`saml`] |
//! | 4 | [`heap`] |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod connector;
pub mod directory;
pub mod dsig;
pub mod entropy;
pub mod heap;
pub mod limits;
pub mod pki;
pub mod saml;
pub mod scim;
pub mod sync;
pub mod wire;
pub mod xml;
