//! One person logs in by each flow, and one is refused (R9, R10, R12).

use heap_identity::{directory::Snapshot, entropy::Seeded};
use jiff::Timestamp;

use crate::{model::Model, tenant::Heap};

/// What came of the logins, in words.
pub fn show(
    heap: &mut Heap,
    model: &Model,
    directory: &Snapshot,
    now: Timestamp,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut lines = Vec::new();
    let mut entropy = Seeded::new(2026);
    let wanted = model.wanted();
    if let Some(person) = wanted.first().copied() {
        let response = heap.sign_on.launch(directory, person, now, &mut entropy)?;
        let session = heap.tenant.finish_login(&form(&response.form_fields(None)), now)?;
        lines.push(format!(
            "from the portal (R9): {person} is logged in as {}, {}",
            session.user_name, session.role
        ));

        let url = heap.tenant.begin_login(Some("/app/reports"), now, &mut entropy)?;
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let answer = heap.sign_on.answer(query, directory, person, now, &mut entropy)?;
        let fields = answer.response.form_fields(answer.relay_state.as_deref());
        let session = heap.tenant.finish_login(&form(&fields), now)?;
        let page = session.page.unwrap_or_default();
        lines.push(format!(
            "begun at Heap (R10): {person} is logged in as {}, back on {page}",
            session.user_name
        ));
    }
    let refused =
        model.ever.keys().find(|id| !wanted.contains(id.as_str())).map_or("somebody-unknown", String::as_str);
    match heap.sign_on.launch(directory, refused, now, &mut entropy) {
        Ok(_) => return Err(format!("{refused} has no access and got an assertion").into()),
        Err(reason) => lines.push(format!("refused (R12): {refused}: {reason}")),
    }
    Ok(lines)
}

fn form(fields: &[(&'static str, String)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}
