//! What the scripts of `tests/interop` talk to: each line of standard input is a document in base64, each line of
//! standard output says what the library makes of it.
//!
//! ```text
//! interop canonicalize            -> `OK FORM…` (base64; see `FORMS`), or the code of the error
//! interop verify CERTIFICATE      -> `OK SCHEME` for the first element with a signature, or the code of the error
//! interop sign KEY CERTIFICATE [SCHEME] -> `OK DOCUMENT` (base64), its element `ID="i"` signed, or the code of the error
//! interop encrypt CERTIFICATE TRANSPORT -> `OK DOCUMENT` (base64): the root element encrypted, inside `<h>`; or the code
//! interop decrypt KEY CERTIFICATE -> `OK DOCUMENT` (base64): what the root element holds, decrypted; or the code
//! interop login KEY CERTIFICATE RECIPIENT -> `OK RESPONSE` (base64) for the time in the line, its Assertion encrypted
//! interop read-metadata SIGNER    -> `OK` and JSON for the entity, as identity and as service provider, or the code of the
//!                                    error; SIGNER is a certificate that must have signed, or `-`
//! interop write-metadata KEY CERTIFICATE -> an identity provider's, then a service provider's (base64), both signed
//! interop work SHAPE SIZE         -> nothing: reads and canonicalizes one document of that shape and size
//! ```

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Duration;
use std::{env, fs, io};

use base64::{Engine, prelude::BASE64_STANDARD};
use heap_identity::dsig;
use heap_identity::entropy::Seeded;
use heap_identity::pki::{Certificate, ContentCipher, DecryptionKey, KeyTransport, Scheme, SigningKey};
use heap_identity::saml::metadata::{
    AttributeConsumingService, Binding, Endpoint, IdentityProviderMetadata, MetadataError, MetadataFile,
    RequestedAttribute, ServiceProviderMetadata,
};
use heap_identity::saml::{IdentityProvider, Login, NameId, NameIdFormat};
use heap_identity::xml::c14n::{Canonicalization, Method};
use heap_identity::xml::{Node, Tree, parse};
use heap_identity::xmlenc;
use jiff::Timestamp;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["canonicalize"] => each_line(canonicalize),
        ["verify", certificate] => {
            let certificate = Certificate::from_pem(&fs::read_to_string(certificate)?)?;
            each_line(|document| verify(document, &certificate))
        }
        ["sign", key, certificate, scheme @ ..] => {
            let key = SigningKey::from_pem(&fs::read_to_string(key)?, &fs::read_to_string(certificate)?)?;
            let named = scheme.first().map(|name| SCHEMES.iter().find(|known| format!("{known:?}") == *name));
            let scheme = named.map(|known| known.ok_or("no such scheme")).transpose()?;
            let scheme = scheme.copied().unwrap_or(key.default_scheme());
            each_line(|document| {
                dsig::sign_with(text_of(document)?, "i", &key, scheme)
                    .map(|signed| BASE64_STANDARD.encode(signed))
                    .map_err(|error| error.code())
            })
        }
        ["encrypt", certificate, transport] => {
            let certificate = Certificate::from_pem(&fs::read_to_string(certificate)?)?;
            let known = TRANSPORTS.iter().find(|known| format!("{known:?}") == *transport);
            let transport = known.ok_or("no such key transport")?;
            each_line(|document| {
                let cipher = ContentCipher::Aes256Gcm;
                xmlenc::encrypt_with(text_of(document)?, &certificate, cipher, *transport)
                    .map(|data| BASE64_STANDARD.encode(format!("<h>{data}</h>")))
                    .map_err(|error| error.code())
            })
        }
        ["decrypt", key, certificate] => {
            let key = DecryptionKey::from_pem(&fs::read_to_string(key)?, &fs::read_to_string(certificate)?)?;
            each_line(|document| {
                let tree = parse(document).map_err(|error| error.code())?;
                xmlenc::decrypt(tree.root(), std::slice::from_ref(&key))
                    .map(|decrypted| BASE64_STANDARD.encode(decrypted.document()))
                    .map_err(|error| error.code())
            })
        }
        ["login", key, certificate, recipient] => {
            let key = SigningKey::from_pem(&fs::read_to_string(key)?, &fs::read_to_string(certificate)?)?;
            let recipient = Certificate::from_pem(&fs::read_to_string(recipient)?)?;
            let idp = IdentityProvider::builder("https://idp.example/")
                .sign_with(key)
                .encrypt_for("https://sp.example/", recipient)
                .build();
            each_line(|line| login(&idp, text_of(line)?))
        }
        ["read-metadata", signer] => {
            let signer = (*signer != "-")
                .then(|| fs::read_to_string(signer))
                .transpose()?
                .map(|pem| Certificate::from_pem(&pem));
            let signers: Option<Vec<Certificate>> = signer.transpose()?.map(|certificate| vec![certificate]);
            each_line(|document| read_metadata(document, signers.as_deref()))
        }
        ["write-metadata", key, certificate] => {
            let key = SigningKey::from_pem(&fs::read_to_string(key)?, &fs::read_to_string(certificate)?)?;
            for file in write_metadata(&key)? {
                println!("{}", BASE64_STANDARD.encode(file));
            }
            Ok(())
        }
        ["work", shape, size] => work(shape, size.parse()?),
        _ => Err("see the top of this example for what can be asked".into()),
    }
}

