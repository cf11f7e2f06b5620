use alloc::string::String;

/// Many short texts in one allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(String);

/// Where a text stands. `NONE` marks a text that the source does not give.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

/// All texts of one snapshot together are longer than four gigabytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Full;

impl Span {
    pub(super) const NONE: Self = Self { start: u32::MAX, length: 0 };
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) -> Result<Span, Full> {
        let start = u32::try_from(self.0.len()).map_err(|_| Full)?;
        let length = u32::try_from(text.len()).map_err(|_| Full)?;
        if start.checked_add(length).is_none_or(|end| end == u32::MAX) {
            return Err(Full);
        }
        self.0.push_str(text);
        Ok(Span { start, length })
    }

    pub(super) fn push_optional(&mut self, text: Option<&str>) -> Result<Span, Full> {
        text.map_or(Ok(Span::NONE), |text| self.push(text))
    }

    pub(super) fn get(&self, span: Span) -> Option<&str> {
        let start = span.start as usize;
        self.0.get(start..start + span.length as usize)
    }

    /// The text of a span that is never `NONE`.
    pub(super) fn required(&self, span: Span) -> &str {
        self.get(span).unwrap_or_default()
    }
}
