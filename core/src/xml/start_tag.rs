//! Start tags: attributes, namespace declarations, their values and constraints.

use alloc::borrow::Cow;
use core::cmp::Ordering;

use super::chars::{is_space, referenced};
use super::error::ErrorKind;
use super::reader::{Failure, Open, Reader, narrow};
use super::tree::{
    AttributeData, Declaration, Element, Kind, NO_NAMESPACE, NO_PREFIX, Span, Tree, XMLNS_PREFIX,
};
use crate::limits::{XML_ATTRIBUTES_MAX, XML_TEXT_BYTES_MAX};

/// Attributes that identify their element in some vocabulary, in any namespace (A17, A18).
const IDENTIFIERS: [&str; 7] = ["ID", "Id", "id", "iD", "AssertionID", "RequestID", "ResponseID"];

impl<'a> Reader<'a> {
    /// `<name …>` or `<name …/>`, which starts at `start` of the source; the name ends at the first white space.
    pub(super) fn start_tag(
        &mut self,
        token: &'a str,
        name_bytes: usize,
        start: usize,
    ) -> Result<(), Failure> {
        let inner = token
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .ok_or((ErrorKind::Unclosed, start))?;
        let (inner, is_empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let name = inner.get(..name_bytes).unwrap_or_default();
        let prefix = self.names.prefix_of(name).map_err(|kind| (kind, start + 1))?;
        if self.open.is_empty() && self.tree.root != 0 {
            return Err((ErrorKind::SecondRoot, start));
        }

        let mark = self.names.mark();
        let (attributes, declarations) = (self.tree.attributes.len(), self.tree.declarations.len());
        if name_bytes < inner.len() {
            self.attributes(inner, name_bytes, start + 1)?;
            self.bind_declarations(declarations).map_err(|kind| (kind, start))?;
        }
        let namespace = self.names.of_element(prefix).map_err(|kind| (kind, start + 1))?;
        let element = Element {
            until: narrow(start + token.len()),
            attributes: narrow(attributes),
            declarations: narrow(declarations),
            attribute_count: short(self.tree.attributes.len() - attributes),
            declaration_count: short(self.tree.declarations.len() - declarations),
            name_bytes: short(name_bytes),
            prefix,
            namespace,
        };
        let node = self.add(Kind::Element(element), start)?;
        self.resolve_attributes(attributes, node)?;
        if self.open.is_empty() {
            self.tree.root = node;
        }
        if is_empty {
            self.names.release(mark);
            return Ok(());
        }
        self.enter(Open { node, mark }, start)
    }

    /// `(S Name Eq AttValue)* S?`, from `at` of the text between `<` and `>`, which starts at `base` of the source.
    fn attributes(&mut self, inner: &'a str, mut at: usize, base: usize) -> Result<(), Failure> {
        let bytes = inner.as_bytes();
        let mut count = 0;
        loop {
            let name_start = skip(bytes, at, is_space);
            if name_start >= bytes.len() {
                return Ok(());
            }
            if name_start == at {
                return Err((ErrorKind::MissingWhiteSpace, base + at));
            }
            count += 1;
            if count > XML_ATTRIBUTES_MAX {
                return Err((ErrorKind::TooManyAttributes, base + at));
            }
            let name_end = skip(bytes, name_start, |byte| {
                !matches!(byte, b'=' | b' ' | b'"' | b'\'' | b'<' | b'/' | b'\t' | b'\n' | b'\r')
            });
            let name = inner.get(name_start..name_end).unwrap_or_default();
            let prefix = self.names.prefix_of(name).map_err(|kind| (kind, base + name_start))?;
            let equals = skip(bytes, name_end, is_space);
            let opening = skip(bytes, equals + 1, is_space);
            let (b'=', Some(quote @ (b'"' | b'\''))) = (bytes.get(equals).unwrap_or(&0), bytes.get(opening))
            else {
                return Err((ErrorKind::MissingValue, base + name_end));
            };
            let value_start = opening + 1;
            let rest = bytes.get(value_start..).unwrap_or_default();
            let length = memchr::memchr(*quote, rest).ok_or((ErrorKind::MissingValue, base + opening))?;
            at = value_start + length + 1;
            let value = inner.get(value_start..value_start + length).unwrap_or_default();
            let value = value_span(&mut self.tree, value, base + value_start, *quote)?;
            self.attribute(name, prefix, value, base + name_start)?;
        }
    }

    /// Takes down an attribute or namespace declaration.
    fn attribute(&mut self, name: &'a str, prefix: u16, value: Span, start: usize) -> Result<(), Failure> {
        let declared = match prefix {
            XMLNS_PREFIX => Some(name.get("xmlns:".len()..)),
            NO_PREFIX if name == "xmlns" => Some(None),
            _ => None,
        };
        let Some(declared) = declared else {
            let name_bytes = short(name.len());
            self.tree.attributes.push(AttributeData {
                value,
                name: narrow(start),
                name_bytes,
                prefix,
                namespace: NO_NAMESPACE,
            });
            return Ok(());
        };
        let range = value.start as usize..value.end as usize;
        let namespace = match value.decoded {
            true => Cow::Owned(self.tree.value(value).into()),
            false => Cow::Borrowed(self.tree.source.get(range).unwrap_or_default()),
        };
        let declaration = self.names.declaration(declared, namespace).map_err(|kind| (kind, start))?;
        self.tree.declarations.push(declaration);
        Ok(())
    }

    /// Sorts the declarations of an element, from `first`, and lets them take effect.
    fn bind_declarations(&mut self, first: usize) -> Result<(), ErrorKind> {
        let names = &mut self.names;
        let declarations = self.tree.declarations.get_mut(first..).unwrap_or_default();
        let prefix = |data: &Declaration| names.prefixes.get(usize::from(data.prefix)).copied();
        if !declarations.is_sorted_by(|one, other| prefix(one) < prefix(other)) {
            declarations.sort_unstable_by_key(prefix);
            let twice = |pair: &[Declaration]| matches!(pair, [one, other] if one.prefix == other.prefix);
            if declarations.windows(2).any(twice) {
                return Err(ErrorKind::DuplicateAttribute);
            }
        }
        declarations.iter().for_each(|declaration| names.bind(*declaration));
        Ok(())
    }

    /// Gives the attributes of `node`, from `first`, their namespaces; sorts them; refuses what is there twice.
    fn resolve_attributes(&mut self, first: usize, node: u32) -> Result<(), Failure> {
        let (source, prefixes) = (self.tree.source, &self.names.prefixes);
        let local_name = |data: &AttributeData| local_name(source, prefixes, data);
        let attributes = self.tree.attributes.get_mut(first..).unwrap_or_default();
        let mut identifies = false;
        for data in attributes.iter_mut() {
            let local_name = local_name(data);
            identifies |= is_identifier(local_name);
            let namespace = self.names.of_attribute(data.prefix, local_name);
            data.namespace = namespace.map_err(|kind| (kind, data.name as usize))?;
        }
        let namespaces = &self.names.namespaces;
        let namespace = |data: &AttributeData| namespaces.get(usize::from(data.namespace)).map(Cow::as_ref);
        let order = |one: &AttributeData, other: &AttributeData| {
            let is_same = one.namespace == other.namespace;
            let by_namespace = if is_same { Ordering::Equal } else { namespace(one).cmp(&namespace(other)) };
            by_namespace.then_with(|| local_name(one).cmp(local_name(other)))
        };
        if !attributes.is_sorted_by(|one, other| order(one, other).is_lt()) {
            attributes.sort_unstable_by(order);
            let twice = attributes.windows(2).find_map(|pair| match pair {
                [one, other] if order(one, other).is_eq() => Some(one.name.max(other.name)),
                _ => None,
            });
            if let Some(at) = twice {
                return Err((ErrorKind::DuplicateAttribute, at as usize));
            }
        }
        if identifies {
            let found = (first..).zip(attributes.iter()).filter(|(_, data)| is_identifier(local_name(data)));
            self.identifiers.extend(found.map(|(index, _)| (narrow(index), node)));
        }
        Ok(())
    }
}

pub(super) fn is_identifier(local_name: &str) -> bool {
    matches!(local_name.as_bytes().last(), Some(b'D' | b'd')) && IDENTIFIERS.contains(&local_name)
}

/// The first place from `at` on whose byte does not pass.
fn skip(bytes: &[u8], mut at: usize, passes: impl Fn(u8) -> bool) -> usize {
    while bytes.get(at).is_some_and(|byte| passes(*byte)) {
        at += 1;
    }
    at
}

fn local_name<'a>(source: &'a str, prefixes: &[&str], data: &AttributeData) -> &'a str {
    let colon = usize::from(data.prefix != NO_PREFIX);
    let prefix = prefixes.get(usize::from(data.prefix)).map_or(0, |prefix| prefix.len());
    let start = data.name as usize;
    source.get(start + prefix + colon..start + usize::from(data.name_bytes)).unwrap_or_default()
}

