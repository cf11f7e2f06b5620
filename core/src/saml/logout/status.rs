//! How a logout ended (saml-core 3.2.2.2, 3.7.3.2).

use alloc::{string::String, vec::Vec};

use crate::{
    saml::{
        names::{PROTOCOL, STATUS_PARTIAL_LOGOUT, STATUS_RESPONDER, STATUS_SUCCESS},
        report::shown_or_none,
    },
    xml::{Node, Writer},
};

/// How a logout ended, by the word of who was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LogoutStatus {
    /// Everybody who took part in the session has ended it.
    Complete,
    /// Some did not answer, or could not end it: sessions may go on, and the person has to be told.
    Partial,
    /// Nothing was ended; the codes, from the outside, as a report may show them.
    Failed(String),
}

impl LogoutStatus {
    /// The status of a logout that several had to take part in: partial unless all of them are complete. `None` stands
    /// for one who did not answer.
    pub fn of_all<'a>(each: impl IntoIterator<Item = Option<&'a Self>>) -> Self {
        if each.into_iter().all(|status| status == Some(&Self::Complete)) {
            Self::Complete
        } else {
            Self::Partial
        }
    }

    pub(super) fn read(message: Node<'_>) -> Self {
        let mut codes = Vec::new();
        let mut next = message.only_element(PROTOCOL, "Status");
        while let Some(code) = next.and_then(|node| node.only_element(PROTOCOL, "StatusCode")) {
            codes.push(code.attribute("Value"));
            next = Some(code);
        }
        let partial = codes.contains(&Some(STATUS_PARTIAL_LOGOUT));
        match codes.first().copied().flatten() {
            _ if partial => Self::Partial,
            Some(STATUS_SUCCESS) if codes.len() == 1 => Self::Complete,
            _ => {
                let shown = codes.into_iter().map(shown_or_none);
                Self::Failed(shown.reduce(|all, code| all + " / " + &code).unwrap_or_default())
            }
        }
    }

    pub(super) fn write(&self, xml: &mut Writer) {
        let (outer, inner) = match self {
            Self::Complete => (STATUS_SUCCESS, None),
            Self::Partial => (STATUS_SUCCESS, Some(STATUS_PARTIAL_LOGOUT)),
            Self::Failed(_) => (STATUS_RESPONDER, None),
        };
        xml.start("samlp:Status", &[]).start("samlp:StatusCode", &[("Value", outer)]);
        if let Some(inner) = inner {
            xml.element("samlp:StatusCode", &[("Value", inner)], "");
        }
        xml.end().end();
    }
}
