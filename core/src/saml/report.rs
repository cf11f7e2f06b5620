//! What was checked and how it ended: each check once, also on success.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;

use serde_json::{Value, json};

use super::check::{Check, Checklist};
use crate::{limits, xml::Position};

/// Every check of a list once, in order, with its outcome: of a Response every [`Check`].
#[derive(Clone, Debug, PartialEq)]
pub struct Report<C = Check> {
    outcomes: Vec<Outcome<C>>,
}

/// One check and how it ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome<C = Check> {
    /// What was checked.
    pub check: C,
    /// How it ended.
    pub status: Status,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// It holds.
    Passed,
    /// It holds, but somebody should act before it no longer does.
    Warned {
        /// What to do.
        hint: String,
    },
    /// It does not hold: nobody is logged in.
    Failed(Finding),
    /// The message gives no occasion for it.
    NotApplicable,
    /// An earlier check failed, or the login has not been spent yet.
    NotReached,
}

/// Why a check failed. No text of the message is repeated but short, harmless values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// What would have been right.
    pub expected: String,
    /// What was there instead.
    pub found: String,
    /// Where in the document.
    pub at: Option<Position>,
    /// What a person can do about it.
    pub hint: Option<Cow<'static, str>>,
}

/// A Response that logs nobody in: which check failed, and the whole report.
#[derive(Clone, Debug, thiserror::Error)]
#[error("login refused ({}): {}", failed.code(), report.finding())]
pub struct Rejection {
    failed: Check,
    report: Report,
}

impl Rejection {
    /// The check that failed.
    pub const fn failed(&self) -> Check {
        self.failed
    }

    /// The stable code of the check that failed.
    pub const fn code(&self) -> &'static str {
        self.failed.code()
    }

    /// All checks, with the one that failed.
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl<C: Checklist> Report<C> {
    pub(super) fn new() -> Self {
        let outcome = |check: &C| Outcome { check: *check, status: Status::NotReached };
        Self { outcomes: C::ALL.iter().map(outcome).collect() }
    }

    /// Every check once, in the order of [`Checklist::ALL`].
    pub fn outcomes(&self) -> &[Outcome<C>] {
        &self.outcomes
    }

    /// How one check ended.
    pub fn status(&self, check: C) -> &Status {
        let outcome = self.outcomes.get(check.index());
        outcome.map_or(&Status::NotReached, |outcome| &outcome.status)
    }

    /// The report for machines: `failed` (a code or null) and `checks`, each with `code`, `clause`, `title`,
    /// `status`, and where there is something to say `expected`, `found`, `at`, `hint`.
    pub fn to_json(&self) -> Value {
        let failed = self.failure().map(|(check, _)| check.code());
        json!({ "failed": failed, "checks": self.outcomes.iter().map(Outcome::to_json).collect::<Vec<_>>() })
    }

    /// The same report without the values of the message and of the configuration: of each value in backticks only its
    /// first character stays, and the domain of an address. For logs that more people read than may know who uses what.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mut masked = self.clone();
        for outcome in &mut masked.outcomes {
            match &mut outcome.status {
                Status::Failed(finding) => {
                    finding.expected = without_values(&finding.expected);
                    finding.found = without_values(&finding.found);
                    if let Some(Cow::Owned(hint)) = &mut finding.hint {
                        *hint = without_values(hint);
                    }
                }
                Status::Warned { hint } => *hint = without_values(hint),
                Status::Passed | Status::NotApplicable | Status::NotReached => {}
            }
        }
        masked
    }

    pub(super) fn record(&mut self, check: C, status: Status) {
        if let Some(outcome) = self.outcomes.get_mut(check.index()) {
            outcome.status = status;
        }
    }

    /// Runs one check and records how it ended.
    pub(super) fn check<T>(
        &mut self,
        check: C,
        run: impl FnOnce() -> Result<T, Finding>,
    ) -> Result<T, Refused<C>> {
        match run() {
            Ok(value) => {
                self.record(check, Status::Passed);
                Ok(value)
            }
            Err(finding) => Err(self.refuse(check, finding)),
        }
    }

    /// Runs one check that the message may give no occasion for: `None` is not applicable.
    pub(super) fn check_if_any(
        &mut self,
        check: C,
        run: impl FnOnce() -> Result<Option<()>, Finding>,
    ) -> Result<(), Refused<C>> {
        if self.check(check, run)?.is_none() {
            self.record(check, Status::NotApplicable);
        }
        Ok(())
    }

    pub(super) fn refuse(&mut self, check: C, finding: Finding) -> Refused<C> {
        self.record(check, Status::Failed(finding));
        Refused(check)
    }

    fn failure(&self) -> Option<(C, &Finding)> {
        self.outcomes.iter().find_map(|outcome| match &outcome.status {
            Status::Failed(finding) => Some((outcome.check, finding)),
            _ => None,
        })
    }

    pub(super) fn finding(&self) -> String {
        self.failure().map_or_else(String::new, |(_, finding)| finding.to_string())
    }
}

