//! Every bound of the crate, with its reason. What is beyond a bound is a typed error, never a truncation.

// XML. All storage of the reader uses 32-bit offsets; these bounds keep far below that.

/// Bytes of one XML document: a Response with 20,000 group values has 2 MB.
pub const XML_BYTES_MAX: usize = 8 << 20;
/// Nodes of one XML document: bounds the tree at about 24 MB whatever the markup's density is.
pub const XML_NODES_MAX: usize = 500_000;
/// Depth of nested elements: SAML and XML-DSig together need about 15.
pub const XML_DEPTH_MAX: usize = 512;
/// Attributes and namespace declarations of one element: the schemas of SAML know at most 9.
pub const XML_ATTRIBUTES_MAX: usize = 256;
/// Distinct prefixes, and distinct namespace names, of one document.
pub const XML_NAMESPACES_MAX: usize = 1024;
/// Bytes of one qualified name.
pub const XML_NAME_BYTES_MAX: usize = 1024;
/// Bytes of one text, comment, processing instruction or attribute value: an encrypted Assertion with 20,000 group values.
pub const XML_TEXT_BYTES_MAX: usize = 4 << 20;
/// Bytes of an `xml:base` that canonicalization joins from those of ancestors: keeps joining linear.
pub const XML_BASE_BYTES_MAX: usize = 4096;

// XML signatures.

/// Entries of an `InclusiveNamespaces PrefixList`: identity providers list one or two.
pub const DSIG_PREFIXES_MAX: usize = 64;

// XML Encryption.

/// Encrypted keys beside one encrypted content: one for each recipient; each is tried with each configured key.
pub const XMLENC_KEYS_MAX: usize = 4;

// SAML.

/// A SAML message, in bytes: twice the largest Response of our yardsticks (20,000 groups: 2 MB).
pub const SAML_MESSAGE_BYTES_MAX: usize = 4 << 20;
/// A SAML message as a form value: base64 takes 4 bytes for 3, broken into lines of 64 with CR LF.
pub const SAML_FORM_VALUE_BYTES_MAX: usize = SAML_MESSAGE_BYTES_MAX / 3 * 4 / 64 * 66 + 128;
/// The body of a form with a SAML message: each character of base64 may be percent-encoded, as three.
pub const SAML_FORM_BODY_BYTES_MAX: usize = SAML_FORM_VALUE_BYTES_MAX * 3 + (16 << 10);
/// A query string: web servers cut at 8 to 64 KiB.
pub const SAML_QUERY_BYTES_MAX: usize = 64 << 10;
/// An inflated message of a query string (A52): an AuthnRequest takes about 1 KiB, one with extensions some more.
pub const SAML_INFLATED_BYTES_MAX: usize = 256 << 10;
/// How many times larger an inflated message may be (A52): XML reaches 20, DEFLATE at most 1,032.
pub const SAML_INFLATE_RATIO_MAX: usize = 100;
/// A RelayState: saml-bindings 3.4.3 says 80, senders put whole addresses in it.
pub const SAML_RELAY_STATE_BYTES_MAX: usize = 2 << 10;
/// An entity id, an address, an ID: saml-core 8.3.6 ends entity ids at 1,024 characters.
pub const SAML_URI_BYTES_MAX: usize = 4 << 10;
/// Years of times in SAML messages: no certificate or session is older, none lasts longer.
pub const SAML_YEARS: core::ops::RangeInclusive<i16> = 1970..=9999;
/// Digits after the decimal point of a second: 7 are common, 9 are a nanosecond.
pub const SAML_SUB_SECOND_DIGITS_MAX: usize = 20;
/// The largest difference between two clocks that a policy may allow: beyond it an expiry means nothing.
pub const SAML_CLOCK_SKEW_MAX: core::time::Duration = core::time::Duration::from_secs(5 * 60);
/// Characters of a value of the message that a report repeats.
pub const SAML_SHOWN_CHARS_MAX: usize = 200;
/// How old an AuthnRequest may be: browsers carry it at once, people do not stand in between.
pub const SAML_REQUEST_AGE_MAX: core::time::Duration = core::time::Duration::from_secs(5 * 60);
/// Depth of SAML's own elements: the schemas need 7; only status codes nest further, two or three in practice.
pub const SAML_DEPTH_MAX: usize = 32;

