//! The lines of an export: a first one with the checkpoint, one for each event, and a last one. `docs/format.md` draws them.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sigeyi_envelope::EVENT_BYTES_MAX;
use sigeyi_proof::{Hash, HeadPath, PATH_HASHES_MAX, PersonHead, SignedCheckpoint, Trust, Trusted};
use uuid::Uuid;

use crate::{
    event_checks::EventFault,
    fault::{Place, VerifyError, Wrong},
    input::{Line, Lines},
};

/// The version of this form.
const VERSION: u32 = 1;
/// The first line at most: a checkpoint as JSON, in bytes.
const FIRST_LINE_BYTES_MAX: usize = 160 << 10;
/// Any other line at most: an event and two paths in base64, in bytes.
const LINE_BYTES_MAX: usize = (EVENT_BYTES_MAX + 2 * PATH_HASHES_MAX * 36) * 4 / 3 + 512;
/// Lines that are worked on together.
const BATCH_LINES: usize = 8_192;

/// What an export is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Log,
    Person,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct First<'a> {
    sigeyi_export: Kind,
    version: u32,
    suite: u8,
    person: Option<&'a str>,
    checkpoint: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    end: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventLine<'a> {
    position: u64,
    stored: &'a str,
    #[serde(borrow)]
    path: Option<Vec<&'a str>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadsLine<'a> {
    #[serde(borrow)]
    heads: HeadsFields<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadsFields<'a> {
    position: u64,
    stored: &'a str,
    #[serde(borrow)]
    path: Vec<&'a str>,
    index: u64,
    version: u32,
    last: u64,
    leaf: &'a str,
    #[serde(borrow)]
    heads_path: Vec<&'a str>,
}

/// An export whose first line is good.
pub(crate) struct Export {
    lines: Lines,
    kind: Kind,
    pub(crate) trusted: Trusted,
    /// Whose history it is.
    pub(crate) person: Option<Uuid>,
    events: u64,
}

/// Lines that are not parsed yet.
pub(crate) struct Batch {
    pub(crate) lines: Vec<Vec<u8>>,
    /// The number of the first one.
    pub(crate) first: u64,
    /// The line of the heads, with its number.
    pub(crate) heads: Option<(u64, Vec<u8>)>,
    /// What was wrong behind the last one.
    pub(crate) behind: Option<VerifyError>,
    /// Whether the last line of the export has come.
    pub(crate) is_last: bool,
}

/// The line of an event.
pub(crate) struct ParsedLine {
    pub(crate) position: u64,
    pub(crate) stored: Vec<u8>,
    pub(crate) path: Option<Vec<Hash>>,
}

/// The line of the heads: the event that commits to them, and the person's place among them.
pub(crate) struct ParsedHeads {
    /// The event.
    pub(crate) event: ParsedLine,
    /// The person's leaf, which it is, and the path from it.
    pub(crate) head: HeadPath,
}

impl Export {
    /// Reads the first line and believes its checkpoint.
    pub(crate) fn open(path: &Path, kind: Kind, trust: &Trust) -> Result<Export, VerifyError> {
        let mut lines = Lines::open(path)?;
        let wrong = |wrong: Wrong| VerifyError::wrong(Place::Line(path.to_owned(), 1), wrong);
        let not_first = || wrong(Wrong::Line("the first line of an export"));
        let Line::Whole(line) = lines.next(FIRST_LINE_BYTES_MAX)? else { return Err(not_first()) };
        let first: First<'_> = serde_json::from_slice(&line).map_err(|_| not_first())?;
        if first.version != VERSION {
            return Err(wrong(Wrong::Line("the first line of an export that this version reads")));
        }
        if first.sigeyi_export != kind || (kind == Kind::Person) != first.person.is_some() {
            return Err(wrong(Wrong::Line("that of an export of the kind that was asked for")));
        }
        let person = match first.person {
            Some(text) => Some(person(text).ok_or_else(not_first)?),
            None => None,
        };
        let expected = trust.algorithm().suite();
        if first.suite != expected {
            return Err(wrong(EventFault::Suite { expected, found: first.suite }.into()));
        }
        let checkpoint =
            SignedCheckpoint::parse(first.checkpoint.as_bytes()).map_err(|error| wrong(error.into()))?;
        let trusted = trust.verify(&checkpoint).map_err(|error| wrong(error.into()))?;
        Ok(Export { lines, kind, trusted, person, events: 0 })
    }

