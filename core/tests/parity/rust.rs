//! The public items of the core, read from its sources: what `pub` and `pub use` let out of the crate.

use alloc::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, ImplItem, Item as Syntax, TraitItem, Type, UseTree, Visibility};

use crate::source::File;

/// An item that a user of the crate can name.
#[derive(Debug)]
pub(crate) struct Item {
    /// As a user writes it, without the crate: `saml::ServiceProvider`.
    pub(crate) path: String,
    pub(crate) is_function: bool,
    /// Public fields, functions and constants of a type, functions of a trait. Variants are values, not members.
    pub(crate) members: BTreeSet<String>,
}

/// Where a definition stands: its module, and its name there.
type Place = (Vec<String>, String);

#[derive(Debug, Default)]
struct Module {
    definitions: BTreeMap<String, Definition>,
    modules: BTreeMap<String, bool>,
    /// By the name that it has here: whether it is public, and the path that is used.
    uses: Vec<(String, bool, Vec<String>)>,
    impls: Vec<(Vec<String>, Vec<String>)>,
    macros: BTreeMap<String, TokenStream>,
    calls: Vec<(String, TokenStream)>,
}

#[derive(Debug, Default)]
struct Definition {
    is_public: bool,
    is_function: bool,
    members: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Crate {
    modules: BTreeMap<Vec<String>, Module>,
}

/// Every public item that the files of a crate define, by path. `folder` is where its `lib.rs` is.
pub(crate) fn items(files: &[File], folder: &str) -> Vec<Item> {
    let mut read = Crate::default();
    read.file(files, folder, Vec::new());
    read.expand_macros();
    read.place_impls();
    let mut paths = BTreeMap::new();
    read.walk(&[], &[], &mut paths);
    let mut items: Vec<Item> = paths
        .into_iter()
        .map(|((module, name), path)| {
            let Definition { is_function, members, .. } = &read.modules[&module].definitions[&name];
            Item { path, is_function: *is_function, members: members.clone() }
        })
        .collect();
    items.sort_by(|left, right| left.path.cmp(&right.path));
    items
}

impl Crate {
    fn file(&mut self, files: &[File], folder: &str, module: Vec<String>) {
        let inner = module.join("/");
        let places = match inner.as_str() {
            "" => [format!("{folder}/lib.rs"), String::new()],
            inner => [format!("{folder}/{inner}.rs"), format!("{folder}/{inner}/mod.rs")],
        };
        let file = files.iter().find(|file| places.contains(&file.path));
        let file = file.unwrap_or_else(|| panic!("no file for the module {module:?}"));
        let syntax = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        self.items(syntax.items, files, folder, module);
    }

    fn items(&mut self, items: Vec<Syntax>, files: &[File], folder: &str, path: Vec<String>) {
        let mut module = Module::default();
        for item in items {
            match item {
                Syntax::Mod(inner) if !for_tests(&inner.attrs) => {
                    let name = inner.ident.to_string();
                    let child = [path.as_slice(), core::slice::from_ref(&name)].concat();
                    module.modules.insert(name, is_public(&inner.vis));
                    match inner.content {
                        Some((_, items)) => self.items(items, files, folder, child),
                        None => self.file(files, folder, child),
                    }
                }
                Syntax::Use(used) => {
                    let mut paths = Vec::new();
                    flatten(&used.tree, &mut Vec::new(), &mut paths);
                    let public = is_public(&used.vis);
                    module.uses.extend(paths.into_iter().map(|(name, path)| (name, public, path)));
                }
                other => module.take(other),
            }
        }
        self.modules.insert(path, module);
    }

    /// What a macro of our own defines, as far as its rule and its call say it: one type a call, with its functions.
    fn expand_macros(&mut self) {
        let calls: Vec<_> = self
            .modules
            .iter_mut()
            .map(|(path, module)| (path.clone(), core::mem::take(&mut module.calls)))
            .collect();
        for (path, calls) in calls {
            for (name, call) in calls {
                let here = self.modules[&path].macros.get(&name);
                let anywhere = || self.modules.values().find_map(|module| module.macros.get(&name));
                let Some(rule) = here.or_else(anywhere).cloned() else { continue };
                let Some(type_name) = type_made(&rule, &call) else { continue };
                let mut members = BTreeSet::new();
                public_names(rule, &mut members);
                fields_of(&call, &type_name, &mut members);
                let definition = Definition { is_public: true, is_function: false, members };
                self.modules.get_mut(&path).unwrap().definitions.insert(type_name, definition);
            }
        }
    }

