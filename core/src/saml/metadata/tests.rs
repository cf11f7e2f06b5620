//! Files of other products, files that are not what they seem, and our own.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::{
    dsig,
    entropy::Seeded,
    pki::{self, Certificate, SigningKey},
    saml::{
        Check, Expected, NameIdFormat, Policy, Received, ReplayCache, ServiceProvider, Trust,
        names::{HTTP_POST, HTTP_REDIRECT},
        to_form_value,
    },
};

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../tests/vectors/", $name))
    };
}

fn key() -> SigningKey {
    SigningKey::from_pem(vector!("keys/rsa2048.key.pem"), vector!("keys/rsa2048.cert.pem")).unwrap()
}

fn other_key() -> SigningKey {
    SigningKey::from_pem(vector!("keys/rsa2048-other.key.pem"), vector!("keys/rsa2048-other.cert.pem"))
        .unwrap()
}

fn certificate() -> Certificate {
    key().certificate().clone()
}

fn now() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

fn shape(text: &str) -> String {
    text.replace("CERTIFICATE", &certificate().to_base64()).replace("BROKEN", "MIICBROKEN==")
}

fn federation() -> String {
    shape(vector!("metadata/shapes/federation.xml"))
}

fn identity_provider(xml: &str) -> Result<IdentityProviderMetadata, MetadataError> {
    MetadataFile::new(xml.as_bytes()).identity_provider(now())
}

#[track_caller]
fn code(outcome: Result<IdentityProviderMetadata, MetadataError>) -> &'static str {
    outcome.unwrap_err().code()
}

#[test]
fn identity_providers_are_read_in_the_shape_that_each_product_gives_its_file() {
    for (text, entity_id, sso_url, signing, encryption) in [
        (
            vector!("metadata/shapes/adfs.xml"),
            "http://adfs.example.com/adfs/services/trust",
            "https://adfs.example.com/adfs/ls/",
            1,
            1,
        ),
        (
            vector!("metadata/shapes/google.xml"),
            "https://accounts.google.com/o/saml2?idpid=C01abcdef",
            "https://accounts.google.com/o/saml2/idp?idpid=C01abcdef",
            1,
            0,
        ),
        (
            vector!("metadata/shapes/keycloak.xml"),
            "https://login.example.com/realms/work",
            "https://login.example.com/realms/work/protocol/saml",
            1,
            0,
        ),
        (
            vector!("metadata/shapes/shibboleth.xml"),
            "https://idp.example.org/idp/shibboleth",
            "https://idp.example.org/idp/profile/SAML2/POST/SSO",
            2,
            2,
        ),
        (
            vector!("metadata/pysaml2-idp.xml"),
            "https://sso.jumpcloud.com/saml2/heap",
            "https://sso.jumpcloud.com/saml2/heap",
            1,
            0,
        ),
    ] {
        let read = identity_provider(&shape(text)).unwrap_or_else(|error| panic!("{entity_id}: {error}"));
        assert_eq!(read.entity_id, entity_id);
        assert_eq!(read.sso_url(&Binding::Post).unwrap(), sso_url);
        let counts = (read.signing_certificates.len(), read.encryption_certificates.len());
        assert_eq!(counts, (signing, encryption), "{entity_id}");
        assert!(read.trust().unwrap().certificates.contains(&certificate()));
    }
}

#[test]
fn what_a_file_says_is_read() {
    let shibboleth = identity_provider(&shape(vector!("metadata/shapes/shibboleth.xml"))).unwrap();
    assert_eq!(shibboleth.name_id_formats, [NameIdFormat::Transient]);
    assert_eq!(
        shibboleth.single_logout[0].for_responses(),
        "https://idp.example.org/idp/profile/SAML2/Redirect/SLO/done"
    );
    assert!(!shibboleth.want_authn_requests_signed);
    assert!(
        identity_provider(&shape(vector!("metadata/shapes/keycloak.xml")))
            .unwrap()
            .want_authn_requests_signed
    );
    let google = identity_provider(&shape(vector!("metadata/shapes/google.xml"))).unwrap();
    assert_eq!(google.validity.valid_until, Some("2030-05-01T08:31:12Z".parse().unwrap()));
    assert_eq!(
        google.unusable_certificate,
        Some(pki::Error::Certificate),
        "one that cannot be read is told of"
    );
}

