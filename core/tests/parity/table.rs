//! The table as a page.

use core::fmt::Write as _;

use crate::{
    names::{Answer, Known},
    rust::Item,
};

/// Consecutive items of a module with the same answer, which is not about one of them.
struct Row<'a> {
    items: Vec<&'a Item>,
    answers: [Answer; 2],
}

pub(crate) fn render(items: &[Item], known: &mut Known<'_>) -> String {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut here = [0, 0];
    for item in items {
        let answers = [known.answer(0, item), known.answer(1, item)];
        for (count, answer) in here.iter_mut().zip(&answers) {
            *count += usize::from(matches!(answer, Answer::Here(..)));
        }
        let module = |item: &Item| item.path.rsplit_once("::").map(|(module, _)| module.to_owned());
        let joins = |row: &&mut Row<'_>| {
            row.answers == answers && row.items.first().is_some_and(|first| module(first) == module(item))
        };
        match rows.iter_mut().find(joins) {
            Some(row) => row.items.push(item),
            None => rows.push(Row { items: vec![item], answers }),
        }
    }
    let mut page = format!(
        "# The core in Python and in Swift\n\nEvery public item of the core, and where it is in the other languages. Names are the same but for `snake_case` and \
         `camelCase`, and so are those\nof members, of which only exceptions are told. `core/tests/parity/names.txt` holds the exceptions; \
         `cargo xtask docs` writes this page,\nand a test holds it current.\n\n{} items, of which {} are in Python and {} in Swift; \
         for the others, the reason.\n",
        items.len(),
        here[0],
        here[1]
    );
    let mut module = None;
    for row in &rows {
        let own = row
            .items
            .first()
            .and_then(|item| item.path.split_once("::"))
            .map_or("(root)", |(module, _)| module);
        if module.replace(own) != Some(own) {
            write!(page, "\n## {own}\n\n| Rust | Python | Swift |\n|---|---|---|\n").unwrap();
        }
        let names: Vec<String> = row.items.iter().map(|item| format!("`{}`", inside(&item.path))).collect();
        writeln!(page, "| {} | {} | {} |", names.join(", "), cell(&row.answers[0]), cell(&row.answers[1]))
            .unwrap();
    }
    page
}

/// The path inside of its part of the core.
fn inside(path: &str) -> &str {
    path.split_once("::").map_or(path, |(_, inside)| inside)
}

fn cell(answer: &Answer) -> String {
    match answer {
        Answer::Here(names, members) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let lines = core::iter::once(names.join(", ")).chain(members.iter().cloned());
            lines.collect::<Vec<_>>().join("<br>")
        }
        Answer::Not(reason) => format!("– {reason}"),
        Answer::NotYet => "not yet".to_owned(),
        Answer::Hole => "**?**".to_owned(),
    }
}