    fn place_impls(&mut self) {
        let impls: Vec<_> =
            self.modules.iter().map(|(path, module)| (path.clone(), module.impls.clone())).collect();
        for (path, impls) in impls {
            for (target, members) in impls {
                let Some((module, name)) = self.resolve(&path, &target, 0) else { continue };
                let definition =
                    self.modules.get_mut(&module).and_then(|module| module.definitions.get_mut(&name));
                definition.unwrap().members.extend(members);
            }
        }
    }

    /// The definition that a path names from within a module; none if it is another crate's.
    fn resolve(&self, from: &[String], path: &[String], depth: u8) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let module = self.modules.get(from)?;
        if depth > 16 {
            return None;
        }
        match first.as_str() {
            "crate" => return self.resolve(&[], rest, depth + 1),
            "self" => return self.resolve(from, rest, depth + 1),
            "super" => return self.resolve(from.get(..from.len().checked_sub(1)?)?, rest, depth + 1),
            _ => {}
        }
        if rest.is_empty() && module.definitions.contains_key(first) {
            return Some((from.to_vec(), first.clone()));
        }
        if module.modules.contains_key(first) && !rest.is_empty() {
            return self.resolve(&[from, core::slice::from_ref(first)].concat(), rest, depth + 1);
        }
        let mut used = module.uses.iter().filter(|(name, ..)| name == first);
        used.find_map(|(_, _, path)| self.resolve(from, &[path, rest].concat(), depth + 1))
    }

    /// Every definition that can be reached, under the shortest path that is not a mere shortcut of the root.
    fn walk(&self, module: &[String], public: &[String], paths: &mut BTreeMap<Place, String>) {
        let read = &self.modules[module];
        let mut found: Vec<(Place, String)> = Vec::new();
        let own = read.definitions.iter().filter(|(_, definition)| definition.is_public);
        found.extend(own.map(|(name, _)| ((module.to_vec(), name.clone()), name.clone())));
        for (name, _, path) in read.uses.iter().filter(|(_, is_public, _)| *is_public) {
            found.extend(self.resolve(module, path, 0).map(|place| (place, name.clone())));
        }
        for (place, name) in found {
            let path = [public, &[name]].concat().join("::");
            let rank = |path: &str| match path.matches("::").count() {
                0 => usize::MAX,
                parts => parts,
            };
            let known = paths.entry(place).or_insert_with(|| path.clone());
            if rank(&path) < rank(known) {
                *known = path;
            }
        }
        for (name, _) in read.modules.iter().filter(|(_, is_public)| **is_public) {
            let name = core::slice::from_ref(name);
            self.walk(&[module, name].concat(), &[public, name].concat(), paths);
        }
    }
}

impl Module {
    fn take(&mut self, item: Syntax) {
        let mut define = |name: String, visibility: &Visibility, is_function, members| {
            let definition = Definition { is_public: is_public(visibility), is_function, members };
            self.definitions.insert(name, definition);
        };
        let none = BTreeSet::new();
        match item {
            Syntax::Struct(item) => {
                let public = item.fields.iter().filter(|field| is_public(&field.vis));
                let fields =
                    public.filter_map(|field| field.ident.as_ref().map(ToString::to_string)).collect();
                define(item.ident.to_string(), &item.vis, false, fields);
            }
            Syntax::Enum(item) => define(item.ident.to_string(), &item.vis, false, none),
            Syntax::Const(item) => define(item.ident.to_string(), &item.vis, true, none),
            Syntax::Static(item) => define(item.ident.to_string(), &item.vis, true, none),
            Syntax::Type(item) => define(item.ident.to_string(), &item.vis, false, none),
            Syntax::Fn(item) => define(item.sig.ident.to_string(), &item.vis, true, none),
            Syntax::Trait(item) => {
                let members = item.items.iter().filter_map(|member| match member {
                    TraitItem::Fn(function) => Some(function.sig.ident.to_string()),
                    TraitItem::Const(constant) => Some(constant.ident.to_string()),
                    _ => None,
                });
                define(item.ident.to_string(), &item.vis, false, members.collect());
            }
            Syntax::Impl(item) if item.trait_.is_none() && !for_tests(&item.attrs) => {
                let Type::Path(target) = &*item.self_ty else { return };
                let target = target.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                let members = item.items.iter().filter_map(|member| match member {
                    ImplItem::Fn(function) if is_public(&function.vis) => {
                        Some(function.sig.ident.to_string())
                    }
                    ImplItem::Const(constant) if is_public(&constant.vis) => Some(constant.ident.to_string()),
                    _ => None,
                });
                self.impls.push((target, members.collect()));
            }
            Syntax::Macro(item) => match item.ident {
                Some(name) => drop(self.macros.insert(name.to_string(), item.mac.tokens)),
                None => {
                    let name = item.mac.path.segments.last().map(|segment| segment.ident.to_string());
                    self.calls.extend(name.map(|name| (name, item.mac.tokens)));
                }
            },
            _ => {}
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// `cfg(test)` and `cfg(doctest)`: not in the crate that others use.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is = |name: &str| attribute.parse_args::<syn::Ident>().is_ok_and(|argument| argument == name);
        attribute.path().is_ident("cfg") && (is("test") || is("doctest"))
    })
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<(String, Vec<String>)>) {
    let mut leaf = |name: String, last: String| {
        let path = if last == "self" { before.clone() } else { [before.as_slice(), &[last]].concat() };
        paths.push((name, path));
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            leaf(before.last().cloned().unwrap_or_default(), "self".to_owned());
        }
        UseTree::Name(name) => leaf(name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(rename) => leaf(rename.rename.to_string(), rename.ident.to_string()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, paths)),
        UseTree::Glob(_) => panic!("`pub use …::*` hides what is public; name the items"),
    }
}

