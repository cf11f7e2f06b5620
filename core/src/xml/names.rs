//! Prefixes and namespace names as small numbers, and which prefix means which namespace at the moment.

use alloc::{borrow::Cow, collections::BTreeMap, vec, vec::Vec};

use super::chars::{is_absolute_uri, is_ncname};
use super::error::ErrorKind;
use super::tree::{Declaration, NO_NAMESPACE, NO_PREFIX, XML_NAMESPACE, XML_PREFIX, XMLNS_PREFIX};
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

/// The tables of one document while it is read.
pub(super) struct Names<'a> {
    pub(super) prefixes: Vec<&'a str>,
    pub(super) namespaces: Vec<Cow<'a, str>>,
    by_prefix: BTreeMap<&'a str, u16>,
    by_namespace: BTreeMap<Cow<'a, str>, u16>,
    /// The namespace that each prefix means now, by the prefix's number.
    bound: Vec<u16>,
    /// What prefixes meant outside of the open elements.
    outer: Vec<Declaration>,
    /// Qualified names that were found right, with their prefix, in a slot chosen by spelling.
    recent: [(&'a str, u16); RECENT],
}

impl<'a> Names<'a> {
    pub(super) fn new() -> Self {
        Self {
            prefixes: vec!["", "xml", "xmlns"],
            namespaces: vec![Cow::Borrowed(""), Cow::Borrowed(XML), Cow::Borrowed(XMLNS)],
            by_prefix: BTreeMap::new(),
            by_namespace: BTreeMap::new(),
            bound: vec![NO_NAMESPACE, XML_NAMESPACE, UNBOUND],
            outer: Vec::new(),
            recent: [("", NO_PREFIX); RECENT],
        }
    }

    /// The prefix of a qualified name, which is checked.
    pub(super) fn prefix_of(&mut self, name: &'a str) -> Result<u16, ErrorKind> {
        let slot = match name.as_bytes() {
            [first, .., last] => (name.len() * 7 + usize::from(*first) * 3 + usize::from(*last)) % RECENT,
            _ => 0,
        };
        if let Some((_, prefix)) =
            self.recent.get(slot).filter(|(known, _)| *known == name && !name.is_empty())
        {
            return Ok(*prefix);
        }
        if name.len() > XML_NAME_BYTES_MAX {
            return Err(ErrorKind::NameTooLong);
        }
        let colon = name.bytes().position(|byte| byte == b':');
        let (prefix, local) = match colon.and_then(|at| name.split_at_checked(at)) {
            Some((prefix, local)) => (Some(prefix), local.get(1..).unwrap_or_default()),
            None => (None, name),
        };
        if !is_ncname(local) || prefix.is_some_and(|prefix| !is_ncname(prefix)) {
            return Err(ErrorKind::InvalidName);
        }
        let prefix = prefix.map_or(Ok(NO_PREFIX), |prefix| self.prefix(prefix))?;
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = (name, prefix);
        }
        Ok(prefix)
    }

    /// The number of a prefix.
    fn prefix(&mut self, prefix: &'a str) -> Result<u16, ErrorKind> {
        // Most documents have few prefixes: equality is cheaper than order.
        let near = (0..).zip(self.prefixes.iter().take(NEAR)).find(|(_, known)| **known == prefix);
        if let Some(index) = near.map(|(index, _)| index).or_else(|| self.by_prefix.get(prefix).copied()) {
            return Ok(index);
        }
        let index = next_index(self.prefixes.len())?;
        if self.prefixes.len() >= NEAR {
            self.by_prefix.insert(prefix, index);
        }
        self.prefixes.push(prefix);
        self.bound.push(UNBOUND);
        Ok(index)
    }

    /// `xmlns="name"` (no prefix) or `xmlns:prefix="name"`, under the constraints of Namespaces in XML 1.0.
    pub(super) fn declaration(
        &mut self,
        prefix: Option<&'a str>,
        name: Cow<'a, str>,
    ) -> Result<Declaration, ErrorKind> {
        let prefix = prefix.map_or(Ok(NO_PREFIX), |prefix| self.prefix(prefix))?;
        if matches!(prefix, XML_PREFIX | XMLNS_PREFIX) {
            return Err(ErrorKind::ReservedPrefix);
        }
        let near = (0..).zip(self.namespaces.iter().take(NEAR)).find(|(_, known)| **known == name);
        if let Some(index) = near.map(|(index, _)| index).or_else(|| self.by_namespace.get(&name).copied()) {
            return match index {
                NO_NAMESPACE if prefix != NO_PREFIX => Err(ErrorKind::PrefixUndeclared),
                XML_NAMESPACE | 2 => Err(ErrorKind::ReservedPrefix),
                namespace => Ok(Declaration { prefix, namespace }),
            };
        }
        if !is_absolute_uri(&name) {
            return Err(ErrorKind::RelativeNamespace);
        }
        let namespace = next_index(self.namespaces.len())?;
        if self.namespaces.len() >= NEAR {
            self.by_namespace.insert(name.clone(), namespace);
        }
        self.namespaces.push(name);
        Ok(Declaration { prefix, namespace })
    }

    /// How many bindings are to be undone later.
    pub(super) fn mark(&self) -> usize {
        self.outer.len()
    }

    /// A declaration comes into effect.
    pub(super) fn bind(&mut self, declaration: Declaration) {
        if let Some(bound) = self.bound.get_mut(usize::from(declaration.prefix)) {
            self.outer.push(Declaration { prefix: declaration.prefix, namespace: *bound });
            *bound = declaration.namespace;
        }
    }

    /// Declarations since the mark go out of effect.
    pub(super) fn release(&mut self, mark: usize) {
        while self.outer.len() > mark {
            let Some(outer) = self.outer.pop() else { break };
            if let Some(bound) = self.bound.get_mut(usize::from(outer.prefix)) {
                *bound = outer.namespace;
            }
        }
    }

    /// The namespace of an element's name.
    pub(super) fn of_element(&self, prefix: u16) -> Result<u16, ErrorKind> {
        match prefix {
            XML_PREFIX | XMLNS_PREFIX => Err(ErrorKind::ReservedPrefix),
            _ => self
                .bound
                .get(usize::from(prefix))
                .copied()
                .filter(|bound| *bound != UNBOUND)
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
