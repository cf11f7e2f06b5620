//! Cursors (RFC 9865): where a list goes on, and after which resource, so that a list that has moved is noticed.

use alloc::{format, string::String};
use core::str::FromStr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::scim::{Error, ErrorKind};

/// How many resources were given, and the id of the last of them. The empty cursor asks for the first page.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Cursor(Option<(u64, String)>);

impl Cursor {
    /// How many resources were given.
    pub(super) fn given(&self) -> u64 {
        self.0.as_ref().map_or(0, |(given, _)| *given)
    }

    /// How many of the resources that were read belong to the page before.
    ///
    /// # Errors
    /// `expiredCursor` when another resource stands where the last one stood: resources came or went, and going on would
    /// leave some out (F33).
    pub(super) fn check<'i>(&self, mut ids: impl Iterator<Item = &'i str>) -> Result<usize, Error> {
        match &self.0 {
            None => Ok(0),
            Some((_, last)) if ids.next() == Some(last.as_str()) => Ok(1),
            Some(_) => Err(Error::new(
                ErrorKind::ExpiredCursor,
                "resources came or went since this cursor was given; begin again without one",
            )),
        }
    }

    /// The cursor of the next page, where there is one.
    pub(super) fn next(&self, shown: u64, total: u64, last: &str) -> Option<String> {
        let given = self.given() + shown;
        (given < total).then(|| URL_SAFE_NO_PAD.encode(format!("{given}:{last}")))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let (given, last) = text.split_once(':')?;
            let given = given.parse().ok().filter(|given| (1..u64::MAX).contains(given))?;
            Some(Self(Some((given, last.into()))))
        };
        read().ok_or_else(|| {
            Error::new(ErrorKind::InvalidCursor, "this cursor was not given by this service provider")
        })
    }
}
