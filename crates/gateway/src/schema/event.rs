//! Events as everybody may read them.

use async_graphql::{Context, ID, Object, SimpleObject};
use sigeyi_domain::EventType;
use sigeyi_engine::LogEvent;
use uuid::Uuid;

use super::{
    codes::{Code, Codes},
    errors::or_null,
    event_data, proofs,
    region::Region,
    scalars::{Date, DateTime, Json, Position},
};
use crate::scope::Readable;

/// An event of the log. `HistoryEntry` has the same fields, from here.
#[derive(Debug, Clone)]
pub(crate) struct Event(pub(crate) Readable);

impl Event {
    fn shown(&self) -> Option<&LogEvent> {
        self.0.event()
    }
}

/// A piece of the log. 事件列表
#[derive(SimpleObject)]
pub(crate) struct EventConnection {
    /// As known here.
    pub(crate) position: Position,
    /// The events with their cursors.
    pub(crate) edges: Vec<EventEdge>,
    /// The events.
    pub(crate) nodes: Vec<Event>,
    /// Whether others follow, and behind what.
    pub(crate) page_info: EventPageInfo,
}

/// An event of a page.
#[derive(SimpleObject)]
pub(crate) struct EventEdge {
    /// The event's position.
    pub(crate) cursor: Position,
    /// The event.
    pub(crate) node: Event,
}

/// How a piece of the log goes on.
#[derive(SimpleObject)]
pub(crate) struct EventPageInfo {
    /// Whether the log goes on behind `endCursor`; with a filter, whether it has been looked through to the end.
    pub(crate) has_next_page: bool,
    /// The position up to which the log was looked through: give it as `after`.
    pub(crate) end_cursor: Position,
}

/// Something that was recorded; it is never changed. Without names, numbers or remarks. Of a person whose data are restricted or erased there is
/// the position and nothing else: every other field is null. 事件
#[Object]
impl Event {
    /// Place in the log. 位置
    async fn position(&self) -> Position {
        Position(self.0.position())
    }

    /// Whether what is here must not be shown: its person's data are restricted or erased. 不予显示
    async fn withheld(&self) -> bool {
        self.shown().is_none()
    }

    /// Type. 事件类型
    #[graphql(name = "type")]
    async fn event_type(&self) -> Option<Code<EventType>> {
        Some(Code(self.shown()?.event_type))
    }

    /// The Chinese term of the type. 名称
    async fn label(&self) -> Option<&'static str> {
        Some(Codes::label(self.shown()?.event_type))
    }

    /// Schema number of `stored`.
    async fn schema(&self) -> Option<u8> {
        Some(self.shown()?.schema)
    }

    /// Whom it belongs to; for readers of the pseudonymous stream a pseudonym that nobody else has, here and in `commandId`. 人员
    async fn person_id(&self) -> Option<ID> {
        self.shown()?.person.map(ID::from)
    }

    /// How many events the person has with it. 版本
    async fn version(&self) -> Option<u32> {
        Some(self.shown()?.version)
    }

    /// When it happened. 发生日期
    async fn effective_on(&self) -> Option<Date> {
        Some(Date(self.shown()?.effective))
    }

    /// When it was recorded. 记录时间
    async fn recorded_at(&self) -> Option<DateTime> {
        Some(DateTime { micros: self.shown()?.recorded_at })
    }

    /// The person's county as known when it was recorded. 地区
    async fn region(&self) -> Option<Region> {
        self.shown()?.region.map(Region)
    }

    /// Who recorded it. 经办人
    async fn actor(&self) -> Option<&str> {
        Some(&self.shown()?.actor)
    }

    /// For which office: its id; in the history of somebody the name as it was written, where it is no id. 经办机构
    async fn office(&self) -> Option<&str> {
        Some(&self.shown()?.office)
    }

    /// The command that recorded it.
    async fn command_id(&self) -> Option<Uuid> {
        Some(self.shown()?.command)
    }

    /// What everybody may read of it: fields as `schema/events` has them in camelCase, codes as the enums of this schema, positions as
    /// `Position`. 内容
    async fn data(&self) -> Option<Json> {
        Some(Json(event_data::data(&self.shown()?.clear)))
    }

    /// The same as it is stored for ever, by the schema number of its type: codes by their stored names. For those who check the log. 存储内容
    async fn stored(&self) -> Option<Json> {
        Some(Json(serde_json::from_str(&self.shown()?.clear).unwrap_or_default()))
    }

    /// That it is in the log (c2sp.org/tlog-proof), with its stored bytes, for `sigeyi-verify proof`: for those who may read proofs of its region. It
    /// is there within a second or two after the event. 存证
    #[graphql(complexity = 5)]
    async fn proof(&self, ctx: &Context<'_>) -> Option<String> {
        or_null(ctx, proofs::of_event(ctx, &self.0).await)
    }
}
