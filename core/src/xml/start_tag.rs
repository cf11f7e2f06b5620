//! Start tags: attributes, namespace declarations, their values and constraints.

use alloc::borrow::Cow;
use core::cmp::Ordering;

use quick_xml::events::BytesStart;

use super::chars::{is_space, referenced};
use super::error::ErrorKind;
use super::names::{Name, is_identifier};
use super::reader::{Failure, Open, Reader, narrow};
use super::tree::{AttributeData, Declaration, Element, Kind, NO_NAMESPACE, NO_PREFIX, Span, Tree};
use crate::limits::{XML_ATTRIBUTES_MAX, XML_TEXT_BYTES_MAX};

/// `<name …>` or `<name …/>` in the source.
pub(super) struct StartTag<'a> {
    /// From the name to the end, without `>` or `/>`.
    inner: &'a str,
    /// The name ends at the first white space.
    name_bytes: usize,
    /// Where it starts and ends in the source.
    start: usize,
    end: usize,
    is_empty: bool,
}

impl<'a> StartTag<'a> {
    pub(super) fn new(token: &'a str, tag: &BytesStart<'_>, start: usize) -> Self {
        Self {
            inner: token.get(1..=tag.len()).unwrap_or_default(),
            name_bytes: tag.name().as_ref().len(),
            start,
            end: start + token.len(),
            is_empty: token.len() > tag.len() + 2,
        }
    }
}

/// What the attributes of a start tag say about it.
#[derive(Clone, Copy)]
struct Attributes {
    /// Each stands as canonical XML writes it: behind one space, in double quotes, with nothing to decode or escape.
    are_canonical: bool,
    /// One of them identifies the element.
    identify: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn start_tag(&mut self, tag: &StartTag<'a>) -> Result<(), Failure> {
        let start = tag.start;
        let name = tag.inner.get(..tag.name_bytes).unwrap_or_default();
        let prefix = self.names.qualified(name).map_err(|kind| (kind, start + 1))?.prefix;
        if self.open.is_empty() && self.tree.root != 0 {
            return Err((ErrorKind::SecondRoot, start));
        }

        let mark = self.names.mark();
        let (attributes, declarations) = (self.tree.attributes.len(), self.tree.declarations.len());
        let found = self.attributes(tag)?;
        self.bind_declarations(declarations).map_err(|kind| (kind, start))?;
        let namespace = self.names.of_element(prefix).map_err(|kind| (kind, start + 1))?;
        let is_sorted = self.resolve_attributes(attributes)?;
        let declaration_count = self.tree.declarations.len() - declarations;
        let is_canonical = found.are_canonical && is_sorted && declaration_count == 0 && !tag.is_empty;
        let element = Element {
            until: narrow(tag.end),
            attributes: narrow(attributes),
            declarations: narrow(declarations),
            attribute_count: short(self.tree.attributes.len() - attributes),
            declaration_count: short(declaration_count),
            name_bytes: short(tag.name_bytes),
            prefix,
            namespace,
            canonical_bytes: if is_canonical { u16::try_from(tag.end - start).unwrap_or(0) } else { 0 },
        };
        let node = self.add(Kind::Element(element), start)?;
        if found.identify {
            self.identify(attributes, node);
        }
        if self.open.is_empty() {
            self.tree.root = node;
        }
        if tag.is_empty {
            self.names.release(mark);
            return Ok(());
        }
        self.enter(Open { node, mark }, start)
    }