impl Report {
    pub(super) const fn rejection(self, refused: Refused) -> Rejection {
        Rejection { failed: refused.0, report: self }
    }
}

/// A check has failed and its finding is in the report: nothing else is looked at.
#[derive(Debug)]
pub(super) struct Refused<C = Check>(pub(super) C);

impl<C: Checklist> Outcome<C> {
    fn to_json(&self) -> Value {
        let text = |text: &str| Value::from(text);
        let always = [
            ("code", text(self.check.code())),
            ("clause", text(self.check.clause())),
            ("title", text(self.check.title())),
            ("status", text(self.status.word())),
        ];
        let more = match &self.status {
            Status::Failed(finding) => vec![
                ("expected", text(&finding.expected)),
                ("found", text(&finding.found)),
                ("at", finding.at.map(|at| at.to_string()).into()),
                ("hint", finding.hint.as_deref().into()),
            ],
            Status::Warned { hint } => vec![("hint", text(hint))],
            Status::Passed | Status::NotApplicable | Status::NotReached => Vec::new(),
        };
        Value::Object(always.into_iter().chain(more).map(|(name, value)| (name.into(), value)).collect())
    }
}

impl Status {
    /// The status in one word, as the report for machines spells it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned { .. } => "warned",
            Self::Failed(_) => "failed",
            Self::NotApplicable => "not_applicable",
            Self::NotReached => "not_reached",
        }
    }
}

impl Finding {
    pub(super) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into(), at: None, hint: None }
    }

    pub(super) const fn at(mut self, position: Position) -> Self {
        self.at = Some(position);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)?;
        if let Some(at) = self.at {
            write!(f, " at {at}")?;
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// A table for people: one line a check, and what was found beneath the one that failed.
impl<C: Checklist> fmt::Display for Report<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Outcome { check, status } in &self.outcomes {
            let word = status.word().replace('_', " ");
            writeln!(f, "{word:<15} {:<34} {} ({})", check.code(), check.title(), check.clause())?;
            match status {
                Status::Failed(finding) => {
                    writeln!(f, "{:16}expected  {}", "", finding.expected)?;
                    writeln!(f, "{:16}found     {}", "", finding.found)?;
                    if let Some(at) = finding.at {
                        writeln!(f, "{:16}at        {at}", "")?;
                    }
                    if let Some(hint) = &finding.hint {
                        writeln!(f, "{:16}hint      {hint}", "")?;
                    }
                }
                Status::Warned { hint } => writeln!(f, "{:16}hint      {hint}", "")?,
                Status::Passed | Status::NotApplicable | Status::NotReached => {}
            }
        }
        Ok(())
    }
}