#[test]
fn service_providers_of_other_stacks_are_read() {
    for text in [vector!("metadata/python3-saml-sp.xml"), vector!("metadata/pysaml2-sp.xml")] {
        // python3-saml gives its files two days; they were written for the year of the tests.
        let until = "2026-11-25T00:00:00Z".parse().unwrap();
        let read = MetadataFile::new(text.as_bytes()).service_provider(until).unwrap();
        assert_eq!(read.entity_id, "https://heapanalytics.com");
        assert_eq!(read.acs_urls(), ["https://heapanalytics.com/saml/finalize/12345/"]);
        assert!(read.authn_requests_signed && read.want_assertions_signed);
        let attribute = &read.attribute_consuming[0].attributes[0];
        assert!(
            attribute.is_required
                && (attribute.name == "email" || attribute.friendly_name.as_deref() == Some("email"))
        );
    }
}

#[test]
fn a_service_provider_is_chosen_from_a_federation_with_the_endpoints_that_can_be_used() {
    let xml = federation();
    let file = MetadataFile::new(xml.as_bytes()).entity("https://sp.lab.example");
    let read = file.service_provider(now()).unwrap();
    assert!(read.authn_requests_signed && !read.want_assertions_signed);
    assert_eq!(
        read.default_acs_url().unwrap(),
        "https://sp.lab.example/post",
        "the default is one of those over POST"
    );
    assert_eq!(read.acs_url(2).unwrap(), "https://sp.lab.example/no");
    assert_eq!(
        read.acs_url(1).unwrap_err().code(),
        "saml.metadata.no_endpoint",
        "an artifact is no answer of ours"
    );
    assert_eq!(read.acs_urls(), ["https://sp.lab.example/post", "https://sp.lab.example/no"]);
}

#[test]
fn a58_an_address_of_the_metadata_that_is_a_script_is_never_used() {
    let xml = federation();
    let file = MetadataFile::new(xml.as_bytes()).entity("https://sp.lab.example");
    let read = file.service_provider(now()).unwrap();
    assert_eq!(read.acs_url(4).unwrap_err().code(), "saml.endpoint.malformed");
    assert!(read.acs_urls().iter().all(|url| url.starts_with("https://")));
}

#[test]
fn the_entity_is_chosen_by_its_id_and_never_by_chance() {
    let xml = federation();
    let file = MetadataFile::new(xml.as_bytes());
    assert_eq!(file.entity_ids().unwrap(), ["https://idp.uni.example", "https://sp.lab.example"]);
    assert_eq!(code(file.identity_provider(now())), "saml.metadata.several_entities");
    assert!(file.entity("https://idp.uni.example").identity_provider(now()).is_ok());
    assert_eq!(
        code(file.entity("https://idp.uni.example/").identity_provider(now())),
        "saml.metadata.unknown_entity"
    );
    assert_eq!(code(file.entity("https://sp.lab.example").identity_provider(now())), "saml.metadata.role");
    let twice = xml.replace("https://sp.lab.example\"", "https://idp.uni.example\"");
    let file = MetadataFile::new(twice.as_bytes()).entity("https://idp.uni.example");
    assert_eq!(code(file.identity_provider(now())), "saml.metadata.several_entities");
    let empty = r#"<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>"#;
    assert_eq!(code(identity_provider(empty)), "saml.metadata.unknown_entity");
}

#[test]
fn an_entity_is_not_found_where_none_belongs() {
    let entity = shape(vector!("metadata/shapes/google.xml"));
    let entity = entity.split_once("?>").unwrap().1.trim();
    let hidden = format!(
        r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:Extensions>{entity}</md:Extensions></md:EntitiesDescriptor>"#
    );
    assert_eq!(code(identity_provider(&hidden)), "saml.metadata.unknown_entity");
}

