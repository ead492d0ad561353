//! Root keys held by a program of the operator's: the door to a hardware module. `docs/security.md` states the protocol.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sigeyi_vault::{KeyProvider, KeyProviderError, RootId};
use zeroize::Zeroizing;

use super::exchange::{Ended, exchange};

/// How long the program may take for one answer: long enough for a module on the network, short enough for a start that is waited for.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);
/// First line of every question.
const PROTOCOL: &str = "sigeyi-keys 1\n";
/// The wrapped key does not open.
const EXIT_REFUSED: i32 = 2;
/// There is no such root key.
const EXIT_ROOT_UNKNOWN: i32 = 3;

/// Why the program gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyCommandError {
    /// It is no file that can be run.
    #[error("the key command {} cannot be used", .program.display())]
    Unusable {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be started or spoken to.
    #[error("the key command {} cannot be run", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It was stopped.
    #[error("the key command {} did not answer '{verb}' within {} s", .program.display(), .after.as_secs())]
    Late {
        /// The program.
        program: PathBuf,
        /// What it was asked.
        verb: &'static str,
        /// How long it was waited for.
        after: Duration,
    },
    /// It said so by its exit code.
    #[error("the key command {} failed at '{verb}', exit code {}{}", .program.display(), .code.map_or("none".to_owned(), |code| code.to_string()), if .said.is_empty() { String::new() } else { format!(": {said}") })]
    Failed {
        /// The program.
        program: PathBuf,
        /// What it was asked.
        verb: &'static str,
        /// None when a signal ended it.
        code: Option<i32>,
        /// What it said on standard error, without anything that may be a key.
        said: String,
    },
    /// What it said is not what the protocol has.
    #[error("the key command {} answered '{verb}' in another form than docs/security.md states", .program.display())]
    Answer {
        /// The program.
        program: PathBuf,
        /// What it was asked.
        verb: &'static str,
    },
}

impl From<KeyCommandError> for KeyProviderError {
    fn from(error: KeyCommandError) -> KeyProviderError {
        KeyProviderError::Unavailable(Box::new(error))
    }
}

/// A program that is run once for every question.
pub(crate) struct KeyCommand {
    program: PathBuf,
    answer_time_max: Duration,
}

/// What is asked, and the word with which the answer begins.
#[derive(Clone, Copy)]
enum Verb {
    Wrap,
    Unwrap,
    NewRoot,
    Destroy,
}

impl Verb {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Verb::Wrap => ("wrap", "wrapped"),
            Verb::Unwrap => ("unwrap", "key"),
            Verb::NewRoot => ("new-root", "root"),
            Verb::Destroy => ("destroy", "destroyed"),
        }
    }
}

impl KeyCommand {
    /// A program by its path. It is not looked for along `PATH`, and no shell reads it.
    pub(crate) fn new(program: &Path) -> io::Result<KeyCommand> {
        let program = std::path::absolute(program)?;
        if !program.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        Ok(KeyCommand { program, answer_time_max: ANSWER_TIME_MAX })
    }

    #[cfg(test)]
    pub(crate) fn with_answer_time_max(self, answer_time_max: Duration) -> KeyCommand {
        KeyCommand { answer_time_max, ..self }
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Asks one question; gives what stands behind the answer's word.
    fn ask(
        &self,
        verb: Verb,
        root: Option<RootId>,
        fields: &[(&str, &[u8])],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        let (name, answer_word) = verb.words();
        let program = || self.program.clone();
        let question = question(root, fields);
        let ended = exchange(&self.program, name, &question, self.answer_time_max)
            .map_err(|source| KeyCommandError::Run { program: program(), source })?;
        let (code, answer, said) = match ended {
            Ended::Late => {
                let after = self.answer_time_max;
                return Err(KeyCommandError::Late { program: program(), verb: name, after }.into());
            }
            Ended::InTime { code, answer, said } => (code, answer, said),
        };
        if !said.is_empty() {
            tracing::warn!(program = %self.program.display(), verb = name, said, "the key command has said something");
        }
        match (code, root) {
            (Some(0), _) => {}
            (Some(EXIT_REFUSED), _) if matches!(verb, Verb::Unwrap) => return Err(KeyProviderError::Refused),
            (Some(EXIT_ROOT_UNKNOWN), Some(root)) => return Err(KeyProviderError::RootUnknown(root)),
            _ => return Err(KeyCommandError::Failed { program: program(), verb: name, code, said }.into()),
        }
        let read = answer.and_then(|answer| read_answer(&answer, answer_word));
        read.ok_or_else(|| KeyCommandError::Answer { program: program(), verb: name }.into())
    }
}

impl KeyProvider for KeyCommand {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        let wrapped = self.ask(Verb::Wrap, Some(root), &[("aad", aad), ("key", plaintext)])?;
        Ok(wrapped.to_vec())
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.ask(Verb::Unwrap, Some(root), &[("aad", aad), ("wrapped", wrapped)])
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        let id = self.ask(Verb::NewRoot, None, &[])?;
        let id = id.as_slice().try_into().map_err(|_| KeyCommandError::Answer {
            program: self.program.clone(),
            verb: Verb::NewRoot.words().0,
        })?;
        Ok(RootId(id))
    }

    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError> {
        match self.ask(Verb::Destroy, Some(root), &[]) {
            // Destroyed already.
            Ok(_) | Err(KeyProviderError::RootUnknown(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What is written to the program, made at its full length, so that no shorter copy is left behind in memory.
fn question(root: Option<RootId>, fields: &[(&str, &[u8])]) -> Zeroizing<Vec<u8>> {
    let root = root.map(|root| root.0);
    let fields: Vec<(&str, &[u8])> =
        root.iter().map(|root| ("root", root.as_slice())).chain(fields.iter().copied()).collect();
    let length = fields.iter().map(|(name, value)| name.len() + 2 * value.len() + 2).sum::<usize>();
    let mut text = Zeroizing::new(Vec::with_capacity(PROTOCOL.len() + length));
    text.extend_from_slice(PROTOCOL.as_bytes());
    for (name, value) in fields {
        text.extend_from_slice(name.as_bytes());
        text.push(b' ');
        for byte in value {
            text.extend([byte >> 4, byte & 15].map(|four| DIGITS[usize::from(four)]));
        }
        text.push(b'\n');
    }
    text
}

/// One line: the word and, for all but a destruction, hexadecimal digits.
fn read_answer(answer: &[u8], word: &str) -> Option<Zeroizing<Vec<u8>>> {
    let line = answer.strip_suffix(b"\n").unwrap_or(answer);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let rest = line.strip_prefix(word.as_bytes())?;
    if rest.is_empty() {
        return (word == Verb::Destroy.words().1).then(Zeroizing::default);
    }
    let (pairs, odd) = rest.strip_prefix(b" ")?.as_chunks::<2>();
    if !odd.is_empty() || pairs.is_empty() {
        return None;
    }
    let mut value = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for [high, low] in pairs {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        value.push((digit(*high)? << 4 | digit(*low)?) as u8);
    }
    Some(value)
}
