//! Checkpoints and proofs, for those who may read them. What nobody is shown in is of `/log/…` and public.

use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject};
use sigeyi_engine::{Engine, ProofError, Reading, base64};

use super::{
    errors::fault,
    reading::{offloaded, reading_from},
    scalars::Position,
    service::Service,
};
use crate::scope::{Readable, Scope};

/// What the log has signed: so many events, and the root of the tree over them. 存证点
#[derive(SimpleObject)]
pub(crate) struct Checkpoint {
    /// Which log: the name of its key.
    origin: String,
    /// The position of its last event. 位置
    size: Position,
    /// The root, in base64.
    root: String,
    /// The signed note (c2sp.org/tlog-checkpoint), with the signatures of witnesses. 签名文本
    note: String,
    /// The public key of the log. Whoever checks gets it from somebody else.
    public_key: String,
}

/// That the log of `to` events begins with the whole of the log of `from` events. 一致性证明
#[derive(SimpleObject)]
pub(crate) struct ConsistencyProof {
    /// The earlier size. 起
    from: Position,
    /// The later size. 止
    to: Position,
    /// Hashes in base64, as RFC 9162 section 2.1.4 has them.
    path: Vec<String>,
}

/// The newest checkpoint; none before there is one.
pub(super) fn checkpoint(ctx: &Context<'_>) -> Result<Option<Checkpoint>> {
    let engine = allowed(ctx)?;
    let (Some(published), Some(key)) = (engine.checkpoint(), engine.log_key()) else { return Ok(None) };
    let checkpoint = published.checkpoint();
    Ok(Some(Checkpoint {
        origin: checkpoint.origin.clone(),
        size: Position(sigeyi_engine::Position(checkpoint.size)),
        root: base64(&checkpoint.root),
        note: published.signed().to_string(),
        public_key: key.to_string(),
    }))
}

/// How the log goes on from one size to another.
pub(super) async fn consistency(ctx: &Context<'_>, from: Position, to: Position) -> Result<ConsistencyProof> {
    let engine = allowed(ctx)?;
    let reading = reading_from(ctx, None).await?;
    let sizes = (from.0.0, to.0.0);
    let path = offloaded(ctx, &reading, move |_| engine.consistency(sizes.0, sizes.1).map_err(of_proof));
    Ok(ConsistencyProof { from, to, path: path.await?.iter().map(|hash| base64(hash)).collect() })
}

/// The proof of an event that may be shown. What a command has just recorded, and events as they come, are ahead of every checkpoint.
pub(super) async fn of_event(ctx: &Context<'_>, event: &Readable) -> Result<Option<String>> {
    if ctx.data_opt::<Arc<Reading>>().is_none() {
        return Err(fault(
            "NO_PROOF",
            "it has just been recorded: ask `event` for its proof in a second or two",
        ));
    }
    let scope = Scope::of(ctx)?;
    scope.proves(event)?;
    scope.shown().changes_by_itself();
    if event.event().is_none() {
        return Ok(None);
    }
    let (engine, position) = (engine(ctx)?, event.position());
    let reading = reading_from(ctx, None).await?;
    let proof = offloaded(ctx, &reading, move |_| engine.proof(position).map_err(of_proof));
    Ok(Some(proof.await?.to_string()))
}

/// The engine, for whoever may read proofs of some region. A checkpoint is replaced without an event.
fn allowed(ctx: &Context<'_>) -> Result<Arc<Engine>> {
    let scope = Scope::of(ctx)?;
    scope.reads_proofs()?;
    scope.shown().changes_by_itself();
    engine(ctx)
}

fn engine(ctx: &Context<'_>) -> Result<Arc<Engine>> {
    Ok(ctx.data::<Arc<Service>>()?.engine.clone())
}

fn of_proof(error: ProofError) -> async_graphql::Error {
    match error {
        ProofError::NoCheckpoint | ProofError::Beyond { .. } | ProofError::Order | ProofError::Nobody => {
            fault("NO_PROOF", error.to_string())
        }
        ProofError::Inclusion(_) | ProofError::NotAnEvent(_) | ProofError::Read(_) | ProofError::Tiles(_) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the log could not be proved");
            fault("LOG_UNREADABLE", "the log could not be read: tell whoever runs the service")
        }
    }
}
