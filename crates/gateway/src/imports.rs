//! Rosters and records over HTTP: `POST /imports?source=NAME` takes a row a line and records while it reads.

mod answer;
mod body;
mod limits;
mod lines;
mod recording;
mod refusal;
mod row;
#[cfg(test)]
mod tests;

use std::{future::poll_fn, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::Response,
    routing::post,
};
use sigeyi_domain::Identifier;
use sigeyi_engine::{Engine, ImportSummary};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use self::{
    body::{PIECES_MAX, Payer, drain, pass_on},
    recording::{Sender, record},
    refusal::{Fault, Refusal},
};
use crate::{
    costs::Costs,
    identities::{Identities, Visitor},
    request_id::RequestId,
    scope::import_regions,
    tokens::Token,
};

pub(crate) use self::limits::ImportLimits;
pub use self::{
    answer::{ImportAnswer, RejectedRow, RowCounts},
    limits::ROW_BYTES_MAX,
    row::{ImportRow, RecordLine, RosterLine},
};

/// Media type of what is sent.
const NDJSON: &str = "application/x-ndjson";

#[derive(Clone)]
struct Imports {
    engine: Arc<Engine>,
    limits: ImportLimits,
    seats: Arc<Semaphore>,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
}

/// The routes of imports: `/imports`.
pub(crate) fn routes(
    engine: Arc<Engine>,
    limits: ImportLimits,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
) -> Router {
    let seats = Arc::new(Semaphore::new(limits.imports_max));
    let imports = Imports { engine, limits, seats, identities, costs };
    Router::new().route("/imports", post(answer)).with_state(imports)
}

async fn answer(State(imports): State<Imports>, request: Request) -> Response {
    let id = request.extensions().get().copied().unwrap_or_else(|| RequestId(Uuid::new_v4()));
    match imports.import(request).await {
        Ok(summary) => {
            let rows = summary.roster.rows + summary.records.rows;
            let (events, rejects) = (summary.events, summary.rejects.len());
            tracing::info!(rows, events, rejects, request_id = %id.0, "imported");
            answer::of(summary)
        }
        Err(refusal) => {
            let (code, line) = (refusal.code(), refusal.line());
            tracing::warn!(code, line, request_id = %id.0, "an import was not carried out to its end");
            refusal.into_response(id)
        }
    }
}

impl Imports {
    async fn import(&self, request: Request) -> Result<ImportSummary, Refusal> {
        let visitor = self.identities.visitor(request.headers()).await;
        let Visitor { subject, token } = visitor.map_err(|_| Refusal::Unauthenticated)?;
        let regions = import_regions(&subject).ok_or(Refusal::Forbidden)?;
        require_ndjson(request.headers())?;
        let sender = Sender { source: source(request.uri().query())?, subject, regions };
        self.costs.import(&sender.subject)?;
        // Whoever comes too late has read nothing of the body, so a client that awaits "100 Continue" has sent nothing of it.
        let seat = self.seats.clone().try_acquire_owned().map_err(|_| Refusal::TooManyImports)?;
        let payer = Payer { costs: self.costs.clone(), subject: sender.subject.clone() };
        let (pieces, taken) = mpsc::channel(PIECES_MAX);
        let (engine, rows_max) = (self.engine.clone(), self.limits.rows_max);
        let recording = tokio::task::spawn_blocking(move || {
            let recorded = record(&engine, sender, rows_max, taken);
            drop(seat);
            recorded
        });
        let mut body = request.into_body();
        // Rows come for as long as an hour, and none of them by a right that is gone.
        let passed_on = tokio::select! {
            passed_on = pass_on(&mut body, pieces, &self.limits, &payer) => passed_on,
            () = rights_change(token) => Err(Refusal::Forbidden),
        };
        let recorded = recording.await.map_err(|_| Refusal::Internal)?;
        match (recorded, passed_on) {
            (Ok(summary), Ok(())) => Ok(summary),
            (Err(Fault::BrokenOff) | Ok(_), Err(refusal)) => Err(refusal),
            (Err(fault), _) => {
                // Most clients read no answer before they have sent everything.
                drain(&mut body, &self.limits).await;
                Err(fault.into())
            }
        }
    }
}

/// Once a token gives other rights than it gave; never where there is none.
async fn rights_change(token: Option<Token>) {
    match token {
        Some(mut token) => poll_fn(|context| token.poll_change(context)).await,
        None => std::future::pending().await,
    }
}

fn require_ndjson(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case(NDJSON) { Ok(()) } else { Err(Refusal::UnsupportedMediaType) }
}

/// The source system. Ids need no escapes, so none are understood.
fn source(query: Option<&str>) -> Result<Identifier, Refusal> {
    let mut values = query.unwrap_or("").split('&').filter_map(|pair| pair.strip_prefix("source="));
    match (values.next(), values.next()) {
        (Some(source), None) => Identifier::parse(source).map_err(|_| Refusal::BadSource),
        _ => Err(Refusal::BadSource),
    }
}