/// A value of the message as a report may show it: in backticks, bounded, without markup and control characters.
pub(super) fn shown(value: &str) -> String {
    let mut text = String::from("`");
    for (count, character) in value.chars().enumerate() {
        if count == limits::SAML_SHOWN_CHARS_MAX {
            text.push('…');
            break;
        }
        match character {
            '<' | '>' | '`' => text.extend(character.escape_unicode()),
            _ if character.is_control() => text.extend(character.escape_unicode()),
            _ => text.push(character),
        }
    }
    text.push('`');
    text
}

/// [`shown`], or that the thing is not there.
pub(super) fn shown_or_none(value: Option<&str>) -> String {
    value.map_or_else(|| "none".into(), shown)
}

/// A personal value as a report may show it: its first character, its length, and the domain of an address.
pub(super) fn masked(value: &str) -> String {
    let first: String = value.chars().take(1).collect();
    match value.rsplit_once('@') {
        Some((_, domain)) => shown(&format!("{first}***@{domain}")),
        None => shown(&format!("{first}***")),
    }
}

/// A text with each value in backticks masked; a shown value holds no backtick itself.
fn without_values(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 0 { part.to_string() } else { masked(part) }).collect()
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString};

    use super::{Check, Finding, Report, Status, masked, shown};

    fn refused() -> super::Rejection {
        let mut report = Report::new();
        report.check(Check::FormValue, || Ok(())).unwrap();
        let finding = Finding::new("`a`", "`b`").hint("send it again");
        let refused = report.check::<()>(Check::Doctype, || Err(finding)).unwrap_err();
        report.rejection(refused)
    }

    #[test]
    fn a_report_lists_every_check_once_in_order() {
        let listed: alloc::vec::Vec<_> =
            Report::<Check>::new().outcomes().iter().map(|outcome| outcome.check).collect();
        assert_eq!(listed, Check::ALL);
    }

    #[test]
    fn a_rejection_names_the_failed_check_and_what_was_found() {
        let rejection = refused();
        assert_eq!(rejection.code(), "saml.doctype");
        assert_eq!(rejection.report().status(Check::FormValue), &Status::Passed);
        assert_eq!(rejection.report().status(Check::Replay), &Status::NotReached);
        let said = rejection.to_string();
        assert_eq!(said, "login refused (saml.doctype): expected `a`, found `b`; send it again");
    }

    #[test]
    fn the_json_report_has_one_entry_for_each_check() {
        let json = refused().report().to_json();
        assert_eq!(json["failed"], "saml.doctype");
        assert_eq!(json["checks"].as_array().unwrap().len(), Check::ALL.len());
        assert_eq!(json["checks"][0]["status"], "passed");
        assert_eq!(json["checks"][1]["found"], "`b`");
    }

    #[test]
    fn the_text_report_shows_the_hint_beneath_the_failed_check() {
        let text = refused().report().to_string();
        assert!(text.contains("failed          saml.doctype"), "{text}");
        assert!(text.contains("hint      send it again"), "{text}");
    }

    #[test]
    fn a_masked_report_keeps_the_verdict_and_loses_the_values() {
        let mut report = Report::new();
        let finding = Finding::new(shown("https://sp.example/acs"), shown("https://ann@evil.example/`x`"));
        let finding = finding.hint(format!("compare {} with the other", shown("secret-tenant")));
        let refused = report.refuse(Check::Recipient, finding);
        let masked = report.rejection(refused).report().masked();
        let said = format!("{masked}{}", masked.to_json());
        for value in ["sp.example/acs", "ann", "secret"] {
            assert!(!said.contains(value), "{said}");
        }
        assert!(said.contains("compare `s***` with the other") && said.contains("saml.recipient"), "{said}");
    }

    #[test]
    fn a_shown_value_is_bounded_and_carries_no_markup() {
        assert_eq!(shown("<a>\n"), "`\\u{3c}a\\u{3e}\\u{a}`");
        let long = "x".repeat(5_000);
        assert!(shown(&long).chars().count() < 300);
    }

    #[test]
    fn a_personal_value_is_masked() {
        assert_eq!(masked("alice@example.com"), "`a***@example.com`");
        assert_eq!(format!("{}", masked("alice")), "`a***`");
    }
}
