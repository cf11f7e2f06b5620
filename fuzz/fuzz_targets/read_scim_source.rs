//! Lists of a SCIM service provider as a directory, and as what could be imported into it: any bytes are a list or an error, nobody of a
//! directory was passed over, and whom it has is not new.
#![no_main]

use heap_identity::{
    connector::{ImportList, ImportStatus, RoleSource, View, snapshot_from_scim, whole_list},
    scim::{Group, ListResponse, User},
};
use heap_identity_fuzz::roles;
use libfuzzer_sys::fuzz_target;

// The first byte of each line says what the rest of it lists.
fuzz_target!(|bytes: &[u8]| {
    let (mut users, mut groups) = (Vec::<ListResponse<User>>::new(), Vec::<Group>::new());
    for line in bytes.split(|byte| *byte == b'\n') {
        match line.split_first() {
            Some((b'u', body)) => users.extend(ListResponse::from_slice(body)),
            Some((b'g', body)) => {
                groups.extend(ListResponse::<Group>::from_slice(body).into_iter().flat_map(|page| page.resources));
            }
            _ => {}
        }
    }
    let people: Vec<User> = users.iter().flat_map(|page| page.resources.iter().cloned()).collect();
    let total = users.last().map_or(0, |page| page.total_results);
    if let Some(whole) = whole_list(users) {
        assert_eq!(whole.len() as u64, total);
    }
    for source in [RoleSource::Attribute("title".into()), roles()] {
        let Ok(directory) = snapshot_from_scim(people.clone(), groups.clone(), &source) else { continue };
        assert_eq!((directory.people_count(), directory.group_count()), (people.len(), groups.len()));
        let list = ImportList::compare(people.clone(), &directory);
        let is_known = |status: &ImportStatus| matches!(status, ImportStatus::Imported { .. });
        assert!(list.view(View::All).iter().all(|candidate| is_known(&candidate.status)));
    }
});
