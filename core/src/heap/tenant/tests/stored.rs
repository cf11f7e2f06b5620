use alloc::{boxed::Box, collections::BTreeMap, string::String, vec::Vec};

use serde_json::json;

use super::{Heap, NOW, Seeded, Tenant, Variants, settings, tenant};

type Lines = BTreeMap<String, String>;

fn again(lines: &Lines) -> Tenant {
    Tenant::restore(lines.clone(), Box::new(Seeded::new(9))).unwrap()
}

/// Whatever a reader could see of a tenant.
fn seen(tenant: &Tenant) -> Vec<String> {
    let mut seen: Vec<String> =
        tenant.users().chain(tenant.groups()).map(|resource| alloc::format!("{}", json!(resource))).collect();
    seen.push(alloc::format!("{:?} {:?} {}", tenant.client_id(), tenant.default_role(), tenant.base_url()));
    seen
}

#[test]
fn a_stored_tenant_with_every_change_is_the_same_tenant() {
    let mut heap = Heap::new(Variants::default());
    heap.tenant.foreign_account("eve@example.com");
    let mut lines: Lines = heap.tenant.export().into_iter().collect();
    let keep = |heap: &mut Heap, lines: &mut Lines| {
        for (key, line) in heap.tenant.take_changes() {
            match line {
                Some(line) => drop(lines.insert(key, line)),
                None => drop(lines.remove(&key)),
            }
        }
        assert_eq!(seen(&again(lines)), seen(&heap.tenant));
        let whole: Lines = again(lines).export().into_iter().collect();
        assert_eq!(seen(&again(&whole)), seen(&heap.tenant));
    };
    let ann = heap.ann();
    keep(&mut heap, &mut lines);
    let team = heap.tenant.add_team("Team", [ann.as_str()], NOW).unwrap();
    keep(&mut heap, &mut lines);
    heap.replace(&ann, "active", json!(false));
    keep(&mut heap, &mut lines);
    heap.call(http::Method::DELETE, &alloc::format!("/Users/{ann}"), json!(null));
    keep(&mut heap, &mut lines);
    heap.call(http::Method::DELETE, &alloc::format!("/Groups/{team}"), json!(null));
    heap.tenant.set_default_role("Admin".into());
    keep(&mut heap, &mut lines);
    assert!(heap.tenant.take_changes().is_empty(), "nothing is told twice");
    // Who calls is still known by the token, of which only the hash was stored (R16).
    let mut restored = Heap { tenant: again(&lines), token: heap.token };
    let token = restored.token.as_ref().unwrap().expose();
    assert!(lines.values().all(|line| !line.contains(token)));
    assert_eq!(restored.call(http::Method::GET, "/Users", json!(null)).0, 200);
}

#[test]
fn nothing_is_noted_for_a_tenant_that_is_not_stored() {
    let mut tenant = tenant();
    tenant.configure_sso(settings());
    assert!(tenant.take_changes().is_empty());
}

#[test]
fn a_stored_line_that_was_changed_or_is_missing_is_named() {
    let lines: Lines = tenant().export().into_iter().collect();
    for (key, line) in [("settings", "{}"), ("resource/1", "[]"), ("other", "{}")] {
        let mut wrong = lines.clone();
        wrong.insert(key.into(), line.into());
        let error = Tenant::restore(wrong, Box::new(Seeded::new(1))).unwrap_err();
        assert_eq!(error.code(), "heap.stored_tenant");
        assert!(alloc::format!("{error}").contains(key), "{error}");
    }
    assert!(Tenant::restore([], Box::new(Seeded::new(1))).is_err());
}
