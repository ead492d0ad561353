//! The log as others hold it to its word: checkpoints and tiles for everybody, entries for those who audit the whole. The layout is that of
//! `c2sp.org/tlog-tiles` below `/log`, with full tiles only.

mod entries;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sigeyi_engine::{Engine, ProofError, TileId};

use crate::{identities::Identities, witness::Witness};

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// A full tile never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A checkpoint is replaced within a second.
const AT_ONCE: &str = "no-cache";

/// What the routes need.
#[derive(Clone)]
pub(crate) struct PublishedLog {
    pub(crate) engine: Arc<Engine>,
    pub(crate) identities: Arc<Identities>,
    pub(crate) witness: Arc<dyn Witness>,
}

/// `/log/checkpoint`, `/log/tile/…`, `/log/entries/…`.
pub(crate) fn routes(log: PublishedLog) -> Router {
    Router::new()
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/tile/{*path}", get(tile))
        .route("/log/entries/{*index}", get(entries::entries))
        .with_state(log)
}

/// Why there is nothing to give.
#[derive(Debug)]
enum Refusal {
    Unauthenticated,
    Forbidden,
    NotFound,
    Unavailable,
}

async fn checkpoint(State(log): State<PublishedLog>) -> Result<Response, Refusal> {
    let published = log.engine.checkpoint().ok_or(Refusal::NotFound)?;
    let headers = [(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, AT_ONCE)];
    Ok((headers, published.signed().to_string()).into_response())
}

async fn tile(State(log): State<PublishedLog>, Path(path): Path<String>) -> Result<Response, Refusal> {
    let id = TileId::parse(&format!("tile/{path}")).map_err(|_| Refusal::NotFound)?;
    let engine = log.engine.clone();
    let tile = tokio::task::spawn_blocking(move || engine.tile(id)).await;
    let tile = tile.map_err(|_| Refusal::Unavailable)??.ok_or(Refusal::NotFound)?;
    let headers = [(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((headers, tile.bytes().to_vec()).into_response())
}

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Refusal {
        match error {
            ProofError::NoCheckpoint | ProofError::Beyond { .. } | ProofError::Order | ProofError::Nobody => {
                Refusal::NotFound
            }
            ProofError::Inclusion(_)
            | ProofError::NotAnEvent(_)
            | ProofError::Read(_)
            | ProofError::Tiles(_) => {
                tracing::error!(%error, "the log cannot be shown to others");
                Refusal::Unavailable
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let said = |status, text: &'static str| (status, [(header::CONTENT_TYPE, TEXT)], text);
        match self {
            Refusal::Unauthenticated => {
                let mut response =
                    said(StatusCode::UNAUTHORIZED, "there are no valid credentials\n").into_response();
                let challenge = header::HeaderValue::from_static("Bearer");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
            Refusal::Forbidden => {
                said(StatusCode::FORBIDDEN, "entries are for those who audit the whole\n").into_response()
            }
            Refusal::NotFound => {
                said(StatusCode::NOT_FOUND, "the newest checkpoint has nothing like that\n").into_response()
            }
            Refusal::Unavailable => {
                said(StatusCode::SERVICE_UNAVAILABLE, "it cannot be given now\n").into_response()
            }
        }
    }
}
