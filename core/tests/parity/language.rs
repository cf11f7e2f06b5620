//! What Python and Swift have: names of types with their members, read from stubs and sources.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::source::File;

/// The types of a language with their members, and what stands alone under `""`. All but the types is folded.
#[derive(Debug, Default)]
pub(crate) struct Surface {
    types: BTreeMap<String, BTreeSet<String>>,
}

/// Stands in a type's members if it can be made by its own initialiser.
const MADE: &str = "new";

impl Surface {
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// Whether a type, or `""`, has the member; `snake_case` and `camelCase` are one name.
    pub(crate) fn has(&self, name: &str, member: &str) -> bool {
        self.types.get(name).is_some_and(|members| members.contains(&folded(member)))
    }

    /// Whether a type has what Rust calls so: by the same name, without the word that says how a value is taken or given, or as
    /// the label of an initialiser.
    pub(crate) fn has_by_convention(&self, name: &str, member: &str) -> bool {
        let words = ["from_", "with_", "to_", "as_", "is_", "set_"];
        let stripped = words.iter().filter_map(|word| member.strip_prefix(word));
        core::iter::once(member).chain(stripped).any(|member| self.has(name, member))
    }

    fn add(&mut self, name: &str, member: &str) {
        self.types.entry(name.to_owned()).or_default().insert(folded(member));
    }
}

/// `acs_url` and `acsUrl` as one.
fn folded(name: &str) -> String {
    name.chars().filter(|sign| !['_', '`'].contains(sign)).flat_map(char::to_lowercase).collect()
}

/// The package's classes and functions: stubs of what is compiled, sources of what is not.
pub(crate) fn python(files: &[File]) -> Surface {
    let mut surface = Surface::default();
    for file in files {
        let mut class = None;
        let mut lines = file.text.lines();
        while let Some(line) = lines.next() {
            let inner = line.trim_start();
            let depth = line.len() - inner.len();
            if depth == 0 && !inner.is_empty() && !inner.starts_with([')', '@', '#']) {
                class = None;
            }
            if let (0, Some(name)) = (depth, word_after(inner, "class ")) {
                surface.types.entry(name.to_owned()).or_default();
                class = Some(name.to_owned());
            } else if let Some(name) = word_after(inner, "def ").or_else(|| word_after(inner, "async def ")) {
                let owner = if depth == 0 { Some("") } else { class.as_deref().filter(|_| depth == 4) };
                let Some(owner) = owner else { continue };
                let mut signature = inner.to_owned();
                while !closed(&signature) {
                    let Some(next) = lines.next() else { break };
                    signature.push_str(next.trim());
                }
                let makes = ["__new__", "__init__"].contains(&name) || !signature.contains("(self");
                surface.add(owner, if name.starts_with("__") { MADE } else { name });
                if makes && !owner.is_empty() {
                    parameters(&signature).iter().for_each(|label| surface.add(owner, label));
                }
            } else if let Some((name, _)) = inner.split_once(':').filter(|(name, _)| is_name(name)) {
                match (depth, &class) {
                    (0, _) => surface.add("", name),
                    (4, Some(class)) => surface.add(class, name),
                    _ => {}
                }
            }
        }
    }
    surface
}

/// The module's public types and functions, the generated ones and those by hand.
pub(crate) fn swift(files: &[File]) -> Surface {
    let mut surface = Surface::default();
    for file in files {
        // The type at each depth of braces; none where it is no type.
        let mut inside: Vec<Option<String>> = Vec::new();
        let text = without_comments(&file.text);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim().to_owned();
            while line.starts_with("public ") && !closed(&line) {
                let Some(next) = lines.next() else { break };
                line.push_str(next.trim());
            }
            let declared = declared_type(&line);
            if let (Some(name), true) = (&declared, line.contains("public ") || line.contains("open ")) {
                surface.types.entry(name.clone()).or_default();
            }
            match inside.last() {
                None => swift_members(&mut surface, "", &line),
                Some(Some(name)) => swift_members(&mut surface, &name.clone(), &line),
                Some(None) => {}
            }
            let mut opened = declared;
            for sign in line.chars() {
                match sign {
                    '{' => inside.push(opened.take()),
                    '}' => drop(inside.pop()),
                    _ => {}
                }
            }
        }
    }
    surface
}

fn without_comments(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    // An address is no comment.
    let line_comment =
        |text: &str| text.match_indices("//").map(|(at, _)| at).find(|at| !text[..*at].ends_with(':'));
    while let Some(at) = rest.find("/*").into_iter().chain(line_comment(rest)).min() {
        code.push_str(&rest[..at]);
        let end = if rest[at..].starts_with("/*") { ("*/", 2) } else { ("\n", 0) };
        rest = rest[at..].split_once(end.0).map_or("", |(comment, _)| &rest[at + comment.len() + end.1..]);
    }
    code + rest
}

fn declared_type(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kinds = ["class", "struct", "enum", "protocol", "actor", "extension"];
    let at = words.iter().position(|word| kinds.contains(word))?;
    let modifiers = ["public", "open", "final", "indirect"];
    let name = words.get(at + 1).filter(|_| words[..at].iter().all(|word| modifiers.contains(word)))?;
    Some(name.split([':', '<', '{']).next()?.to_owned())
}

fn swift_members(surface: &mut Surface, owner: &str, line: &str) {
    let is_case = line.strip_prefix("case ").filter(|_| !owner.is_empty());
    if let Some(case) = is_case {
        surface.add(owner, case.split(['(', ' ', '=']).next().unwrap_or_default());
    }
    if !line.contains("public ") && !line.contains("open ") {
        return;
    }
    for (mark, labels) in
        [("func ", line.contains("static ")), ("init(", true), ("var ", false), ("let ", false)]
    {
        let Some((before, after)) = line.split_once(mark) else { continue };
        if before.contains('(') {
            continue;
        }
        let name = after.split(['(', ':', ' ', '<', '{']).next().unwrap_or_default();
        surface.add(owner, if mark == "init(" { MADE } else { name });
        if labels && !owner.is_empty() {
            let after =
                if mark == "init(" { after } else { after.split_once('(').map_or("", |(_, rest)| rest) };
            let labels = after.split(',').filter_map(|label| label.split_once(':').map(|(label, _)| label));
            labels.for_each(|label| surface.add(owner, label.split_whitespace().next().unwrap_or_default()));
        }
        break;
    }
}

fn word_after<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    line.strip_prefix(mark)?.split(['(', ':', '[']).next()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_alphanumeric() || sign == '_')
}

fn closed(signature: &str) -> bool {
    signature.matches('(').count() == signature.matches(')').count()
}

fn parameters(signature: &str) -> Vec<&str> {
    let (_, inside) = signature.split_once('(').unwrap_or_default();
    let names = inside.split(',').filter_map(|part| part.split([':', '=']).next());
    names.map(str::trim).filter(|name| is_name(name) && *name != "cls" && *name != "self").collect()
}
