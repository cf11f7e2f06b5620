//! The XML declaration (XML 1.0 2.8).

use super::chars::is_space;
use super::error::ErrorKind;

/// Checks what stands between `<?` and `?>`: `xml version="1.x"`, then perhaps the encoding UTF-8, then perhaps `standalone`.
pub(super) fn check_declaration(content: &str) -> Result<(), ErrorKind> {
    let mut rest = content.strip_prefix("xml").ok_or(ErrorKind::InvalidDeclaration)?;
    let version = pseudo_attribute(&mut rest, "version")?.ok_or(ErrorKind::InvalidDeclaration)?;
    let minor = version.strip_prefix("1.").unwrap_or_default();
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ErrorKind::UnsupportedVersion);
    }
    if pseudo_attribute(&mut rest, "encoding")?
        .is_some_and(|encoding| !encoding.eq_ignore_ascii_case("UTF-8"))
    {
        return Err(ErrorKind::UnsupportedEncoding);
    }
    let standalone = pseudo_attribute(&mut rest, "standalone")?;
    if standalone.is_some_and(|value| !matches!(value, "yes" | "no")) || !rest.bytes().all(is_space) {
        return Err(ErrorKind::InvalidDeclaration);
    }
    Ok(())
}

/// `S name Eq quoted` at the start of `rest`, which is moved behind it; `None` when something else stands there.
fn pseudo_attribute<'a>(rest: &mut &'a str, name: &str) -> Result<Option<&'a str>, ErrorKind> {
    let trim = |text: &'a str| text.trim_start_matches([' ', '\t', '\n', '\r']);
    let start = trim(rest);
    let Some(behind) = start.strip_prefix(name).filter(|_| start.len() < rest.len()) else { return Ok(None) };
    let value = trim(behind).strip_prefix('=').map(trim).ok_or(ErrorKind::InvalidDeclaration)?;
    let quote =
        value.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(ErrorKind::InvalidDeclaration)?;
    let (value, behind) =
        value.get(1..).and_then(|value| value.split_once(quote)).ok_or(ErrorKind::InvalidDeclaration)?;
    *rest = behind;
    Ok(Some(value))
}