// SCIM.

/// Bytes of a SCIM filter or path: hundreds of ids in one `or`, and far above what a query string carries.
pub const SCIM_FILTER_BYTES_MAX: usize = 64 * 1024;
/// Parentheses and brackets in one another in a SCIM filter: people write three or four; the parser recurses on each.
pub const SCIM_FILTER_DEPTH_MAX: usize = 32;
/// Operations of one PATCH: a client sends a few hundred removals at most; each may look at every value once.
pub const SCIM_PATCH_OPERATIONS_MAX: usize = 1000;
/// Operations of one bulk request: each may be a PATCH of the largest size.
pub const SCIM_BULK_OPERATIONS_MAX: usize = 1000;
/// Operations that give one attribute its new values one by one; more are longer than all the values.
pub const SCIM_BETWEEN_OPERATIONS_MAX: usize = 64;
/// Bytes of one SCIM request body: a group of 100,000 members by id, with room.
pub const SCIM_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How many resources of one kind are read before the list is taken for endless (F34).
pub const SCIM_LISTING_RESOURCES_MAX: usize = 10_000_000;
/// How often a list is read again before it is given up as never complete (F33).
pub const SCIM_LISTING_ATTEMPTS_MAX: u8 = 4;

// The sync engine.

/// How many requests of the sync engine are under way at once: enough to hide a round trip, few enough for any tenant.
pub const SYNC_IN_FLIGHT_MAX: usize = 4;
/// How many resources the sync engine asks for on a page: what common service providers give at most.
pub const SYNC_PAGE_SIZE: u32 = 100;
/// How many members one PATCH adds or removes: what the strictest known service provider takes (F10).
pub const SYNC_MEMBERS_PER_PATCH: usize = 100;
/// How often a request is sent before its step fails.
pub const SYNC_ATTEMPTS_MAX: u32 = 6;
/// How often in a row the tenant is read once more because writes were accepted in a way that does not show that they were done.
pub const SYNC_PROOFS_MAX: u32 = 2;
/// How often a step waits because the other side asks for it (429 with `Retry-After`) before it fails: a busy day's worth, not for ever.
pub const SYNC_WAITS_MAX: u32 = 100;
/// Seconds before the first repetition; each further one waits twice as long.
pub const SYNC_BACKOFF_FIRST_SECONDS: i64 = 1;
/// Seconds that a repetition waits at most, unless the other side asks for more.
pub const SYNC_BACKOFF_MAX_SECONDS: i64 = 60;
/// Seconds that the other side may ask us to wait (`Retry-After`): beyond it we ask again. It also bounds what a clock that
/// jumps back can cost.
pub const SYNC_RETRY_AFTER_MAX_SECONDS: i64 = 3600;
/// Seconds after which an answer is no longer waited for.
pub const SYNC_ANSWER_SECONDS: i64 = 60;
/// How many records are held before the driver is asked to store them.
pub const SYNC_RECORDS_HELD_MAX: usize = 64;

// Heap's profile.

/// Days before the end of a signing certificate from which on it should be renewed: time for both sides' administrators to
/// meet, since the two must replace it together.
pub const HEAP_RENEW_DAYS: i64 = 30;

// The embedded tenant.

/// How many logins that the embedded tenant began may wait for their answer.
pub const HEAP_LOGINS_PENDING_MAX: usize = 10_000;
/// Seconds that the embedded tenant waits for the answer to a login that it began: time to find a second factor.
pub const HEAP_LOGIN_SECONDS: i64 = 600;
/// How many used Assertions the embedded tenant remembers; with more it refuses logins until some have expired.
pub const HEAP_LOGINS_REMEMBERED_MAX: usize = 100_000;

// The connector.

/// How many accounts are imported with live results; with this many, and with more, an import is a job (R36: exactly 100 is open
/// in its source).
pub const CONNECTOR_LIVE_IMPORT_MAX: usize = 100;
/// How long a name is at most that is looked for with a letter more, less or other: it is copied once for each of its letters.
pub const CONNECTOR_SUGGESTION_LETTERS_MAX: usize = 64;
/// How many elements a page of JumpCloud's API has at most, whatever its `limit` asks for (the descriptions of its endpoints say
/// "Limited to 100").
pub const CONNECTOR_JUMPCLOUD_PAGE_MAX: usize = 100;
