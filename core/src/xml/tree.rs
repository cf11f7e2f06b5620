//! The document as one arena: nodes in document order, each with the index after its subtree. Values are byte
//! ranges of the source, or of one buffer for those which had to be decoded.

use alloc::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use core::fmt;

use super::error::{Error, ErrorKind, Position};
use super::names::is_identifier;

/// The prefix that is none, in the table of prefixes.
pub(super) const NO_PREFIX: u16 = 0;
/// The prefix `xml`.
pub(super) const XML_PREFIX: u16 = 1;
/// The prefix `xmlns`.
pub(super) const XMLNS_PREFIX: u16 = 2;
/// The namespace that is none, in the table of namespaces.
pub(super) const NO_NAMESPACE: u16 = 0;
/// The namespace of `xml`.
pub(super) const XML_NAMESPACE: u16 = 1;
/// The namespace of `xmlns`.
pub(super) const XMLNS_NAMESPACE: u16 = 2;

/// A value: where it stands, and whether it stands there as it is.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    /// In the buffer of decoded values, not in the source.
    pub(super) decoded: bool,
    /// Holds nothing that canonical XML escapes.
    pub(super) plain: bool,
}

/// An element, without what all nodes have.
#[derive(Clone, Copy, Default)]
pub(super) struct Element {
    /// The end tag's end in the source.
    pub(super) until: u32,
    pub(super) attributes: u32,
    pub(super) declarations: u32,
    pub(super) attribute_count: u16,
    pub(super) declaration_count: u16,
    pub(super) name_bytes: u16,
    pub(super) prefix: u16,
    pub(super) namespace: u16,
    /// The bytes of the start tag, if it stands in the source as canonical XML writes it where nothing is to be
    /// declared; else 0.
    pub(super) canonical_bytes: u16,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Document,
    Element(Element),
    Text(Span),
    Comment(Span),
    Instruction(Span),
}

#[derive(Clone, Copy)]
pub(super) struct Data {
    pub(super) parent: u32,
    /// The index after the last node of the subtree.
    pub(super) end: u32,
    /// Where the node starts in the source.
    pub(super) offset: u32,
    pub(super) kind: Kind,
}

/// Attributes of one element stand in the order of canonical XML: by namespace name, then by local name.
#[derive(Clone, Copy)]
pub(super) struct AttributeData {
    pub(super) value: Span,
    /// Where the qualified name starts in the source.
    pub(super) name: u32,
    pub(super) name_bytes: u16,
    pub(super) prefix: u16,
    pub(super) namespace: u16,
}

/// `xmlns` or `xmlns:prefix`, as indexes of the two tables; those of one element are sorted by prefix.
#[derive(Clone, Copy)]
pub(super) struct Declaration {
    pub(super) prefix: u16,
    pub(super) namespace: u16,
}

/// A well-formed document, as [`parse`](super::parse) gives it.
pub struct Tree<'a> {
    pub(super) source: &'a str,
    pub(super) decoded: String,
    pub(super) nodes: Vec<Data>,
    pub(super) attributes: Vec<AttributeData>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) prefixes: Vec<&'a str>,
    pub(super) namespaces: Vec<Cow<'a, str>>,
    pub(super) root: u32,
    /// An element with an identifier that another one has.
    pub(super) ambiguous: Option<u32>,
    /// Whether there is a processing instruction anywhere.
    pub(super) instructions: bool,
    /// Bytes of a byte order mark before the source.
    pub(super) before: usize,
}