/// The type that a rule makes of a call: named in the rule, or by the first capitalised word of the call that braces follow.
fn type_made(rule: &TokenStream, call: &TokenStream) -> Option<String> {
    let mut named = None;
    let mut before = [String::new(), String::new()];
    visit(rule.clone(), &mut |token| {
        let text = match token {
            TokenTree::Ident(word) => word.to_string(),
            TokenTree::Punct(sign) => sign.as_char().to_string(),
            _ => String::new(),
        };
        if before[0] == "pub" && ["enum", "struct"].contains(&before[1].as_str()) && named.is_none() {
            named = Some(text.clone());
        }
        before = [core::mem::take(&mut before[1]), text];
    });
    match named?.as_str() {
        "$" => {
            let tokens: Vec<TokenTree> = call.clone().into_iter().collect();
            tokens.windows(2).find_map(|pair| match pair {
                [TokenTree::Ident(word), TokenTree::Group(group)]
                    if group.delimiter() == Delimiter::Brace =>
                {
                    Some(word.to_string())
                }
                _ => None,
            })
        }
        name => Some(name.to_owned()),
    }
}

/// The names after `pub fn`, `pub const fn` and `pub const`, and those of fields.
fn public_names(rule: TokenStream, names: &mut BTreeSet<String>) {
    let mut words = Vec::new();
    visit(rule, &mut |token| match token {
        TokenTree::Ident(word) => words.push(word.to_string()),
        _ => words.push(String::new()),
    });
    for at in 0..words.len() {
        let word = |step: usize| words.get(at + step).map_or("", String::as_str);
        let name = match (word(0), word(1), word(2)) {
            ("pub", "const", "fn") => word(3),
            ("pub", "fn" | "const", name) => name,
            ("pub", field, "") if !["enum", "struct"].contains(&field) => field,
            _ => continue,
        };
        names.extend((!name.is_empty()).then(|| name.to_owned()));
    }
}

/// The fields in a call that writes `pub struct Type { field: … }`.
fn fields_of(call: &TokenStream, type_name: &str, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = call.clone().into_iter().collect();
    let body = tokens.windows(3).find_map(|tokens| match tokens {
        [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(group)]
            if word == "struct" && name == type_name =>
        {
            Some(group.stream())
        }
        _ => None,
    });
    let body: Vec<TokenTree> = body.into_iter().flatten().collect();
    let mut at_start = true;
    for pair in body.windows(2) {
        match pair {
            [TokenTree::Ident(field), TokenTree::Punct(colon)] if at_start && colon.as_char() == ':' => {
                names.insert(field.to_string());
                at_start = false;
            }
            [TokenTree::Punct(sign), _] if sign.as_char() == ',' => at_start = true,
            [TokenTree::Punct(_) | TokenTree::Group(_), _] => {}
            _ => at_start = false,
        }
    }
}

fn visit(stream: TokenStream, with: &mut impl FnMut(&TokenTree)) {
    for token in stream {
        with(&token);
        if let TokenTree::Group(group) = token {
            visit(group.stream(), with);
        }
    }
}
