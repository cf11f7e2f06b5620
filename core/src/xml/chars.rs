//! The character classes of XML 1.0 (fifth edition) 2.2 and 2.3.

use super::error::ErrorKind;

/// `Char` of XML 1.0 2.2.
pub(crate) const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// `S` of XML 1.0 2.3.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `NameStartChar` without the colon, as Namespaces in XML 1.0 4 has it for `NCName`.
pub(crate) const fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` without the colon.
pub(crate) const fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `NCName` of Namespaces in XML 1.0 4.
pub(crate) fn is_ncname(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(is_name_start);
    starts && (text.bytes().all(is_ascii_name_byte) || text.chars().all(is_name_char))
}

/// [`is_name_char`] within ASCII, which most names are.
const fn is_ascii_name_byte(byte: u8) -> bool {
    (byte | 0x20).is_ascii_lowercase() || matches!(byte, b'0'..=b'9' | b'_' | b'-' | b'.')
}

/// The bytes before the first character that is no `Char`.
///
/// UTF-8 has no surrogates, so what is left are the C0 controls, U+FFFE and U+FFFF.
pub(crate) fn first_forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_control = |byte: u8| byte < b' ' && !is_space(byte);
    // Whole chunks are folded without a branch, which the compiler turns into vector instructions.
    let in_chunk = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | is_control(*byte));
    let control = (bytes.chunks(256).position(in_chunk)).and_then(|chunk| {
        let start = chunk * 256;
        Some(start + bytes.get(start..)?.iter().position(|byte| is_control(*byte))?)
    });
    let last_of_plane = memchr::memchr_iter(0xEF, bytes)
        .find(|at| matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])));
    match (control, last_of_plane) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The character of a reference between `&` and `;`: one of the five entities (XML 1.0 4.6), or by number (4.1).
pub(crate) fn referenced(name: &str) -> Result<char, ErrorKind> {
    let Some(number) = name.strip_prefix('#') else {
        return match name {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "apos" => Ok('\''),
            "quot" => Ok('"'),
            _ if is_ncname(name) => Err(ErrorKind::UnknownEntity),
            _ => Err(ErrorKind::InvalidReference),
        };
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hexadecimal| (hexadecimal, 16));
    // `from_str_radix` takes a sign; XML does not.
    let value =
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix).ok());
    let character = value.flatten().and_then(char::from_u32);
    character.filter(|c| is_char(*c)).ok_or(ErrorKind::InvalidReference)
}

/// Whether a namespace name is an absolute URI: it starts with a scheme, and has a URI's characters only (RFC 3986 2, 3.1).
pub(crate) fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let in_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && rest.bytes().all(in_rest)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::{ErrorKind, first_forbidden, is_absolute_uri, is_char, is_ncname, referenced};

    #[test]
    fn names_follow_the_fifth_edition() {
        for name in ["a", "_", "é", "a-b.c1", "\u{37F}", "\u{10000}x", "a\u{B7}", "a\u{300}"] {
            assert!(is_ncname(name), "{name}");
        }
        for name in [
            "",
            "1a",
            "-a",
            ".",
            "a:b",
            "a b",
            "\u{D7}",
            "\u{F7}",
            "\u{37E}",
            "\u{B7}",
            "\u{300}",
            "a\u{2FF0}",
        ] {
            assert!(!is_ncname(name), "{name}");
        }
    }

    #[test]
    fn every_forbidden_character_is_found_and_no_other() {
        let long = "x".repeat(700);
        for c in ('\0'..='\u{FF}').chain([
            '\u{7FF}',
            '\u{D7FF}',
            '\u{E000}',
            '\u{FFFD}',
            '\u{FFFE}',
            '\u{FFFF}',
            '\u{1FFFE}',
            '\u{10FFFF}',
        ]) {
            let text: String = format!("{long}{c}y");
            assert_eq!(first_forbidden(&text), (!is_char(c)).then_some(700), "{c:?}");
        }
    }

    #[test]
    fn references_are_the_five_entities_and_characters_by_number() {
        assert_eq!(
            ["lt", "gt", "amp", "apos", "quot", "#65", "#x41", "#x1F600"].map(referenced),
            ['<', '>', '&', '\'', '"', 'A', 'A', '😀'].map(Ok)
        );
        for name in [
            "#0",
            "#x0",
            "#x1F",
            "#xD800",
            "#xFFFE",
            "#x110000",
            "#99999999999",
            "#",
            "#x",
            "#+65",
            "#X41",
            "#6A",
            "",
            " lt",
            "1",
        ] {
            assert_eq!(referenced(name), Err(ErrorKind::InvalidReference), "{name}");
        }
        assert_eq!(referenced("nbsp"), Err(ErrorKind::UnknownEntity));
    }

    #[test]
    fn a15_a_namespace_name_is_an_absolute_uri() {
        assert!(["urn:a", "http://a", "a:", "x+y-1.z:q"].into_iter().all(is_absolute_uri));
        assert!(
            ["1", "", "a", "1:a", "/a:b", "a b:c", ":a", "urn:a b", "urn:\"", "urn:é"]
                .into_iter()
                .all(|uri| !is_absolute_uri(uri))
        );
    }
}
