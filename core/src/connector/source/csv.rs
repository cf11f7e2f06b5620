//! A directory as two CSV texts (RFC 4180), as a spreadsheet or a report exports them.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use csv_core::{ReadRecordResult, Reader};

use super::SourceError;
use crate::directory::{Group, Person, Snapshot};

const PEOPLE: Form = Form {
    what: "the people's CSV",
    required: &["id", "userName", "active"],
    wanted: &["givenName", "familyName", "email", "role"],
};
const MEMBERSHIPS: Form =
    Form { what: "the memberships' CSV", required: &["groupId", "groupName", "userId"], wanted: &["bound"] };

/// A directory from two CSV texts with a header line each; columns are found by their names, in any order, and others are passed
/// over.
///
/// People: `id`, `userName`, and `active` (`true` or `false`), then as wanted `givenName`, `familyName`, `email`, `role`; an empty
/// field is absent. Memberships: `groupId`, `groupName`, `userId` (empty for a group without members), then as wanted `bound`.
///
/// Nobody is lost by a slip in a text: a quote that is never closed, which would swallow the lines after it, and a line with other
/// fields than the header are mistakes (RFC 4180 2.4 to 2.7).
///
/// # Errors
/// [`SourceError::Malformed`] with the line, [`SourceError::UnknownMember`], and an id that occurs twice.
///
/// ```
/// use heap_identity::connector::snapshot_from_csv;
/// let people = "id,userName,active\nu1,ann@example.com,true\n";
/// let memberships = "groupId,groupName,userId\ng1,\"Analysts, EU\",u1\n";
/// let directory = snapshot_from_csv(people, memberships)?;
/// assert_eq!(directory.group("g1").map(|group| group.name()), Some("Analysts, EU"));
/// # Ok::<(), heap_identity::connector::SourceError>(())
/// ```
pub fn snapshot_from_csv(people: &str, memberships: &str) -> Result<Snapshot, SourceError> {
    let mut builder = Snapshot::builder();
    let mut numbers = BTreeMap::new();
    for row in Table::read(PEOPLE, people)?.rows() {
        let person = Person {
            id: row.required("id")?.to_string(),
            user_name: row.required("userName")?.to_string(),
            active: row.flag("active")?.ok_or_else(|| row.no_flag("active"))?,
            given_name: row.optional("givenName"),
            family_name: row.optional("familyName"),
            email: row.optional("email"),
            role: row.optional("role"),
        };
        let number = builder.person(&person)?;
        numbers.insert(person.id, number);
    }
    let mut groups: BTreeMap<String, (Group, _)> = BTreeMap::new();
    for row in Table::read(MEMBERSHIPS, memberships)?.rows() {
        let group = Group {
            id: row.required("groupId")?.to_string(),
            name: row.required("groupName")?.to_string(),
            bound: row.flag("bound")?.unwrap_or(true),
        };
        let number = match groups.get(&group.id) {
            Some((known, number)) if *known == group => *number,
            Some(_) => {
                let group = &group.id;
                return Err(row.wrong(&format!("the same name and `bound` on each line of group `{group}`")));
            }
            None => {
                let number = builder.group(&group)?;
                groups.insert(group.id.clone(), (group.clone(), number));
                number
            }
        };
        if let Some(member) = row.optional("userId") {
            let person =
                numbers.get(&member).ok_or(SourceError::UnknownMember { group: group.id, member })?;
            builder.member(number, *person);
        }
    }
    Ok(builder.complete()?)
}

/// What a text is, and the columns that are read of it.
struct Form {
    what: &'static str,
    required: &'static [&'static str],
    wanted: &'static [&'static str],
}

/// A text with a header line.
struct Table {
    what: &'static str,
    header: Vec<String>,
    /// The line on which each record begins, and its fields: as many as the header has.
    records: Vec<(usize, Vec<String>)>,
}

struct Row<'t> {
    table: &'t Table,
    line: usize,
    fields: &'t [String],
}

