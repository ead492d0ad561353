//! One event in the history of somebody.

use async_graphql::{Object, SimpleObject};

use super::{event::Event, scalars::Position};
use crate::scope::SeenHistory;

pub(crate) struct HistoryEntry {
    event: Event,
    seen: SeenHistory,
}

/// One thing that the register says differently after an event. 变更
#[derive(SimpleObject)]
pub(crate) struct Change {
    /// What, in the words of the forms. 项目
    field: &'static str,
    /// Before; masked where it says who somebody is. 变更前
    before: Option<String>,
    /// After; masked where it says who somebody is. 变更后
    after: String,
}

/// What stands for text that is not shown.
const MASK: &str = "＊＊＊";

impl HistoryEntry {
    pub(crate) fn of(seen: SeenHistory) -> HistoryEntry {
        HistoryEntry { event: Event(seen.event.clone()), seen }
    }
}

/// One event of somebody, with what it changed and what it has to do with the person's other events, as known at the person's `position`. 历程
#[Object]
impl HistoryEntry {
    #[graphql(flatten)]
    async fn event(&self) -> &Event {
        &self.event
    }

    /// What the register says differently since; of a voiding, what it gives back. 变更
    async fn changes(&self) -> Vec<Change> {
        let shown = |is_personal: bool, text: &String| {
            if is_personal { MASK.to_owned() } else { text.clone() }
        };
        let changes = self.seen.changes.iter();
        changes
            .map(|change| Change {
                field: change.field,
                before: change.before.as_ref().map(|text| shown(change.is_personal, text)),
                after: shown(change.is_personal, &change.after),
            })
            .collect()
    }

    /// The record that it voids. 作废
    async fn voids(&self) -> Option<Position> {
        self.seen.voids.map(Position)
    }

    /// The event that voids it, as known at the person's `position`, whatever its day; what is voided counts for nothing. 被作废
    async fn voided_by(&self) -> Option<Position> {
        self.seen.voided_by.map(Position)
    }

    /// The events that were the last to say something of a field which it says differently: whose values it corrects, or which hold no more because
    /// something has changed. 取代
    async fn corrects(&self) -> Vec<Position> {
        self.seen.corrects.iter().copied().map(Position).collect()
    }

    /// The events that say a field differently of which it had been the last to say something. 被取代
    async fn corrected_by(&self) -> Vec<Position> {
        self.seen.corrected_by.iter().copied().map(Position).collect()
    }

    /// Whether the month in which it happened was over when it was recorded, so that the figures of that month's end did not have it. A voiding is late by
    /// the month in which the voided record was recorded. 补录
    async fn late(&self) -> bool {
        self.seen.lateness.is_late
    }

    /// Days from the day on which it happened to the day in China on which it was recorded; of a voiding, from the day on which the voided record was
    /// recorded. 间隔天数
    async fn recorded_after_days(&self) -> i32 {
        self.seen.lateness.after_days
    }
}
