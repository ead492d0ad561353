//! What waits for a second person to decide on it, for those who may.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use sigeyi_domain::{ErasureGround, Identifier, access::Action};
use sigeyi_engine::{AskedFor, Reading, Waiting};

use super::{
    codes::Code,
    people::{page_size, unknown_region},
    person::Person,
    query::reading_from,
    region::{self, Region},
    scalars::{Date, Position},
};
use crate::scope::Scope;

/// A page of what waits, longest first. 待审批列表
#[derive(SimpleObject)]
pub(crate) struct ApprovalConnection {
    /// As known here.
    position: Position,
    /// What waits.
    nodes: Vec<Approval>,
    /// How the list goes on.
    page_info: ApprovalPageInfo,
}

/// How a list of what waits goes on.
#[derive(SimpleObject)]
pub(crate) struct ApprovalPageInfo {
    /// Whether others follow.
    has_next_page: bool,
    /// The position of the last one: give it as `after`.
    end_cursor: Option<Position>,
}

/// What is to be decided. 审批事项
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ApprovalKind {
    /// A counsellor for somebody: `approveCounsellor` or `declineCounsellor`. 指派就业辅导员
    Counsellor,
    /// The erasure of somebody's data: `eraseData` or `liftRestriction`. 删除个人信息
    Erasure,
}

pub(crate) struct Approval {
    reading: Arc<Reading>,
    waiting: Waiting,
    asks: Identifier,
}

/// A request that waits for somebody who did not ask for it to decide. 待审批
#[Object]
impl Approval {
    /// Where the request was recorded: what decides on it names it. 位置
    async fn position(&self) -> Position {
        Position(self.waiting.position)
    }

    /// What is to be decided. 审批事项
    async fn kind(&self) -> ApprovalKind {
        match self.waiting.asked {
            AskedFor::Counsellor(..) => ApprovalKind::Counsellor,
            AskedFor::Erasure(_) => ApprovalKind::Erasure,
        }
    }

    /// Who asked. 申请人
    async fn maker(&self) -> &str {
        self.waiting.maker.as_str()
    }

    /// Whether it is one's own request, on which somebody else must decide. 本人申请
    async fn is_own(&self) -> bool {
        self.waiting.maker == self.asks
    }

    /// About whom. 人员编号
    async fn person_id(&self) -> ID {
        self.waiting.person.into()
    }

    /// About whom; null where the data are restricted, as they are once their erasure is asked for. 人员
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(Person::find(&Scope::of(ctx)?, &self.reading, self.waiting.person, Action::ReadPerson))
    }

    /// The number of the person's events: what `expectedVersion` is compared with. 版本
    async fn version(&self) -> u32 {
        self.waiting.version
    }

    /// Where the person is registered now. 地区
    async fn region(&self) -> Region {
        Region(self.waiting.county.region())
    }

    /// The counsellor who is asked for. 就业辅导员
    async fn counsellor(&self) -> Option<&str> {
        match &self.waiting.asked {
            AskedFor::Counsellor(counsellor, _) => Some(counsellor.as_str()),
            AskedFor::Erasure(_) => None,
        }
    }

    /// From when the counsellor is asked for. 起始日期
    async fn effective_on(&self) -> Option<Date> {
        match self.waiting.asked {
            AskedFor::Counsellor(_, from) => Some(Date(from)),
            AskedFor::Erasure(_) => None,
        }
    }

    /// The ground of the erasure. 删除依据
    async fn ground(&self) -> Option<Code<ErasureGround>> {
        match self.waiting.asked {
            AskedFor::Erasure(ground) => Some(Code(ground)),
            AskedFor::Counsellor(..) => None,
        }
    }
}

/// A page of what waits in a region, or in all regions where whoever asks decides.
pub(crate) async fn page(
    ctx: &Context<'_>,
    region: Option<ID>,
    first: i32,
    after: Option<Position>,
) -> Result<ApprovalConnection> {
    let first = page_size(first)?;
    let region = region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
    let reading = reading_from(ctx, None).await?;
    let scope = Scope::of(ctx)?;
    // Whoever may grant the one may grant the other.
    let regions = scope.places(Action::ApproveCounsellor, region.map(|region| region.0))?;
    let after = after.map_or(sigeyi_engine::Position::BEGINNING, |after| after.0);
    let page = reading.waiting(&regions, first, after);
    let asks = &scope.subject().actor;
    let end_cursor = page.waiting.last().map(|waiting| Position(waiting.position));
    let decides = |waiting: &Waiting| {
        let action = match waiting.asked {
            AskedFor::Counsellor(..) => Action::ApproveCounsellor,
            AskedFor::Erasure(_) => Action::ApproveErasure,
        };
        scope.decides(action, waiting.person, Some(waiting.county))
    };
    let waiting = page.waiting.into_iter().filter(decides);
    let node = |waiting| Approval { reading: reading.clone(), waiting, asks: asks.clone() };
    Ok(ApprovalConnection {
        position: Position(page.at.position),
        nodes: waiting.map(node).collect(),
        page_info: ApprovalPageInfo { has_next_page: page.has_next, end_cursor },
    })
}
