//! Pages of JumpCloud's API, one after the other: any bytes are a page or an error, and what is said to be complete has as many
//! people and groups as were told.
#![no_main]

use heap_identity::connector::{JumpCloud, Page, RoleSource};
use heap_identity_fuzz::roles;
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 2;

// The first byte of each line says which kind of page the rest of it is.
fuzz_target!(|bytes: &[u8]| {
    for source in [RoleSource::Attribute("heapRole".into()), roles()] {
        let mut jumpcloud = JumpCloud::new(source, LIMIT);
        let mut groups = 0;
        for line in bytes.split(|byte| *byte == b'\n') {
            let Some((kind, body)) = line.split_first() else { continue };
            let page = match kind {
                b'u' => jumpcloud.users(body),
                b'g' => jumpcloud.groups(body),
                b'b' => jumpcloud.bound_groups(body),
                _ => jumpcloud.members(char::from(*kind).to_string().as_str(), body),
            };
            if let Ok(Page::Next { skip }) = page {
                assert!(skip > 0, "a page that is empty is the last one");
            }
            groups = jumpcloud.group_ids().count();
        }
        if let Ok(directory) = jumpcloud.snapshot() {
            assert_eq!(directory.group_count(), groups);
            for group in directory.groups() {
                assert!(group.members().all(|member| directory.person(member.id()).is_some()));
            }
        }
    }
});