#[test]
fn metadata_end_with_the_earliest_date_of_everything_around_them() {
    let xml = federation();
    let file = MetadataFile::new(xml.as_bytes()).entity("https://idp.uni.example");
    let read = file.identity_provider(now()).unwrap();
    let until: Timestamp = "2026-03-08T00:00:00Z".parse().unwrap();
    assert_eq!(read.validity.valid_until, Some(until));
    assert_eq!(read.validity.cache_duration, Some(Duration::from_secs(6 * 3_600)));
    assert!(matches!(file.identity_provider(until), Err(MetadataError::Expired(end)) if end == until));
}

#[test]
fn a_signed_file_is_believed_under_a_configured_key_only() {
    let trusted = [certificate()];
    let signed = dsig::sign(&federation(), "federation", &key()).unwrap();
    let read = |xml: &str| {
        MetadataFile::new(xml.as_bytes())
            .entity("https://idp.uni.example")
            .signed_by(&trusted)
            .identity_provider(now())
    };
    assert!(read(&signed).is_ok());
    assert_eq!(code(read(&federation())), "saml.metadata.unsigned");
    assert_eq!(code(read(&signed.replace("uni.example/sso", "evil.example/sso"))), "dsig.digest_mismatch");
    // The key in the file is the attacker's: it counts for nothing (A46).
    let by_other = dsig::sign(&federation(), "federation", &other_key()).unwrap();
    assert_eq!(code(read(&by_other)), "dsig.signature_mismatch");
}

#[test]
fn a_signature_covers_its_own_entity_and_not_its_neighbour() {
    let trusted = [certificate()];
    let genuine = identity_of("https://idp.example", "_e1");
    let signed = dsig::sign(&genuine, "_e1", &key()).unwrap();
    let forged = identity_of("https://evil.example", "_e2");
    let both = format!(
        r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_all">{forged}{signed}</md:EntitiesDescriptor>"#
    );
    let file = MetadataFile::new(both.as_bytes()).signed_by(&trusted);
    assert!(file.entity("https://idp.example").identity_provider(now()).is_ok());
    assert_eq!(code(file.entity("https://evil.example").identity_provider(now())), "saml.metadata.unsigned");
    // The genuine signature moved around the forged entity refers to something else.
    let start = signed.find("<ds:Signature ").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let moved =
        both.replacen("<md:EntityDescriptor", &format!("{}<md:EntityDescriptor", &signed[start..end]), 1);
    let moved = moved.replace(&signed, &genuine);
    let file = MetadataFile::new(moved.as_bytes()).signed_by(&trusted).entity("https://evil.example");
    assert_eq!(code(file.identity_provider(now())), "dsig.foreign_reference");
}

fn identity_of(entity_id: &str, id: &str) -> String {
    let mut idp = IdentityProviderMetadata::new(entity_id);
    idp.single_sign_on.push(Endpoint::new(Binding::Redirect, "https://idp.example/sso"));
    idp.signing_certificates.push(certificate());
    let xml = idp.to_xml().unwrap();
    xml.replacen(" entityID", &format!(" ID=\"{id}\" entityID"), 1)
}

#[test]
fn a11_a_signature_over_metadata_never_proves_a_response() {
    // Of the very key that signs Responses, in front of an Assertion that nobody signed.
    let donor = dsig::sign(&identity_of("https://idp.example", "_a1"), "_a1", &key()).unwrap();
    let start = donor.find("<ds:Signature ").unwrap();
    let end = donor.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let forged = format!(
        r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_a1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z"><saml:Issuer>https://idp.example</saml:Issuer>{}</saml:Assertion></samlp:Response>"#,
        &donor[start..end]
    );
    let trust = Trust::new("https://idp.example", vec![certificate()]);
    let heap = ServiceProvider::new(
        "https://heapanalytics.com",
        "https://heapanalytics.com/acs",
        vec![trust],
        Policy::strict(),
    );
    let refused = |xml: &str| {
        let received = Received { saml_response: &to_form_value(xml), expected: Expected::Unsolicited };
        heap.verify(&received, now(), &mut ReplayCache::with_capacity(1)).unwrap_err().failed()
    };
    assert_eq!(refused(&forged), Check::SignatureDigest);
    // The signed metadata themselves, as a Response and inside of one.
    assert_eq!(refused(&donor), Check::Response);
    let inside = forged.replace(
        "</saml:Assertion>",
        &format!("</saml:Assertion><samlp:Extensions>{donor}</samlp:Extensions>"),
    );
    assert!([Check::UniqueIds, Check::ForeignContent, Check::Schema].contains(&refused(&inside)));
}