    /// The next lines of events, up to the last line.
    pub(crate) fn batch(&mut self) -> Result<Batch, VerifyError> {
        let first = self.lines.number + 1;
        let mut batch = Batch { lines: Vec::new(), first, heads: None, behind: None, is_last: false };
        while batch.lines.len() < BATCH_LINES {
            match self.lines.next(LINE_BYTES_MAX)? {
                Line::Whole(line) if line.starts_with(b"{\"end\":") => {
                    batch.is_last = true;
                    batch.behind = self.last(&line)?;
                    break;
                }
                Line::Whole(line) if self.kind == Kind::Person && line.starts_with(b"{\"heads\":") => {
                    batch.heads = Some((self.lines.number, line));
                    batch.is_last = true;
                    batch.behind = match self.lines.next(LINE_BYTES_MAX)? {
                        Line::Whole(line) => self.last(&line)?,
                        Line::Bad => Some(self.here(Wrong::Line("the last line of an export"))),
                        Line::End => Some(self.here(Wrong::Cut)),
                    };
                    break;
                }
                Line::Whole(line) => {
                    self.events += 1;
                    batch.lines.push(line);
                }
                Line::Bad => {
                    batch.behind = Some(self.here(Wrong::Line("a whole line, or it is too long")));
                    break;
                }
                Line::End => {
                    batch.behind = Some(self.here(Wrong::Cut));
                    break;
                }
            }
        }
        Ok(batch)
    }

    /// The place of a line.
    pub(crate) fn line(&self, number: u64) -> Place {
        Place::Line(self.lines.path.clone(), number)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.lines.path
    }

    fn last(&mut self, line: &[u8]) -> Result<Option<VerifyError>, VerifyError> {
        let Ok(Last { end }) = serde_json::from_slice(line) else {
            return Ok(Some(self.here(Wrong::Line("the last line of an export"))));
        };
        if end != self.events {
            return Ok(Some(self.here(Wrong::Count { said: end, found: self.events })));
        }
        match self.lines.next(LINE_BYTES_MAX)? {
            Line::End => Ok(None),
            Line::Whole(_) | Line::Bad => Ok(Some(self.here(Wrong::Behind))),
        }
    }

    fn here(&self, wrong: Wrong) -> VerifyError {
        VerifyError::wrong(self.line(self.lines.number), wrong)
    }
}

impl ParsedLine {
    /// Reads the line of an event.
    pub(crate) fn parse(line: &[u8]) -> Result<ParsedLine, Wrong> {
        let bad = Wrong::Line("that of an event");
        let line: EventLine<'_> = serde_json::from_slice(line).map_err(|_| bad.clone())?;
        let stored = STANDARD.decode(line.stored).map_err(|_| bad.clone())?;
        let path = match &line.path {
            Some(path) => Some(hashes(path).ok_or(bad)?),
            None => None,
        };
        Ok(ParsedLine { position: line.position, stored, path })
    }
}

impl ParsedHeads {
    /// Reads the line of the heads of a person.
    pub(crate) fn parse(line: &[u8], person: Uuid) -> Result<ParsedHeads, Wrong> {
        let bad = Wrong::Line("that of the heads");
        let HeadsLine { heads: fields } = serde_json::from_slice(line).map_err(|_| bad.clone())?;
        let stored = STANDARD.decode(fields.stored).map_err(|_| bad.clone())?;
        let path = Some(hashes(&fields.path).ok_or_else(|| bad.clone())?);
        let (person, version, position) = (person.into_bytes(), fields.version, fields.last);
        let leaf = hash(fields.leaf).ok_or_else(|| bad.clone())?;
        let head = PersonHead { person, version, position, leaf };
        let heads_path = hashes(&fields.heads_path).ok_or(bad)?;
        Ok(ParsedHeads {
            event: ParsedLine { position: fields.position, stored, path },
            head: HeadPath { head, index: fields.index, path: heads_path },
        })
    }
}

fn hashes(path: &[&str]) -> Option<Vec<Hash>> {
    if path.len() > PATH_HASHES_MAX {
        return None;
    }
    path.iter().map(|text| hash(text)).collect()
}

fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A person's id as it is written, in small letters with hyphens.
fn person(text: &str) -> Option<Uuid> {
    let person = Uuid::try_parse(text).ok()?;
    (person.hyphenated().to_string() == text).then_some(person)
}
