//! Signed notes: `c2sp.org/signed-note`.

use std::fmt;

use crate::key::is_key_name;
use crate::words::{base64, from_base64};
use crate::{NoteSigner, SignError, Signed, VerifierKey};

/// A whole note at most, in bytes.
pub const NOTE_BYTES_MAX: usize = 64 << 10;
/// Signatures of a note at most: the log's, and those of witnesses.
pub const NOTE_SIGNATURES_MAX: usize = 32;
/// A signature at most, in bytes, with the id of its key.
const SIGNATURE_BYTES_MAX: usize = 8 << 10;

/// A text with signatures that nobody has looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// A signature of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: u32,
    bytes: Vec<u8>,
}

/// Bytes that are not a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`NOTE_BYTES_MAX`].
    #[error("a note has at most {NOTE_BYTES_MAX} bytes, this has {bytes}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not UTF-8, or control characters in it.
    #[error("a note is UTF-8 without control characters")]
    Characters,
    /// No text, an empty line and signatures.
    #[error("a note is a text, an empty line, and lines of signatures")]
    Form,
    /// More than [`NOTE_SIGNATURES_MAX`].
    #[error("a note has at most {NOTE_SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A line that is not a signature.
    #[error("line {line} of the signatures is none")]
    SignatureLine {
        /// From 1, of those behind the empty line.
        line: usize,
    },
}

impl Note {
    /// Reads a note. Signatures are not checked.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { bytes: bytes.len() });
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        if note.chars().any(|sign| sign < ' ' && sign != '\n') {
            return Err(NoteError::Characters);
        }
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        if text.is_empty() {
            return Err(NoteError::Form);
        }
        Ok(Note { text: format!("{text}\n"), signatures: NoteSignature::parse_lines(signatures)? })
    }

    /// Signs a text, which ends with a line feed.
    pub fn sign(text: &str, signer: &dyn NoteSigner) -> Result<Note, SignError> {
        if text.len() < 2 || !text.ends_with('\n') || text.chars().any(|sign| sign < ' ' && sign != '\n') {
            return Err(SignError::Text);
        }
        Ok(Note { text: text.to_owned(), signatures: vec![NoteSignature::make(text, signer)?] })
    }

    /// Adds a signature to those that are there, or puts it in the place of an older one of the same key.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.signatures.retain(|there| (&there.name, there.key_id) != (&signature.name, signature.key_id));
        if self.signatures.len() >= NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.push(signature);
        let bytes = self.to_string().len();
        if bytes > NOTE_BYTES_MAX {
            self.signatures.pop();
            return Err(NoteError::TooLong { bytes });
        }
        Ok(())
    }

    /// What is signed, with its last line feed. It says nothing before a signature was checked.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, known or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Checks the signature of a key: `None` when there is none by its name and id, and the newest fault where one does not hold.
    pub fn verify(&self, key: &VerifierKey) -> Option<Result<Signed, crate::SignatureError>> {
        let of_key =
            |signature: &&NoteSignature| signature.name == key.name() && signature.key_id == key.id();
        let mut found = None;
        for signature in self.signatures.iter().filter(of_key) {
            match key.verify(&self.text, &signature.bytes) {
                Ok(signed) => found = found.or(Some(signed)),
                Err(fault) => return Some(Err(fault)),
            }
        }
        found.map(Ok)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| signature.fmt(f))
    }
}

impl NoteSignature {
    /// Signs a text.
    pub fn make(text: &str, signer: &dyn NoteSigner) -> Result<NoteSignature, SignError> {
        let (key, bytes) = (signer.verifier_key(), signer.sign(text)?);
        Ok(NoteSignature { name: key.name().to_owned(), key_id: key.id(), bytes })
    }

    /// Reads lines of signatures, as they stand in a note and in the answer of a witness. There is at least one.
    pub fn parse_lines(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        let mut signatures = Vec::new();
        for (number, line) in lines.split('\n').enumerate() {
            if number == NOTE_SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let signature = parse_line(line).ok_or(NoteError::SignatureLine { line: number + 1 })?;
            signatures.push(signature);
        }
        Ok(signatures)
    }

    /// Whose it says it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that it says it is of.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes()[..], &self.bytes].concat();
        writeln!(f, "— {} {}", self.name, base64(&bytes))
    }
}

fn parse_line(line: &str) -> Option<NoteSignature> {
    let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
    if !is_key_name(name) || signature.len() > SIGNATURE_BYTES_MAX * 4 / 3 {
        return None;
    }
    let bytes = from_base64(signature)?;
    let (key_id, bytes) = bytes.split_first_chunk::<4>()?;
    if bytes.is_empty() {
        return None;
    }
    Some(NoteSignature { name: name.to_owned(), key_id: u32::from_be_bytes(*key_id), bytes: bytes.to_vec() })
}