#[test]
fn files_that_are_no_metadata_are_refused_with_a_code() {
    let google = shape(vector!("metadata/shapes/google.xml"));
    for (from, to, expected) in [
        ("md:EntityDescriptor", "md:Entity", "saml.metadata.content"),
        ("SAML:2.0:metadata", "SAML:1.1:metadata", "saml.metadata.content"),
        ("<md:NameIDFormat>", "<md:Novel/><md:NameIDFormat>", "saml.metadata.content"),
        ("<md:IDPSSODescriptor", "<md:Novel/><md:IDPSSODescriptor", "saml.metadata.content"),
        (" entityID=", " EntityID=", "saml.metadata.content"),
        (" Binding=", " binding=", "saml.metadata.content"),
        (
            "Location=\"https://accounts.google.com/o/saml2/idp?idpid=C01abcdef\"",
            "Location=\" \"",
            "saml.metadata.content",
        ),
        ("use=\"signing\"", "use=\"sign\"", "saml.metadata.content"),
        ("WantAuthnRequestsSigned=\"false\"", "WantAuthnRequestsSigned=\"no\"", "saml.metadata.content"),
        ("2030-05-01T08:31:12.000Z", "2030-05-01", "saml.metadata.content"),
        (
            "urn:oasis:names:tc:SAML:2.0:protocol",
            "urn:oasis:names:tc:SAML:1.1:protocol",
            "saml.metadata.role",
        ),
        ("2030-05-01T08", "2020-05-01T08", "saml.metadata.expired"),
        ("<?xml", "<!DOCTYPE a><?xml", "xml.doctype"),
    ] {
        assert!(google.contains(from), "{from}");
        assert_eq!(code(identity_provider(&google.replace(from, to))), expected, "{from} -> {to}");
    }
    let second = google.replace("</md:EntityDescriptor>", "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></md:EntityDescriptor>");
    assert_eq!(
        code(identity_provider(&second)),
        "saml.metadata.content",
        "two roles of one kind and protocol"
    );
    let same_number = federation().replace("index=\"3\"", "index=\"2\"");
    let file = MetadataFile::new(same_number.as_bytes()).entity("https://sp.lab.example");
    assert_eq!(file.service_provider(now()).unwrap_err().code(), "saml.metadata.content");
    let twice = google
        .replace("<md:IDPSSODescriptor", "<md:IDPSSODescriptor ID=\"a\"")
        .replace("<md:NameIDFormat", "<md:NameIDFormat ID=\"a\"");
    assert_eq!(code(identity_provider(&twice)), "saml.metadata.content");
}

#[test]
fn whom_nothing_can_be_verified_of_is_not_trusted() {
    let mut idp = IdentityProviderMetadata::new("https://idp.example");
    assert_eq!(idp.trust().unwrap_err().code(), "saml.metadata.no_signing_certificate");
    let weak = Certificate::from_pem(vector!("keys/rsa1024.cert.pem")).unwrap_err();
    idp.unusable_certificate = Some(weak);
    assert!(idp.trust().unwrap_err().to_string().contains("2048"), "and the reason is told");
}

