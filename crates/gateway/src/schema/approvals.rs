//! What waits for a second person to decide on it, for those who may.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use sigeyi_domain::{
    ErasureGround, Identifier,
    access::{Action, RegisterEntry, RoleState},
};
use sigeyi_engine::{AskedFor, Reading, Waiting};

use super::{
    codes::Code,
    people::{page_size, unknown_region},
    person::Person,
    reading::reading_from,
    region::{self, Region},
    roles::RegisteredRole,
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
    /// A role for somebody who works here: `approveRole` or `declineRole`. 角色
    Role,
}

pub(crate) struct Approval {
    reading: Arc<Reading>,
    item: Item,
    asks: Identifier,
}

enum Item {
    Person(Waiting),
    Role(RegisterEntry),
}

impl Item {
    fn position(&self) -> sigeyi_engine::Position {
        match self {
            Item::Person(waiting) => waiting.position,
            Item::Role(entry) => sigeyi_engine::Position(entry.begun().0),
        }
    }

    fn maker(&self) -> Option<&Identifier> {
        match self {
            Item::Person(waiting) => Some(&waiting.maker),
            Item::Role(entry) => entry.asked.as_ref().map(|asked| &asked.by),
        }
    }

    fn person(&self) -> Option<&Waiting> {
        match self {
            Item::Person(waiting) => Some(waiting),
            Item::Role(_) => None,
        }
    }
}

/// A request that waits for somebody who did not ask for it to decide. 待审批
#[Object]
impl Approval {
    /// Where the request was recorded: what decides on it names it. 位置
    async fn position(&self) -> Position {
        Position(self.item.position())
    }

    /// What is to be decided. 审批事项
    async fn kind(&self) -> ApprovalKind {
        match &self.item {
            Item::Person(Waiting { asked: AskedFor::Counsellor(..), .. }) => ApprovalKind::Counsellor,
            Item::Person(Waiting { asked: AskedFor::Erasure(_), .. }) => ApprovalKind::Erasure,
            Item::Role(_) => ApprovalKind::Role,
        }
    }

    /// Who asked. 申请人
    async fn maker(&self) -> Option<&str> {
        self.item.maker().map(Identifier::as_str)
    }

    /// Whether somebody else must decide: it is one's own request, or a role for oneself. 须由他人审批
    async fn is_own(&self) -> bool {
        let is_for_oneself = matches!(&self.item, Item::Role(entry) if entry.subject == self.asks);
        is_for_oneself || self.item.maker() == Some(&self.asks)
    }

    /// About whom; none for a role. 人员编号
    async fn person_id(&self) -> Option<ID> {
        self.item.person().map(|waiting| waiting.person.into())
    }

    /// About whom; null where the data are restricted, as they are once their erasure is asked for. 人员
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(waiting) = self.item.person() else { return Ok(None) };
        Ok(Person::find(&Scope::of(ctx)?, &self.reading, waiting.person, Action::ReadPerson, None))
    }

    /// The number of the person's events: what `expectedVersion` is compared with. 版本
    async fn version(&self) -> Option<u32> {
        self.item.person().map(|waiting| waiting.version)
    }

    /// Where the person is registered now, or the role reads. 地区
    async fn region(&self) -> Region {
        match &self.item {
            Item::Person(waiting) => Region(waiting.county.region()),
            Item::Role(entry) => Region(entry.role.reads()),
        }
    }

    /// The counsellor who is asked for. 就业辅导员
    async fn counsellor(&self) -> Option<&str> {
        match &self.item.person()?.asked {
            AskedFor::Counsellor(counsellor, _) => Some(counsellor.as_str()),
            AskedFor::Erasure(_) => None,
        }
    }

    /// From when the counsellor is asked for. 起始日期
    async fn effective_on(&self) -> Option<Date> {
        match self.item.person()?.asked {
            AskedFor::Counsellor(_, from) => Some(Date(from)),
            AskedFor::Erasure(_) => None,
        }
    }

    /// The ground of the erasure. 删除依据
    async fn ground(&self) -> Option<Code<ErasureGround>> {
        match self.item.person()?.asked {
            AskedFor::Erasure(ground) => Some(Code(ground)),
            AskedFor::Counsellor(..) => None,
        }
    }

    /// The role that is asked for. 角色
    async fn role(&self) -> Option<RegisteredRole> {
        match &self.item {
            Item::Role(entry) => {
                Some(RegisteredRole { entry: entry.clone(), today: self.reading.at().today })
            }
            Item::Person(_) => None,
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
    let mut items: Vec<Item> = page.waiting.into_iter().map(Item::Person).collect();
    items.extend(roles(&reading, &regions, after).take(first + 1).map(Item::Role));
    items.sort_by_key(Item::position);
    let has_next_page = page.has_next || items.len() > first;
    items.truncate(first);
    let end_cursor = items.last().map(|item| Position(item.position()));
    let decides = |item: &Item| {
        let Some(waiting) = item.person() else { return true };
        let action = match waiting.asked {
            AskedFor::Counsellor(..) => Action::ApproveCounsellor,
            AskedFor::Erasure(_) => Action::ApproveErasure,
        };
        scope.decides(action, waiting.person, Some(waiting.county))
    };
    let items = items.into_iter().filter(decides);
    let node = |item| Approval { reading: reading.clone(), item, asks: asks.clone() };
    Ok(ApprovalConnection {
        position: Position(page.at.position),
        nodes: items.map(node).collect(),
        page_info: ApprovalPageInfo { has_next_page, end_cursor },
    })
}

/// Roles that wait, for regions that lie within those of whoever decides.
fn roles(
    reading: &Reading,
    regions: &[sigeyi_domain::Region],
    after: sigeyi_engine::Position,
) -> impl Iterator<Item = RegisterEntry> {
    let waits = |entry: &&RegisterEntry| {
        entry.state == RoleState::Waiting
            && entry.begun().0 > after.0
            && regions.iter().any(|region| region.covers(entry.role.reads()))
    };
    reading.roles().entries().iter().filter(waits).cloned().collect::<Vec<_>>().into_iter()
}
