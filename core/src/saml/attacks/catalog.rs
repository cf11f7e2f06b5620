//! Every attack with its number, its advisories, what it tries, and the codes with which it is refused here.

use alloc::vec::Vec;

use super::{Genuine, Message, bindings, claims, signature, text, wrapping};

/// One entry, which makes as many messages as the genuine Response and the keys allow.
pub(super) struct Entry {
    pub(super) id: &'static str,
    pub(super) cve: &'static [&'static str],
    pub(super) title: &'static str,
    pub(super) codes: &'static [&'static str],
    pub(super) must_refuse: bool,
    pub(super) after_genuine: bool,
    pub(super) make: fn(&Genuine<'_>) -> Vec<Message>,
}

const fn attack(
    id: &'static str,
    cve: &'static [&'static str],
    title: &'static str,
    codes: &'static [&'static str],
    make: fn(&Genuine<'_>) -> Vec<Message>,
) -> Entry {
    Entry { id, cve, title, codes, must_refuse: true, after_genuine: false, make }
}

impl Entry {
    /// Something that the identity provider did sign is in it: whoever reads that, and nothing else, may believe it.
    const fn signed(self) -> Self {
        Self { must_refuse: false, ..self }
    }

    /// It is one only behind the genuine message.
    const fn second(self) -> Self {
        Self { after_genuine: true, ..self }
    }
}

const FOREIGN: &str = "saml.foreign_content";
const SCHEMA: &str = "saml.schema";
const ONE: &str = "saml.one_assertion";
const IDS: &str = "saml.unique_ids";
const REFERENCE: &str = "saml.signature_reference";
const SHAPE: &str = "saml.signature_shape";
const ALGORITHM: &str = "saml.signature_algorithm";
const VALUE: &str = "saml.signature_value";
const DIGEST: &str = "saml.signature_digest";
const SIGNED: &str = "saml.signed";
const XML: &str = "saml.well_formed";
const DOCTYPE: &str = "saml.doctype";

