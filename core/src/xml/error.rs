//! What can be wrong with an XML document, and where.

use core::fmt;

/// A place in a document, for a person: line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes before this place, from 0.
    pub offset: u32,
}

impl Position {
    /// The place `offset` bytes into `text`, of a document that has `before` more bytes in front of the text.
    pub(crate) fn within(text: &str, offset: usize, before: usize) -> Self {
        let start = text.get(..offset).unwrap_or(text);
        let line_start = memchr::memrchr(b'\n', start.as_bytes()).map_or(0, |at| at + 1);
        let line = start.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = start.get(line_start..).unwrap_or("").chars().count() + 1;
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: narrow(line), column: narrow(column), offset: narrow(offset + before) }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// An XML document that is not accepted: what is wrong, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} ({position})")]
pub struct Error {
    kind: ErrorKind,
    position: Position,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, position: Position) -> Self {
        Self { kind, position }
    }

    /// What is wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where. Of a document that is being written: how far it had come.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The stable code of what is wrong.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $message:literal;)+) => {
        /// What is wrong with an XML document.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ #[error($message)] $name,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of this list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code of this kind.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

kinds! {
    /// Beyond [`XML_BYTES_MAX`](crate::limits::XML_BYTES_MAX).
    TooLarge = "xml.too_large", "the document is larger than 8 MiB";
    /// Beyond [`XML_NODES_MAX`](crate::limits::XML_NODES_MAX).
    TooManyNodes = "xml.too_many_nodes", "the document has more than 500,000 nodes";
    /// Beyond [`XML_DEPTH_MAX`](crate::limits::XML_DEPTH_MAX).
    TooDeep = "xml.too_deep", "elements are nested deeper than 512";
    /// Beyond [`XML_ATTRIBUTES_MAX`](crate::limits::XML_ATTRIBUTES_MAX).
    TooManyAttributes = "xml.too_many_attributes", "an element has more than 256 attributes and namespace declarations";
    /// Beyond [`XML_NAMESPACES_MAX`](crate::limits::XML_NAMESPACES_MAX).
    TooManyNamespaces = "xml.too_many_namespaces", "the document has more than 1,024 prefixes or namespaces";
    /// Beyond [`XML_NAME_BYTES_MAX`](crate::limits::XML_NAME_BYTES_MAX).
    NameTooLong = "xml.name_too_long", "a name is longer than 1,024 bytes";
    /// Beyond [`XML_TEXT_BYTES_MAX`](crate::limits::XML_TEXT_BYTES_MAX).
    TextTooLong = "xml.text_too_long", "a text or attribute value is longer than 4 MiB";
    /// Not UTF-8, or UTF-16 or UTF-32 by its byte order mark.
    NotUtf8 = "xml.not_utf8", "the document is not UTF-8; send it as UTF-8";
    /// XML 1.0 2.2, `Char`.
    ForbiddenCharacter = "xml.forbidden_character", "a character that XML cannot carry (XML 1.0 2.2)";
    /// XML 1.0 2.1: exactly one root element.
    Empty = "xml.empty", "there is no root element";
    /// XML 1.0 2.1: exactly one root element (A28).
    SecondRoot = "xml.second_root", "a second root element; a document has exactly one";
    /// XML 1.0 2.1, 2.8: white space, comments and processing instructions only.
    TextOutsideRoot = "xml.text_outside_root", "character data outside of the root element";
    /// Markup that does not end before the document does, or that is none: `<!x>`.
    Unclosed = "xml.unclosed_markup", "markup that does not end, or is none of XML's";
    /// XML 1.0 3: an element without end tag.
    MissingEndTag = "xml.missing_end_tag", "the document ends before all elements are closed";
    /// XML 1.0 3, well-formedness constraint "Element Type Match".
    MismatchedEndTag = "xml.mismatched_end_tag", "an end tag that does not name the open element";
    /// XML 1.0 2.3 with Namespaces 1.0 4: `NCName`, or two with one colon.
    InvalidName = "xml.invalid_name", "not a name, or not at most one colon between two names (Namespaces in XML 4)";
    /// XML 1.0 3.1: white space stands between attributes.
    MissingWhiteSpace = "xml.missing_white_space", "white space is missing before an attribute";
    /// XML 1.0 3.1: `Attribute ::= Name Eq AttValue`.
    MissingValue = "xml.missing_value", "an attribute without `=` and a quoted value";
    /// XML 1.0 3.1, well-formedness constraint "No < in Attribute Values".
    LessThanInAttribute = "xml.less_than_in_attribute", "`<` in an attribute value; write `&lt;`";
    /// XML 1.0 3.1 and Namespaces 1.0 6.3: unique by spelling and by expanded name.
    DuplicateAttribute = "xml.duplicate_attribute", "the same attribute or namespace declaration twice on one element";
    /// XML 1.0 2.4.
    CdataEndInText = "xml.cdata_end_in_text", "`]]>` in text; write `]]&gt;`";
    /// XML 1.0 2.5.
    DoubleHyphen = "xml.double_hyphen", "`--` inside a comment";
    /// XML 1.0 2.6 and Namespaces 1.0 7.
    InvalidTarget = "xml.invalid_target", "a processing instruction whose target is no name, is `xml`, or holds a colon";
    /// XML 1.0 2.8: at the very start only, `version`, then `encoding`, then `standalone`.
    InvalidDeclaration = "xml.invalid_declaration", "an XML declaration that is malformed or not at the very start";
    /// XML 1.0 2.8, `VersionNum`.
    UnsupportedVersion = "xml.unsupported_version", "the XML version is not 1.x";
    /// Only UTF-8 is read.
    UnsupportedEncoding = "xml.unsupported_encoding", "the declared encoding is not UTF-8";
    /// No document type declaration is read (A12, A51).
    Doctype = "xml.doctype", "a document type declaration; documents with a DTD are refused";
    /// Only the five predefined entities exist (A51).
    UnknownEntity = "xml.unknown_entity", "an entity other than lt, gt, amp, apos, quot";
    /// XML 1.0 4.1: a lone `&`, a reference without `;`, or a character reference that is no `Char`.
    InvalidReference = "xml.invalid_reference", "`&` that starts no reference, or a reference to a character that XML cannot carry";
    /// Namespaces 1.0 5, constraint "Prefix Declared".
    UnboundPrefix = "xml.unbound_prefix", "a prefix that is not declared";
    /// Namespaces 1.0 3: `xmlns` is not declared, `xml` only as what it is, and nothing else is bound to their names (A14).
    ReservedPrefix = "xml.reserved_prefix", "the prefix or namespace of `xml` or `xmlns` used or declared anew";
    /// Namespaces 1.0 2.2: deprecated, and undefined in Canonical XML (A15).
    RelativeNamespace = "xml.relative_namespace", "a namespace name that is not an absolute URI";
    /// Namespaces 1.0 5, constraint "No Prefix Undeclaring".
    PrefixUndeclared = "xml.prefix_undeclared", "a prefix declared with an empty namespace name";
    /// A value that was asked for is not plain character data (D18, A20, A21).
    NotPlainText = "xml.not_plain_text", "an element, comment or processing instruction where plain text is expected";
    /// Canonicalization wrote nothing (A15, A16).
    NothingCanonical = "xml.nothing_canonical", "the canonical form is empty";
    /// Canonical XML 1.1 2.4 joins `xml:base` values; beyond [`XML_BASE_BYTES_MAX`](crate::limits::XML_BASE_BYTES_MAX).
    InheritedBase = "xml.inherited_base", "`xml:base` values that Canonical XML 1.1 joins to more than 4,096 bytes";
    /// Misuse of the writer: elements not balanced, or not exactly one root.
    Unbalanced = "xml.unbalanced", "elements opened and closed do not match";
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, format};

    use super::{Error, ErrorKind, Position};

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
        assert!(codes.iter().all(|code| code.starts_with("xml.")));
    }

    #[test]
    fn an_error_says_what_and_where() {
        let error = Error::new(ErrorKind::Empty, Position::within("a\nüb", 4, 0));
        assert_eq!(format!("{error}"), "there is no root element (line 2, column 2)");
        assert_eq!((error.position().offset, error.code()), (4, "xml.empty"));
    }
}
