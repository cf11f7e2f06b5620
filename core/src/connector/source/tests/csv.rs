//! Slips in a CSV text that a lenient reader would turn into people who are gone.

use alloc::{
    format,
    string::{String, ToString},
};

use super::snapshot_from_csv;

const NOBODY: &str = "groupId,groupName,userId\n";

fn mistake(people: &str) -> String {
    snapshot_from_csv(people, NOBODY).unwrap_err().to_string()
}

#[test]
fn a_quote_that_is_never_closed_swallows_nobody() {
    for (line, rows) in [
        (2, "u1,ann,true,\"Analyst\nu2,bob,true,x\n"),
        (3, "u1,ann,true,x\nu2,bob,true,\"\"\"\nu3,cat,true,x\n"),
        (2, "u1,\"ann\" lee,true,x\n"),
        (2, "u1,ann,true,5\" disk\nu2,bob,true,6\" disk\n"),
    ] {
        let expected = format!(
            "the people's CSV, line {line}: expected a quote only around a whole field, and doubled within one"
        );
        assert_eq!(mistake(&format!("id,userName,active,role\n{rows}")), expected);
    }
    // A byte order mark is before the first quote, and no part of the first field.
    let good = "\u{feff}\"id\",userName,active,role\r\nu1,\"ann \"\"a\"\"\",true,\"two\r\nlines\"\r\nu2,bob,true,\"\"\r\n";
    let directory = snapshot_from_csv(good, NOBODY).unwrap();
    let (ann, bob) = (directory.person("u1").unwrap(), directory.person("u2").unwrap());
    assert_eq!((ann.user_name(), ann.role(), bob.role()), ("ann \"a\"", Some("two\r\nlines"), None));
}

#[test]
fn a_line_that_is_cut_or_has_a_field_too_many_is_refused() {
    assert_eq!(
        mistake("id,userName,active,role\nu1,ann,true,x\nu2,bob,tr"),
        "the people's CSV, line 3: expected 4 fields as in the header, found 3"
    );
    assert_eq!(
        mistake("id,userName,active\nu1,Lee, Ann,true\n"),
        "the people's CSV, line 2: expected 3 fields as in the header, found 4"
    );
}

#[test]
fn a_column_that_is_there_twice_is_refused_and_others_are_passed_over() {
    assert_eq!(
        mistake("id,userName,active,active\nu1,ann,true,false\n"),
        "the people's CSV, line 1: expected the column `active` once"
    );
    let others = "id,Note,userName,active,Note,,\nu1,a,ann,true,b,,\n";
    assert_eq!(snapshot_from_csv(others, NOBODY).unwrap().people_count(), 1);
}

#[test]
fn whether_somebody_is_active_is_said() {
    let expected = "the people's CSV, line 2: expected `true` or `false` in the column `active`";
    assert_eq!(mistake("id,userName,active\nu1,ann,\n"), expected);
}

#[test]
fn another_separator_and_an_empty_text_are_told_by_the_column_that_is_not_found() {
    let expected = "the people's CSV, line 1: expected a header with the column `id`";
    for people in ["id;userName;active\nu1;ann;true\n", "", "\u{feff}", "\n\n"] {
        assert_eq!(mistake(people), expected);
    }
}

#[test]
fn a_text_may_have_any_number_of_columns() {
    for columns in [63, 64, 65, 1_000] {
        let (names, row) = ((3..columns).map(|n| format!(",c{n}")), ",x".repeat(columns - 3));
        let people =
            format!("id,userName,active{}\nu1,ann,true{row}\nu2,bob,true{row}\n", names.collect::<String>());
        assert_eq!(snapshot_from_csv(&people, NOBODY).unwrap().people_count(), 2, "{columns}");
    }
}
