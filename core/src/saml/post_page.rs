//! The page that posts a form by itself (saml-bindings 3.5.4): escaped, with a nonce for its one script, a button where
//! there is no JavaScript, and nothing that a browser keeps: no completion of forms, no Referer.

use alloc::{format, string::String};

/// A page whose form posts `fields` to `action`.
pub(super) fn page(action: &str, fields: &[(&str, String)], nonce: &str) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Signing in</title>\n</head>\n<body>\n\
         <form method=\"post\" action=\"{}\" autocomplete=\"off\">\n",
        escaped(action)
    );
    for (name, value) in fields {
        page.push_str(&format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
            escaped(name),
            escaped(value)
        ));
    }
    page.push_str(&format!(
        "<noscript><p>Press the button to go on.</p><button type=\"submit\">Continue</button></noscript>\n\
         </form>\n<script nonce=\"{}\">document.forms[0].submit();</script>\n</body>\n</html>\n",
        escaped(nonce)
    ));
    page
}

/// The `Content-Security-Policy` for the page: nothing but the script with this nonce; no frames around it.
///
/// `form-action` is left open on purpose: browsers apply it to the redirects after the form as well, and a service
/// provider is free to redirect.
pub fn content_security_policy(nonce: &str) -> String {
    let nonce: String = nonce
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '='))
        .collect();
    format!("default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // A form control normalises a bare line break; as a reference it stays what it is.
            '\r' => safe.push_str("&#13;"),
            '\n' => safe.push_str("&#10;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{content_security_policy, page};

    #[test]
    fn values_cannot_leave_their_attribute() {
        let evil = "\"><script>alert(1)</script>";
        let page = page(evil, &[("RelayState", evil.into())], evil);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(!page.contains("alert(1)</script>"), "{page}");
    }

    #[test]
    fn the_page_has_a_button_without_javascript_and_one_script_with_the_nonce() {
        let page = page("https://sp.example/acs", &[("SAMLResponse", "PGEvPg==".into())], "r4nd0m");
        assert!(page.contains(" autocomplete=\"off\">") && page.contains("content=\"no-referrer\""));
        assert!(page.contains("<noscript>") && page.contains("<button type=\"submit\">"));
        assert!(page.contains("<script nonce=\"r4nd0m\">"));
        assert!(page.contains("name=\"SAMLResponse\" value=\"PGEvPg==\""));
    }

    #[test]
    fn a_nonce_cannot_widen_the_policy() {
        let policy = content_security_policy("abc'; script-src *");
        assert_eq!(policy.matches("script-src 'nonce-").count(), 1);
        assert!(!policy.contains('*'), "{policy}");
    }
}