    /// `(S Name Eq AttValue)* S?` behind the name.
    fn attributes(&mut self, tag: &StartTag<'a>) -> Result<Attributes, Failure> {
        let (inner, bytes, base) = (tag.inner, tag.inner.as_bytes(), tag.start + 1);
        let mut at = tag.name_bytes;
        let mut found = Attributes { are_canonical: at == bytes.len(), identify: false };
        if found.are_canonical {
            return Ok(found);
        }
        // All values at once and without a branch, so that the compiler looks at many bytes at a time.
        let is_verbatim = !bytes.iter().fold(false, |found, byte| found | is_special(*byte));
        found.are_canonical = is_verbatim;
        let mut count = 0;
        loop {
            let name_start = skip(bytes, at, is_space);
            if name_start >= bytes.len() {
                found.are_canonical &= at == bytes.len();
                return Ok(found);
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
            let name = self.names.qualified(name).map_err(|kind| (kind, base + name_start))?;
            let (opening, quote) =
                opening(bytes, name_end).ok_or((ErrorKind::MissingValue, base + name_end))?;
            let value_start = opening + 1;
            let rest = bytes.get(value_start..).unwrap_or_default();
            let length = memchr::memchr(quote, rest).ok_or((ErrorKind::MissingValue, base + opening))?;
            found.are_canonical &= name_start == at + 1 && opening == name_end + 1 && quote == b'"';
            found.identify |= name.identifies;
            at = value_start + length + 1;
            let (start, end) = (narrow(base + value_start), narrow(base + at - 1));
            if length > XML_TEXT_BYTES_MAX {
                return Err((ErrorKind::TextTooLong, base + value_start));
            }
            let value = match is_verbatim && quote == b'"' {
                true => Span { start, end, decoded: false, plain: true },
                false => value_span(
                    &mut self.tree,
                    inner.get(value_start..at - 1).unwrap_or_default(),
                    base + value_start,
                    quote,
                )?,
            };
            self.attribute(name, (base + name_start, name_end - name_start), value)?;
        }
    }

    /// Takes down an attribute or namespace declaration, whose name starts there and has so many bytes.
    fn attribute(
        &mut self,
        name: Name,
        (start, name_bytes): (usize, usize),
        value: Span,
    ) -> Result<(), Failure> {
        let Some(declared) = name.declares else {
            self.tree.attributes.push(AttributeData {
                value,
                name: narrow(start),
                name_bytes: short(name_bytes),
                prefix: name.prefix,
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

    /// Gives the attributes of an element, from `first`, their namespaces; sorts them; refuses what is there twice.
    /// Whether they stood in order.
    fn resolve_attributes(&mut self, first: usize) -> Result<bool, Failure> {
        let (source, names) = (self.tree.source, &self.names);
        let local_name = |data: &AttributeData| local_name(source, &names.prefixes, data);
        let attributes = self.tree.attributes.get_mut(first..).unwrap_or_default();
        for data in attributes.iter_mut().filter(|data| data.prefix != NO_PREFIX) {
            let namespace = names.of_attribute(data.prefix, local_name(data));
            data.namespace = namespace.map_err(|kind| (kind, data.name as usize))?;
        }
        let namespace =
            |data: &AttributeData| names.namespaces.get(usize::from(data.namespace)).map(Cow::as_ref);
        let order = |one: &AttributeData, other: &AttributeData| {
            let is_same = one.namespace == other.namespace;
            let by_namespace = if is_same { Ordering::Equal } else { namespace(one).cmp(&namespace(other)) };
            by_namespace.then_with(|| local_name(one).cmp(local_name(other)))
        };
        let is_sorted = attributes.is_sorted_by(|one, other| order(one, other).is_lt());
        if !is_sorted {
            attributes.sort_unstable_by(order);
            let twice = attributes.windows(2).find_map(|pair| match pair {
                [one, other] if order(one, other).is_eq() => Some(one.name.max(other.name)),
                _ => None,
            });
            if let Some(at) = twice {
                return Err((ErrorKind::DuplicateAttribute, at as usize));
            }
        }
        Ok(is_sorted)
    }

    /// Takes down which attributes, from `first`, identify `node`.
    fn identify(&mut self, first: usize, node: u32) {
        let (source, prefixes) = (self.tree.source, &self.names.prefixes);
        let attributes = self.tree.attributes.get(first..).unwrap_or_default();
        let found =
            (first..).zip(attributes).filter(|(_, data)| is_identifier(local_name(source, prefixes, data)));
        self.identifiers.extend(found.map(|(index, _)| (narrow(index), node)));
    }
}

/// The first place from `at` on whose byte does not pass.
fn skip(bytes: &[u8], at: usize, passes: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !passes(*byte)).unwrap_or(rest.len())
}

/// `Eq` and a quote (XML 1.0 3.1 and 2.3), from `at`: where the quote is, and which.
fn opening(bytes: &[u8], at: usize) -> Option<(usize, u8)> {
    if let Some([b'=', quote @ (b'"' | b'\'')]) = bytes.get(at..at + 2) {
        return Some((at + 1, *quote));
    }
    let equals = skip(bytes, at, is_space);
    let opening = skip(bytes, equals + 1, is_space);
    match (bytes.get(equals), bytes.get(opening)) {
        (Some(b'='), Some(quote @ (b'"' | b'\''))) => Some((opening, *quote)),
        _ => None,
    }
}

fn local_name<'a>(source: &'a str, prefixes: &[&str], data: &AttributeData) -> &'a str {
    let colon = usize::from(data.prefix != NO_PREFIX);
    let prefix = prefixes.get(usize::from(data.prefix)).map_or(0, |prefix| prefix.len());
    let start = data.name as usize;
    source.get(start + prefix + colon..start + usize::from(data.name_bytes)).unwrap_or_default()
}

/// What an attribute's value is not to hold, or not to keep.
const fn is_special(byte: u8) -> bool {
    matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r')
}

/// An attribute's value, which starts at `start` of the source: checked and normalised (XML 1.0 3.3.3).
fn value_span(tree: &mut Tree<'_>, value: &str, start: usize, quote: u8) -> Result<Span, Failure> {
    if let Some(at) = memchr::memchr(b'<', value.as_bytes()) {
        return Err((ErrorKind::LessThanInAttribute, start + at));
    }
    if !value.bytes().any(is_special) {
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