impl Tree<'_> {
    /// The root element.
    pub fn root(&self) -> Node<'_> {
        self.node(self.root)
    }

    /// An element with an identifier (an attribute `ID`, `Id`, `id`, `xml:id`, `AssertionID`, `RequestID` or
    /// `ResponseID`, in any namespace) whose value another element has too (A18): nothing may be referenced in such a document.
    pub fn ambiguous_identifier(&self) -> Option<Node<'_>> {
        self.ambiguous.map(|index| self.node(index))
    }

    /// An element with an identifier that an element of `other` has too, in a document that was cut out of it (A18).
    pub(crate) fn shared_identifier(&self, other: &Self) -> Option<Node<'_>> {
        let known: BTreeSet<&str> = other.identifiers().map(|(value, _)| value).collect();
        self.identifiers().find(|(value, _)| known.contains(value)).map(|(_, node)| node)
    }

    fn identifiers(&self) -> impl Iterator<Item = (&str, Node<'_>)> {
        self.root().descendants().flat_map(|node| {
            let all = node.attributes().filter(|found| is_identifier(found.local_name()));
            all.map(move |found| (found.value().trim_ascii(), node))
        })
    }

    /// The position of a byte of the source.
    pub(super) fn position(&self, offset: u32) -> Position {
        Position::within(self.source, offset as usize, self.before)
    }

    pub(super) const fn node(&self, index: u32) -> Node<'_> {
        Node { tree: self, index }
    }

    pub(super) fn data(&self, index: u32) -> &Data {
        const OUTSIDE: Data = Data { parent: 0, end: 0, offset: 0, kind: Kind::Document };
        self.nodes.get(index as usize).unwrap_or(&OUTSIDE)
    }

    pub(super) fn value(&self, span: Span) -> &str {
        let from = if span.decoded { self.decoded.as_str() } else { self.source };
        from.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    pub(super) fn attributes_of(&self, element: &Element) -> &[AttributeData] {
        let start = element.attributes as usize;
        self.attributes.get(start..start + usize::from(element.attribute_count)).unwrap_or_default()
    }

    pub(super) fn declarations_of(&self, element: &Element) -> &[Declaration] {
        let start = element.declarations as usize;
        self.declarations.get(start..start + usize::from(element.declaration_count)).unwrap_or_default()
    }

    pub(super) fn prefix(&self, index: u16) -> &str {
        self.prefixes.get(usize::from(index)).copied().unwrap_or_default()
    }

    pub(super) fn namespace(&self, index: u16) -> &str {
        self.namespaces.get(usize::from(index)).map_or("", |name| name)
    }

    /// The part of the qualified name at `start` behind the prefix.
    pub(super) fn local_name(&self, start: u32, bytes: u16, prefix: u16) -> &str {
        let colon = usize::from(prefix != NO_PREFIX);
        let local = start as usize + self.prefix(prefix).len() + colon;
        self.source.get(local..start as usize + usize::from(bytes)).unwrap_or_default()
    }
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("bytes", &self.source.len())
            .field("nodes", &self.nodes.len())
            .finish_non_exhaustive()
    }
}

/// An element of a [`Tree`]: a handle that is copied freely. Two are equal when they are the same element of
/// the same tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    pub(super) tree: &'t Tree<'t>,
    pub(super) index: u32,
}

