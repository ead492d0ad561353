//! The end of the log.

use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject};
use uuid::Uuid;

use super::{
    reading::reading_from,
    scalars::{Date, Position},
    service::Service,
};
/// The end of the log. 最新位置
#[derive(SimpleObject)]
pub(crate) struct Head {
    /// The position up to which this request sees everything. 位置
    position: Position,
    /// What "today" means. 今天
    today: Date,
    /// Which log it is.
    log_id: Uuid,
    /// Whether every person in it is invented. 合成数据
    synthetic: bool,
}

/// The end, once everything up to a position is seen.
pub(crate) async fn head(ctx: &Context<'_>, min_position: Option<Position>) -> Result<Head> {
    let reading = reading_from(ctx, min_position).await?;
    let engine = &ctx.data::<Arc<Service>>()?.engine;
    let at = reading.at();
    Ok(Head {
        position: Position(at.position),
        today: Date(at.today),
        log_id: engine.log_id(),
        synthetic: engine.is_synthetic(),
    })
}
