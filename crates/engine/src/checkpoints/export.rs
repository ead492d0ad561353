//! What `sigeyi-verify` reads: the whole log, or one person's events, with the newest checkpoint. `docs/format.md` draws the lines.

use std::io::Write;

use bytes::Bytes;
use serde::Serialize;
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_proof::{Hash, SignedCheckpoint, base64};
use sigeyi_store::{Direction, EventStore};
use uuid::Uuid;

use super::{ExportError, ProofError};
use crate::Engine;

/// The version of the lines.
const VERSION: u32 = 1;
/// Bytes of stored events that are read at a time.
const BYTES_AT_A_TIME: usize = 1 << 20;
const EVENTS_AT_A_TIME: usize = 4_096;

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Events.
    pub events: u64,
    /// Size of the checkpoint.
    pub size: u64,
}

#[derive(Serialize)]
struct First<'a> {
    sigeyi_export: &'a str,
    version: u32,
    suite: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Uuid>,
    checkpoint: String,
}

#[derive(Serialize)]
struct EventLine {
    position: u64,
    stored: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Last {
    end: u64,
}

impl Engine {
    /// Writes every event up to the newest checkpoint.
    pub fn export_log(&self, out: &mut dyn Write) -> Result<Exported, ExportError> {
        let (checkpoints, published) = self.proving()?;
        let size = published.checkpoint().size;
        let suite = checkpoints.tree.algorithm().suite();
        begin(out, suite, None, published.signed())?;
        let mut through = 0;
        while through < size {
            let wanted = EVENTS_AT_A_TIME.min((size - through) as usize);
            let store = &self.shared.store;
            let events = store
                .read(Position(through), Direction::Forward, wanted, BYTES_AT_A_TIME)
                .map_err(ProofError::Read)?;
            if events.is_empty() {
                return Err(ProofError::Beyond { size: through }.into());
            }
            for stored in &events {
                through += 1;
                line(out, &EventLine { position: through, stored: base64(stored), path: None })?;
            }
        }
        line(out, &Last { end: size })?;
        Ok(Exported { events: size, size })
    }

    /// Writes every event of a person up to the newest checkpoint, each with its proof.
    pub fn export_person(&self, person: Uuid, out: &mut dyn Write) -> Result<Exported, ExportError> {
        let (checkpoints, published) = self.proving()?;
        let size = published.checkpoint().size;
        let positions = self.positions_of(person, size)?;
        let suite = checkpoints.tree.algorithm().suite();
        begin(out, suite, Some(person), published.signed())?;
        for position in &positions {
            let (stored, proof) = checkpoints.proof(&self.shared.store, &published, *position)?;
            let path = Some(proof.path.iter().map(|hash: &Hash| base64(hash)).collect());
            line(out, &EventLine { position: position.0, stored: base64(&stored), path })?;
        }
        let events = positions.len() as u64;
        line(out, &Last { end: events })?;
        Ok(Exported { events, size })
    }

    /// From the newest event back along the chain, oldest first; those behind the checkpoint are left out.
    fn positions_of(&self, person: Uuid, size: u64) -> Result<Vec<Position>, ProofError> {
        let mut next = {
            let folded = self.shared.folded.read();
            let people = folded.model.people();
            let row = people.find(person).and_then(|number| people.row(number));
            row.map(|row| row.head.position).ok_or(ProofError::Nobody)?
        };
        let mut positions = Vec::new();
        while next > Position::BEGINNING {
            let stored: Bytes =
                self.shared.store.read_one(next)?.ok_or(ProofError::Beyond { size: next.0 })?;
            let parsed = StoredEvent::parse(&stored).map_err(|_| ProofError::NotAnEvent(next))?;
            let parts = parsed.parts();
            if parts.person != person {
                return Err(ProofError::NotAnEvent(next));
            }
            let before = parts.previous.map_or(Position::BEGINNING, |previous| previous.position);
            if before >= next {
                return Err(ProofError::NotAnEvent(next));
            }
            if next.0 <= size {
                positions.push(next);
            }
            next = before;
        }
        positions.reverse();
        if positions.is_empty() { Err(ProofError::Nobody) } else { Ok(positions) }
    }
}

fn begin(
    out: &mut dyn Write,
    suite: u8,
    person: Option<Uuid>,
    checkpoint: &SignedCheckpoint,
) -> Result<(), ExportError> {
    let sigeyi_export = if person.is_some() { "person" } else { "log" };
    let checkpoint = checkpoint.to_string();
    line(out, &First { sigeyi_export, version: VERSION, suite, person, checkpoint })
}

fn line(out: &mut dyn Write, line: &impl Serialize) -> Result<(), ExportError> {
    let mut text = serde_json::to_vec(line).map_err(std::io::Error::from)?;
    text.push(b'\n');
    Ok(out.write_all(&text)?)
}
