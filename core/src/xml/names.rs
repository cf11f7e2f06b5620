//! Prefixes and namespace names as small numbers, and which prefix means which namespace at the moment.

use alloc::{borrow::Cow, collections::BTreeMap, vec::Vec};

use super::chars::{is_absolute_uri, is_ncname};
use super::error::ErrorKind;
use super::tree::{
    Declaration, NO_NAMESPACE, NO_PREFIX, XML_NAMESPACE, XML_PREFIX, XMLNS_NAMESPACE, XMLNS_PREFIX,
};
use crate::limits::{XML_NAME_BYTES_MAX, XML_NAMESPACES_MAX};

/// The namespace of the prefix `xml` (Namespaces in XML 1.0, 3).
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// A prefix that is not declared.
const UNBOUND: u16 = u16::MAX;
/// The first prefixes and namespaces are compared one by one, and only those behind them stand in the maps.
const NEAR: usize = 12;
/// Slots for names seen lately; documents have few different names.
const RECENT: usize = 64;

/// A qualified name that was found right.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) prefix: u16,
    /// The prefix that an attribute of this name declares: `xmlns` and `xmlns:…` are no attributes.
    pub(super) declares: Option<u16>,
    /// Whether an attribute of this name identifies its element.
    pub(super) identifies: bool,
}

/// Attributes that identify their element in some vocabulary, in any namespace (A17, A18).
const IDENTIFIERS: [&str; 7] = ["ID", "Id", "id", "iD", "AssertionID", "RequestID", "ResponseID"];

/// Whether an attribute of this local name identifies its element.
pub(super) fn is_identifier(local_name: &str) -> bool {
    matches!(local_name.as_bytes().last(), Some(b'D' | b'd')) && IDENTIFIERS.contains(&local_name)
}

/// What a prefix means.
#[derive(Clone, Copy)]
struct Meaning {
    /// At the moment.
    now: u16,
    /// By its last declaration: most declare the same again.
    last: u16,
}

