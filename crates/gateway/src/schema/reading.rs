//! From which position a question is answered, of which day and as known when, and on which thread.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, ID, OneofObject, Result};
use sigeyi_domain::View;
use sigeyi_engine::{Reading, Times};

use super::{
    errors::{fault, of_question},
    scalars::{Date, DateTime, Position},
    service::Service,
};

/// Time that a request waits for `minPosition`.
const MIN_POSITION_WITHIN: Duration = Duration::from_secs(5);
/// What was known: up to a position, or up to a moment. 已知时点
#[derive(Debug, Clone, Copy, OneofObject)]
pub(crate) enum KnownAt {
    /// Up to this position. 位置
    Position(Position),
    /// Up to this moment. 时刻
    Moment(DateTime),
}

impl From<KnownAt> for sigeyi_engine::KnownAt {
    fn from(known_at: KnownAt) -> sigeyi_engine::KnownAt {
        match known_at {
            KnownAt::Position(position) => sigeyi_engine::KnownAt::Position(position.0),
            KnownAt::Moment(moment) => sigeyi_engine::KnownAt::Moment(moment.micros),
        }
    }
}

pub(crate) fn times(as_of: Option<Date>, known_at: Option<KnownAt>) -> Times {
    Times { as_of: as_of.map(|day| day.0), known_at: known_at.map(Into::into) }
}

/// The two times that were asked for, if any were. A moment is looked for in the log, which may take milliseconds.
pub(crate) async fn view(ctx: &Context<'_>, reading: &Arc<Reading>, times: Times) -> Result<Option<View>> {
    match times {
        Times { as_of: None, known_at: None } => Ok(None),
        Times { known_at: Some(sigeyi_engine::KnownAt::Moment(_)), .. } => {
            let ask = move |reading: &Reading| reading.view(times).map_err(of_question);
            offloaded(ctx, reading, ask).await.map(Some)
        }
        Times { .. } => reading.view(times).map(Some).map_err(of_question),
    }
}

/// The request's reading, once everything up to a position is in it.
pub(crate) async fn reading_from(ctx: &Context<'_>, min_position: Option<Position>) -> Result<Arc<Reading>> {
    let reading = ctx.data::<Arc<Reading>>()?.clone();
    if let Some(Position(min)) = min_position {
        let mut head = ctx.data::<Arc<Service>>()?.head.clone();
        // A held reading keeps everybody else waiting, so it waits for nothing itself.
        let within = if reading.is_held() { Duration::ZERO } else { MIN_POSITION_WITHIN };
        let reached = tokio::time::timeout(within, head.wait_for(|head| *head >= min)).await;
        if !matches!(reached, Ok(Ok(_))) {
            return Err(fault(
                "POSITION_NOT_REACHED",
                format!("position {min} is not recorded yet: ask again, or without `minPosition`"),
            ));
        }
        reading.need(min);
    }
    Ok(reading)
}

/// Runs what takes milliseconds where it holds up nobody else.
pub(crate) async fn offloaded<T: Send + 'static>(
    ctx: &Context<'_>,
    reading: &Arc<Reading>,
    ask: impl FnOnce(&Reading) -> Result<T> + Send + 'static,
) -> Result<T> {
    let service = ctx.data::<Arc<Service>>()?;
    // Whoever has a permit may wait for what a held reading holds, so that one takes none.
    let _permit = if reading.is_held() { None } else { service.offloaded.acquire().await.ok() };
    let reading = reading.clone();
    tokio::task::spawn_blocking(move || ask(&reading)).await.map_err(|_| {
        // The panic itself has gone to the log.
        fault("INTERNAL", "something went wrong inside: tell whoever runs the service")
    })?
}

/// The plan with this id, or the one in force on a day, today by default.
pub(crate) fn plan_or_current(
    id: Option<&ID>,
    reading: &Reading,
    on: Option<sigeyi_domain::Day>,
) -> Result<&'static sigeyi_domain::Plan> {
    match id {
        None => Ok(sigeyi_domain::Plan::on(on.unwrap_or_else(|| reading.at().today))),
        Some(id) => plan_of(id),
    }
}

/// The plan with this id.
pub(crate) fn plan_of(id: &ID) -> Result<&'static sigeyi_domain::Plan> {
    sigeyi_domain::Plan::find(id)
        .ok_or_else(|| fault("UNKNOWN_PLAN", "no plan has this id: take one that `plans` lists"))
}
