//! Texts without regard to case: Unicode's lower case, character by character, without copies.

use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

/// The text in lower case, as an index keeps it.
pub(crate) fn fold(text: &str) -> String {
    folded(text).collect()
}

/// The characters of the text in lower case.
fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Whether two texts are equal but for case.
pub(crate) fn equal(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { folded(a).eq(folded(b)) }
}

/// A text to be found in others, prepared once.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    text: String,
    case_exact: bool,
    /// The characters in lower case, each with how far back the search goes on when the next does not fit
    /// (Knuth, Morris, Pratt): the search is linear whatever the two texts are.
    chars: Vec<(char, usize)>,
}

impl Needle {
    pub(crate) fn new(text: &str, case_exact: bool) -> Self {
        let mut chars: Vec<(char, usize)> = Vec::new();
        if !case_exact {
            let mut border = 0;
            for (index, found) in folded(text).enumerate() {
                if index > 0 {
                    border = advance(&chars, border, found);
                }
                chars.push((found, border));
            }
        }
        Self { text: text.into(), case_exact, chars }
    }

    pub(crate) fn equals(&self, text: &str) -> bool {
        if self.case_exact { self.text == text } else { equal(&self.text, text) }
    }

    pub(crate) fn starts(&self, text: &str) -> bool {
        if self.case_exact {
            return text.starts_with(&self.text);
        }
        let mut chars = folded(text);
        self.chars.iter().all(|(own, _)| chars.next() == Some(*own))
    }

    pub(crate) fn ends(&self, text: &str) -> bool {
        if self.case_exact {
            return text.ends_with(&self.text);
        }
        let mut chars = folded(text).rev();
        self.chars.iter().rev().all(|(own, _)| chars.next() == Some(*own))
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.case_exact {
            return text.contains(&self.text);
        }
        let mut matched = 0;
        self.chars.is_empty()
            || folded(text).any(|found| {
                matched = advance(&self.chars, matched, found);
                matched == self.chars.len()
            })
    }

    /// How `text` stands to the needle in order.
    pub(crate) fn order(&self, text: &str) -> Ordering {
        if self.case_exact {
            text.cmp(&self.text)
        } else {
            folded(text).cmp(self.chars.iter().map(|(own, _)| *own))
        }
    }
}

/// How many characters match once `found` follows `matched` that did.
fn advance(chars: &[(char, usize)], mut matched: usize, found: char) -> usize {
    loop {
        if chars.get(matched).is_some_and(|(own, _)| *own == found) {
            return matched + 1;
        }
        match matched.checked_sub(1).and_then(|last| chars.get(last)) {
            Some((_, border)) => matched = *border,
            None => return 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Needle, equal, fold};

    #[test]
    fn case_is_folded_outside_of_ascii_too() {
        assert!(equal("Ünï-ço∂é", "üNÏ-Ço∂É"));
        assert!(!equal("a", "ä"));
        // The Kelvin sign is a k: an ASCII text may equal one that is not.
        assert!(equal("\u{212a}", "k"));
    }

    proptest! {
        #[test]
        fn a_search_finds_what_a_plain_search_in_lower_case_finds(text in "[abAB]{0,12}", part in "[abAB]{0,4}") {
            let needle = Needle::new(&part, false);
            prop_assert_eq!(needle.is_in(&text), fold(&text).contains(&fold(&part)));
            prop_assert_eq!(needle.starts(&text), fold(&text).starts_with(&fold(&part)));
            prop_assert_eq!(needle.ends(&text), fold(&text).ends_with(&fold(&part)));
            prop_assert_eq!(needle.order(&text), fold(&text).cmp(&fold(&part)));
        }
    }
}
