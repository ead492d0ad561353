//! One question to a program, and its answer: bounded in time and in length.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

/// An answer at most, in bytes: a word and the digits of the longest wrapped key are 192.
const ANSWER_BYTES_MAX: usize = 1024;
/// What of its standard error is looked at, in bytes.
const SAID_BYTES_MAX: u64 = 2048;
/// Between looks at a program that has closed its output but not ended.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// So many letters and digits without a break may be a key: they are not handed on.
const SECRET_LETTERS_MIN: usize = 16;

/// How it ended.
pub(super) enum Ended {
    InTime {
        /// None when a signal ended it.
        code: Option<i32>,
        /// What it wrote to standard output; none when that was too much.
        answer: Option<Zeroizing<Vec<u8>>>,
        /// What it wrote to standard error, fit for a log.
        said: String,
    },
    Late,
}

/// Runs a program with one argument, writes the question to its standard input, and takes its answer.
pub(super) fn exchange(program: &Path, verb: &str, question: &[u8], time_max: Duration) -> io::Result<Ended> {
    let deadline = Instant::now() + time_max;
    let mut child = Command::new(program)
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let talked = talk(&mut child, question, deadline);
    match talked {
        Ok(Some(ended)) => Ok(ended),
        other => {
            // It is not waited for any longer; whatever it has started ends by itself.
            let _ = child.kill();
            let _ = child.wait();
            other.map(|_| Ended::Late)
        }
    }
}

/// None when it is too late.
fn talk(child: &mut Child, question: &[u8], deadline: Instant) -> io::Result<Option<Ended>> {
    let pipe_missing = || io::Error::other("it has no pipes");
    let (answers, answered) = channel();
    let (said, heard) = channel();
    let mut out = child.stdout.take().ok_or_else(pipe_missing)?;
    let mut err = child.stderr.take().ok_or_else(pipe_missing)?;
    thread::Builder::new().name("key-answer".to_owned()).spawn(move || {
        // At its full length from the beginning, so that growing leaves no copy behind.
        let mut answer = Zeroizing::new(vec![0; ANSWER_BYTES_MAX + 1]);
        let mut length = 0;
        while length < answer.len() {
            match out.read(&mut answer[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let is_too_much = length > ANSWER_BYTES_MAX;
        answer.truncate(length);
        // Whoever waited may have gone.
        let _ = answers.send((!is_too_much).then_some(answer));
    })?;
    thread::Builder::new().name("key-said".to_owned()).spawn(move || {
        let mut text = Zeroizing::new(Vec::new());
        let _ = err.by_ref().take(SAID_BYTES_MAX).read_to_end(&mut text);
        // The rest is taken too, so that it does not wait for a reader.
        let _ = io::copy(&mut err, &mut io::sink());
        let _ = said.send(fit_for_a_log(&text));
    })?;
    {
        // A question fits into a pipe, so that writing it waits for nobody. A program that does not want it has said all it will.
        let mut stdin = child.stdin.take().ok_or_else(pipe_missing)?;
        match stdin.write_all(question) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    let left = || deadline.saturating_duration_since(Instant::now());
    let answer = match answered.recv_timeout(left()) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => return Ok(None),
        Err(RecvTimeoutError::Disconnected) => None,
    };
    if answer.is_none() {
        // It may write for ever.
        let _ = child.kill();
    }
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if left().is_zero() => return Ok(None),
            None => thread::sleep(LOOK_AGAIN),
        }
    };
    // Something that it has started may hold its standard error: then nothing of it is known.
    let said = heard.recv_timeout(left()).unwrap_or_default();
    let code = if answer.is_none() { Some(0) } else { status.code() };
    Ok(Some(Ended::InTime { code, answer, said }))
}

/// Lines in one, without control characters, and without anything that may be a key or a wrapped key.
fn fit_for_a_log(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut fit = String::new();
    let mut run = String::new();
    for letter in text.trim().chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '_') {
            run.push(letter);
            continue;
        }
        let may_be_a_key =
            run.len() >= SECRET_LETTERS_MIN && run.contains(|letter: char| letter.is_ascii_digit());
        fit.push_str(if may_be_a_key { "[…]" } else { &run });
        zeroize::Zeroize::zeroize(&mut run);
        fit.push(if letter.is_control() { ' ' } else { letter });
    }
    fit.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::fit_for_a_log;

    #[test]
    fn nothing_that_may_be_a_key_gets_into_a_log() {
        let key = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
        let said =
            format!("token 2 is locked\nkey={key}, {} AAECAwQFBgcICQoLDA0ODw==\u{1b}[31m\n", &key[..16]);
        assert_eq!(fit_for_a_log(said.as_bytes()), "token 2 is locked […], […] […] [31m");
        assert_eq!(fit_for_a_log(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(fit_for_a_log(b""), "");
    }
}
