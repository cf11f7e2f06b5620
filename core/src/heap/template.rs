//! The SSO configuration as a template, in which `YOUR_ID` stands for the tenant's Heap ID (R4).

use alloc::string::String;

use super::{HeapId, InvalidName};

/// The assertion consumer service URL of the template, before the Heap ID is put into it.
pub const ACS_URL_TEMPLATE: &str = "https://heapanalytics.com/saml/finalize/YOUR_ID/";

/// Puts the Heap ID in the place of every `YOUR_ID` of a value of the template.
///
/// # Errors
/// [`InvalidName::Placeholder`] when one is left over: written in another way, such as `YOUR-ID` or `your_id`.
///
/// ```
/// use heap_identity::heap::{ACS_URL_TEMPLATE, fill_template};
/// let heap_id = "12345".parse()?;
/// assert_eq!(fill_template(ACS_URL_TEMPLATE, &heap_id)?, heap_id.acs_url());
/// assert!(fill_template("https://heapanalytics.com/saml/finalize/your-id/", &heap_id).is_err());
/// # Ok::<_, heap_identity::heap::InvalidName>(())
/// ```
pub fn fill_template(template: &str, heap_id: &HeapId) -> Result<String, InvalidName> {
    let filled = template.replace("YOUR_ID", &alloc::format!("{heap_id}"));
    if has_placeholder(&filled) { Err(InvalidName::Placeholder) } else { Ok(filled) }
}

/// Whether a value still holds the placeholder, however it is spelled.
fn has_placeholder(text: &str) -> bool {
    let letters = text.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '%')).collect::<String>();
    let letters = letters.to_ascii_uppercase();
    letters.contains("YOURID") || letters.contains("HEAPID")
}

#[cfg(test)]
mod tests {
    use super::{ACS_URL_TEMPLATE, InvalidName, fill_template};

    #[test]
    fn r04_every_placeholder_becomes_the_heap_id_and_one_left_over_is_an_error() {
        let heap_id = "12345".parse().unwrap();
        let filled = fill_template("https://a/YOUR_ID/b?id=YOUR_ID", &heap_id).unwrap();
        assert_eq!(filled, "https://a/12345/b?id=12345");
        assert_eq!(fill_template(ACS_URL_TEMPLATE, &heap_id).unwrap(), heap_id.acs_url());
        for left_over in ["https://a/your_id/", "https://a/YOUR-ID/YOUR_ID/", "https://a/<HEAP_ID>/"] {
            assert_eq!(fill_template(left_over, &heap_id), Err(InvalidName::Placeholder), "{left_over}");
        }
    }
}
