//! Mistakes that can be planted in the engine, one at a time, to prove that the simulator finds them (D33).
//!
//! They are there only under `--cfg planted_bug`, which no feature sets: otherwise [`is_planted`] is `false` for the compiler, too.

/// A mistake that engines of this kind make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bug {
    AbsentMembersAreNone,
    AcceptedIsDone,
    AdoptedBeforeStored,
    ClaimedIsAdopted,
    DuplicatesByCase,
    EmptyAnswerIsBelieved,
    GatewayIsBelieved,
    GuardSkippedOnResume,
    LostUpdate,
    MembershipBeforePerson,
    NotFoundOnDeleteIsFailure,
    NotFoundOnWriteIsGone,
    OvertakenStepIsSent,
    PersistAfterSend,
    ProxyPageIsBelieved,
    RetryAfterIsIgnored,
    RetryWithoutLook,
    ShortPageIsEnd,
    UnboundGroupIsDeleted,
    UnlistedIsGone,
}

#[cfg(not(planted_bug))]
pub(crate) const fn is_planted(_: Bug) -> bool {
    false
}

#[cfg(planted_bug)]
pub(crate) use switch::is_planted;
#[cfg(planted_bug)]
pub use switch::{PLANTABLE, plant};

#[cfg(planted_bug)]
mod switch {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::Bug;

    const BUGS: &[(Bug, &str)] = &[
        (Bug::AbsentMembersAreNone, "members that are not told are taken for none (F13)"),
        (Bug::AcceptedIsDone, "200 without the resource is believed to be done (F27)"),
        (Bug::AdoptedBeforeStored, "what is adopted is written before the journal says so"),
        (Bug::ClaimedIsAdopted, "an account that carries another's id is adopted (D3)"),
        (Bug::DuplicatesByCase, "user names that differ by case are two (F31)"),
        (Bug::EmptyAnswerIsBelieved, "an empty answer to a filter is believed (F41)"),
        (Bug::GatewayIsBelieved, "a gateway's 404 is taken for Heap's (F06)"),
        (Bug::GuardSkippedOnResume, "guards do not hold after a restart (D2)"),
        (Bug::LostUpdate, "a whole resource is put back without `If-Match` (F22)"),
        (Bug::MembershipBeforePerson, "groups are written before accounts (F06)"),
        (Bug::NotFoundOnDeleteIsFailure, "404 on a deletion is a failure (F06)"),
        (
            Bug::NotFoundOnWriteIsGone,
            "404 to a write is believed without asking the resource's address (F06)",
        ),
        (Bug::OvertakenStepIsSent, "steps that a change has overtaken are sent"),
        (Bug::PersistAfterSend, "a creation is sent before its intent is stored (D12)"),
        (Bug::ProxyPageIsBelieved, "a proxy's page is believed to be the answer to a write"),
        (Bug::RetryAfterIsIgnored, "`Retry-After` is ignored (F08)"),
        (Bug::RetryWithoutLook, "a creation with an unknown outcome is repeated without a look (F39)"),
        (Bug::ShortPageIsEnd, "a short page is taken for the last (F33)"),
        (Bug::UnboundGroupIsDeleted, "a group that was unbound is deleted (R29)"),
        (Bug::UnlistedIsGone, "what a late list leaves out is taken for gone"),
    ];

    /// How many mistakes there are.
    pub const PLANTABLE: usize = BUGS.len();

    static PLANTED: AtomicUsize = AtomicUsize::new(usize::MAX);

    /// Plants the mistake with a number below [`PLANTABLE`], or none, and says it in words.
    pub fn plant(number: usize) -> Option<&'static str> {
        PLANTED.store(number, Ordering::Relaxed);
        BUGS.get(number).map(|(_, words)| *words)
    }

    pub(crate) fn is_planted(bug: Bug) -> bool {
        BUGS.get(PLANTED.load(Ordering::Relaxed)).is_some_and(|(planted, _)| *planted == bug)
    }
}
