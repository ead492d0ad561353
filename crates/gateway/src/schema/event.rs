//! Events as everybody may read them.

use async_graphql::{ID, Object, SimpleObject};
use sigeyi_domain::EventType;
use uuid::Uuid;

use super::{
    codes::{Code, Codes},
    event_data,
    region::Region,
    scalars::{Date, DateTime, Json, Position},
};
use crate::scope::Readable;

/// An event of the log. `HistoryEntry` has the same fields, from here.
#[derive(Debug, Clone)]
pub(crate) struct Event(pub(crate) Readable);

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

/// Something that was recorded; it is never changed. Without names, numbers or remarks. 事件
#[Object]
impl Event {
    /// Place in the log. 位置
    async fn position(&self) -> Position {
        Position(self.0.event().position)
    }

    /// Type. 事件类型
    #[graphql(name = "type")]
    async fn event_type(&self) -> Code<EventType> {
        Code(self.0.event().event_type)
    }

    /// The Chinese term of the type. 名称
    async fn label(&self) -> &'static str {
        Codes::label(self.0.event().event_type)
    }

    /// Schema number of `stored`.
    async fn schema(&self) -> u8 {
        self.0.event().schema
    }

    /// Whom it belongs to; for readers of the pseudonymous stream a pseudonym that nobody else has, here and in `commandId`. 人员
    async fn person_id(&self) -> Option<ID> {
        self.0.event().person.map(ID::from)
    }

    /// How many events the person has with it. 版本
    async fn version(&self) -> u32 {
        self.0.event().version
    }

    /// When it happened. 发生日期
    async fn effective_on(&self) -> Date {
        Date(self.0.event().effective)
    }

    /// When it was recorded. 记录时间
    async fn recorded_at(&self) -> DateTime {
        DateTime { micros: self.0.event().recorded_at }
    }

    /// The person's county as known when it was recorded. 地区
    async fn region(&self) -> Option<Region> {
        self.0.event().region.map(Region)
    }

    /// Who recorded it. 经办人
    async fn actor(&self) -> &str {
        &self.0.event().actor
    }

    /// For which office: its id; in the history of somebody the name as it was written, where it is no id. 经办机构
    async fn office(&self) -> &str {
        &self.0.event().office
    }

    /// The command that recorded it.
    async fn command_id(&self) -> Uuid {
        self.0.event().command
    }

    /// What everybody may read of it: fields as `schema/events` has them in camelCase, codes as the enums of this schema, positions as
    /// `Position`. 内容
    async fn data(&self) -> Json {
        Json(event_data::data(&self.0.event().clear))
    }

    /// The same as it is stored for ever, by the schema number of its type: codes by their stored names. For those who check the log. 存储内容
    async fn stored(&self) -> Json {
        Json(serde_json::from_str(&self.0.event().clear).unwrap_or_default())
    }
}
