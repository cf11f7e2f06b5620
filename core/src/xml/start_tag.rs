//! Start tags: attributes, namespace declarations, their values and constraints.

use alloc::borrow::Cow;

use super::chars::{is_space, referenced};
use super::error::ErrorKind;
use super::reader::{Failure, Open, Reader, narrow};
use super::tree::{AttributeData, Element, Kind, NO_NAMESPACE, NO_PREFIX, Span, Tree, XMLNS_PREFIX};
use crate::limits::{MAX_XML_ATTRIBUTES, MAX_XML_TEXT_BYTES};

/// Attributes that identify their element in some vocabulary, in any namespace (A17, A18).
const IDENTIFIERS: [&str; 7] = ["ID", "Id", "id", "iD", "AssertionID", "RequestID", "ResponseID"];

impl<'a> Reader<'a> {
    /// `<name …>` or `<name …/>`, which starts at `start` of the source.
    pub(super) fn start_tag(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        let inner = token
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .ok_or((ErrorKind::Unclosed, start))?;
        let (inner, is_empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let name_bytes = inner.bytes().position(is_space).unwrap_or(inner.len());
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
        let skip_space =
            |from: usize| from + bytes.iter().skip(from).take_while(|byte| is_space(**byte)).count();
        let mut count = 0;
        loop {
            let name_start = skip_space(at);
            if name_start >= bytes.len() {
                return Ok(());
            }
            if name_start == at {
                return Err((ErrorKind::MissingWhiteSpace, base + at));
            }
            count += 1;
            if count > MAX_XML_ATTRIBUTES {
                return Err((ErrorKind::TooManyAttributes, base + at));
            }
            let ends_name = |byte: &u8| matches!(byte, b'=' | b'"' | b'\'' | b'<' | b'/') || is_space(*byte);
            let name_end = bytes
                .iter()
                .skip(name_start)
                .position(ends_name)
                .map_or(bytes.len(), |length| name_start + length);
            let name = inner.get(name_start..name_end).unwrap_or_default();
            let prefix = self.names.prefix_of(name).map_err(|kind| (kind, base + name_start))?;
            let equals = skip_space(name_end);
            let opening = skip_space(equals + 1);
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
        let declared = match name.strip_prefix("xmlns") {
            Some("") => Some(None),
            Some(_) if prefix == XMLNS_PREFIX => Some(name.split_once(':').map(|(_, declared)| declared)),
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
        let prefix = |index: u16| names.prefixes.get(usize::from(index)).copied().unwrap_or_default();
        if declarations.len() > 1 {
            declarations.sort_unstable_by_key(|declaration| prefix(declaration.prefix));
            let twice = |pair: &[super::tree::Declaration]| matches!(pair, [one, other] if one.prefix == other.prefix);
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
            identifies |= local_name.ends_with(['D', 'd']) && IDENTIFIERS.contains(&local_name);
            let namespace = self.names.of_attribute(data.prefix, local_name);
            data.namespace = namespace.map_err(|kind| (kind, data.name as usize))?;
        }
        if attributes.len() > 1 {
            let namespaces = &self.names.namespaces;
            let key = |data: &AttributeData| {
                let namespace = namespaces.get(usize::from(data.namespace)).map_or("", |name| name.as_ref());
                (namespace, local_name(data))
            };
            attributes.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
            let twice = attributes.windows(2).find_map(|pair| match pair {
                [one, other] if key(one) == key(other) => Some(one.name.max(other.name)),
                _ => None,
            });
            if let Some(at) = twice {
                return Err((ErrorKind::DuplicateAttribute, at as usize));
            }
        }
        if identifies {
            let found =
                (first..).zip(attributes.iter()).filter(|(_, data)| IDENTIFIERS.contains(&local_name(data)));
            self.identifiers.extend(found.map(|(index, _)| (narrow(index), node)));
        }
        Ok(())
    }
}

fn local_name<'a>(source: &'a str, prefixes: &[&str], data: &AttributeData) -> &'a str {
    let colon = usize::from(data.prefix != NO_PREFIX);
    let prefix = prefixes.get(usize::from(data.prefix)).map_or(0, |prefix| prefix.len());
    let start = data.name as usize;
    source.get(start + prefix + colon..start + usize::from(data.name_bytes)).unwrap_or_default()
}

/// An attribute's value, which starts at `start` of the source: checked and normalised (XML 1.0 3.3.3).
fn value_span(tree: &mut Tree<'_>, value: &str, start: usize, quote: u8) -> Result<Span, Failure> {
    if value.len() > MAX_XML_TEXT_BYTES {
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
