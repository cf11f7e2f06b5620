//! Metadata from anybody: read as both roles without a panic; what was read is written and read again as the same; and
//! under a signature only what was signed is believed.
#![no_main]

use std::sync::LazyLock;

use heap_identity::{
    pki::Certificate,
    saml::metadata::{MetadataError, MetadataFile},
};
use heap_identity_fuzz::{certificate, now};
use libfuzzer_sys::fuzz_target;

static SIGNERS: LazyLock<[Certificate; 1]> = LazyLock::new(|| [certificate()]);

fuzz_target!(|xml: &[u8]| {
    let file = MetadataFile::new(xml);
    let first = file.entity_ids().ok().and_then(|ids| ids.first().cloned());
    let file = first.as_deref().map_or(file, |id| file.entity(id));
    if let Ok(mut idp) = file.identity_provider(now()) {
        // Dates are written to the second.
        idp.validity = Default::default();
        idp.unusable_certificate = None;
        match idp.to_xml() {
            Ok(written) => {
                let again = MetadataFile::new(written.as_bytes()).identity_provider(now());
                assert_eq!(again.expect("our own metadata"), idp);
            }
            Err(error) => assert!(matches!(error, MetadataError::NoEndpoint(_)), "{}", error.code()),
        }
    }
    if let Ok(mut sp) = file.service_provider(now()) {
        sp.validity = Default::default();
        sp.unusable_certificate = None;
        match sp.to_xml() {
            Ok(written) => {
                let again = MetadataFile::new(written.as_bytes()).service_provider(now());
                assert_eq!(again.expect("our own metadata"), sp);
            }
            Err(error) => assert!(matches!(error, MetadataError::NoEndpoint(_)), "{}", error.code()),
        }
    }
    // The one signed seed says this of itself.
    if let Ok(signed) = file.signed_by(SIGNERS.as_slice()).service_provider(now()) {
        assert_eq!(signed.entity_id, "https://heapanalytics.com");
        assert_eq!(signed.acs_urls(), ["https://heapanalytics.com/saml/finalize/12345/"]);
    }
});
