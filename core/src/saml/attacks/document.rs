//! The genuine document with the places that attacks are about, and edits of its text: an attacker has text.

use alloc::{format, string::String, vec, vec::Vec};
use core::ops::Range;

use super::NotGenuine;
use crate::{
    dsig,
    saml::names::{ASSERTION, PROTOCOL},
    xml::{self, Node},
};

/// The ID of what the attacker writes.
pub(super) const FORGED_ID: &str = "_forged";

#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) source: String,
    pub(super) response: Part,
    pub(super) assertion: Part,
    pub(super) status: Range<usize>,
    /// The text of the NameID.
    pub(super) name_id: Range<usize>,
}

/// The Response or the Assertion.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) range: Range<usize>,
    /// Where the content begins.
    pub(super) content: usize,
    /// Behind its Issuer, where its signature belongs.
    pub(super) head: usize,
    pub(super) signature: Option<Range<usize>>,
}

/// What is put in the place of a range.
pub(super) type Edit<'e> = (Range<usize>, &'e str);

impl Document {
    pub(super) fn read(source: &str) -> Result<Self, NotGenuine> {
        let document = Self::places(source.trim_start_matches('\u{feff}'))?;
        let signatures = [&document.response, &document.assertion].map(|part| part.signature.is_some());
        if signatures == [false, false] { Err(NotGenuine::Missing("signature")) } else { Ok(document) }
    }

    fn places(source: &str) -> Result<Self, NotGenuine> {
        let tree = xml::parse(source.as_bytes())?;
        let missing = NotGenuine::Missing;
        let root = tree.root();
        if !root.is(PROTOCOL, "Response") {
            return Err(missing("Response as its root"));
        }
        let assertion = root.only_element(ASSERTION, "Assertion").ok_or(missing("Assertion, or several"))?;
        let status = root.only_element(PROTOCOL, "Status").ok_or(missing("Status"))?;
        let subject = assertion.only_element(ASSERTION, "Subject");
        let name_id = subject.and_then(|subject| subject.only_element(ASSERTION, "NameID"));
        Ok(Self {
            response: part(root).ok_or(missing("ID and Issuer of the Response"))?,
            assertion: part(assertion).ok_or(missing("ID and Issuer of the Assertion"))?,
            status: status.range(),
            name_id: name_id.and_then(text_of).ok_or(missing("NameID"))?,
            source: source.into(),
        })
    }

    /// Without the Response's signature, where the Assertion has one of its own: an attacker takes it away to be free
    /// around the Assertion. `None` where only the Response is signed.
    pub(super) fn assertion_signed(&self) -> Option<Self> {
        self.assertion.signature.as_ref()?;
        let Some(outer) = self.response.signature.clone() else { return Some(self.clone()) };
        Self::read(&self.edited(vec![(outer, "")])).ok()
    }

    /// Where the Response is signed, without the Assertion's own signature being changed.
    pub(super) fn response_signed(&self) -> Option<&Self> {
        self.response.signature.as_ref().map(|_| self)
    }

