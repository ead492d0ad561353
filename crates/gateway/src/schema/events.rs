//! The log, page by page.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Result};
use sigeyi_cloudevents::{EventsWanted, NothingFits};
use sigeyi_domain::{EventType, Step};
use sigeyi_engine::{LogFilter, Reading};
use uuid::Uuid;

use super::{
    codes::Code,
    errors::{fault, of_question},
    event::{Event, EventConnection, EventEdge, EventPageInfo},
    people::{page_size, unknown_region},
    reading::{offloaded, plan_of},
    region,
    scalars::{Date, DateTime, Position},
    service::Service,
};
use crate::scope::{Readable, Scope};

/// Events that are looked at for one page at most, so that a filter that fits nothing ends.
const LOOKED_AT_MAX: usize = 20_000;

/// Which events. What is left out does not limit. 筛选条件
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct EventFilter {
    /// Of one of these types. 事件类型
    types: Option<Vec<Code<EventType>>>,
    /// Of people who were in this region, as known when it was recorded. 地区
    region: Option<ID>,
    /// Of this person. 人员
    person_id: Option<ID>,
    /// About one of these steps, also where it was tried and does not count. 步骤
    steps: Option<Vec<Code<Step>>>,
    /// Of what happened in the window of this plan, by its id. 方案
    plan: Option<ID>,
    /// Of what happened on this day or later. 发生日期起
    effective_from: Option<Date>,
    /// Of what happened on this day or earlier. 发生日期止
    effective_to: Option<Date>,
    /// Of what was recorded at this moment or later. 记录时间起
    recorded_from: Option<DateTime>,
    /// Of what was recorded before this moment: the next window begins with it. 记录时间止
    recorded_before: Option<DateTime>,
}

impl EventFilter {
    pub(crate) fn checked(self) -> Result<LogFilter> {
        let region = self.region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
        let person = self.person_id.map(|id| Uuid::parse_str(&id)).transpose();
        let wanted = EventsWanted {
            types: self.types.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            steps: self.steps.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            region: region.map(|region| region.0),
            person: person.map_err(|_| {
                fault("BAD_PERSON_ID", "this is no id of a person: use the ids that answers give")
            })?,
            plan: self.plan.as_ref().map(plan_of).transpose()?,
            effective_from: self.effective_from.map(|day| day.0),
            effective_to: self.effective_to.map(|day| day.0),
            recorded_from: self.recorded_from.map(|moment| moment.micros),
            recorded_before: self.recorded_before.map(|moment| moment.micros),
        };
        wanted.filter().map_err(|nothing| fault(NothingFits::CODE, nothing.to_string()))
    }
}

/// A page of the log.
pub(crate) async fn page(
    ctx: &Context<'_>,
    reading: Arc<Reading>,
    after: Option<Position>,
    first: i32,
    filter: Option<EventFilter>,
) -> Result<EventConnection> {
    let first = page_size(first)?;
    let scope = Scope::of(ctx)?;
    let log = scope.log(filter.unwrap_or_default().checked()?)?;
    let filter = log.filter().clone();
    let after = after.map_or(sigeyi_engine::Position::BEGINNING, |after| after.0);
    let read =
        move |reading: &Reading| reading.events(after, &filter, first, LOOKED_AT_MAX).map_err(of_question);
    let page = offloaded(ctx, &reading, read).await?;
    let head = reading.at().position;
    let engine = &ctx.data::<Arc<Service>>()?.engine;
    let shown: Vec<Readable> = page.events.into_iter().filter_map(|event| log.show(engine, event)).collect();
    log.note(scope.shown(), shown.iter().map(Readable::trace));
    let nodes: Vec<Event> = shown.into_iter().map(Event).collect();
    let edge = |event: &Event| EventEdge { cursor: Position(event.0.position()), node: event.clone() };
    Ok(EventConnection {
        position: Position(head),
        edges: nodes.iter().map(edge).collect(),
        nodes,
        page_info: EventPageInfo { has_next_page: page.through < head, end_cursor: Position(page.through) },
    })
}
