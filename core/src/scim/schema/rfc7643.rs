//! The schemas of RFC 7643 8.7 and the common attributes of RFC 7643 3.1.

use super::{
    Attribute,
    Mutability::{Immutable, ReadOnly, WriteOnly},
    Returned, Schema,
    Type::{Binary, Boolean, DateTime, Reference},
    Uniqueness, urn,
};

/// `schemas`, `id`, `externalId`, `meta`.
pub(super) const COMMON: &[Attribute] = &[
    Attribute::simple("schemas", Reference, "The URNs of the schemas in use")
        .many()
        .required()
        .returned(Returned::Always)
        // The names of schemas have no case (RFC 7644 3.10).
        .any_case(),
    Attribute::text("id", "The service provider's id")
        .required()
        .case_exact()
        .mutability(ReadOnly)
        .returned(Returned::Always)
        .unique(Uniqueness::Server),
    Attribute::text("externalId", "The provisioning client's id").case_exact(),
    Attribute::complex("meta", META, "What the service provider says about the resource")
        .mutability(ReadOnly),
];

const META: &[Attribute] = &[
    Attribute::text("resourceType", "The type of the resource").case_exact().mutability(ReadOnly),
    Attribute::simple("created", DateTime, "When it was made").mutability(ReadOnly),
    Attribute::simple("lastModified", DateTime, "When it was last changed").mutability(ReadOnly),
    Attribute::simple("location", Reference, "Its address").mutability(ReadOnly).refers_to(&["uri"]),
    Attribute::text("version", "Its version, as an ETag").case_exact().mutability(ReadOnly),
];

/// A multi-valued attribute of texts with `type`, `primary` and `display` (RFC 7643 2.4).
macro_rules! values {
    ($value:expr, $types:expr) => {
        const {
            &[
                $value,
                Attribute::text("display", "A name for display"),
                Attribute::text("type", "What the value is for").canonical($types),
                Attribute::simple(
                    "primary",
                    Boolean,
                    "Whether it is the one to use; true for one value at most",
                ),
            ]
        }
    };
}

const NAME: &[Attribute] = &[
    Attribute::text("formatted", "The whole name, ready for display"),
    Attribute::text("familyName", "The family name"),
    Attribute::text("givenName", "The given name"),
    Attribute::text("middleName", "The middle names"),
    Attribute::text("honorificPrefix", "What stands before the name, as a title"),
    Attribute::text("honorificSuffix", "What stands behind the name"),
];

const ADDRESS: &[Attribute] = &[
    Attribute::text("formatted", "The whole address, ready for display"),
    Attribute::text("streetAddress", "Street and number"),
    Attribute::text("locality", "The city"),
    Attribute::text("region", "The state or region"),
    Attribute::text("postalCode", "The postal code"),
    Attribute::text("country", "The country, as two letters of ISO 3166-1"),
    Attribute::text("type", "What the address is for").canonical(&["work", "home", "other"]),
    Attribute::simple("primary", Boolean, "Whether it is the one to use; true for one value at most"),
];

const USER_GROUP: &[Attribute] = &[
    Attribute::text("value", "The group's id").mutability(ReadOnly),
    Attribute::simple("$ref", Reference, "The group's address")
        .mutability(ReadOnly)
        .refers_to(&["User", "Group"]),
    Attribute::text("display", "The group's name").mutability(ReadOnly),
    Attribute::text("type", "Whether the user is a member itself or through a group")
        .mutability(ReadOnly)
        .canonical(&["direct", "indirect"]),
];

const WORK_HOME: &[&str] = &["work", "home", "other"];

const USER: &[Attribute] = &[
    Attribute::text("userName", "The name to log in with").required().unique(Uniqueness::Server),
    Attribute::complex("name", NAME, "The name in parts"),
    Attribute::text("displayName", "The name for display"),
    Attribute::text("nickName", "The casual name"),
    Attribute::simple("profileUrl", Reference, "The address of a page about the user")
        .refers_to(&["external"]),
    Attribute::text("title", "The position in the organisation"),
    Attribute::text("userType", "The relation to the organisation"),
    Attribute::text("preferredLanguage", "The language to use, as in Accept-Language"),
    Attribute::text("locale", "The locale for dates and numbers"),
    Attribute::text("timezone", "The time zone, as in the IANA database"),
    Attribute::simple("active", Boolean, "Whether the account may be used"),
    Attribute::text("password", "The password; never shown")
        .mutability(WriteOnly)
        .returned(Returned::Never)
        .case_exact(),
    Attribute::complex(
        "emails",
        values!(Attribute::text("value", "The address"), WORK_HOME),
        "The e-mail addresses",
    )
    .many(),
    Attribute::complex(
        "phoneNumbers",
        values!(Attribute::text("value", "The number"), &["work", "home", "mobile", "fax", "pager", "other"]),
        "The telephone numbers",
    )
    .many(),
    Attribute::complex(
        "ims",
        values!(
            Attribute::text("value", "The address"),
            &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]
        ),
        "The addresses for instant messages",
    )
    .many(),
    Attribute::complex(
        "photos",
        values!(
            Attribute::simple("value", Reference, "The address of the image").refers_to(&["external"]),
            &["photo", "thumbnail"]
        ),
        "Photographs",
    )
    .many(),
    Attribute::complex("addresses", ADDRESS, "The postal addresses").many(),
    Attribute::complex("groups", USER_GROUP, "The groups that the user is in").many().mutability(ReadOnly),
    Attribute::complex(
        "entitlements",
        values!(Attribute::text("value", "The entitlement"), &[]),
        "What the user has",
    )
    .many(),
    Attribute::complex("roles", values!(Attribute::text("value", "The role"), &[]), "What the user is")
        .many(),
    Attribute::complex(
        "x509Certificates",
        values!(Attribute::simple("value", Binary, "The certificate in DER"), &[]),
        "Certificates of the user",
    )
    .many(),
];

const MEMBER: &[Attribute] = &[
    Attribute::text("value", "The member's id").case_exact().mutability(Immutable),
    Attribute::simple("$ref", Reference, "The member's address")
        .mutability(Immutable)
        .refers_to(&["User", "Group"]),
    Attribute::text("type", "The type of the member").mutability(Immutable).canonical(&["User", "Group"]),
    Attribute::text("display", "The member's name for display"),
];

const GROUP: &[Attribute] = &[
    Attribute::text("displayName", "The name of the group").required(),
    Attribute::complex("members", MEMBER, "Who is in the group").many(),
];

const MANAGER: &[Attribute] = &[
    Attribute::text("value", "The manager's id").case_exact(),
    Attribute::simple("$ref", Reference, "The manager's address").refers_to(&["User"]),
    Attribute::text("displayName", "The manager's name").mutability(ReadOnly),
];

const ENTERPRISE: &[Attribute] = &[
    Attribute::text("employeeNumber", "The number within the organisation"),
    Attribute::text("costCenter", "The cost center"),
    Attribute::text("organization", "The organisation"),
    Attribute::text("division", "The division"),
    Attribute::text("department", "The department"),
    Attribute::complex("manager", MANAGER, "The manager"),
];

pub(super) const USER_SCHEMA: Schema = Schema::new(urn::USER, "User", "An account of a person", USER);
pub(super) const GROUP_SCHEMA: Schema = Schema::new(urn::GROUP, "Group", "A group of users", GROUP);
pub(super) const ENTERPRISE_USER_SCHEMA: Schema =
    Schema::new(urn::ENTERPRISE_USER, "EnterpriseUser", "What an enterprise adds to a user", ENTERPRISE);
