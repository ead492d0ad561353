//! The screen: the only place that writes to it.

use std::{
    error::Error,
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::CliError;

/// Writes to standard output. A reader that has gone away is no fault.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(CliError::screen),
    }
}

/// Says something beside the result.
pub(crate) fn say(text: &str) {
    // Nothing can be said about standard error not working.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says that no person of a directory is real.
pub(crate) fn say_synthetic() {
    say("（合成数据，人员均为虚构 synthetic data: every person is invented）");
}

/// An error with its causes.
pub(crate) fn fault(error: &dyn Error) {
    let mut text = format!("sigeyi: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        // A transparent variant repeats its cause.
        if !text.ends_with(&cause.to_string()) {
            text.push_str(&format!("\n  {cause}"));
        }
        source = cause.source();
    }
    say(&text);
}

/// A bar on standard error, where that is a terminal.
pub(crate) fn progress_bar(total: u64, what: &'static str) -> ProgressBar {
    let target =
        if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {human_pos}/{human_len} {per_sec} {eta}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A bar of bytes whose number is told later.
pub(crate) fn bytes_bar(what: &'static str) -> ProgressBar {
    let bar = progress_bar(0, what);
    if let Ok(style) =
        ProgressStyle::with_template("{msg} {bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
    {
        bar.set_style(style);
    }
    bar
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes as MiB.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Text from outside, made harmless for a terminal: control and direction characters are shown, not obeyed.
pub(crate) fn harmless(text: &str) -> String {
    let is_harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().flat_map(|c| if is_harmful(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

/// A number with thousands marked.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
