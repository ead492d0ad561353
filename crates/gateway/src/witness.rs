//! Writing down who is shown, before it is shown. Whoever asks without identity is nobody who could be written down.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, Result};
use futures_util::{FutureExt, future::BoxFuture};
use sigeyi_domain::Identifier;
use sigeyi_engine::{AccessLogError, AccessNote, Engine, Position};
use uuid::Uuid;

use crate::{
    asked::Asked,
    request_id::RequestId,
    schema::{Service, of_access_log},
    scope::{ReadableLog, Shown, Sighting, Trace},
    subject::Subject,
};

/// Time that a request waits for its entry.
const NOTED_WITHIN: Duration = Duration::from_secs(8);

/// Whoever writes down.
pub(crate) trait Witness: Send + Sync + 'static {
    /// Done when all of it is durable.
    fn note(&self, notes: Vec<AccessNote>) -> BoxFuture<'_, Result<(), AccessLogError>>;
}

impl Witness for Engine {
    fn note(&self, notes: Vec<AccessNote>) -> BoxFuture<'_, Result<(), AccessLogError>> {
        // All are handed in before one is awaited, so that they share a sync.
        let handed_in: Result<Vec<_>, _> =
            notes.into_iter().map(|note| self.log_access_async(note)).collect();
        let written = async move {
            for ticket in handed_in? {
                let logged = tokio::time::timeout(NOTED_WITHIN, ticket).await;
                logged.unwrap_or(Err(AccessLogError::OutcomeUnknown))?;
            }
            Ok(())
        };
        written.boxed()
    }
}

/// A request whose sightings are written down.
#[derive(Debug, Clone)]
pub(crate) struct Witnessed {
    request: Uuid,
    /// None for whoever is not known.
    who: Option<(Identifier, Identifier)>,
}

impl Witnessed {
    /// An operation.
    pub(crate) fn asked(asked: &Asked) -> Witnessed {
        Witnessed::new(asked.subject(), asked.id())
    }

    /// The operation of a resolver.
    pub(crate) fn of(ctx: &Context<'_>) -> Result<Witnessed> {
        Ok(Witnessed::new(ctx.data::<Subject>()?, *ctx.data::<RequestId>()?))
    }

    /// A request of somebody.
    pub(crate) fn new(subject: &Subject, id: RequestId) -> Witnessed {
        let who = subject.is_known.then(|| (subject.actor.clone(), subject.office.clone()));
        Witnessed { request: id.0, who }
    }

    /// The one place where anything is written down. Nobody may be shown before it is done, and nobody after an error.
    pub(crate) async fn note(
        &self,
        service: &Service,
        sightings: &[Sighting],
        position: Position,
    ) -> Result<()> {
        let Some((actor, office)) = &self.who else { return Ok(()) };
        let mut notes = Vec::new();
        for sighting in sightings {
            let note = AccessNote {
                request: self.request,
                actor: actor.clone(),
                office: Some(office.clone()),
                action: sighting.action,
                purpose: sighting.purpose,
                outcome: sighting.outcome,
                position,
                people: Vec::new(),
                fields: sighting.fields,
                reason: sighting.reason.clone(),
            };
            let people: Vec<Uuid> = sighting.people.iter().copied().collect();
            if people.is_empty() {
                notes.push(note.clone());
            }
            let pieces = people.chunks(AccessNote::PEOPLE_MAX);
            notes.extend(pieces.map(|people| AccessNote { people: people.to_vec(), ..note.clone() }));
        }
        if notes.is_empty() {
            return Ok(());
        }
        service.witness.note(notes).await.map_err(|error| of_access_log(&error))
    }

    /// The same for events that somebody who follows is about to be given.
    pub(crate) async fn events(
        &self,
        service: &Service,
        log: &ReadableLog,
        events: impl IntoIterator<Item = Trace>,
        position: Position,
    ) -> Result<()> {
        if self.who.is_none() {
            return Ok(());
        }
        let shown = Shown::default();
        log.note(&shown, events);
        self.note(service, &shown.sightings(), position).await
    }
}

/// Whoever writes down for an engine.
pub(crate) fn of_engine(engine: &Arc<Engine>) -> Arc<dyn Witness> {
    engine.clone()
}
