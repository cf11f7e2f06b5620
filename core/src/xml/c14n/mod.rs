//! Canonical XML: the exact bytes that a signature covers.
//!
//! Exclusive 1.0 and inclusive 1.0 and 1.1, with and without comments, of a whole document or of an element,
//! perhaps without one element inside (the enveloped signature). The form streams into a [`Sink`] and is never
//! stored. The work is linear in the subtree and what is declared around it; nothing recurses.

mod base;
mod namespaces;
mod output;
#[cfg(test)]
mod tests;

use alloc::{string::String, vec::Vec};

use self::namespaces::Namespaces;
use self::output::Output;
use super::error::{Error, ErrorKind};
use super::tree::{AttributeData, Element, Kind, Node, Span, Tree, XML_NAMESPACE};
use crate::limits::XML_BASE_BYTES_MAX;

/// What takes canonical bytes: a digest, or a `Vec<u8>`.
pub trait Sink {
    /// The next bytes.
    fn write(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The W3C recommendation that is followed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Exclusive XML Canonicalization 1.0: declares the namespaces that are visibly used.
    Exclusive,
    /// Canonical XML 1.0: declares all namespaces in scope; inherits `xml:` attributes.
    Inclusive10,
    /// Canonical XML 1.1: as 1.0, but inherits `xml:lang` and `xml:space` only, and joins `xml:base`.
    Inclusive11,
}

/// A canonical form: method, comments, and the exclusive method's prefixes that are treated inclusively.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Canonicalization<'p> {
    method: Method,
    comments: bool,
    prefixes: &'p [&'p str],
}

impl<'p> Canonicalization<'p> {
    /// The method without comments.
    pub const fn new(method: Method) -> Self {
        Self { method, comments: false, prefixes: &[] }
    }

    /// The same, with comments kept.
    #[must_use]
    pub const fn with_comments(self) -> Self {
        Self { comments: true, ..self }
    }

    /// The same, with the `InclusiveNamespaces PrefixList` of exclusive canonicalization; `#default` is the default namespace.
    #[must_use]
    pub const fn with_prefixes(self, prefixes: &'p [&'p str]) -> Self {
        Self { prefixes, ..self }
    }

    /// Writes the canonical form of an element with all that is inside, save the element `without`.
    ///
    /// # Errors
    /// [`ErrorKind::NothingCanonical`] when nothing was written (`without` is the element itself: A15, A16);
    /// [`ErrorKind::InheritedBase`] when Canonical XML 1.1 joins `xml:base` values to one that is too long. What was
    /// written until then is to be thrown away.
    pub fn element(
        &self,
        node: Node<'_>,
        without: Option<Node<'_>>,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let without = without
            .filter(|without| core::ptr::addr_eq(without.tree, node.tree))
            .map(|without| without.index);
        self.write(node.tree, node.index, without, sink)
    }

    /// Writes the canonical form of a whole document, with comments and processing instructions around the root.
    ///
    /// # Errors
    /// As [`element`](Self::element).
    pub fn document(&self, tree: &Tree<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        self.write(tree, 0, None, sink)
    }

    fn write(
        &self,
        tree: &Tree<'_>,
        apex: u32,
        without: Option<u32>,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let output = Output::new(tree.source, sink);
        let namespaces = Namespaces::new(tree, apex, self.method, self.prefixes);
        let mut walk = Walk { form: self, tree, apex, namespaces, output, open: Vec::with_capacity(16) };
        walk.subtree(without)?;
        let nothing = walk.output.finish() == 0;
        if nothing {
            return Err(Error::new(ErrorKind::NothingCanonical, tree.position(tree.data(apex).offset)));
        }
        Ok(())
    }
}

/// An element whose end tag is to be written.
struct Open {
    end: u32,
    name: (u32, u32),
    /// The end tag's end in the source.
    until: u32,
    mark: usize,
}

/// An attribute of the apex, and its value where that is made of several.
type Inherited<'t> = (&'t AttributeData, Option<String>);

struct Walk<'w, 't> {
    form: &'w Canonicalization<'w>,
    tree: &'t Tree<'t>,
    apex: u32,
    namespaces: Namespaces<'t>,
    output: Output<'w, 't>,
    open: Vec<Open>,
}