const SCHEMES: [Scheme; 9] = [
    Scheme::RsaSha256,
    Scheme::RsaSha384,
    Scheme::RsaSha512,
    Scheme::RsaPssSha256,
    Scheme::RsaPssSha384,
    Scheme::RsaPssSha512,
    Scheme::EcdsaP256Sha256,
    Scheme::EcdsaP384Sha384,
    Scheme::Ed25519,
];
const TRANSPORTS: [KeyTransport; 4] =
    [KeyTransport::OaepSha1, KeyTransport::OaepSha256, KeyTransport::OaepSha384, KeyTransport::OaepSha512];

fn text_of(document: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(document).map_err(|_| "not_utf8")
}

fn login(idp: &IdentityProvider, now: &str) -> Result<String, &'static str> {
    let now = now.parse().map_err(|_| "no_time")?;
    let name_id = NameId::email("ann@example.com");
    let login = Login::new(name_id, "https://sp.example/", "https://sp.example/acs", now);
    let response = idp.respond(&login, now, &mut Seeded::new(1)).map_err(|error| error.code())?;
    Ok(BASE64_STANDARD.encode(response.xml()))
}

fn each_line(answer: impl Fn(&[u8]) -> Result<String, &'static str>) -> Result<(), Box<dyn Error>> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let document = BASE64_STANDARD.decode(line?).map_err(|error| error.to_string())?;
        match answer(&document) {
            Ok(found) => writeln!(output, "OK {found}")?,
            Err(code) => writeln!(output, "{code}")?,
        }
    }
    Ok(())
}

/// Of the whole document, then, where an element has an attribute `T`, of that one.
const FORMS: [(Method, bool); 6] = [
    (Method::Exclusive, false),
    (Method::Exclusive, true),
    (Method::Inclusive10, false),
    (Method::Inclusive10, true),
    (Method::Inclusive11, false),
    (Method::Inclusive11, true),
];

fn canonicalize(document: &[u8]) -> Result<String, &'static str> {
    let tree = parse(document).map_err(|error| error.code())?;
    let mut forms = Vec::new();
    for (method, comments) in FORMS {
        forms.push(canonical(&tree, None, form(method, comments))?);
    }
    let apex = tree.root().descendants().find(|node| node.attribute("T").is_some());
    if let Some(node) = apex {
        for prefixes in [[].as_slice(), &["p", "q"], &["q", "#default"]] {
            forms.push(canonical(&tree, Some(node), form(Method::Exclusive, false).with_prefixes(prefixes))?);
        }
    }
    // The canonical form of the canonical form is itself.
    for ((method, comments), written) in FORMS.into_iter().zip(&forms) {
        let again = parse(written).map_err(|_| "canonical_form_is_not_read")?;
        if canonical(&again, None, form(method, comments))? != *written {
            return Err("canonical_form_is_not_its_own");
        }
    }
    Ok(forms.iter().map(|form| BASE64_STANDARD.encode(form)).collect::<Vec<_>>().join(" "))
}

const fn form(method: Method, comments: bool) -> Canonicalization<'static> {
    let form = Canonicalization::new(method);
    if comments { form.with_comments() } else { form }
}

fn canonical(
    tree: &Tree<'_>,
    node: Option<Node<'_>>,
    form: Canonicalization<'_>,
) -> Result<Vec<u8>, &'static str> {
    let mut output = Vec::new();
    let done = match node {
        Some(node) => form.element(node, None, &mut output),
        None => form.document(tree, &mut output),
    };
    done.map(|()| output).map_err(|error| error.code())
}

fn verify(document: &[u8], certificate: &Certificate) -> Result<String, &'static str> {
    let tree = parse(document).map_err(|error| error.code())?;
    let signed = tree.root().descendants().find(|node| dsig::signature_of(*node).is_some());
    let keys = [certificate.public_key().clone()];
    dsig::verify(signed.unwrap_or(tree.root()), &keys, &dsig::Policy::strict())
        .map(|covered| format!("{:?}", covered.algorithm()))
        .map_err(|error| error.code())
}

/// When metadata are read: what the other side wrote is valid then.
const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

