//! What changed between two moments of knowledge.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use sigeyi_domain::{
    Figure, View,
    access::{Action, Mask},
};
use sigeyi_engine::{DifferenceQuestion, FiguresDifference, KnownAt, LogEntry, LogFilter, Reading, Times};

use super::{
    codes::{Code, Codes},
    errors::{of_question, or_null},
    event::{Event, EventPageInfo},
    plan::Plan,
    progress::Progress,
    reading::offloaded,
    region::Region,
    scalars::{Date, Position},
    service::Service,
};
use crate::scope::{Readable, Scope};

pub(crate) struct FiguresDiff {
    region: sigeyi_domain::Region,
    reading: Arc<Reading>,
    inner: FiguresDifference,
    mask: Mask,
    /// The last position that the events were looked for behind.
    after: sigeyi_engine::Position,
}

/// How one figure of the region changed. 数字变化
#[derive(SimpleObject)]
pub(crate) struct FigureChange {
    /// Which. 口径
    figure: Code<Figure>,
    /// The Chinese term. 名称
    label: &'static str,
    /// How many people counted, as known at the first moment. 变化前
    before: u32,
    /// How many count, as known at the second. 变化后
    after: u32,
    /// People who count at the second and did not at the first. 增加
    gained: u32,
    /// People who counted at the first and do not at the second. 减少
    lost: u32,
}

pub(crate) struct DiffEvent {
    event: Event,
    voids: Option<sigeyi_engine::Position>,
}

/// What is asked.
pub(crate) struct Asked {
    pub(crate) region: sigeyi_domain::Region,
    pub(crate) plan: &'static sigeyi_domain::Plan,
    pub(crate) before: Times,
    pub(crate) known_after: Option<KnownAt>,
    pub(crate) figure: Option<Figure>,
    pub(crate) first: usize,
    pub(crate) after: sigeyi_engine::Position,
}

impl FiguresDiff {
    /// Counts it: up to three passes over everybody.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        reading: &Arc<Reading>,
        mask: Mask,
        asked: Asked,
    ) -> Result<FiguresDiff> {
        let Asked { region, plan, before, known_after, figure, first, after } = asked;
        let question = DifferenceQuestion { region, plan, before, after: known_after, figure };
        let ask =
            move |reading: &Reading| reading.figures_difference(&question, first, after).map_err(of_question);
        let inner = offloaded(ctx, reading, ask).await?;
        Ok(FiguresDiff { region, reading: reading.clone(), inner, mask, after })
    }

    fn view(&self) -> View {
        let answer = &self.inner.after;
        View { as_of: answer.as_of, known_at: sigeyi_domain::Position(answer.position.0) }
    }
}

/// What changed between two moments of knowledge, of one day under one plan. Exactly `eventCount` events explain it: the figures of a log without them
/// are those of before. People whose data have been erased since count at neither moment, and `erasedSince` of both says how many they are. 两个已知时点之间的变化
#[Object]
impl FiguresDiff {
    /// Where. 地区
    async fn region(&self) -> Region {
        Region(self.region)
    }

    /// Under which plan. 方案
    async fn plan(&self) -> Plan {
        Plan(self.inner.after.plan)
    }

    /// As of the end of this day. 截至
    async fn as_of(&self) -> Date {
        Date(self.view().as_of)
    }

    /// The figures as known at the first moment, `position` among them. 变化前
    async fn before(&self) -> Progress {
        Progress::new(self.region, Arc::new(self.inner.before.clone()), self.mask)
    }

    /// The figures as known at the second moment. 变化后
    async fn after(&self) -> Progress {
        Progress::new(self.region, Arc::new(self.inner.after.clone()), self.mask)
    }

    /// How many people count differently, in the region or in another division right below it; with `figure`, in that figure. 涉及人数
    async fn people(&self) -> u32 {
        self.inner.people
    }

    /// The figures of the region for which somebody counts and did not, or counted and does not, in the order of the report; with `figure`, by the
    /// people of that figure. 变化的数字
    async fn changes(&self) -> Vec<FigureChange> {
        let was = self.inner.before.counties.of(self.region);
        let is = self.inner.after.counties.of(self.region);
        let changes = Figure::ALL.into_iter().zip(self.inner.changes);
        let changed = changes.filter(|(_, change)| change.gained + change.lost > 0);
        let changed = changed.map(|(figure, change)| FigureChange {
            figure: Code(figure),
            label: Codes::label(figure),
            before: was.get(figure),
            after: is.get(figure),
            gained: change.gained,
            lost: change.lost,
        });
        changed.collect()
    }

    /// Through how many events, those that the reader may not read included. 事件数
    async fn event_count(&self) -> u64 {
        self.inner.events
    }

    /// The events behind `after` through which the figures changed, in the order of the log. Those that the reader may not read are counted and left
    /// out, so a page may be short although more follows. 引起变化的事件
    async fn events(&self, ctx: &Context<'_>) -> Option<Vec<DiffEvent>> {
        or_null(ctx, self.readable(ctx).await)
    }

    /// How the events go on. 分页
    async fn page_info(&self) -> EventPageInfo {
        let last = self.inner.page.last().map_or(self.after, |event| event.position);
        EventPageInfo { has_next_page: self.inner.has_next, end_cursor: Position(last) }
    }
}

impl FiguresDiff {
    async fn readable(&self, ctx: &Context<'_>) -> Result<Vec<DiffEvent>> {
        let scope = Scope::of(ctx)?;
        scope.region(Action::ReadEvents, self.region)?;
        let log = scope.log(LogFilter::default())?;
        let page = self.inner.page.clone();
        let read = move |reading: &Reading| -> Result<Vec<Option<LogEntry>>> {
            page.iter().map(|event| reading.event(event.position).map_err(of_question)).collect()
        };
        let entries = offloaded(ctx, &self.reading, read).await?;
        let engine = &ctx.data::<Arc<Service>>()?.engine;
        let mut shown: Vec<(Readable, Option<sigeyi_engine::Position>)> = Vec::new();
        for (entry, event) in entries.into_iter().zip(&self.inner.page) {
            let readable = entry.and_then(|entry| log.show(engine, entry));
            shown.extend(readable.map(|readable| (readable, event.voids)));
        }
        log.note(scope.shown(), shown.iter().map(|(readable, _)| readable.trace()));
        Ok(shown.into_iter().map(|(event, voids)| DiffEvent { event: Event(event), voids }).collect())
    }
}

/// One event through which figures changed. 引起变化的事件
#[Object]
impl DiffEvent {
    /// The event: a record that was not known before, or the voiding of one that was. 事件
    async fn event(&self) -> &Event {
        &self.event
    }

    /// The record that it takes away, if it voids one. 被作废的记录
    async fn voids(&self) -> Option<Position> {
        self.voids.map(Position)
    }
}
