//! The stored bytes of 256 events at a time, for those who audit the whole. Each time it is written down whose they are, before they leave.

use std::collections::BTreeSet;

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use sigeyi_engine::{
    AccessAction, AccessNote, AccessOutcome, AccessPurpose, Entry, Position, RevealedFields, parse_tile_index,
};
use uuid::Uuid;

use super::{BYTES, PublishedLog, Refusal};
use crate::{request_id::RequestId, scope::audit_of_whole};

/// The format of `c2sp.org/tlog-tiles`: each entry after its length (2). What is withheld has no bytes; its hash stands in the tile.
pub(super) async fn entries(
    State(log): State<PublishedLog>,
    Path(index): Path<String>,
    id: Option<Extension<RequestId>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let subject = log.identities.subject_of(&headers).await.map_err(|_| Refusal::Unauthenticated)?;
    let request = id.map_or_else(Uuid::new_v4, |Extension(id)| id.0);
    let purpose = audit_of_whole(&subject);
    let index = parse_tile_index(&index).map_err(|_| Refusal::NotFound)?;
    let note = |outcome, people, position| AccessNote {
        request,
        actor: subject.actor.clone(),
        office: Some(subject.office.clone()),
        action: AccessAction::Events,
        purpose: purpose.unwrap_or(AccessPurpose::Unstated),
        outcome,
        position,
        people,
        fields: RevealedFields::NONE,
        reason: None,
    };
    let write_down = async |note: AccessNote| match subject.is_known {
        true => log.witness.note(vec![note]).await.map_err(|_| Refusal::Unavailable),
        false => Ok(()),
    };
    if purpose.is_none() {
        write_down(note(AccessOutcome::Denied, Vec::new(), log.engine.head())).await?;
        return Err(Refusal::Forbidden);
    }
    let engine = log.engine.clone();
    let read = tokio::task::spawn_blocking(move || engine.entries(index)).await;
    let entries = read.map_err(|_| Refusal::Unavailable)??.ok_or(Refusal::NotFound)?;
    let people: BTreeSet<Uuid> = entries.iter().filter_map(|entry| entry.person).collect();
    let last = Position(entries.last().map_or(0, |entry| entry.position.0));
    write_down(note(AccessOutcome::Shown, people.into_iter().collect(), last)).await?;
    Ok(([(header::CONTENT_TYPE, BYTES)], bundle(&entries)).into_response())
}

fn bundle(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let stored = entry.stored.as_deref().unwrap_or_default();
        // An event is shorter than 64 KiB by far.
        bytes.extend_from_slice(&(stored.len() as u16).to_be_bytes());
        bytes.extend_from_slice(stored);
    }
    bytes
}