#[test]
fn what_is_written_is_read_back() {
    let mut idp = identity_provider(&shape(vector!("metadata/shapes/shibboleth.xml"))).unwrap();
    idp.validity.cache_duration = Some(Duration::from_secs(90));
    assert_eq!(identity_provider(&idp.to_xml().unwrap()).unwrap(), idp);

    let mut sp = ServiceProviderMetadata::new("https://sp.example", "https://sp.example/acs?a=1&b=\"2\"");
    sp.assertion_consumer[0].is_default = Some(true);
    sp.single_logout = vec![Endpoint {
        response_location: Some("https://sp.example/done".into()),
        ..Endpoint::new(Binding::Redirect, "https://sp.example/slo")
    }];
    sp.name_id_formats = vec![NameIdFormat::EmailAddress];
    sp.signing_certificates = vec![certificate(), other_key().certificate().clone()];
    sp.encryption_certificates = vec![certificate()];
    sp.authn_requests_signed = true;
    let mut attribute = RequestedAttribute::new("email", true);
    attribute.name_format = Some("urn:oasis:names:tc:SAML:2.0:attrname-format:basic".into());
    sp.attribute_consuming = vec![AttributeConsumingService::new(
        1,
        "Heap",
        vec![attribute, RequestedAttribute::new("role", false)],
    )];
    let signed = sp.to_signed_xml(&other_key(), &mut Seeded::new(1)).unwrap();
    let trusted = [certificate(), other_key().certificate().clone()];
    let read = MetadataFile::new(signed.as_bytes()).signed_by(&trusted).entity("https://sp.example");
    assert_eq!(read.service_provider(now()).unwrap(), sp);
}

#[test]
fn r06_both_ends_describe_themselves_and_each_is_configured_from_the_other() {
    let idp = crate::saml::IdentityProvider::builder("https://sso.jumpcloud.com/saml2/heap")
        .sign_with(key())
        .sso_url("https://sso.jumpcloud.com/saml2/heap")
        .build();
    let read = identity_provider(&idp.metadata().to_xml().unwrap()).unwrap();
    assert_eq!(read.trust().unwrap().certificates, [certificate()]);
    assert_eq!(
        read.signing_certificates[0].to_pem(),
        certificate().to_pem(),
        "certificate.pem comes out of the metadata"
    );
    let bindings: Vec<_> = read.single_sign_on.iter().map(|it| it.binding.uri()).collect();
    assert_eq!(bindings, [HTTP_REDIRECT, HTTP_POST]);

    let heap = ServiceProvider::new(
        "https://heapanalytics.com",
        "https://heapanalytics.com/saml/finalize/1/",
        vec![read.trust().unwrap()],
        Policy::strict(),
    );
    let file = heap.metadata().to_xml().unwrap();
    let read = MetadataFile::new(file.as_bytes()).service_provider(now()).unwrap();
    assert_eq!(
        (read.entity_id.as_str(), read.default_acs_url().unwrap()),
        (heap.entity_id(), heap.acs_url())
    );
}

#[test]
fn a_role_without_its_endpoint_is_not_written() {
    let idp = IdentityProviderMetadata::new("https://idp.example");
    assert_eq!(idp.to_xml().unwrap_err().code(), "saml.metadata.no_endpoint");
    let mut sp = ServiceProviderMetadata::new("https://sp.example", "https://sp.example/acs");
    sp.assertion_consumer.clear();
    assert_eq!(sp.to_xml().unwrap_err().code(), "saml.metadata.no_endpoint");
}

#[test]
fn nested_entities_cost_what_they_weigh() {
    let depth = 400;
    let open = r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">"#;
    let xml = open.repeat(depth) + &"</md:EntitiesDescriptor>".repeat(depth);
    assert_eq!(code(identity_provider(&xml)), "saml.metadata.unknown_entity");
    let many = format!(
        "{open}{}</md:EntitiesDescriptor>",
        r#"<md:EntityDescriptor entityID="urn:a"/>"#.repeat(100_000)
    );
    let file = MetadataFile::new(many.as_bytes());
    assert_eq!(file.entity_ids().unwrap().len(), 100_000);
    assert_eq!(code(file.entity("urn:a").identity_provider(now())), "saml.metadata.several_entities");
}
