//! `xml:base` of ancestors that are left out (Canonical XML 1.1, 2.4): RFC 3986 5.2 without a scheme that is known.

use alloc::{string::String, vec::Vec};

/// A URI reference without its fragment (RFC 3986 appendix B).
#[derive(Clone, Copy)]
struct Reference<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Reference<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if !scheme.is_empty() && !scheme.contains(['/', '?']) => {
                (Some(scheme), rest)
            }
            _ => (None, text),
        };
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path, query }
    }

    fn write(self, path: &str) -> String {
        let mut text = String::new();
        for (part, before, behind) in
            [(self.scheme, "", ":"), (self.authority, "//", ""), (Some(path), "", ""), (self.query, "?", "")]
        {
            if let Some(part) = part {
                text.push_str(before);
                text.push_str(part);
                text.push_str(behind);
            }
        }
        text
    }
}

/// `join-URI-References` of Canonical XML 1.1, 2.4.
pub(super) fn join(base: &str, reference: &str) -> String {
    let (base, reference) = (Reference::parse(base), Reference::parse(reference));
    let (scheme, authority) = (base.scheme, base.authority);
    if reference.scheme.is_some() {
        return reference.write(&without_dots(reference.path));
    }
    if reference.authority.is_some() {
        return Reference { scheme, ..reference }.write(&without_dots(reference.path));
    }
    let mut path = String::from(base.path);
    if path == ".." || path.ends_with("/..") {
        path.push('/');
    }
    if reference.path.is_empty() {
        return Reference { query: reference.query.or(base.query), ..base }.write(&path);
    }
    if reference.path.starts_with('/') {
        path.clear();
    } else if authority.is_some() && path.is_empty() {
        path.push('/');
    } else {
        path.truncate(path.rfind('/').map_or(0, |slash| slash + 1));
    }
    path.push_str(reference.path);
    Reference { scheme, authority, ..reference }.write(&without_dots(&path))
}

/// "Remove Dot Segments" as modified there: `..` in front stay, slashes in a row are one, a `..` at the end gets one.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if path.starts_with('/') => {}
            _ => kept.push(segment),
        }
    }
    let mut text = String::from(if path.starts_with('/') { "/" } else { "" });
    text.push_str(&kept.join("/"));
    if !kept.is_empty() && matches!(path.rsplit('/').next(), Some("" | "." | "..")) {
        text.push('/');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{join, without_dots};

    #[test]
    fn w3c_c14n11_appendix_a_dot_segments_are_removed() {
        for (path, expected) in [
            ("no/.././/pseudo-netpath/seg/file.ext", "pseudo-netpath/seg/file.ext"),
            ("no/..//.///pseudo-netpath/seg/file.ext", "pseudo-netpath/seg/file.ext"),
            ("yes/no//..//.///pseudo-netpath/seg/file.ext", "yes/pseudo-netpath/seg/file.ext"),
            ("no/../yes", "yes"),
            ("no/../yes/no/..", "yes/"),
            ("../../no/../..", "../../../"),
            ("no/../..", "../"),
            ("no/..", ""),
            ("/a/b/c/./../../g", "/a/g"),
            ("mid/content=5/../6", "mid/6"),
            ("../../..", "../../../"),
            ("..yes/..no/..no/..no/../../../..yes/", "..yes/..yes/"),
            ("./.", ""),
            ("//no/..", "/"),
            ("yes/no/../yes/no/no/../..", "yes/yes/"),
            ("/yes/no/no/no/../../..", "/yes/"),
            ("../../..no/../", "../../"),
            ("/..yes/..no/..no/..no/../../..", "/..yes/"),
            ("/./.", "/"),
            ("/../../..", "/"),
            ("//..//..//..", "/"),
            ("..", "../"),
        ] {
            assert_eq!(without_dots(path), expected, "{path}");
        }
    }

    #[test]
    fn w3c_c14n11_2_4_and_rfc3986_5_4_1_references_are_joined() {
        for (base, reference, expected) in [
            ("abc/", "../", ""),
            ("../", "../", "../../"),
            ("..", "..", "../../"),
            ("..", "../x", "../../x"),
            ("bar/", "foo", "bar/foo"),
            ("something/else", "bar/foo", "something/bar/foo"),
            ("http://a/b/c/d;p?q", "g", "http://a/b/c/g"),
            ("http://a/b/c/d;p?q", "../g", "http://a/b/g"),
            ("http://a/b/c/d;p?q", "/g", "http://a/g"),
            ("http://a/b/c/d;p?q", "//g", "http://g"),
            ("http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"),
            ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
            ("http://a/b/c/d;p?q", "g#s", "http://a/b/c/g"),
            ("http://a/b/c/d;p?q", "g:h", "g:h"),
            ("http://a", "g", "http://a/g"),
        ] {
            assert_eq!(join(base, reference), expected, "{base} {reference}");
        }
    }
}
