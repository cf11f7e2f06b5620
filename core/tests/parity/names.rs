//! What stands for an item in each language: by convention, by a line of `names.txt`, or not yet.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::{LANGUAGES, language::Surface, rust::Item};

/// The lines of `names.txt` and `not_yet.txt`.
///
/// `names.txt` has paragraphs: a head `python:`, `swift:` or `both:` with the reason, and below it, indented, a pattern
/// for each line. `pattern = Name Other.member` says where it is instead. An item's path may contain `*`; `path.member` is a
/// member.
#[derive(Debug)]
pub(crate) struct Names<'t> {
    lines: Vec<Line<'t>>,
    not_yet: Vec<&'t str>,
}

#[derive(Debug)]
struct Line<'t> {
    language: &'t str,
    pattern: &'t str,
    /// Empty if it is not there at all.
    instead: Vec<&'t str>,
    reason: &'t str,
}

/// What the table says of an item in one language.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Answer {
    /// It is there, under these names; and what is to be said of members.
    Here(Vec<String>, Vec<String>),
    /// It is not, for this reason.
    Not(String),
    NotYet,
    /// Nobody has said.
    Hole,
}

/// Answers, and what was found wrong on the way.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    names: &'a Names<'a>,
    surfaces: &'a [Surface; 2],
    /// How many items have the same last name.
    namesakes: BTreeMap<&'a str, usize>,
    used: BTreeSet<(usize, &'a str)>,
    waiting: BTreeSet<String>,
    holes: Vec<String>,
    wrong: Vec<String>,
}

impl<'t> Names<'t> {
    pub(crate) fn read(names: &'t str, not_yet: &'t str) -> Self {
        let (mut head, mut lines) = (("", ""), Vec::new());
        for line in names.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let Some(entry) = line.strip_prefix("    ") else {
                let (language, reason) =
                    line.split_once(':').unwrap_or_else(|| panic!("names.txt: `{line}` is no head"));
                head = (language, reason.trim());
                continue;
            };
            let (patterns, instead) = entry.split_once(" = ").unwrap_or((entry, ""));
            for pattern in patterns.split_whitespace() {
                let instead = instead.split_whitespace().collect();
                lines.push(Line { language: head.0, pattern, instead, reason: head.1 });
            }
        }
        Self { lines, not_yet: not_yet.lines().filter(|line| !line.is_empty()).collect() }
    }
}

impl Line<'_> {
    fn is_for(&self, language: &str) -> bool {
        self.language == language || self.language == "both"
    }

    fn is_exactly(&self, path: &str) -> bool {
        self.pattern == path
    }

    fn matches(&self, path: &str) -> bool {
        let is_member = |text: &str| text.contains('.');
        is_member(self.pattern) == is_member(path) && glob(self.pattern, path)
    }
}

/// Whether `text` is `pattern`, in which `*` stands for anything.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|text| {
            (0..=text.len()).any(|at| text.get(at..).is_some_and(|text| glob(rest, text)))
        }),
    }
}