impl<'t> Walk<'_, 't> {
    fn subtree(&mut self, without: Option<u32>) -> Result<(), Error> {
        let end = self.tree.data(self.apex).end;
        let mut index = self.apex;
        while index < end {
            self.close(index);
            let data = self.tree.data(index);
            if Some(index) == without {
                index = data.end;
                continue;
            }
            match data.kind {
                Kind::Document => {}
                Kind::Element(ref element) => self.start_tag(index, data.end, data.offset + 1, element)?,
                Kind::Text(span) => self.text(span),
                Kind::Comment(span) if self.form.comments => {
                    self.outer(index, data.parent, |walk| walk.comment(span));
                }
                Kind::Comment(_) => {}
                Kind::Instruction(span) => self.outer(index, data.parent, |walk| walk.instruction(span)),
            }
            index += 1;
        }
        self.close(end);
        Ok(())
    }

    /// Writes the end tags of the elements that end before `index`.
    fn close(&mut self, index: u32) {
        while let Some(open) = self.open.pop_if(|open| open.end <= index) {
            let (start, end) = open.name;
            // `</name>` stands in the source, unless the element is an empty one or white space is in the tag.
            match open.until.checked_sub(end - start + 3).filter(|tag| self.output.stands(*tag, b"</")) {
                Some(tag) => self.output.source(tag, open.until),
                None => {
                    self.output.literal(b"</");
                    self.output.source(start, end);
                    self.output.literal(b">");
                }
            }
            self.namespaces.release(open.mark);
        }
    }

    fn start_tag(
        &mut self,
        index: u32,
        end: u32,
        name_start: u32,
        element: &'t Element,
    ) -> Result<(), Error> {
        let name = (name_start, name_start + u32::from(element.name_bytes));
        let mark = self.namespaces.mark();
        let attributes = self.tree.attributes_of(element);
        let is_apex = index == self.apex;
        let inherits = is_apex && self.form.method != Method::Exclusive;
        let rendered = self.namespaces.rendered_on(element, attributes, is_apex);
        self.open.push(Open { end, name, until: element.until, mark });
        if rendered.is_empty() && !inherits && element.canonical_bytes > 0 {
            self.output.source(name_start - 1, name_start - 1 + u32::from(element.canonical_bytes));
            return Ok(());
        }
        self.output.literal(b"<");
        self.output.source(name.0, name.1);
        for declaration in rendered {
            match self.tree.prefix(declaration.prefix) {
                "" => self.output.literal(b" xmlns"),
                prefix => {
                    self.output.literal(b" xmlns:");
                    self.output.literal(prefix.as_bytes());
                }
            }
            self.output.literal(b"=\"");
            self.output.uri(self.tree.namespace(declaration.namespace));
            self.output.literal(b"\"");
        }
        if inherits {
            for (data, joined) in self.inherited(index, attributes)? {
                self.attribute(data, joined.as_deref());
            }
        } else {
            attributes.iter().for_each(|data| self.attribute(data, None));
        }
        self.output.literal(b">");
        Ok(())
    }

    /// Writes an attribute, with another value than its own where one is given.
    fn attribute(&mut self, data: &AttributeData, value: Option<&str>) {
        self.output.literal(b" ");
        self.output.source(data.name, data.name + u32::from(data.name_bytes));
        self.output.literal(b"=\"");
        match value {
            None if data.value.plain => self.output.source(data.value.start, data.value.end),
            _ => self.output.escaped(value.unwrap_or(self.tree.value(data.value)), output::in_attribute),
        }
        self.output.literal(b"\"");
    }

    /// The apex's attributes with the `xml:` attributes of its ancestors, which are left out: the nearest of each
    /// name (Canonical XML 1.0 2.4); in 1.1 `xml:lang` and `xml:space` only, and `xml:base` joined to one value.
    fn inherited(&self, index: u32, own: &'t [AttributeData]) -> Result<Vec<Inherited<'t>>, Error> {
        let tree = self.tree;
        let local_name = |data: &AttributeData| tree.local_name(data.name, data.name_bytes, data.prefix);
        let mut all: Vec<Inherited<'t>> = own.iter().map(|data| (data, None)).collect();
        let mut above = tree.node(index).parent();
        while let Some(ancestor) = above {
            let attributes = tree.attributes_of(ancestor.element()).iter();
            for data in attributes.filter(|data| data.namespace == XML_NAMESPACE) {
                let name = local_name(data);
                let mut known = all.iter_mut().filter(|(known, _)| known.namespace == XML_NAMESPACE);
                match (self.form.method, name, known.find(|(known, _)| local_name(known) == name)) {
                    (Method::Inclusive11, "base", Some((inner, joined))) => {
                        let inner = joined.as_deref().unwrap_or(tree.value(inner.value));
                        let value = base::join(tree.value(data.value), inner);
                        if value.len() > XML_BASE_BYTES_MAX {
                            return Err(Error::new(ErrorKind::InheritedBase, tree.position(data.name)));
                        }
                        *joined = Some(value);
                    }
                    (Method::Inclusive11, "base", None) => {
                        all.push((data, Some(tree.value(data.value).into())));
                    }
                    (Method::Inclusive11, "lang" | "space", None) | (Method::Inclusive10, _, None) => {
                        all.push((data, None));
                    }
                    _ => {}
                }
            }
            above = ancestor.parent();
        }
        all.retain(|(_, joined)| joined.as_deref() != Some(""));
        all.sort_by_key(|(data, _)| (tree.namespace(data.namespace), local_name(data)));
        Ok(all)
    }

    fn text(&mut self, span: Span) {
        if span.plain && !span.decoded {
            self.output.source(span.start, span.end);
        } else {
            self.output.escaped(self.tree.value(span), output::in_text);
        }
    }

    /// Outside of the root element, a line feed goes between what stands there and the root.
    fn outer(&mut self, index: u32, parent: u32, write: impl FnOnce(&mut Self)) {
        let is_outside = parent == 0 && self.apex == 0;
        if is_outside && index > self.tree.root {
            self.output.literal(b"\n");
        }
        write(self);
        if is_outside && index < self.tree.root {
            self.output.literal(b"\n");
        }
    }

    fn comment(&mut self, span: Span) {
        self.output.literal(b"<!--");
        self.output.literal(self.tree.value(span).as_bytes());
        self.output.literal(b"-->");
    }

    fn instruction(&mut self, span: Span) {
        let content = self.tree.value(span);
        let space = [' ', '\t', '\n', '\r'];
        let (target, data) = content
            .split_once(space)
            .map_or((content, ""), |(target, data)| (target, data.trim_start_matches(space)));
        self.output.literal(b"<?");
        self.output.literal(target.as_bytes());
        if !data.is_empty() {
            self.output.literal(b" ");
            self.output.literal(data.as_bytes());
        }
        self.output.literal(b"?>");
    }
}