pub(super) const CATALOG: &[Entry] = &[
    attack(
        "A01",
        &[],
        "XSW1: a forged Response around the signed one",
        &[FOREIGN],
        wrapping::response_around,
    )
    .signed(),
    attack(
        "A02",
        &[],
        "XSW2: a forged Response beside a detached signature",
        &[SCHEMA],
        wrapping::response_detached,
    )
    .signed(),
    attack("A03", &[], "XSW3: a forged Assertion beside the signed one", &[ONE], wrapping::assertion_beside)
        .signed(),
    attack(
        "A04",
        &[],
        "XSW4: the signed Assertion inside the forged one",
        &[SCHEMA],
        wrapping::assertion_around,
    )
    .signed(),
    attack(
        "A05",
        &[],
        "XSW5: the signed Assertion changed, the original appended",
        &[ONE],
        wrapping::original_appended,
    )
    .signed(),
    attack(
        "A06",
        &[],
        "XSW6: the original inside the Signature",
        &[FOREIGN],
        wrapping::original_in_signature,
    )
    .signed(),
    attack(
        "A07",
        &[],
        "XSW7: a forged Assertion in the Extensions",
        &[FOREIGN],
        wrapping::forged_in_extensions,
    )
    .signed(),
    attack(
        "A08",
        &[],
        "XSW8: the original in an Object of the Signature",
        &[FOREIGN],
        wrapping::original_in_object,
    )
    .signed(),
    attack(
        "A09",
        &[],
        "the signed Assertion in any open place of the forged one",
        &[FOREIGN],
        wrapping::open_places,
    )
    .signed(),
    attack(
        "A10",
        &["CVE-2024-45409"],
        "the right DigestValue where a search finds it",
        &[DIGEST],
        signature::digest_elsewhere,
    ),
    attack(
        "A11",
        &["CVE-2024-6800"],
        "signed metadata as donor of a signature",
        &[FOREIGN, REFERENCE],
        signature::signed_metadata,
    ),
    attack(
        "A12",
        &["CVE-2025-25291"],
        "a DOCTYPE that one of two parsers sees",
        &[DOCTYPE],
        text::attribute_list,
    )
    .signed(),
    attack(
        "A13",
        &["CVE-2025-25292"],
        "a Signature in a namespace that two parsers read differently",
        &[SCHEMA],
        signature::look_alike_namespace,
    ),
    attack(
        "A14",
        &["CVE-2025-66567"],
        "reserved prefixes that hide the Signature",
        &[XML],
        signature::reserved_prefixes,
    ),
    attack(
        "A15",
        &["CVE-2025-66568", "CVE-2025-66578"],
        "the digest of nothing, where canonicalization fails",
        &[XML],
        signature::digest_of_nothing,
    ),
    attack(
        "A16",
        &["CVE-2025-66568"],
        "a signature over nothing for any SignedInfo",
        &[XML],
        signature::signature_of_nothing,
    ),
    attack("A17", &[], "an `ID` of another namespace is referenced", &[IDS], wrapping::foreign_id).signed(),
    attack("A18", &[], "two Assertions under one ID", &[IDS], wrapping::same_id).signed(),
    attack("A19", &["CVE-2025-29774"], "two SignedInfo", &[SHAPE], signature::two_signed_infos),
    attack(
        "A20",
        &["CVE-2025-29775"],
        "the right digest in a comment of the DigestValue",
        &[SHAPE, SCHEMA],
        signature::comment_in_digest,
    ),
    attack(
        "A21",
        &[
            "CVE-2017-11427",
            "CVE-2017-11428",
            "CVE-2017-11429",
            "CVE-2017-11430",
            "CVE-2018-0489",
            "CVE-2018-7340",
        ],
        "a comment that cuts the NameID short",
        &[SCHEMA],
        text::comment_in_name,
    )
    .signed(),
    attack("A22", &[], "a CDATA section that cuts the NameID short", &[DIGEST], text::cdata_in_name).signed(),
    attack("A23", &[], "a canonicalization that keeps comments", &[ALGORITHM], signature::with_comments)
        .signed(),
    attack(
        "A24",
        &["CVE-2025-47949"],
        "the signed Assertion is verified in one place, a forged one read in another",
        &[FOREIGN],
        wrapping::verified_elsewhere,
    )
    .signed(),
    attack(
        "A25",
        &["CVE-2025-54419"],
        "claims of the signed Assertion changed",
        &[DIGEST],
        claims::changed_claims,
    ),
    attack(
        "A26",
        &["CVE-2025-54369"],
        "unsigned attributes beside the signed Assertion",
        &[ONE],
        claims::unsigned_attributes,
    )
    .signed(),
    attack(
        "A27",
        &["CVE-2025-46572"],
        "a forged Assertion is read before the signed one",
        &[ONE],
        wrapping::assertion_before,
    )
    .signed(),
    attack("A28", &["CVE-2022-39299", "CVE-2022-39353"], "two root elements", &[XML], text::two_roots)
        .signed(),
    attack(
        "A29",
        &["CVE-2021-32796"],
        "escaped markup in an unsigned text, which a rewritten document turns into markup",
        &[],
        text::escaped_markup,
    )
    .signed(),
    attack(
        "A30",
        &["CVE-2020-29509", "CVE-2020-29510", "CVE-2020-29511"],
        "names that change when they are written again",
        &[XML],
        text::odd_names,
    )
    .signed(),
    attack(
        "A31",
        &["CVE-2022-41912"],
        "the first Assertion unsigned, the second signed",
        &[ONE],
        wrapping::assertion_before,
    )
    .signed(),
    attack(
        "A32",
        &["CVE-2026-25922"],
        "an unsigned Assertion where the Response is not signed",
        &[ONE],
        wrapping::assertion_beside,
    )
    .signed(),
    attack(
        "A33",
        &["CVE-2024-8698"],
        "the Assertion's signature at the place of the Response's",
        &[ONE, REFERENCE],
        wrapping::moved_up,
    )
    .signed(),
    attack(
        "A34",
        &["CVE-2026-2092"],
        "something encrypted before the signed Assertion",
        &["saml.not_encrypted", ONE],
        claims::encrypted_beside,
    )
    .signed(),
    attack(
        "A35",
        &["CVE-2024-4985"],
        "something encrypted instead of a signature",
        &["saml.not_encrypted", "saml.decryption_key", SIGNED],
        claims::encrypted_only,
    ),
    attack(
        "A36",
        &["CVE-2024-9487"],
        "the signed Assertion in an Object of an empty signature",
        &[FOREIGN],
        wrapping::signature_in_object,
    )
    .signed(),
    attack(
        "A37",
        &["CVE-2025-23369"],
        "an entity in the place of the NameID",
        &[DOCTYPE, XML],
        text::entity_for_name,
    ),
    attack(
        "A38",
        &["CVE-2026-33487"],
        "two References, of which one fits",
        &[REFERENCE],
        signature::two_references,
    ),
    attack(
        "A39",
        &["CVE-2020-15216"],
        "a signature that references nothing",
        &[SHAPE],
        signature::no_reference,
    ),
    attack(
        "A40",
        &["CVE-2020-7711"],
        "a signature with parts missing",
        &[SHAPE, REFERENCE],
        signature::malformed,
    ),
    attack(
        "A41",
        &["CVE-2025-31335"],
        "a parameter twice in the query",
        &["saml.binding.duplicate"],
        bindings::repeated_parameter,
    ),
    attack(
        "A42",
        &["CVE-2025-27773"],
        "a request and a response in one query",
        &["saml.binding.not_one_message"],
        bindings::request_and_response,
    ),
    attack(
        "A44",
        &["CVE-2020-5390"],
        "a signature over something else",
        &[REFERENCE, VALUE],
        signature::of_something_else,
    ),
    attack(
        "A45",
        &["CVE-2021-21238"],
        "a document that no schema allows",
        &[SCHEMA],
        wrapping::unknown_element,
    )
    .signed(),
    attack(
        "A46",
        &["CVE-2021-21239", "CVE-2023-48703", "CVE-2026-49454"],
        "the key comes with the message",
        &[VALUE, ALGORITHM],
        signature::key_in_message,
    ),
    attack("A47", &[], "the signature taken out", &[SIGNED], signature::stripped),
    attack(
        "A48",
        &[],
        "a Reference to everything, to elsewhere, or by XPointer",
        &[REFERENCE],
        signature::other_references,
    )
    .signed(),
    attack(
        "A49",
        &["CVE-2021-39171"],
        "transforms that run, remove or repeat",
        &[ALGORITHM, SHAPE],
        signature::other_transforms,
    )
    .signed(),
    attack("A50", &[], "a PrefixList that is none, or endless", &[SHAPE], signature::prefix_lists).signed(),
    attack("A51", &["CVE-2017-9672"], "entities that fetch or explode", &[DOCTYPE], text::entities),
    attack(
        "A52",
        &["CVE-2025-25293", "CVE-2025-54572", "CVE-2023-28119", "CVE-2023-26483"],
        "more depth, attributes or namespaces than any message has",
        &["saml.limits"],
        text::bombs,
    )
    .signed(),
    attack(
        "A52",
        &["CVE-2025-25293", "CVE-2023-28119", "CVE-2023-26483"],
        "a few bytes that inflate to many",
        &["saml.binding.bomb"],
        bindings::inflating,
    ),
    attack("A54", &["CVE-2026-1190"], "the message a second time", &["saml.replay"], claims::replayed)
        .second(),
    attack(
        "A54",
        &["CVE-2026-1190"],
        "a message whose time has passed or not come",
        &["saml.confirmation_not_on_or_after", "saml.not_before", "saml.not_on_or_after", "saml.session"],
        claims::outdated,
    ),
    attack(
        "A55",
        &["CVE-2026-49284"],
        "an answer that nobody asked for, or of another identity provider",
        &["saml.response_in_response_to", "saml.in_response_to", "saml.identity_provider"],
        claims::answer_of_another,
    ),
    attack(
        "A56",
        &["CVE-2026-49283"],
        "an artifact, whose content anybody may give",
        &["saml.binding.not_one_message"],
        bindings::artifact,
    ),
    attack(
        "A57",
        &[],
        "an Assertion for somebody else",
        &["saml.destination", "saml.recipient", "saml.audience", "saml.identity_provider"],
        claims::for_somebody_else,
    ),
    attack(
        "A58",
        &["CVE-2023-45683"],
        "a RelayState that leads elsewhere: the login may hold, the redirect must not",
        &[],
        claims::relay_states,
    )
    .signed(),
    attack("A59", &[], "digests and signatures that can be forged", &[ALGORITHM], signature::weak_algorithms),
];