impl<'t> Node<'t> {
    fn data(self) -> &'t Data {
        self.tree.data(self.index)
    }

    pub(super) fn element(self) -> &'t Element {
        const NONE: Element = Element {
            until: 0,
            attributes: 0,
            declarations: 0,
            attribute_count: 0,
            declaration_count: 0,
            name_bytes: 0,
            prefix: NO_PREFIX,
            namespace: NO_NAMESPACE,
            canonical_bytes: 0,
        };
        if let Kind::Element(element) = &self.data().kind { element } else { &NONE }
    }

    /// Whether this is the element `local_name` of `namespace` (`""`: of none).
    pub fn is(self, namespace: &str, local_name: &str) -> bool {
        self.local_name() == local_name && self.namespace() == namespace
    }

    /// The namespace name; `""` when there is none.
    pub fn namespace(self) -> &'t str {
        self.tree.namespace(self.element().namespace)
    }

    /// The name without prefix.
    pub fn local_name(self) -> &'t str {
        let element = self.element();
        self.tree.local_name(self.data().offset + 1, element.name_bytes, element.prefix)
    }

    /// Whether the other element, of the same document, has the same name, and writes it the same way.
    pub(crate) fn is_named_like(self, other: Self) -> bool {
        let (one, like) = (self.element(), other.element());
        let name = |node: Self| {
            let start = node.data().offset as usize + 1;
            node.tree.source.as_bytes().get(start..start + usize::from(node.element().name_bytes))
        };
        one.namespace == like.namespace && one.name_bytes == like.name_bytes && name(self) == name(other)
    }

    /// The child elements, in order.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        self.children()
            .filter(|(_, data)| matches!(data.kind, Kind::Element(_)))
            .map(move |(index, _)| self.tree.node(index))
    }

    /// The only child element of this name, or `None` when there is none or more than one.
    pub fn only_element(self, namespace: &str, local_name: &str) -> Option<Self> {
        let mut found = self.elements().filter(|child| child.is(namespace, local_name));
        let first = found.next();
        if found.next().is_some() { None } else { first }
    }

    /// This element and all elements below it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        (self.index..self.data().end)
            .filter(move |index| matches!(self.tree.data(*index).kind, Kind::Element(_)))
            .map(move |index| self.tree.node(index))
    }

    /// The value of the attribute `local_name` in no namespace. An attribute with a prefix is never found here (A17).
    pub fn attribute(self, local_name: &str) -> Option<&'t str> {
        self.attributes()
            .find(|found| found.local_name() == local_name && found.namespace().is_empty())
            .map(Attribute::value)
    }

    /// All attributes, by namespace name, then by local name. Namespace declarations are not attributes.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'t>> {
        self.tree.attributes_of(self.element()).iter().map(move |data| Attribute { tree: self.tree, data })
    }

    /// The whole character data of an element that holds nothing else; CDATA sections and references are text (D18).
    ///
    /// # Errors
    /// [`ErrorKind::NotPlainText`] when there is an element, a comment or a processing instruction (A20-A22).
    pub fn text(self) -> Result<&'t str, Error> {
        self.plain_text().ok_or_else(|| {
            let culprit = self.children().find(|(_, data)| !matches!(data.kind, Kind::Text(_)));
            let offset = culprit.map_or_else(|| self.data().offset, |(_, data)| data.offset);
            Error::new(ErrorKind::NotPlainText, self.tree.position(offset))
        })
    }

    /// [`Node::text`] without saying where it is not: for loops.
    pub(crate) fn plain_text(self) -> Option<&'t str> {
        let mut children = self.children();
        match (children.next(), children.next()) {
            (None, _) => Some(""),
            (Some((_, &Data { kind: Kind::Text(span), .. })), None) => Some(self.tree.value(span)),
            _ => None,
        }
    }

    /// The element around this one; `None` for the root.
    pub fn parent(self) -> Option<Self> {
        let parent = self.data().parent;
        (self.index != self.tree.root && parent != self.index).then(|| self.tree.node(parent))
    }

    /// Where the start tag begins. Counts lines: for messages, not for loops.
    pub fn position(self) -> Position {
        self.tree.position(self.data().offset)
    }

    /// Whether the direct content is elements, white space and comments only (D18): no other character data, no
    /// processing instruction.
    pub fn has_only_elements(self) -> bool {
        self.children().all(|(_, data)| match data.kind {
            Kind::Text(span) => self.tree.value(span).bytes().all(super::chars::is_space),
            Kind::Instruction(_) => false,
            Kind::Element(_) | Kind::Comment(_) | Kind::Document => true,
        })
    }

    /// Whether there is a comment or a processing instruction anywhere inside.
    pub fn has_comment_or_instruction(self) -> bool {
        self.any_inside(|kind| matches!(kind, Kind::Comment(_) | Kind::Instruction(_)))
    }

    /// Whether there is a processing instruction anywhere inside.
    pub fn has_instruction(self) -> bool {
        self.tree.instructions && self.any_inside(|kind| matches!(kind, Kind::Instruction(_)))
    }

    /// The namespaces that are declared here and around, by prefix (`""`: the default one), innermost only; but for `xml`.
    pub(crate) fn namespaces_in_scope(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let mut scope = BTreeMap::new();
        let mut next = Some(self);
        while let Some(node) = next {
            for declaration in self.tree.declarations_of(node.element()) {
                let prefix = self.tree.prefix(declaration.prefix);
                scope.entry(prefix).or_insert(self.tree.namespace(declaration.namespace));
            }
            next = node.parent();
        }
        scope.into_iter().filter(|(prefix, namespace)| !namespace.is_empty() && *prefix != "xml")
    }

    /// The bytes of this element in the text that was parsed, start tag to end tag, without a byte order mark.
    pub(crate) fn range(self) -> core::ops::Range<usize> {
        self.data().offset as usize..self.element().until as usize
    }

    /// Where the content begins in that text; `None` when there is none.
    pub(crate) fn content_start(self) -> Option<usize> {
        self.children().next().map(|(_, first)| first.offset as usize)
    }

    /// The text that was parsed, without a byte order mark.
    pub(crate) const fn source(self) -> &'t str {
        self.tree.source
    }

    /// An element with an identifier that is not unique in the document (see [`Tree::ambiguous_identifier`]).
    pub(crate) fn ambiguous_identifier(self) -> Option<Self> {
        self.tree.ambiguous_identifier()
    }

    /// The document's root element.
    pub fn root(self) -> Self {
        self.tree.node(self.tree.root)
    }

    fn any_inside(self, test: impl Fn(&Kind) -> bool) -> bool {
        (self.index + 1..self.data().end).any(|index| test(&self.tree.data(index).kind))
    }

    fn children(self) -> impl Iterator<Item = (u32, &'t Data)> {
        let mut next = self.index + 1;
        let end = self.data().end;
        core::iter::from_fn(move || {
            let index = next;
            let data = self.tree.data(index);
            next = data.end;
            (index < end).then_some((index, data))
        })
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::addr_eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Eq for Node<'_> {}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({} at byte {})", self.local_name(), self.data().offset)
    }
}

/// An attribute of a [`Node`].
#[derive(Clone, Copy)]
pub struct Attribute<'t> {
    tree: &'t Tree<'t>,
    data: &'t AttributeData,
}

impl<'t> Attribute<'t> {
    /// The namespace name; `""` for an attribute without prefix.
    pub fn namespace(self) -> &'t str {
        self.tree.namespace(self.data.namespace)
    }

    /// The name without prefix.
    pub fn local_name(self) -> &'t str {
        self.tree.local_name(self.data.name, self.data.name_bytes, self.data.prefix)
    }

    /// The value, normalised and decoded (XML 1.0 3.3.3).
    pub fn value(self) -> &'t str {
        self.tree.value(self.data.value)
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.local_name())
    }
}
