//! What may be done with somebody's data, for those who decide on it. Everybody else finds nobody there.

use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use sigeyi_domain::{Cause, DataStatus, ErasureGround, RestrictionCause, access::Action};
use uuid::Uuid;

use super::{codes::Code, people::page_size, reading::reading_from, scalars::Position};
use crate::scope::Scope;

/// What may be done with the data of one person. Nothing here is of the data themselves. 个人信息处理状态
#[derive(SimpleObject)]
pub(crate) struct UseOfData {
    /// Whose. 人员
    person_id: ID,
    /// The number of the person's events: what `expectedVersion` is compared with. 版本
    version: u32,
    /// What may be done. 处理状态
    status: Status,
    /// Whether the key that sealed the data is destroyed: an erasure is complete only then. 密钥已销毁
    key_destroyed: bool,
    /// What restricts the data, newest first. 限制
    restrictions: Vec<Restriction>,
}

/// What may be done with somebody's data. 处理状态
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DataStatus")]
pub(crate) enum Status {
    /// Whatever the rules allow. 正常
    Open,
    /// They are kept and counted, and neither shown nor changed. 限制处理
    Restricted,
    /// They are gone, and counted nowhere. 已删除
    Erased,
}

/// One record that restricts somebody's data. 限制
#[derive(SimpleObject)]
pub(crate) struct Restriction {
    /// Where it was recorded. 位置
    position: Position,
    /// Who asked for it: somebody else decides on it. 申请人
    maker: String,
    /// The ground, if erasure is asked for. 删除依据
    ground: Option<Code<ErasureGround>>,
    /// The cause, if not. 限制原因
    cause: Option<Code<RestrictionCause>>,
}

/// Of one person.
pub(crate) async fn of_person(ctx: &Context<'_>, id: &ID) -> Result<Option<UseOfData>> {
    let reading = reading_from(ctx, None).await?;
    let scope = Scope::of(ctx)?;
    let found = Uuid::parse_str(id).ok().and_then(|id| reading.use_of_data(id));
    Ok(found.filter(|use_of_data| decides_on(&scope, use_of_data)).map(UseOfData::of))
}

/// Of whoever is restricted where somebody decides on it, longest first.
pub(crate) async fn restricted(ctx: &Context<'_>, first: i32) -> Result<Vec<UseOfData>> {
    let first = page_size(first)?;
    let reading = reading_from(ctx, None).await?;
    let scope = Scope::of(ctx)?;
    let all = reading.restricted(usize::MAX).into_iter();
    Ok(all.filter(|use_of_data| decides_on(&scope, use_of_data)).take(first).map(UseOfData::of).collect())
}

fn decides_on(scope: &Scope<'_>, use_of_data: &sigeyi_engine::UseOfData) -> bool {
    scope.decides(Action::ApproveRestriction, use_of_data.person, use_of_data.county)
}

impl UseOfData {
    fn of(use_of_data: sigeyi_engine::UseOfData) -> UseOfData {
        let sigeyi_engine::UseOfData { person, version, status, is_key_destroyed, restrictions, .. } =
            use_of_data;
        let restriction = |restriction: sigeyi_engine::StandingRestriction| {
            let (ground, cause) = match restriction.cause {
                Cause::Erasure(ground) => (Some(Code(ground)), None),
                Cause::Restriction(cause) => (None, Some(Code(cause))),
            };
            let (position, maker) = (Position(restriction.position), restriction.maker.to_string());
            Restriction { position, maker, ground, cause }
        };
        UseOfData {
            person_id: person.into(),
            version,
            status: match status {
                DataStatus::Open => Status::Open,
                DataStatus::Restricted => Status::Restricted,
                DataStatus::Erased => Status::Erased,
            },
            key_destroyed: is_key_destroyed,
            restrictions: restrictions.into_iter().map(restriction).collect(),
        }
    }
}