/// The tables of one document while it is read.
pub(super) struct Names<'a> {
    pub(super) prefixes: Vec<&'a str>,
    pub(super) namespaces: Vec<Cow<'a, str>>,
    by_prefix: BTreeMap<&'a str, u16>,
    by_namespace: BTreeMap<Cow<'a, str>, u16>,
    /// By the prefix's number.
    meanings: Vec<Meaning>,
    /// What prefixes meant outside of the open elements.
    outer: Vec<Declaration>,
    /// Names with their spelling, in a slot chosen by that.
    recent: [(&'a str, Name); RECENT],
}

impl<'a> Names<'a> {
    pub(super) fn new() -> Self {
        const NONE: Name = Name { prefix: NO_PREFIX, declares: None, identifies: false };
        let mut names = Self {
            prefixes: Vec::with_capacity(NEAR),
            namespaces: Vec::with_capacity(NEAR),
            by_prefix: BTreeMap::new(),
            by_namespace: BTreeMap::new(),
            meanings: Vec::with_capacity(NEAR),
            outer: Vec::with_capacity(NEAR),
            recent: [("", NONE); RECENT],
        };
        names.prefixes.extend(["", "xml", "xmlns"]);
        names.namespaces.extend(["", XML, XMLNS].map(Cow::Borrowed));
        names.meanings.extend([NO_NAMESPACE, XML_NAMESPACE, UNBOUND].map(|now| Meaning { now, last: now }));
        names
    }

    /// Checks a qualified name.
    pub(super) fn qualified(&mut self, spelling: &'a str) -> Result<Name, ErrorKind> {
        let slot = match spelling.as_bytes() {
            [first, .., last] => (spelling.len() * 7 + usize::from(*first) * 3 + usize::from(*last)) % RECENT,
            _ => 0,
        };
        let recent = self.recent.get(slot).filter(|(known, _)| *known == spelling && !spelling.is_empty());
        if let Some((_, name)) = recent {
            return Ok(*name);
        }
        if spelling.len() > XML_NAME_BYTES_MAX {
            return Err(ErrorKind::NameTooLong);
        }
        let colon = spelling.bytes().position(|byte| byte == b':');
        let (prefix, local) = match colon.and_then(|at| spelling.split_at_checked(at)) {
            Some((prefix, local)) => (Some(prefix), local.get(1..).unwrap_or_default()),
            None => (None, spelling),
        };
        if !is_ncname(local) {
            return Err(ErrorKind::InvalidName);
        }
        let prefix = prefix.map_or(Ok(NO_PREFIX), |prefix| self.prefix(prefix))?;
        let declares = match prefix {
            XMLNS_PREFIX => Some(self.prefix(local)?),
            NO_PREFIX if local == "xmlns" => Some(NO_PREFIX),
            _ => None,
        };
        let name = Name { prefix, declares, identifies: is_identifier(local) };
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = (spelling, name);
        }
        Ok(name)
    }

    /// The number of a prefix, which is checked.
    fn prefix(&mut self, prefix: &'a str) -> Result<u16, ErrorKind> {
        // Most documents have few prefixes: equality is cheaper than order.
        let near = (0..).zip(self.prefixes.iter().take(NEAR)).find(|(_, known)| **known == prefix);
        if let Some(index) = near.map(|(index, _)| index).or_else(|| self.by_prefix.get(prefix).copied()) {
            // The first is the prefix that is none, and cannot be written.
            return if index == NO_PREFIX { Err(ErrorKind::InvalidName) } else { Ok(index) };
        }
        if !is_ncname(prefix) {
            return Err(ErrorKind::InvalidName);
        }
        let index = next_index(self.prefixes.len())?;
        if self.prefixes.len() >= NEAR {
            self.by_prefix.insert(prefix, index);
        }
        self.prefixes.push(prefix);
        self.meanings.push(Meaning { now: UNBOUND, last: UNBOUND });
        Ok(index)
    }

    /// `xmlns="name"` or `xmlns:prefix="name"`, under the constraints of Namespaces in XML 1.0.
    pub(super) fn declaration(&mut self, prefix: u16, name: Cow<'a, str>) -> Result<Declaration, ErrorKind> {
        if prefix == XMLNS_PREFIX {
            return Err(ErrorKind::ReservedPrefix);
        }
        let last = self.meanings.get(usize::from(prefix)).map_or(UNBOUND, |meaning| meaning.last);
        let is_last = self.namespaces.get(usize::from(last)).is_some_and(|known| *known == name);
        let namespace = if is_last { last } else { self.namespace(name)? };
        match (prefix, namespace) {
            // Namespaces in XML 1.0 3: `xml` may be declared as what it is, and as nothing else (A14).
            (XML_PREFIX, XML_NAMESPACE) => Ok(Declaration { prefix, namespace }),
            (XML_PREFIX, _) | (_, XML_NAMESPACE | XMLNS_NAMESPACE) => Err(ErrorKind::ReservedPrefix),
            (_, NO_NAMESPACE) if prefix != NO_PREFIX => Err(ErrorKind::PrefixUndeclared),
            _ => Ok(Declaration { prefix, namespace }),
        }
    }

    /// The number of a namespace name, which is checked.
    fn namespace(&mut self, name: Cow<'a, str>) -> Result<u16, ErrorKind> {
        let near = (0..).zip(self.namespaces.iter().take(NEAR)).find(|(_, known)| **known == name);
        if let Some(index) = near.map(|(index, _)| index).or_else(|| self.by_namespace.get(&name).copied()) {
            return Ok(index);
        }
        if !is_absolute_uri(&name) {
            return Err(ErrorKind::RelativeNamespace);
        }
        let index = next_index(self.namespaces.len())?;
        if self.namespaces.len() >= NEAR {
            self.by_namespace.insert(name.clone(), index);
        }
        self.namespaces.push(name);
        Ok(index)
    }

    /// How many bindings are to be undone later.
    pub(super) fn mark(&self) -> usize {
        self.outer.len()
    }

    /// A declaration comes into effect.
    pub(super) fn bind(&mut self, declaration: Declaration) {
        let Declaration { prefix, namespace } = declaration;
        if let Some(meaning) = self.meanings.get_mut(usize::from(prefix)) {
            self.outer.push(Declaration { prefix, namespace: meaning.now });
            *meaning = Meaning { now: namespace, last: namespace };
        }
    }

    /// Declarations since the mark go out of effect.
    pub(super) fn release(&mut self, mark: usize) {
        while self.outer.len() > mark {
            let Some(outer) = self.outer.pop() else { break };
            if let Some(meaning) = self.meanings.get_mut(usize::from(outer.prefix)) {
                meaning.now = outer.namespace;
            }
        }
    }

    /// The namespace of an element's name.
    pub(super) fn of_element(&self, prefix: u16) -> Result<u16, ErrorKind> {
        match prefix {
            XML_PREFIX | XMLNS_PREFIX => Err(ErrorKind::ReservedPrefix),
            _ => self
                .meanings
                .get(usize::from(prefix))
                .map(|meaning| meaning.now)
                .filter(|now| *now != UNBOUND)
                .ok_or(ErrorKind::UnboundPrefix),
        }
    }

    /// The namespace of an attribute's name: without prefix it has none. Of `xml:` only what is defined exists (A14).
    pub(super) fn of_attribute(&self, prefix: u16, local_name: &str) -> Result<u16, ErrorKind> {
        match prefix {
            NO_PREFIX => Ok(NO_NAMESPACE),
            XML_PREFIX if matches!(local_name, "lang" | "space" | "base" | "id") => Ok(XML_NAMESPACE),
            XML_PREFIX => Err(ErrorKind::ReservedPrefix),
            _ => self.of_element(prefix),
        }
    }
}

fn next_index(length: usize) -> Result<u16, ErrorKind> {
    u16::try_from(length).ok().filter(|_| length < XML_NAMESPACES_MAX).ok_or(ErrorKind::TooManyNamespaces)
}