    pub(super) fn text(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    /// The source with some ranges replaced, which must not overlap.
    pub(super) fn edited(&self, edits: Vec<Edit<'_>>) -> String {
        self.cut(0..self.source.len(), edits)
    }

    /// A part of the source, with ranges of it replaced.
    pub(super) fn cut(&self, within: Range<usize>, mut edits: Vec<Edit<'_>>) -> String {
        edits.sort_by_key(|(range, _)| range.start);
        let (mut output, mut at) = (String::new(), within.start);
        for (range, text) in edits {
            output.push_str(self.text(&(at..range.start)));
            output.push_str(text);
            at = range.end;
        }
        output.push_str(self.text(&(at..within.end)));
        output
    }

    /// The Assertion as it was signed.
    pub(super) fn signed_assertion(&self) -> &str {
        self.text(&self.assertion.range)
    }

    /// The Assertion without its signature.
    pub(super) fn bare_assertion(&self) -> String {
        let cut = self.assertion.signature.clone().map(|range| (range, ""));
        self.cut(self.assertion.range.clone(), cut.into_iter().collect())
    }

    /// The signature of the Assertion.
    pub(super) fn assertion_signature(&self) -> &str {
        self.assertion.signature.as_ref().map_or("", |range| self.text(range))
    }

    /// The attacker's Assertion: the genuine one for somebody else, under another ID, with `head` in the place of the
    /// signature.
    pub(super) fn forged(&self, victim: &str, head: &str) -> String {
        self.forged_as(FORGED_ID, victim, head)
    }

    /// As [`Document::forged`], under an ID of choice.
    pub(super) fn forged_as(&self, id: &str, victim: &str, head: &str) -> String {
        let part = &self.assertion;
        let victim = escaped(victim);
        let place = part.signature.clone().unwrap_or(part.head..part.head);
        let mut edits = vec![(place, head), (self.name_id.clone(), victim.as_str())];
        edits.extend(self.value_of(part.range.start..part.content, "ID").map(|range| (range, id)));
        self.cut(part.range.clone(), edits)
    }

    /// The Response with other content in the place of its Assertion.
    pub(super) fn around(&self, content: &str) -> String {
        self.edited(vec![(self.assertion.range.clone(), content)])
    }

    /// The Response with other content in the place of its Assertion, and something behind its Issuer.
    pub(super) fn around_with_head(&self, head: &str, content: &str) -> String {
        let place = self.response.head..self.response.head;
        self.edited(vec![(place, head), (self.assertion.range.clone(), content)])
    }

    /// The signed Assertion with the NameID changed, and nothing else.
    pub(super) fn renamed(&self, name: &str) -> String {
        self.edited(vec![(self.name_id.clone(), name)])
    }

    /// The Response without any signature.
    pub(super) fn unsigned(&self) -> Option<Self> {
        let signatures = [&self.response, &self.assertion].map(|part| part.signature.clone());
        Self::places(&self.edited(signatures.into_iter().flatten().map(|range| (range, "")).collect())).ok()
    }

    /// The first element of this name in the Assertion, without its signature.
    pub(super) fn element(&self, local_name: &str) -> Option<Range<usize>> {
        self.find(local_name, |node| Some(node.range()))
    }

    /// The text of the first element of this name in the Assertion.
    pub(super) fn text_in(&self, local_name: &str) -> Option<Range<usize>> {
        self.find(local_name, text_of)
    }

    /// The value of an attribute of the first element of this name in the Assertion.
    pub(super) fn attribute_in(&self, local_name: &str, name: &str) -> Option<Range<usize>> {
        let element = self.element(local_name)?;
        let tag_end = self.text(&element).find('>')?;
        self.value_of(element.start..element.start + tag_end, name)
    }

    fn find<T>(&self, local_name: &str, read: impl Fn(Node<'_>) -> Option<T>) -> Option<T> {
        let tree = xml::parse(self.source.as_bytes()).ok()?;
        let assertion = tree.root().only_element(ASSERTION, "Assertion")?;
        let mut named = assertion.descendants().filter(|node| node.is(ASSERTION, local_name));
        named.find_map(read)
    }

    /// Where the value of an attribute stands in the start tag that begins the range.
    pub(super) fn value_of(&self, tag: Range<usize>, name: &str) -> Option<Range<usize>> {
        let (start, text) = (tag.start, self.text(&tag));
        let mut at = 0;
        loop {
            let equals = at + text.get(at..)?.find('=')?;
            let before = text.get(at..equals)?.trim_end();
            let quote_at = equals + text.get(equals..)?.find(['"', '\''])?;
            let quote = text.get(quote_at..)?.chars().next()?;
            let end = quote_at + 1 + text.get(quote_at + 1..)?.find(quote)?;
            if before.rsplit(|c: char| c.is_whitespace()).next() == Some(name) {
                return Some(start + quote_at + 1..start + end);
            }
            at = end + 1;
        }
    }
}

/// Something in front of an element's end tag.
pub(super) fn inside(element: &str, content: &str) -> String {
    match element.rfind("</") {
        Some(end) => {
            let (before, after) = element.split_at(end);
            format!("{before}{content}{after}")
        }
        None => element.into(),
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn part(element: Node<'_>) -> Option<Part> {
    let issuer = element.elements().next()?;
    let content = element.content_start()?;
    Some(Part {
        id: element.attribute("ID")?.into(),
        range: element.range(),
        content,
        head: if issuer.is(ASSERTION, "Issuer") { issuer.range().end } else { content },
        signature: dsig::signature_of(element).map(Node::range),
    })
}

/// Where the text of an element stands that holds nothing else.
fn text_of(element: Node<'_>) -> Option<Range<usize>> {
    element.text().ok()?;
    let start = element.content_start()?;
    let end = element.source().get(element.range())?.rfind("</")?;
    Some(start..element.range().start + end)
}
