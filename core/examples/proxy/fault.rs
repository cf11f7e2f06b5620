//! What can go wrong with one request.

use std::str::FromStr;

use heap_identity::entropy::Seeded;

/// What decides.
pub struct Dice(Seeded);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Seeded::new(seed))
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % bound.max(1) as u64).unwrap_or_default()
    }
}

/// A kind of misbehaviour.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Profile {
    DropRequest,
    DropAnswer,
    Late,
    Duplicate,
    Reorder,
    Throttle,
    Errors,
    Truncate,
    Reset,
    Stale,
    Unauthorized,
    Html,
    Mixed,
}

const NAMED: [(&str, Profile); 13] = [
    ("drop-request", Profile::DropRequest),
    ("drop-answer", Profile::DropAnswer),
    ("late", Profile::Late),
    ("duplicate", Profile::Duplicate),
    ("reorder", Profile::Reorder),
    ("throttle", Profile::Throttle),
    ("errors", Profile::Errors),
    ("truncate", Profile::Truncate),
    ("reset", Profile::Reset),
    ("stale", Profile::Stale),
    ("unauthorized", Profile::Unauthorized),
    ("html", Profile::Html),
    ("mixed", Profile::Mixed),
];

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMED.iter().find(|(name, _)| *name == text);
        found.map(|(_, profile)| *profile).ok_or_else(|| format!("there is no profile `{text}`"))
    }
}

/// What goes wrong with one request. `is_sent` says whether the other side gets the request all the same.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fault {
    None,
    /// The connection is closed without an answer.
    Drop {
        is_sent: bool,
    },
    /// The connection is reset in the middle of the answer, or before it.
    Reset {
        is_sent: bool,
    },
    /// The request is held before it is sent on, or its answer is.
    Late {
        is_request: bool,
    },
    /// The request is sent twice, and answered with the first or second answer.
    Duplicate {
        is_second: bool,
    },
    /// The request is overtaken by others.
    Overtaken {
        milliseconds: u64,
    },
    /// 429, with `Retry-After` in seconds or as a date.
    Throttled {
        is_date: bool,
    },
    /// A gateway's page.
    Page {
        status: u16,
        is_sent: bool,
    },
    /// The answer ends in the middle: its length says so, or says nothing of it.
    Truncated {
        is_length_right: bool,
    },
    /// What the same request was answered with earlier.
    Stale,
    /// 401, although the token is right.
    Unauthorized,
}

impl Fault {
    /// The name under which it is counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Drop { is_sent: false } => "drop_request",
            Self::Drop { is_sent: true } => "drop_answer",
            Self::Reset { .. } => "reset",
            Self::Late { is_request: true } => "late_request",
            Self::Late { is_request: false } => "late_answer",
            Self::Duplicate { .. } => "duplicate",
            Self::Overtaken { .. } => "overtaken",
            Self::Throttled { is_date: true } => "throttled_until_date",
            Self::Throttled { is_date: false } => "throttled_for_seconds",
            Self::Page { status: 200, .. } => "page_with_200",
            Self::Page { .. } => "page_with_5xx",
            Self::Truncated { .. } => "truncated",
            Self::Stale => "stale",
            Self::Unauthorized => "unauthorized",
        }
    }

    pub fn of(profile: Profile, dice: &mut Dice) -> Self {
        let profile = match profile {
            // The last one is this one.
            Profile::Mixed => NAMED.get(dice.below(NAMED.len() - 1)).map_or(profile, |(_, one)| *one),
            one => one,
        };
        let coin = dice.below(2) == 0;
        match profile {
            Profile::DropRequest => Self::Drop { is_sent: false },
            Profile::DropAnswer => Self::Drop { is_sent: true },
            Profile::Late => Self::Late { is_request: coin },
            Profile::Duplicate => Self::Duplicate { is_second: coin },
            Profile::Reorder => Self::Overtaken { milliseconds: 20 + dice.below(300) as u64 },
            Profile::Throttle => Self::Throttled { is_date: coin },
            Profile::Errors => Self::Page {
                status: [500, 502, 503].get(dice.below(3)).copied().unwrap_or(504),
                is_sent: coin,
            },
            Profile::Truncate => Self::Truncated { is_length_right: coin },
            Profile::Reset => Self::Reset { is_sent: coin },
            Profile::Stale => Self::Stale,
            Profile::Unauthorized => Self::Unauthorized,
            Profile::Html | Profile::Mixed => Self::Page { status: 200, is_sent: coin },
        }
    }
}
