use alloc::{format, string::String, vec::Vec};

use super::{ImportError, ImportList, ImportStatus, Mode, View, whole_list};
use crate::{
    directory::{Person, Snapshot},
    scim::{ListResponse, Name, User},
};

fn account(id: &str, user_name: &str) -> User {
    let mut user = User::new(user_name.into());
    user.id = Some(id.into());
    user.active = Some(true);
    user
}

fn directory() -> Snapshot {
    let mut builder = Snapshot::builder();
    for (id, user_name, family) in
        [("u1", "Ann@example.com", "Lee"), ("u2", "bob.stone@example.com", "Stone"), ("u3", "zed", "Z")]
    {
        let person = Person {
            id: id.into(),
            user_name: user_name.into(),
            active: true,
            given_name: Some("A".into()),
            family_name: Some(family.into()),
            ..Person::default()
        };
        builder.person(&person).unwrap();
    }
    builder.complete().unwrap()
}

fn many(count: usize) -> ImportList {
    let accounts = (0..count).map(|i| account(&format!("{i}"), &format!("p{i}@example.com")));
    ImportList::compare(accounts, &directory())
}

#[test]
fn r34_each_account_is_new_or_imported_and_the_new_come_first() {
    let accounts = [account("1", "ann@EXAMPLE.com"), account("2", "new@example.com")];
    let list = ImportList::compare(accounts, &directory());
    let shown: Vec<_> =
        list.view(View::NewUsersFirst).into_iter().map(|c| (c.account.as_str(), &c.status)).collect();
    assert_eq!(shown, [("2", &ImportStatus::New), ("1", &ImportStatus::Imported { person: "u1".into() })]);
    assert_eq!(list.view(View::NewUsersOnly).len(), 1);
    assert_eq!(list.view(View::All)[0].account, "1");
    assert_eq!(list.select(["1"]).unwrap_err(), ImportError::Imported("1".into()));
}

#[test]
fn r22_r34_the_account_of_somebody_who_has_another_name_meanwhile_is_not_new() {
    let known = User { external_id: Some("u3".into()), ..account("1", "zed.before@example.com") };
    let strange = User { external_id: Some("u9".into()), ..account("2", "new@example.com") };
    let list = ImportList::compare([known, strange], &directory());
    let statuses: Vec<_> =
        list.view(View::All).into_iter().map(|c| (c.account.as_str(), &c.status)).collect();
    assert_eq!(statuses, [("2", &ImportStatus::New), ("1", &ImportStatus::Imported { person: "u3".into() })]);
}

#[test]
fn r34_who_is_known_by_the_address_alone_is_imported() {
    let mut builder = Snapshot::builder();
    let person = Person {
        id: "u1".into(),
        user_name: "ann".into(),
        email: Some("Ann@Example.com".into()),
        ..Person::default()
    };
    builder.person(&person).unwrap();
    let list = ImportList::compare([account("1", "ann@example.com")], &builder.complete().unwrap());
    assert_eq!(list.view(View::All)[0].status, ImportStatus::Imported { person: "u1".into() });
}

#[test]
fn r35_people_who_are_suspended_at_heap_are_not_imported() {
    let suspended = User { active: Some(false), ..account("1", "new@example.com") };
    let list = ImportList::compare([suspended, account("2", "other@example.com")], &directory());
    assert_eq!(list.select(["2", "1"]).unwrap_err(), ImportError::Suspended("1".into()));
    assert_eq!(list.view(View::NewUsersOnly).len(), 1);
}

#[test]
fn r36_fewer_than_a_hundred_come_live_and_more_are_a_job_whose_end_is_announced() {
    for (count, mode) in [(1, Mode::Live), (99, Mode::Live), (100, Mode::Job), (150, Mode::Job)] {
        let list = many(count);
        let ids: Vec<String> = (0..count).map(|i| format!("{i}")).collect();
        let mut import = list.select(ids.iter().map(String::as_str)).unwrap();
        assert_eq!(import.mode(), mode, "{count}");
        let mut made = 0;
        while import.next_person().is_some() {
            assert_eq!(import.announcement(), None);
            made += 1;
            let result = if made == 1 { Err("the name is taken".into()) } else { Ok(format!("u{made}")) };
            import.settle(result).unwrap();
        }
        assert_eq!(made, count);
        let announced = import.announcement();
        assert_eq!(announced.is_some(), mode == Mode::Job);
        let expected = format!("{} of {count} accounts were imported; 1 were not", count - 1);
        assert!(announced.is_none_or(|text| text.starts_with(&expected)));
        assert_eq!(import.settle(Ok("u0".into())).unwrap_err(), ImportError::NotAwaited);
    }
}

#[test]
fn r37_each_imported_person_is_told_to_be_bound() {
    let list = many(1);
    let mut import = list.select(["0"]).unwrap();
    assert!(import.settle(Ok("u9".into())).unwrap().advice().contains("bound to the application"));
}