/// `scim_base_url` and `SCIM_BASE_URL` as Swift writes them.
fn camel(name: &str) -> String {
    let mut parts = name.split('_').map(str::to_lowercase);
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

impl<'a> Known<'a> {
    pub(crate) fn new(names: &'a Names<'a>, items: &'a [Item], surfaces: &'a [Surface; 2]) -> Self {
        let mut namesakes = BTreeMap::new();
        items.iter().for_each(|item| *namesakes.entry(last(&item.path)).or_default() += 1);
        let (used, waiting) = (BTreeSet::new(), BTreeSet::new());
        Self { names, surfaces, namesakes, used, waiting, holes: Vec::new(), wrong: Vec::new() }
    }

    /// What stands for the item in a language. A line for just this item comes first, then its own name, then the patterns.
    pub(crate) fn answer(&mut self, language: usize, item: &Item) -> Answer {
        let name = last(&item.path);
        let surface = &self.surfaces[language];
        let is_there = if item.is_function { surface.has("", name) } else { surface.has_type(name) };
        let by_name = is_there && self.namesakes.get(name) == Some(&1);
        if let Some(line) = self.line(language, &item.path, by_name) {
            if by_name && line.instead.first() != Some(&name) {
                self.wrong
                    .push(format!("{} {}: it is there under its own name", LANGUAGES[language], item.path));
            }
            return self.by_line(language, item, line);
        }
        if by_name {
            let own = if item.is_function && LANGUAGES[language] == "swift" {
                camel(name)
            } else {
                name.to_owned()
            };
            return Answer::Here(vec![own], self.members(language, item, &[name]));
        }
        if self.is_not_yet(language, &item.path) {
            return Answer::NotYet;
        }
        self.holes.push(format!("{} {}", LANGUAGES[language], item.path));
        Answer::Hole
    }

    fn by_line(&mut self, language: usize, item: &Item, line: &'a Line<'a>) -> Answer {
        if line.instead.is_empty() {
            return Answer::Not(line.reason.to_owned());
        }
        let whole = line.instead.iter().all(|name| self.surfaces[language].has_type(name));
        let members = if whole { self.members(language, item, &line.instead) } else { Vec::new() };
        let shown = line.instead.iter().map(|name| (*name).to_owned()).collect();
        Answer::Here(shown, members)
    }

    /// What is to be said of the members of a type that stands there under `types`.
    fn members(&mut self, language: usize, item: &Item, types: &[&str]) -> Vec<String> {
        let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for member in &item.members {
            let path = format!("{}.{member}", item.path);
            let has = |name: &&str| self.surfaces[language].has_by_convention(name, member);
            let by_name = types.iter().any(has);
            let shown = format!("`{member}`");
            if let Some(line) = self.line(language, &path, by_name) {
                let text = if line.instead.is_empty() {
                    line.reason.to_owned()
                } else {
                    line.instead.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                };
                said.entry(text).or_default().push(shown);
            } else if !by_name && self.is_not_yet(language, &path) {
                said.entry("not yet".to_owned()).or_default().push(shown);
            } else if !by_name {
                self.holes.push(format!("{} {path}", LANGUAGES[language]));
            }
        }
        said.into_iter().map(|(text, members)| format!("{}: {text}", members.join(", "))).collect()
    }

    /// The line that decides: one for just this path, or a pattern where the name alone does not do.
    fn line(&mut self, language: usize, path: &str, by_name: bool) -> Option<&'a Line<'a>> {
        let own = LANGUAGES[language];
        let lines = || self.names.lines.iter().enumerate().filter(|(_, line)| line.is_for(own));
        let exact = lines().find(|(_, line)| line.is_exactly(path));
        let found = exact.or_else(|| lines().find(|(_, line)| !by_name && line.matches(path)));
        let (at, line) = found?;
        if self.used.insert((at, own)) {
            for name in &line.instead {
                let surface = &self.surfaces[language];
                let there = match name.split_once('.') {
                    Some((owner, member)) => surface.has(owner, member),
                    None => surface.has_type(name) || surface.has("", name),
                };
                if !there {
                    self.wrong.push(format!("{own} {}: there is no `{name}`", line.pattern));
                }
            }
        }
        Some(line)
    }

    fn is_not_yet(&mut self, language: usize, path: &str) -> bool {
        let line = format!("{} {path}", LANGUAGES[language]);
        let is_listed = self.names.not_yet.contains(&line.as_str());
        if is_listed {
            self.waiting.insert(line);
        }
        is_listed
    }

    /// Lines of `not_yet.txt` for what is there by now, or no longer an item.
    pub(crate) fn came(&self) -> Vec<&'a str> {
        self.names.not_yet.iter().copied().filter(|line| !self.waiting.contains(*line)).collect()
    }

    /// What no line and no name accounts for.
    pub(crate) fn holes(&self) -> Vec<&str> {
        self.holes.iter().map(String::as_str).collect()
    }

    /// Lines that no item needs, and names that no language has.
    pub(crate) fn stale(&self) -> Vec<String> {
        let unused = self.names.lines.iter().enumerate().filter(|(at, line)| {
            let languages = LANGUAGES.iter().filter(|language| line.is_for(language));
            languages.into_iter().all(|language| !self.used.contains(&(*at, language)))
        });
        let unused = unused.map(|(_, line)| format!("{} {}", line.language, line.pattern));
        unused.chain(self.wrong.iter().cloned()).collect()
    }
}
