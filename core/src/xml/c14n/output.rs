//! Bytes on their way into the sink. Most of a canonical form stands in the source already: pieces that follow
//! each other there are joined and go out in one run; the rest is collected until it is worth a call.

use alloc::vec::Vec;

use super::Sink;

/// Bytes that are collected before the sink is called.
const ENOUGH: usize = 4096;

pub(super) struct Output<'s, 't> {
    source: &'t [u8],
    /// A part of the source that is to be written, behind the collected bytes.
    run: (usize, usize),
    collected: Vec<u8>,
    sink: &'s mut dyn Sink,
    written: usize,
}

impl<'s, 't> Output<'s, 't> {
    pub(super) fn new(source: &'t str, sink: &'s mut dyn Sink) -> Self {
        Self {
            source: source.as_bytes(),
            run: (0, 0),
            collected: Vec::with_capacity(ENOUGH),
            sink,
            written: 0,
        }
    }

    /// Whether these bytes stand at this place of the source.
    pub(super) fn stands<const N: usize>(&self, at: u32, bytes: &[u8; N]) -> bool {
        self.source.get(at as usize..).and_then(<[u8]>::first_chunk) == Some(bytes)
    }

    /// Writes a part of the source.
    pub(super) fn source(&mut self, start: u32, end: u32) {
        let (start, end) = (start as usize, end as usize);
        if self.run.1 != start {
            self.end_run();
            self.run.0 = start;
        }
        self.run.1 = end;
    }

    /// Writes bytes: as a part of the source, if they stand there next.
    pub(super) fn literal(&mut self, bytes: &[u8]) {
        let (start, end) = self.run;
        if start < end && self.source.get(end..end + bytes.len()) == Some(bytes) {
            self.run.1 = end + bytes.len();
        } else {
            self.end_run();
            self.collect(bytes);
        }
    }

    /// Writes text, with what `escape` names replaced.
    pub(super) fn escaped(&mut self, text: &str, escape: impl Fn(u8) -> Option<&'static [u8]>) {
        self.end_run();
        let bytes = text.as_bytes();
        let mut plain = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if let Some(replacement) = escape(*byte) {
                self.collect(bytes.get(plain..at).unwrap_or_default());
                self.collect(replacement);
                plain = at + 1;
            }
        }
        self.collect(bytes.get(plain..).unwrap_or_default());
    }

    /// Writes a namespace name: of what is escaped in an attribute, an absolute URI can hold `&` only.
    pub(super) fn uri(&mut self, name: &str) {
        if memchr::memchr(b'&', name.as_bytes()).is_some() {
            self.escaped(name, in_attribute);
        } else {
            self.literal(name.as_bytes());
        }
    }

    /// Writes what is left; the number of all bytes.
    pub(super) fn finish(&mut self) -> usize {
        self.end_run();
        self.flush();
        self.written
    }

    fn end_run(&mut self) {
        let (start, end) = core::mem::take(&mut self.run);
        let source = self.source;
        if start < end {
            self.collect(source.get(start..end).unwrap_or_default());
        }
    }

    fn collect(&mut self, bytes: &[u8]) {
        if self.collected.len() + bytes.len() > ENOUGH {
            self.flush();
        }
        if bytes.len() > ENOUGH {
            self.written += bytes.len();
            self.sink.write(bytes);
        } else {
            self.collected.extend_from_slice(bytes);
        }
    }

    fn flush(&mut self) {
        if !self.collected.is_empty() {
            self.written += self.collected.len();
            self.sink.write(&self.collected);
            self.collected.clear();
        }
    }
}

/// Text (Canonical XML 1.0 2.3).
pub(super) const fn in_text(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    }
}

/// Attribute and namespace values (Canonical XML 1.0 2.3).
pub(super) const fn in_attribute(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    }
}
