//! What can happen to one request on its way.

use crate::random::Random;

#[derive(Clone, Debug)]
pub enum Fault {
    None,
    /// It surely did not leave.
    NotSent,
    /// It is lost on the way; nobody knows.
    RequestLost,
    /// It arrives, and its answer is lost.
    AnswerLost,
    /// It arrives late, within the time that an answer is waited for; the answer may come too late.
    Late,
    /// It arrives twice, and the second answer is the one that comes back.
    Twice,
    /// It is not done, and the answer is this.
    Before(Answer),
    /// It is done, and the answer is this instead.
    After(Answer),
    /// It is done, and only a part of the answer arrives, under the right status.
    Truncated,
}

#[derive(Clone, Debug)]
pub enum Answer {
    TooMany(RetryAfter),
    ServerError(u16, RetryAfter),
    /// 200 with a page for people.
    Html,
    /// A gateway refuses, with a page for people. Where it is 404 or 410 to a write, it may also be a service provider that has not heard
    /// of the resource yet.
    Page(u16),
    /// 200 with nothing, or with JSON that is no resource.
    Accepted(&'static str),
    Unauthorized,
}

#[derive(Clone, Copy, Debug)]
pub enum RetryAfter {
    None,
    Seconds(i64),
    Date(i64),
}

/// What no client could avoid the harm of.
#[derive(Clone, Copy, Debug)]
pub enum Care {
    None,
    /// The network itself delivers the creation of a group twice.
    NotTwice,
    /// The answer to the creation of a group is lost, and lists do not show the group yet.
    Answered,
    /// A change of members that nobody tells is accepted by somebody else, again and again.
    NotAccepted,
}

/// How bad this run's network is.
#[derive(Debug)]
pub struct Faults {
    percent: usize,
    pub crash_permille: usize,
    pub jump_permille: usize,
    pub change_permille: usize,
    /// How often somebody else changes something at Heap.
    pub hand_permille: usize,
    /// How often the token ends.
    pub expiry_permille: usize,
    /// How many crashes of a hundred lose the journal.
    pub loss_percent: usize,
}

impl Faults {
    pub fn random(random: &mut Random) -> Self {
        Self {
            percent: [0, 3, 10, 30, 60][random.below(5)],
            crash_permille: [0, 0, 10, 60][random.below(4)],
            jump_permille: [0, 0, 0, 10][random.below(4)],
            change_permille: [0, 0, 20, 100][random.below(4)],
            hand_permille: [0, 0, 0, 10, 60][random.below(5)],
            expiry_permille: [0, 0, 0, 5][random.below(4)],
            loss_percent: [0, 20][random.below(2)],
        }
    }

    pub fn none() -> Self {
        Self {
            percent: 0,
            crash_permille: 0,
            jump_permille: 0,
            change_permille: 0,
            hand_permille: 0,
            expiry_permille: 0,
            loss_percent: 0,
        }
    }

    /// The fault of the next request.
    pub fn next(&self, random: &mut Random, care: Care) -> Fault {
        if !random.chance(self.percent) {
            return Fault::None;
        }
        let fault = Self::any(random);
        let is_harmless = match care {
            Care::None => true,
            Care::NotTwice => !matches!(fault, Fault::Twice),
            Care::NotAccepted => !matches!(fault, Fault::Before(Answer::Accepted(_))),
            Care::Answered => {
                matches!(fault, Fault::NotSent | Fault::RequestLost | Fault::Before(_))
            }
        };
        if is_harmless && random.occurs() { fault } else { Fault::None }
    }

    fn any(random: &mut Random) -> Fault {
        let retry_after = |random: &mut Random| match random.below(5) {
            0 => RetryAfter::Seconds(random.below(200) as i64),
            1 => RetryAfter::Date(random.below(200) as i64),
            2 => RetryAfter::Seconds(7200),
            _ => RetryAfter::None,
        };
        let error = [500, 502, 503, 504][random.below(4)];
        let page = [302, 400, 403, 404, 405, 409, 410, 412, 413, 501][random.below(10)];
        let accepted = ["", "{\"error\":\"session expired\"}"][random.below(2)];
        match random.below(19) {
            0 => Fault::NotSent,
            1 => Fault::RequestLost,
            2 | 3 => Fault::AnswerLost,
            4 => Fault::Late,
            5 => Fault::Twice,
            6..=8 => Fault::Before(Answer::TooMany(retry_after(random))),
            9 => Fault::Before(Answer::ServerError(error, retry_after(random))),
            10 | 11 => Fault::After(Answer::ServerError(error, retry_after(random))),
            12 => Fault::Before(Answer::Html),
            13 => Fault::After(Answer::Html),
            14 => Fault::Before(Answer::Unauthorized),
            15 => Fault::Before(Answer::Page(page)),
            16 => Fault::After(Answer::Page(page)),
            17 => Fault::Before(Answer::Accepted(accepted)),
            _ => Fault::Truncated,
        }
    }
}
