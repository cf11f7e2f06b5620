//! The Python face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "an extension module has the standard library"
)]

mod convert;
mod directory;
mod error;
mod heap;
mod pki;
mod saml;
mod sync;
mod wire;

use pyo3::pymodule;

/// The compiled half of the package.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::{
        Bound, PyResult,
        types::{PyModule, PyModuleMethods},
    };

    #[pymodule_export]
    use crate::{
        directory::{Diff, Snapshot},
        heap::Tenant,
        pki::{Certificate, SigningKey},
        saml::{
            identity_provider::{AcceptedRequest, IdentityProvider, SignedResponse},
            report::{Check, Outcome, Report},
            service_provider::{
                AuthnRequest, Expected, Policy, ReplayCache, ServiceProvider, Trust, Unspent,
            },
            verified::VerifiedAssertion,
        },
        sync::{
            engine::Engine,
            plan::{Guards, Plan},
            poll::{Done, Persist, RequestId, Send, WaitForResponse, WaitUntil},
            words::plan_words,
        },
        wire::{Request, Response},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", heap_identity::VERSION)
    }
}
