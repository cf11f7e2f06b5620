//! The one way to make XML (A59): names are checked, values escaped, elements balanced.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use super::chars::{is_char, is_ncname};
use super::error::{Error, ErrorKind, Position};
use super::reader::parse;

/// Writes a document with one root element, without an XML declaration.
///
/// The first mistake is kept and [`finish`](Self::finish) returns it; so the calls in between need no check.
///
/// ```
/// use heap_identity::xml::Writer;
/// let mut writer = Writer::new();
/// writer.start("a", &[("xmlns", "urn:x"), ("b", "\"<\"")]).element("c", &[], "1 & 2").end();
/// assert_eq!(writer.finish()?, r#"<a xmlns="urn:x" b="&quot;&lt;&quot;"><c>1 &amp; 2</c></a>"#);
/// # Ok::<(), heap_identity::xml::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    output: String,
    /// The names of the open elements, as ranges of the output.
    open: Vec<Range<usize>>,
    mistake: Option<Error>,
    has_root: bool,
}

impl Writer {
    /// A writer of an empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// A start tag with attributes (and namespace declarations, which are written as attributes).
    pub fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        if self.open.is_empty() && core::mem::replace(&mut self.has_root, true) {
            self.fail(ErrorKind::SecondRoot);
        }
        self.output.push('<');
        let start = self.output.len();
        self.name(name);
        self.open.push(start..self.output.len());
        for (index, (name, value)) in attributes.iter().enumerate() {
            if attributes.iter().take(index).any(|(earlier, _)| earlier == name) {
                self.fail(ErrorKind::DuplicateAttribute);
            }
            self.output.push(' ');
            self.name(name);
            self.output.push_str("=\"");
            self.escaped(value, |c| match c {
                '"' => Some("&quot;"),
                '\t' => Some("&#9;"),
                '\n' => Some("&#10;"),
                _ => None,
            });
            self.output.push('"');
        }
        self.output.push('>');
        self
    }

    /// The end tag of the innermost open element.
    pub fn end(&mut self) -> &mut Self {
        match self.open.pop() {
            Some(name) => {
                let name = String::from(self.output.get(name).unwrap_or_default());
                self.output.push_str("</");
                self.output.push_str(&name);
                self.output.push('>');
            }
            None => self.fail(ErrorKind::Unbalanced),
        }
        self
    }

    /// Character data.
    pub fn text(&mut self, text: &str) -> &mut Self {
        if self.open.is_empty() {
            self.fail(ErrorKind::TextOutsideRoot);
        }
        self.escaped(text, |_| None);
        self
    }

    /// An element with attributes and text.
    pub fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.start(name, attributes).text(text).end()
    }

    /// An element that is XML already, as a document of its own (a signed assertion): it is parsed, and its root
    /// element goes in byte by byte.
    pub fn raw(&mut self, document: &str) -> &mut Self {
        if self.open.is_empty() && core::mem::replace(&mut self.has_root, true) {
            self.fail(ErrorKind::SecondRoot);
        }
        match parse(document.as_bytes()) {
            Ok(tree) => self.output.push_str(tree.source.get(tree.root().range()).unwrap_or_default()),
            Err(error) => self.mistake = self.mistake.or(Some(error)),
        }
        self
    }

    /// The document.
    ///
    /// # Errors
    /// The first mistake: a name that is none, a character that XML cannot carry
    /// ([`ErrorKind::ForbiddenCharacter`]), elements that do not balance.
    pub fn finish(mut self) -> Result<String, Error> {
        if !self.open.is_empty() || !self.has_root {
            self.fail(ErrorKind::Unbalanced);
        }
        self.mistake.map_or(Ok(self.output), Err)
    }

    fn name(&mut self, name: &str) {
        let (prefix, local) =
            name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
        if !is_ncname(local) || prefix.is_some_and(|prefix| !is_ncname(prefix)) {
            self.fail(ErrorKind::InvalidName);
        }
        self.output.push_str(name);
    }

    /// `text` with what may never stand in a value escaped, and what `further` names.
    fn escaped(&mut self, text: &str, further: fn(char) -> Option<&'static str>) {
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            let escape = match c {
                '&' => Some("&amp;"),
                '<' => Some("&lt;"),
                '>' => Some("&gt;"),
                '\r' => Some("&#13;"),
                _ => further(c),
            };
            if !is_char(c) {
                self.fail(ErrorKind::ForbiddenCharacter);
            }
            if let Some(escape) = escape {
                self.output.push_str(text.get(plain..at).unwrap_or_default());
                self.output.push_str(escape);
                plain = at + c.len_utf8();
            }
        }
        self.output.push_str(text.get(plain..).unwrap_or_default());
    }

    fn fail(&mut self, kind: ErrorKind) {
        let here = Position::within(&self.output, self.output.len(), 0);
        self.mistake.get_or_insert(Error::new(kind, here));
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::{ErrorKind, Writer, parse};

    fn failing(write: impl FnOnce(&mut Writer)) -> ErrorKind {
        let mut writer = Writer::new();
        write(&mut writer);
        writer.finish().unwrap_err().kind()
    }

    #[test]
    fn what_is_written_is_read_back_unchanged() {
        let value = "a&b<c>d\"e'f\tg\nh\ri\u{E9}\u{1F600}]]>";
        let mut writer = Writer::new();
        writer.start("p:a", &[("xmlns:p", "urn:x"), ("b", value)]).element("c", &[], value).end();
        let document = writer.finish().unwrap();
        let tree = parse(document.as_bytes()).unwrap();
        assert_eq!(tree.root().attribute("b"), Some(value));
        assert_eq!(tree.root().elements().next().unwrap().text(), Ok(value));
    }

    #[test]
    fn a59_values_cannot_become_markup_and_wrong_documents_are_not_written() {
        assert_eq!(failing(|w| _ = w.element("a", &[], "\u{1}")), ErrorKind::ForbiddenCharacter);
        assert_eq!(failing(|w| _ = w.element("a", &[("b", "\u{FFFE}")], "")), ErrorKind::ForbiddenCharacter);
        assert_eq!(failing(|w| _ = w.element("a b", &[], "")), ErrorKind::InvalidName);
        assert_eq!(failing(|w| _ = w.element("a", &[("x=''y", "")], "")), ErrorKind::InvalidName);
        assert_eq!(
            failing(|w| _ = w.element("a", &[("b", ""), ("b", "")], "")),
            ErrorKind::DuplicateAttribute
        );
        assert_eq!(failing(|w| _ = w.element("a", &[], "").element("b", &[], "")), ErrorKind::SecondRoot);
        assert_eq!(failing(|w| _ = w.element("a", &[], "").text("b")), ErrorKind::TextOutsideRoot);
        assert_eq!(failing(|w| _ = w.start("a", &[])), ErrorKind::Unbalanced);
        assert_eq!(failing(|w| _ = w.end()), ErrorKind::Unbalanced);
        assert_eq!(failing(|_| ()), ErrorKind::Unbalanced);
        assert_eq!(failing(|w| _ = w.start("a", &[]).raw("<b>").end()), ErrorKind::MissingEndTag);
    }

    #[test]
    fn raw_takes_the_root_element_of_a_document_byte_by_byte() {
        let mut writer = Writer::new();
        writer.start("a", &[]).raw("\u{FEFF}<?xml version='1.0'?>\n<b c = 'd'/>\n").end();
        assert_eq!(writer.finish(), Ok(String::from("<a><b c = 'd'/></a>")));
    }
}