impl Table {
    fn read(form: Form, text: &str) -> Result<Self, SourceError> {
        // A byte order mark, as spreadsheets write it, is no part of the first name.
        let text = text.trim_start_matches('\u{feff}');
        let wrong = |line, expected| Err(SourceError::Malformed { what: form.what, line, expected });
        if let Some(line) = stray_quote(text) {
            let expected = "expected a quote only around a whole field, and doubled within one";
            return wrong(line, expected.into());
        }
        let mut records = records(text).into_iter();
        let (line, header) = records.next().unwrap_or_default();
        let count = |name: &str| header.iter().filter(|column| *column == name).count();
        if let Some(name) = form.required.iter().find(|name| count(name) == 0) {
            return wrong(line.max(1), format!("expected a header with the column `{name}`"));
        }
        if let Some(name) = form.required.iter().chain(form.wanted).find(|name| count(name) > 1) {
            return wrong(line, format!("expected the column `{name}` once"));
        }
        let records: Vec<_> = records.collect();
        if let Some((line, fields)) = records.iter().find(|(_, fields)| fields.len() != header.len()) {
            let (expected, found) = (header.len(), fields.len());
            return wrong(*line, format!("expected {expected} fields as in the header, found {found}"));
        }
        Ok(Self { what: form.what, header, records })
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }
}

impl Row<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        let column = self.table.header.iter().position(|column| column == name)?;
        self.fields.get(column).map(String::as_str)
    }

    fn optional(&self, name: &str) -> Option<String> {
        self.field(name).filter(|text| !text.is_empty()).map(ToString::to_string)
    }

    fn required(&self, name: &str) -> Result<&str, SourceError> {
        let field = self.field(name).filter(|text| !text.is_empty());
        field.ok_or_else(|| self.wrong(&format!("a text in the column `{name}`")))
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, SourceError> {
        match self.field(name).unwrap_or_default() {
            "" => Ok(None),
            text if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            text if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => Err(self.no_flag(name)),
        }
    }

    fn no_flag(&self, name: &str) -> SourceError {
        self.wrong(&format!("`true` or `false` in the column `{name}`"))
    }

    fn wrong(&self, expected: &str) -> SourceError {
        SourceError::Malformed {
            what: self.table.what,
            line: self.line,
            expected: format!("expected {expected}"),
        }
    }
}

/// The line of a quote that RFC 4180 2.5 to 2.7 do not allow: within a field that is not quoted, before more of a field, or never
/// closed. The reader below is lenient, and would take the records after it for a part of the field.
fn stray_quote(text: &str) -> Option<usize> {
    #[derive(PartialEq)]
    enum Place {
        Start,
        Bare,
        Quoted,
        Closed,
    }
    let (mut place, mut line, mut opened) = (Place::Start, 1_usize, 1);
    for byte in text.bytes() {
        place = match (place, byte) {
            (Place::Quoted, b'"') => Place::Closed,
            (Place::Quoted, _) | (Place::Closed, b'"') => Place::Quoted,
            (Place::Start, b'"') => {
                opened = line;
                Place::Quoted
            }
            (_, b',' | b'\n' | b'\r') => Place::Start,
            (Place::Closed, _) | (Place::Bare, b'"') => return Some(line),
            (Place::Start | Place::Bare, _) => Place::Bare,
        };
        line = line.saturating_add(usize::from(byte == b'\n'));
    }
    (place == Place::Quoted).then_some(opened)
}

/// The records of a text, each with the number of the line on which it begins.
fn records(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut reader = Reader::new();
    let (mut input, mut records) = (text.as_bytes(), Vec::new());
    // No record is longer than the text, and none has more fields than bytes and one.
    let mut output = alloc::vec![0; text.len()];
    let mut ends = alloc::vec![0; 64];
    let (mut written, mut ended, mut line) = (0, 0, 1);
    loop {
        let (out, slots) = (output.get_mut(written..), ends.get_mut(ended..));
        let (result, read, wrote, fields) =
            reader.read_record(input, out.unwrap_or_default(), slots.unwrap_or_default());
        input = input.get(read..).unwrap_or_default();
        (written, ended) = (written.saturating_add(wrote), ended.saturating_add(fields));
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len().saturating_mul(2), 0),
            ReadRecordResult::Record => {
                records.push((line, fields_of(&output, ends.get(..ended).unwrap_or_default())));
                line = usize::try_from(reader.line()).unwrap_or(usize::MAX);
                (written, ended) = (0, 0);
            }
            ReadRecordResult::OutputFull | ReadRecordResult::End => return records,
        }
    }
}

fn fields_of(output: &[u8], ends: &[usize]) -> Vec<String> {
    let mut start = 0;
    let field = |end: &usize| {
        let bytes = output.get(start..*end).unwrap_or_default();
        start = *end;
        // The text was UTF-8, and a field is cut at ASCII characters alone.
        String::from_utf8_lossy(bytes).into_owned()
    };
    ends.iter().map(field).collect()
}
