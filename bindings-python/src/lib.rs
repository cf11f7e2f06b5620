//! The Python face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "an extension module has the standard library"
)]

mod arrow;
mod connector;
mod convert;
mod directory;
mod dsig;
mod error;
mod heap;
mod pki;
mod saml;
mod scim;
mod sync;
mod table;
mod wire;

use pyo3::pymodule;

/// The compiled half of the package: one submodule for each part of the core, and the names of most of them here, too.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::{
        Bound, PyAny, PyResult, pymodule,
        types::{PyAnyMethods, PyDictMethods, PyModule, PyModuleMethods},
    };

    #[pymodule]
    mod connector {
        #[pymodule_export]
        use crate::connector::{
            application::{Application, SyncConfig},
            catalogue::{Catalogue, Deleted},
            doctor::{Diagnosis, Finding, doctor},
            import::{Import, ImportCandidate, ImportList, ImportResult, whole_list},
            parts::{Credentials, Details, Removal, Settings, Sso, state_after},
            sign_on::{Answer, SignOn},
            source::{
                JumpCloud, RoleSource, snapshot_from_csv, snapshot_from_scim, unknown_roles, with_roles,
            },
            verification::{Concluded, NotVerified, Verification, Verified},
        };
    }

    #[pymodule]
    mod directory {
        #[pymodule_export]
        use crate::directory::{Access, Diff, Group, Person, Snapshot};
    }

    #[pymodule]
    mod dsig {
        #[pymodule_export]
        use crate::dsig::{
            Covered, Element, Explanation, canonicalize_xml, explain_xml, sign_xml, verify_xml,
        };
    }

    #[pymodule]
    mod heap {
        #[pymodule_export]
        use crate::heap::{
            attributes::{AttributeMapping, AttributeSource},
            connection::{ConnectionTest, SsoSettings, test_connection},
            join::{JoinCheck, JoinIssue},
            names::{HeapId, Role, TenantName, fill_template},
            prerequisites::{Missing, Prerequisites},
            rollover::{Outage, Rollover, RolloverPlan, RolloverStep},
            tenant::{Session, Tenant, Variants},
        };
        #[pymodule_export]
        const ACS_URL_TEMPLATE: &str = crate::heap::names::ACS_URL_TEMPLATE;
        #[pymodule_export]
        const ENTITY_ID: &str = heap_identity::heap::ENTITY_ID;
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
            identity_provider::{
                AcceptedRequest, FailureResponse, IdentityProvider, RefusedRequest, SignedResponse,
            },
            metadata::content_security_policy,
            name_id::NameId,
            pending::{PendingRequest, PendingRequests},
            report::{Check, Outcome, Report},
            service_provider::{AuthnRequest, ServiceProvider, Unspent},
            verified::VerifiedAssertion,
        };
    }

    #[pymodule]
    mod scim {
        #[pymodule_export]
        use crate::scim::{
            filter::{AttributePath, CheckedFilter, Filter, Path},
            message::{ErrorBody, ListResponse},
            patch::{Applied, Operation, Patch, dialects},
            resource::{Email, Group, Member, Meta, Name, User},
        };
        use pyo3::pymodule;

        #[pymodule]
        mod client {
            #[pymodule_export]
            use crate::scim::{
                client::{Declared, Discovery, Endpoint, Profile},
                listing::Listing,
            };
        }

        #[pymodule]
        mod schema {
            #[pymodule_export]
            use crate::scim::schema::{Attribute, Resolved, ResourceType, Schema};
            use pyo3::{
                Bound, PyResult,
                types::{PyModule, PyModuleMethods},
            };

            /// The URNs of the schemas and messages.
            #[pymodule_init]
            fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
                crate::scim::schema::URNS.iter().try_for_each(|(name, urn)| module.add(*name, *urn))
            }
        }

        #[pymodule]
        mod service {
            #[pymodule_export]
            use crate::scim::service::Service;
        }
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

    /// Parts that are modules of the package, too: what is theirs has names that mean something else elsewhere.
    const ENTIRE: &[&str] = &["connector", "heap", "scim"];

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        for (name, part) in submodules(module, "heap_identity._core")? {
            let is_entire = ENTIRE.contains(&name.as_str());
            for (name, value) in part.dict().iter().filter(|(name, _)| !name.to_string().starts_with('_')) {
                if !is_entire || is_of_the_package(&value) {
                    module.setattr(name.str()?, value)?;
                }
            }
        }
        module.add("__version__", heap_identity::VERSION)
    }

    fn is_of_the_package(value: &Bound<'_, PyAny>) -> bool {
        let module = value.getattr("__module__").and_then(|module| module.extract::<String>());
        module.is_ok_and(|module| module == "heap_identity")
    }

    /// The submodules by name, made importable by theirs, which Python does not do by itself for a compiled module.
    fn submodules<'py>(
        module: &Bound<'py, PyModule>,
        path: &str,
    ) -> PyResult<Vec<(String, Bound<'py, PyModule>)>> {
        let loaded = module.py().import("sys")?.getattr("modules")?;
        let mut parts = Vec::new();
        for (name, part) in module.dict().copy()?.iter() {
            let Ok(part) = part.cast_into::<PyModule>() else { continue };
            let path = format!("{path}.{name}");
            loaded.set_item(&path, &part)?;
            submodules(&part, &path)?;
            parts.push((name.to_string(), part));
        }
        Ok(parts)
    }
}
