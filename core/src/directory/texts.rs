use alloc::string::String;

/// Many short texts in one allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(String);

/// Texts that belong together and stand behind one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<const N: usize> {
    start: u32,
    /// `ABSENT` for a text that the source does not give.
    lengths: [u32; N],
}

const ABSENT: u32 = u32::MAX;

/// All texts of one snapshot together are longer than four gigabytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Full;

impl Texts {
    pub(super) fn push<const N: usize>(&mut self, fields: [Option<&str>; N]) -> Result<Fields<N>, Full> {
        let start = u32::try_from(self.0.len()).map_err(|_| Full)?;
        let mut lengths = [ABSENT; N];
        for (length, text) in lengths.iter_mut().zip(fields) {
            let Some(text) = text else { continue };
            *length = u32::try_from(text.len()).ok().filter(|length| *length != ABSENT).ok_or(Full)?;
            self.0.push_str(text);
        }
        u32::try_from(self.0.len()).map_err(|_| Full)?;
        Ok(Fields { start, lengths })
    }

    /// One of the texts; `None` where the source does not give it.
    pub(super) fn get<const N: usize>(&self, fields: &Fields<N>, index: usize) -> Option<&str> {
        let length = *fields.lengths.get(index).filter(|length| **length != ABSENT)?;
        let before = fields.lengths.iter().take(index).filter(|length| **length != ABSENT).sum::<u32>();
        let start = (fields.start + before) as usize;
        self.0.get(start..start + length as usize)
    }

    /// A text that is always given.
    pub(super) fn required<const N: usize>(&self, fields: &Fields<N>, index: usize) -> &str {
        self.get(fields, index).unwrap_or_default()
    }

    /// Whether two rows of any two snapshots have the same texts: as a rule one comparison of lengths and one of bytes.
    pub(super) fn are_same<const N: usize>(
        &self,
        fields: &Fields<N>,
        other: &Self,
        theirs: &Fields<N>,
    ) -> bool {
        fields.lengths == theirs.lengths && self.whole(fields) == other.whole(theirs)
    }

    fn whole<const N: usize>(&self, fields: &Fields<N>) -> &[u8] {
        let length = fields.lengths.iter().filter(|length| **length != ABSENT).sum::<u32>();
        let start = fields.start as usize;
        self.0.as_bytes().get(start..start + length as usize).unwrap_or_default()
    }
}
