//! What `sigeyi-verify` reads: the whole log, or one person's events, with the newest checkpoint. `docs/format.md` draws the lines.

use std::io::Write;

use bytes::Bytes;
use serde::Serialize;
use sigeyi_domain::ContentHash;
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_proof::{Hash, HeadPath, SignedCheckpoint, base64};
use sigeyi_store::{Direction, EventStore};
use uuid::Uuid;

use super::{Checkpoints, ExportError, ProofError, Published};
use crate::{
    Engine,
    heads::{HeadsError, newest, take, through_position},
};

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
struct HeadsLine {
    heads: HeadsFields,
}

/// The event that commits to everybody's newest event, with its path in the tree of the checkpoint; and the person's leaf, with its path in the tree over
/// the heads.
#[derive(Serialize)]
struct HeadsFields {
    position: u64,
    stored: String,
    path: Vec<String>,
    index: u64,
    version: u32,
    last: u64,
    leaf: String,
    heads_path: Vec<String>,
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

    /// Writes every event of a person up to the newest checkpoint, each with its proof, and the person's place among the heads that were committed last: so
    /// whoever leaves out the newest events is found.
    pub fn export_person(&self, person: Uuid, out: &mut dyn Write) -> Result<Exported, ExportError> {
        let (checkpoints, published) = self.proving()?;
        let size = published.checkpoint().size;
        let positions = self.positions_of(person, size)?;
        let suite = checkpoints.tree.algorithm().suite();
        begin(out, suite, Some(person), published.signed())?;
        for position in &positions {
            let (stored, proof) = checkpoints.proof(&self.shared.store, &published, *position)?;
            let path = Some(in_base64(&proof.path));
            line(out, &EventLine { position: position.0, stored: base64(&stored), path })?;
        }
        if let Some(heads) = self.heads_of(person, checkpoints, &published)? {
            line(out, &HeadsLine { heads })?;
        }
        let events = positions.len() as u64;
        line(out, &Last { end: events })?;
        Ok(Exported { events, size })
    }

    /// The person's place among the newest heads that the checkpoint has; none where there are none, or the person came after them.
    fn heads_of(
        &self,
        person: Uuid,
        checkpoints: &Checkpoints,
        published: &Published,
    ) -> Result<Option<HeadsFields>, ExportError> {
        let size = Position(published.checkpoint().size);
        let Some(committed) = newest(&self.shared, size)? else { return Ok(None) };
        let heads = take(&self.shared, through_position(&committed))?;
        if ContentHash(heads.root()) != committed.body.root {
            return Err(HeadsError::Damaged(committed.position).into());
        }
        let Some(HeadPath { head, index, path }) = heads.path_of(person.as_bytes()) else { return Ok(None) };
        let (stored, proof) = checkpoints.proof(&self.shared.store, published, committed.position)?;
        Ok(Some(HeadsFields {
            position: committed.position.0,
            stored: base64(&stored),
            path: in_base64(&proof.path),
            index,
            version: head.version,
            last: head.position,
            leaf: base64(&head.leaf),
            heads_path: in_base64(&path),
        }))
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

fn in_base64(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| base64(hash)).collect()
}

fn line(out: &mut dyn Write, line: &impl Serialize) -> Result<(), ExportError> {
    let mut text = serde_json::to_vec(line).map_err(std::io::Error::from)?;
    text.push(b'\n');
    Ok(out.write_all(&text)?)
}
