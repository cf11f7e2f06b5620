//! The Python face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "an extension module has the standard library"
)]

mod convert;
mod directory;
mod dsig;
mod error;
mod heap;
mod pki;
mod saml;
mod sync;
mod table;
mod wire;

use pyo3::pymodule;

/// The compiled half of the package: one submodule for each part of the core, and all of their names here, too.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::{
        Bound, PyResult, pymodule,
        types::{PyAnyMethods, PyDictMethods, PyModule, PyModuleMethods},
    };

    #[pymodule]
    mod directory {
        #[pymodule_export]
        use crate::directory::{Access, Diff, Group, Person, Snapshot};
    }

    #[pymodule]
    mod dsig {
        #[pymodule_export]
        use crate::dsig::{Covered, Element, Explanation, explain_xml, sign_xml, verify_xml};
    }

    #[pymodule]
    mod heap {
        #[pymodule_export]
        use crate::heap::tenant::{Session, Tenant, Variants};
    }

    #[pymodule]
    mod metadata {
        #[pymodule_export]
        use crate::saml::{
            logout::{LogoutMessage, LogoutOutcome, LogoutPartner, SingleLogout, VerifiedLogout},
            metadata::{Endpoint, IdentityProviderMetadata, Metadata, ServiceProviderMetadata},
        };
    }

    #[pymodule]
    mod pki {
        #[pymodule_export]
        use crate::pki::{Certificate, DecryptionKey, SigningKey};
    }

    #[pymodule]
    mod saml {
        #[pymodule_export]
        use crate::saml::{
            expected::{Expected, Policy, ReplayCache, Trust, Use},
            failure::ClaimedFailure,
            identity_provider::{AcceptedRequest, FailureResponse, IdentityProvider, SignedResponse},
            metadata::content_security_policy,
            name_id::NameId,
            pending::{PendingRequest, PendingRequests},
            report::{Check, Outcome, Report},
            service_provider::{AuthnRequest, ServiceProvider, Unspent},
            verified::VerifiedAssertion,
        };
    }

    #[pymodule]
    mod sync {
        #[pymodule_export]
        use crate::sync::{
            engine::Engine,
            plan::{Guards, Plan, Step, Trip},
            poll::{Done, Persist, Progress, RequestId, Send, WaitForResponse, WaitUntil},
            words::plan_words,
        };
    }

    #[pymodule]
    mod wire {
        #[pymodule_export]
        use crate::wire::{Request, Response};
    }

    /// Makes the submodules importable by their names, which Python does not do by itself for a compiled module.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let loaded = module.py().import("sys")?.getattr("modules")?;
        for (name, part) in module.dict().copy()?.iter() {
            let Ok(part) = part.cast_into::<PyModule>() else { continue };
            loaded.set_item(format!("heap_identity._core.{name}"), &part)?;
            for (name, value) in part.dict().iter().filter(|(name, _)| !name.to_string().starts_with('_')) {
                module.setattr(name.str()?, value)?;
            }
        }
        module.add("__version__", heap_identity::VERSION)
    }
}
