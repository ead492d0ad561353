//! Reads a body as it comes, no faster than its rows are recorded.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

use super::{limits::ImportLimits, refusal::Refusal};
use crate::{costs::Costs, subject::Subject};

/// Pieces that wait for the recording thread at most. hyper gives at most some 64 KiB in one here.
pub(super) const PIECES_MAX: usize = 8;

/// What the recording thread gets.
pub(super) enum Piece {
    /// Bytes of the body.
    Bytes(Bytes),
    /// The body is complete.
    End,
}

/// Who pays for a body.
pub(super) struct Payer {
    pub(super) costs: Arc<Costs>,
    pub(super) subject: Subject,
}

impl Payer {
    async fn pay(&self, bytes: usize) {
        self.costs.import_piece(&self.subject, bytes).await;
    }
}

/// Hands a body on to its end, or until nobody takes it any more. Each piece waits until it is paid for.
pub(super) async fn pass_on(
    body: &mut Body,
    pieces: mpsc::Sender<Piece>,
    limits: &ImportLimits,
    payer: &Payer,
) -> Result<(), Refusal> {
    let whole = async {
        loop {
            let frame = match timeout(limits.piece_time_max, body.frame()).await {
                Err(_) => return Err(Refusal::Timeout),
                Ok(Some(Err(_))) => return Err(Refusal::BrokenOff),
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => {
                    // A recording that has stopped says itself why.
                    let _ = pieces.send(Piece::End).await;
                    return Ok(());
                }
            };
            let Ok(bytes) = frame.into_data() else { continue };
            payer.pay(bytes.len()).await;
            if pieces.send(Piece::Bytes(bytes)).await.is_err() {
                return Ok(());
            }
        }
    };
    timeout_at(Instant::now() + limits.body_time_max, whole).await.unwrap_or(Err(Refusal::Timeout))
}

/// Reads what is left, for its time.
pub(super) async fn drain(body: &mut Body, limits: &ImportLimits) {
    let rest = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ = timeout(limits.drain_time_max, rest).await;
}