#[test]
fn names_that_are_nearly_equal_are_suggested_and_never_taken() {
    let renamed =
        User { name: Some(Name::of(Some("a".into()), Some("LEE".into()))), ..account("2", "al@other.com") };
    let list = ImportList::compare([account("1", "Bob.Stone+heap@other.com"), renamed], &directory());
    let suggested: Vec<_> =
        list.view(View::All).into_iter().map(|c| (c.account.as_str(), c.suggestion.as_deref())).collect();
    assert_eq!(suggested, [("1", Some("u2")), ("2", Some("u1"))]);
    assert!(list.view(View::All).iter().all(|candidate| candidate.status == ImportStatus::New));
}

#[test]
fn a_long_name_with_one_letter_more_less_or_other_is_suggested_and_a_short_one_is_not() {
    let near = |user_name: &str| {
        let list = ImportList::compare([account("1", user_name)], &directory());
        list.view(View::All)[0].suggestion.clone()
    };
    let bob = Some(String::from("u2"));
    for user_name in ["bobstone", "bobb.stone", "bobston", "bob.stane", "obb.stone", "xbobstone", "bobstonex"]
    {
        assert_eq!(near(&format!("{user_name}@other.com")), bob, "{user_name}");
    }
    for user_name in ["bob.stxxe", "bobxstonex", "an@other.com", "anne@other.com", "zet@other.com"] {
        assert_eq!(near(user_name), None, "{user_name}");
    }
    // A name without an end is not copied for each of its letters.
    assert_eq!(near(&"x".repeat(1_000_000)), None);
    // As near to two people: a hint at neither.
    let mut builder = Snapshot::builder();
    for (id, user_name) in [("u1", "christian@a.example"), ("u2", "christiaan@b.example")] {
        builder.person(&Person { id: id.into(), user_name: user_name.into(), ..Person::default() }).unwrap();
    }
    let directory = builder.complete().unwrap();
    let near = |user_name: &str| {
        ImportList::compare([account("1", user_name)], &directory).view(View::All)[0].suggestion.clone()
    };
    assert_eq!(near("christan@c.example"), Some("u1".into()));
    assert_eq!(near("christiaqn@c.example"), None);
    // One person is named in full: the other is not thought of.
    assert_eq!(near("Christiaan@c.example"), Some("u2".into()));
}

#[test]
fn many_accounts_beside_many_people_take_no_time_for_each_pair() {
    let mut builder = Snapshot::builder();
    for n in 0..10_000 {
        let (user_name, family_name) = (format!("john.smith+{n}@example.com"), Some(format!("Smith{n}")));
        let given_name = Some("John".into());
        let person = Person {
            id: format!("u{n}"),
            user_name,
            given_name,
            family_name,
            active: true,
            ..Person::default()
        };
        builder.person(&person).unwrap();
    }
    // Each pair would be 100 million comparisons of names.
    let accounts = (0..10_000).map(|n| account(&format!("{n}"), &format!("jon.smith{n}@other.com")));
    let list = ImportList::compare(accounts, &builder.complete().unwrap());
    assert_eq!(list.view(View::NewUsersOnly).len(), 10_000);
}

#[test]
fn a_name_that_several_share_and_initials_suggest_nobody() {
    let mut builder = Snapshot::builder();
    for (id, user_name) in [("u1", "j.doe@a.example"), ("u2", "jdoe@b.example"), ("u3", "zz@a.example")] {
        let name = |text: &str| Some(text.into());
        let (user_name, given_name) = (user_name.into(), name("Jo"));
        let person =
            Person { id: id.into(), user_name, given_name, family_name: name("Doe"), ..Person::default() };
        builder.person(&person).unwrap();
    }
    let named =
        User { name: Some(Name::of(Some("Jo".into()), Some("Doe".into()))), ..account("1", "x@c.example") };
    let accounts = [named, account("2", "J_Doe@c.example"), account("3", "ZZ@c.example")];
    let list = ImportList::compare(accounts, &builder.complete().unwrap());
    assert!(list.view(View::All).iter().all(|candidate| candidate.suggestion.is_none()));
}

#[test]
fn two_accounts_with_one_name_are_not_both_imported() {
    let list =
        ImportList::compare([account("1", "x@example.com"), account("2", "X@example.com")], &directory());
    assert!(matches!(list.select(["1", "2"]), Err(ImportError::SameName { .. })));
    assert_eq!(list.select(["1", "1"]).unwrap().progress(), (0, 1));
    assert_eq!(list.select(["3"]).unwrap_err(), ImportError::Unknown("3".into()));
    assert_eq!(list.select([]).unwrap_err(), ImportError::Nobody);
}

#[test]
fn f33_a_list_with_pages_missing_is_not_compared() {
    let page =
        |users: Vec<User>| ListResponse { total_results: 2, resources: users, ..ListResponse::default() };
    assert!(whole_list([page([account("1", "a")].into())]).is_none());
    assert!(whole_list([page([account("1", "a")].into()), page([account("1", "a")].into())]).is_none());
    assert_eq!(
        whole_list([page([account("1", "a")].into()), page([account("2", "b")].into())]).unwrap().len(),
        2
    );
}