fn read_metadata(document: &[u8], signers: Option<&[Certificate]>) -> Result<String, &'static str> {
    let mut file = MetadataFile::new(document);
    if let Some(signers) = signers {
        file = file.signed_by(signers);
    }
    let endpoints = |all: &[Endpoint]| -> Vec<_> {
        all.iter().map(|it| json!([it.binding.uri(), it.location])).collect()
    };
    let keys = |all: &[Certificate]| -> Vec<_> { all.iter().map(Certificate::to_base64).collect() };
    match (file.identity_provider(NOW), file.service_provider(NOW)) {
        (Ok(idp), _) => Ok(json!({
            "entity_id": idp.entity_id, "sso": endpoints(&idp.single_sign_on), "slo": endpoints(&idp.single_logout),
            "keys": keys(&idp.signing_certificates), "signed_requests": idp.want_authn_requests_signed,
        })
        .to_string()),
        (_, Ok(sp)) => Ok(json!({
            "entity_id": sp.entity_id, "acs": sp.acs_urls(), "slo": endpoints(&sp.single_logout),
            "keys": keys(&sp.signing_certificates), "signed_requests": sp.authn_requests_signed,
            "signed_assertions": sp.want_assertions_signed,
            "attributes": sp.attribute_consuming.iter().flat_map(|set| &set.attributes).map(|it| &it.name).collect::<Vec<_>>(),
        })
        .to_string()),
        (Err(MetadataError::Role(_)), Err(error)) | (Err(error), Err(_)) => Err(error.code()),
    }
}

fn write_metadata(key: &SigningKey) -> Result<[String; 2], MetadataError> {
    let mut entropy = Seeded::new(1);
    let mut idp = IdentityProviderMetadata::new("https://sso.jumpcloud.com/saml2/heap");
    for binding in [Binding::Redirect, Binding::Post] {
        idp.single_sign_on.push(Endpoint::new(binding.clone(), "https://sso.jumpcloud.com/saml2/heap"));
        idp.single_logout.push(Endpoint::new(binding, "https://sso.jumpcloud.com/saml2/heap/logout"));
    }
    idp.name_id_formats.push(NameIdFormat::EmailAddress);
    idp.signing_certificates.push(key.certificate().clone());
    idp.validity.valid_until = Some(Timestamp::constant(4_102_444_800, 0));
    let mut sp = ServiceProviderMetadata::new(
        "https://heapanalytics.com",
        "https://heapanalytics.com/saml/finalize/12345/",
    );
    sp.name_id_formats.push(NameIdFormat::EmailAddress);
    sp.signing_certificates.push(key.certificate().clone());
    sp.encryption_certificates.push(key.certificate().clone());
    sp.single_logout.push(Endpoint::new(Binding::Redirect, "https://heapanalytics.com/saml/logout/12345/"));
    sp.authn_requests_signed = true;
    sp.validity.cache_duration = Some(Duration::from_secs(86_400));
    let email = RequestedAttribute::new("email", true);
    sp.attribute_consuming.push(AttributeConsumingService::new(0, "Heap", vec![email]));
    Ok([idp.to_signed_xml(key, &mut entropy)?, sp.to_signed_xml(key, &mut entropy)?])
}

/// Documents that grow in one direction each.
fn work(shape: &str, size: usize) -> Result<(), Box<dyn Error>> {
    let each = |text: &dyn Fn(usize) -> String, count: usize| (0..count).map(text).collect::<String>();
    let document = match shape {
        "nodes" => format!("<a>{}</a>", each(&|_| "<b>t</b>".into(), size)),
        "text" => format!("<a>{}</a>", "t &amp; ".repeat(size)),
        // Both are bounded for one element or document: so they grow to the bound, and then in number.
        "attributes" => format!(
            "<a>{}</a>",
            each(&|n| format!("<b {}/>", each(&|m| format!("a{}='{n}' ", m * 7919 % 250), 250)), size / 250)
        ),
        "namespaces" => {
            format!("<a>{}</a>", each(&|n| format!("<p{m}:b xmlns:p{m}='urn:{m}'/>", m = n % 1000), size))
        }
        "scopes" => format!(
            "<a {}>{}</a>",
            each(&|n| format!("xmlns:p{n}='urn:{n}' "), 250),
            each(&|n| format!("<p{}:b/>", n % 250), size)
        ),
        "identifiers" => format!("<a>{}</a>", each(&|n| format!("<b ID='i{n}'/>"), size)),
        "depth" => format!(
            "<r>{}</r>",
            format!("{}{}", "<a xml:lang='x'>".repeat(500), "</a>".repeat(500)).repeat(size / 500)
        ),
        "comments" => format!("<a>{}</a>", "<!-- c --><?p?>".repeat(size)),
        _ => return Err("nodes, text, attributes, namespaces, scopes, identifiers, depth or comments".into()),
    };
    let tree = parse(document.as_bytes())?;
    let last = tree.root().descendants().last().unwrap_or(tree.root());
    let (mut whole, mut inner) = (Vec::new(), Vec::new());
    for method in [Method::Exclusive, Method::Inclusive10, Method::Inclusive11] {
        form(method, true).document(&tree, &mut whole)?;
        form(method, true).element(last, None, &mut inner)?;
    }
    println!("{} bytes, {} canonical", document.len(), whole.len() + inner.len());
    Ok(())
}
