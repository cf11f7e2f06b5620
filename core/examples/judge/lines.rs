//! One question a line, one answer a line.

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

/// Why a line is no question.
pub type Failure = Box<dyn std::error::Error>;

/// Answers every line that is not blank. What cannot be read is answered with its error.
pub fn serve(
    input: &mut impl BufRead,
    output: &mut impl Write,
    mut answer: impl FnMut(&[u8]) -> Result<Value, Failure>,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return output.flush();
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answered = answer(&line).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(output, "{answered}")?;
        // Whoever asks may wait for the answer before asking on.
        output.flush()?;
    }
}