/// An attribute's value, which starts at `start` of the source: checked and normalised (XML 1.0 3.3.3).
fn value_span(tree: &mut Tree<'_>, value: &str, start: usize, quote: u8) -> Result<Span, Failure> {
    if value.len() > XML_TEXT_BYTES_MAX {
        return Err((ErrorKind::TextTooLong, start));
    }
    // Without a branch, so that the compiler looks at many bytes at once.
    let is_special = |byte: u8| matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r');
    let decode = value.bytes().fold(false, |found, byte| found | is_special(byte));
    if let Some(at) = decode.then(|| memchr::memchr(b'<', value.as_bytes())).flatten() {
        return Err((ErrorKind::LessThanInAttribute, start + at));
    }
    if !decode {
        let plain = quote == b'"' || memchr::memchr(b'"', value.as_bytes()).is_none();
        return Ok(Span { start: narrow(start), end: narrow(start + value.len()), decoded: false, plain });
    }
    let from = narrow(tree.decoded.len());
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
        let (ahead, behind) = rest.split_at(at);
        tree.decoded.push_str(ahead);
        if let Some(behind) = behind.strip_prefix('&') {
            let here = start + value.len() - behind.len() - 1;
            let (name, behind) = behind.split_once(';').ok_or((ErrorKind::InvalidReference, here))?;
            tree.decoded.push(referenced(name).map_err(|kind| (kind, here))?);
            rest = behind;
        } else {
            tree.decoded.push(' ');
            rest = behind.strip_prefix("\r\n").or_else(|| behind.get(1..)).unwrap_or_default();
        }
    }
    tree.decoded.push_str(rest);
    Ok(Span { start: from, end: narrow(tree.decoded.len()), decoded: true, plain: false })
}

/// Bounded by the limits on names and attributes, which fit.
fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
