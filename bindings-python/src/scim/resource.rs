//! Typed resources.

use std::borrow::Cow;

use heap_identity::scim;
use pyo3::{
    Bound, FromPyObject, PyAny, PyErr, PyRef, PyResult, Python, exceptions::PyTypeError, pyclass,
    types::PyBytes,
};
use serde_json::{Map, Value as Any};

use crate::{
    convert::{Body, Json, Value},
    error::Raise,
    table::table,
};

/// Attributes that the class does not name.
fn extra_of(extra: Option<Value>) -> PyResult<Map<String, Any>> {
    match extra {
        None => Ok(Map::new()),
        Some(Value(Any::Object(extra))) => Ok(extra),
        Some(_) => Err(PyTypeError::new_err("expected a dictionary of attributes by name")),
    }
}

/// A part of a resource: read-only properties, an initialiser by name, and the attributes that it does not name.
macro_rules! part {
    ($(#[$doc_of_class:meta])* $class:ident($core:ty) shows $shown:ident {
        $($(#[$doc:meta])* $name:ident as $field:ident: $given:ty => $type:ty = |$part:ident| $value:expr;)*
    } new $signature:tt) => {
        $(#[$doc_of_class])*
        #[pyclass(frozen, eq, module = "heap_identity.scim")]
        #[derive(Clone, PartialEq)]
        pub(crate) struct $class(pub(crate) $core);

        table!($class {
            $($(#[$doc])* $name: $type = |$part| $value;)*
            /// Every other attribute, as it came.
            extra: Json<&Map<String, Any>> = |part| Json(&part.extra);
        }
            #[new]
            #[pyo3(signature = $signature)]
            fn new($($name: $given,)* extra: Option<Value>) -> PyResult<Self> {
                let mut part = <$core>::default();
                $(part.$field = $name;)*
                part.extra = extra_of(extra)?;
                Ok(Self(part))
            }

            fn __repr__(&self) -> String {
                format!("{}({}={:?})", stringify!($class), stringify!($shown), self.0.$shown)
            }
        );
    };
}

part!(
    /// A user's name in parts (RFC 7643 4.1.1).
    Name(scim::Name) shows extra {
    /// The whole name, ready for display.
    formatted as formatted: Option<String> => Option<&str> = |name| name.formatted.as_deref();
    family_name as family_name: Option<String> => Option<&str> = |name| name.family_name.as_deref();
    given_name as given_name: Option<String> => Option<&str> = |name| name.given_name.as_deref();
} new (*, formatted=None, family_name=None, given_name=None, extra=None));

part!(
    /// An e-mail address of a user (RFC 7643 4.1.2).
    Email(scim::Email) shows primary {
    /// The address.
    value as value: Option<String> => Option<&str> = |email| email.value.as_deref();
    /// What it is for: `work`, `home`, `other`.
    r#type as kind: Option<String> => Option<&str> = |email| email.kind.as_deref();
    /// Whether it is the one to use.
    primary as primary: Option<bool> => Option<bool> = |email| email.primary;
    /// A name for display.
    display as display: Option<String> => Option<&str> = |email| email.display.as_deref();
} new (*, value=None, r#type=None, primary=None, display=None, extra=None));

part!(
    /// What the service provider says about a resource (RFC 7643 3.1); times as it wrote them.
    Meta(scim::Meta) shows version {
    /// `User`, `Group`.
    resource_type as resource_type: Option<String> => Option<&str> = |meta| meta.resource_type.as_deref();
    /// When the resource was made.
    created as created: Option<String> => Option<&str> = |meta| meta.created.as_deref();
    /// When it was last changed.
    last_modified as last_modified: Option<String> => Option<&str> = |meta| meta.last_modified.as_deref();
    /// Its address.
    location as location: Option<String> => Option<&str> = |meta| meta.location.as_deref();
    /// Its version, as an ETag.
    version as version: Option<String> => Option<&str> = |meta| meta.version.as_deref();
} new (*, resource_type=None, created=None, last_modified=None, location=None, version=None, extra=None));

part!(
    /// A member of a group (RFC 7643 4.2).
    Member(scim::Member) shows value {
    /// The member's id.
    value as value: String => &str = |member| &member.value;
    /// The member's name for display.
    display as display: Option<String> => Option<&str> = |member| member.display.as_deref();
    /// The member's address, `$ref`.
    reference as reference: Option<String> => Option<&str> = |member| member.reference.as_deref();
    /// `User` or `Group`.
    r#type as kind: Option<String> => Option<&str> = |member| member.kind.as_deref();
} new (*, value, display=None, reference=None, r#type=None, extra=None));

/// What both typed resources have: JSON in and out, and an argument that takes any form of one.
macro_rules! resource {
    ($(#[$doc_of_class:meta])* $class:ident($core:ty) as $argument:ident { $($table:tt)* } $($methods:tt)*) => {
        $(#[$doc_of_class])*
        #[pyclass(frozen, eq, module = "heap_identity.scim")]
        #[derive(Clone, PartialEq)]
        pub(crate) struct $class(pub(crate) $core);

        table!($class {
            /// The URNs of the schemas in use.
            schemas: Vec<&str> = |resource| resource.schemas.iter().map(AsRef::as_ref).collect();
            /// The service provider's id.
            id: Option<&str> = |resource| resource.id.as_deref();
            /// The provisioning side's id.
            external_id: Option<&str> = |resource| resource.external_id.as_deref();
            meta: Option<Meta> = |resource| resource.meta.clone().map(Meta);
            /// Every other attribute, as it came; also a known one whose value is null or of an unexpected type (F25).
            extra: Json<&Map<String, Any>> = |resource| Json(&resource.extra);
            $($table)*
        }
            /// Reads one. Raises `ScimError` (`scim.invalid_syntax`) for one without its required name or with a name twice.
            #[staticmethod]
            #[pyo3(signature = (body))]
            fn from_json(py: Python<'_>, body: Body) -> PyResult<Self> {
                py.detach(|| <$core>::from_slice(&body.0)).map(Self).raise(py)
            }

            /// The resource as JSON.
            fn to_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
                PyBytes::new(py, &self.0.to_vec())
            }

            /// The resource as a dictionary, by the names of RFC 7643.
            fn to_dict(&self) -> Json<&$core> {
                Json(&self.0)
            }

            fn __repr__(&self) -> String {
                format!("{}(id={})", stringify!($class), self.0.id.as_ref().map_or_else(|| "None".to_owned(), |id| format!("{id:?}")))
            }

            $($methods)*
        );

        /// The resource as an argument: the class, a dictionary, or JSON as text or bytes.
        pub(crate) struct $argument(pub(crate) $core);

        impl<'py> FromPyObject<'_, 'py> for $argument {
            type Error = PyErr;

            fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                if let Ok(resource) = object.cast::<$class>() {
                    return Ok(Self(resource.get().0.clone()));
                }
                let Body(body) = object.extract()?;
                <$core>::from_slice(&body).map(Self).raise(object.py())
            }
        }
    };
}

fn owned(schemas: Option<Vec<String>>, default: Vec<Cow<'static, str>>) -> Vec<Cow<'static, str>> {
    schemas.map_or(default, |schemas| schemas.into_iter().map(Cow::Owned).collect())
}

resource!(
    /// A user (RFC 7643 4.1), typed where provisioning looks and lossless everywhere else (D25).
    ///
    /// One of the core schema, unless `schemas` names others.
    User(scim::User) as AnyUser {
    /// The name to log in with, unique without regard to case.
    user_name: &str = |user| &user.user_name;
    name: Option<Name> = |user| user.name.clone().map(Name);
    display_name: Option<&str> = |user| user.display_name.as_deref();
    /// Whether the account may be used.
    active: Option<bool> = |user| user.active;
    /// The e-mail addresses; absent and empty are different.
    emails: Option<Vec<Email>> = |user| Some(user.emails.as_ref()?.iter().cloned().map(Email).collect());
    /// The address to use: the primary one, else the first.
    email: Option<&str> = |user| user.email();
}
    #[new]
    #[pyo3(signature = (
        *, user_name, id=None, external_id=None, name=None, display_name=None, active=None, emails=None, meta=None,
        schemas=None, extra=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn new(
        user_name: String,
        id: Option<String>,
        external_id: Option<String>,
        name: Option<PyRef<'_, Name>>,
        display_name: Option<String>,
        active: Option<bool>,
        emails: Option<Vec<PyRef<'_, Email>>>,
        meta: Option<PyRef<'_, Meta>>,
        schemas: Option<Vec<String>>,
        extra: Option<Value>,
    ) -> PyResult<Self> {
        let mut user = scim::User::new(user_name);
        user.schemas = owned(schemas, user.schemas);
        (user.id, user.external_id, user.display_name, user.active) = (id, external_id, display_name, active);
        user.name = name.map(|name| name.0.clone());
        user.emails = emails.map(|emails| emails.iter().map(|email| email.0.clone()).collect());
        user.meta = meta.map(|meta| meta.0.clone());
        user.extra = extra_of(extra)?;
        Ok(Self(user))
    }
);

resource!(
    /// A group (RFC 7643 4.2), typed where provisioning looks and lossless everywhere else (D25).
    ///
    /// One of the core schema, unless `schemas` names others.
    Group(scim::Group) as AnyGroup {
    display_name: &str = |group| &group.display_name;
    /// `None` where the service provider did not say who is in it; empty where it said that nobody is (F13, F20).
    members: Option<Vec<Member>> = |group| Some(group.members.as_ref()?.iter().cloned().map(Member).collect());
}
    #[new]
    #[pyo3(signature = (
        *, display_name, id=None, external_id=None, members=None, meta=None, schemas=None, extra=None
    ))]
    fn new(
        display_name: String,
        id: Option<String>,
        external_id: Option<String>,
        members: Option<Vec<PyRef<'_, Member>>>,
        meta: Option<PyRef<'_, Meta>>,
        schemas: Option<Vec<String>>,
        extra: Option<Value>,
    ) -> PyResult<Self> {
        let mut group = scim::Group::new(display_name);
        group.schemas = owned(schemas, group.schemas);
        (group.id, group.external_id) = (id, external_id);
        group.members = members.map(|members| members.iter().map(|member| member.0.clone()).collect());
        group.meta = meta.map(|meta| meta.0.clone());
        group.extra = extra_of(extra)?;
        Ok(Self(group))
    }
);
