//! Who looked at whom.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{Context, ID, Result, SimpleObject};
use sigeyi_domain::{Identifier, access::Action, divisions};
use sigeyi_engine::{AccessAction, AccessEntry, AccessOutcome, AccessPage, AccessPurpose, Engine};
use uuid::Uuid;

use super::{
    codes::Code,
    errors::{fault, of_access_reading},
    people::page_size,
    reading::reading_from,
    reveal::PersonalField,
    scalars::{DateTime, Position},
    service::Service,
};
use crate::scope::Scope;

/// A page of the access log, newest first. 查阅记录列表
#[derive(SimpleObject)]
pub(crate) struct AccessConnection {
    /// The entries. A page may be short or empty although older ones follow, since people of other regions are left out.
    nodes: Vec<Access>,
    /// How the list goes on.
    page_info: AccessPageInfo,
}

/// How a list of the access log goes on.
#[derive(SimpleObject)]
pub(crate) struct AccessPageInfo {
    /// Whether older ones follow.
    has_next_page: bool,
    /// The last entry that was looked at: give it as `after`.
    end_cursor: Option<String>,
}

/// People were shown, or refused, to somebody. 查阅记录
#[derive(SimpleObject)]
pub(crate) struct Access {
    /// When. 时间
    at: DateTime,
    /// Who asked. 经办人
    actor: String,
    /// For which office. 经办机构
    office: Option<String>,
    /// What was done; null for what a later version wrote. 操作
    action: Option<Code<AccessAction>>,
    /// What for. 用途
    purpose: Option<Code<AccessPurpose>>,
    /// What came of it. 结果
    outcome: Option<Code<AccessOutcome>>,
    /// About whom, as far as whoever reads this may see them. 人员
    people: Vec<ID>,
    /// What was shown in clear. 个人信息项
    fields: Vec<PersonalField>,
    /// Why, where a reason was given. 理由
    reason: Option<String>,
    /// The position of the log that was seen. 位置
    position: Position,
    /// The request, as the server's log and answers name it.
    request_id: Uuid,
}

/// Who looked at a person; none for somebody who may not be seen.
pub(crate) async fn of_person(
    ctx: &Context<'_>,
    id: &ID,
    first: i32,
    after: Option<String>,
) -> Result<Option<AccessConnection>> {
    let (first, after) = (page_size(first)?, after.as_deref().map(number).transpose()?);
    let scope = Scope::of(ctx)?;
    scope.shown().changes_by_itself();
    let reading = reading_from(ctx, None).await?;
    let id = Uuid::parse_str(id).unwrap_or_default();
    if !scope.may_see(&reading, id, Action::ReadAccessOfPerson)? {
        return Ok(None);
    }
    let page = ask(ctx, move |engine| engine.who_has_looked_at(id, after, first)).await?;
    // Others who were shown beside the person are none of this question.
    let nodes = page.entries.iter().map(|entry| Access::of(entry, vec![id])).collect();
    Ok(Some(AccessConnection { nodes, page_info: AccessPageInfo::of(&page) }))
}

/// Whom somebody looked at, of those who may be seen.
pub(crate) async fn by_user(
    ctx: &Context<'_>,
    actor: &ID,
    first: i32,
    after: Option<String>,
) -> Result<AccessConnection> {
    let (first, after) = (page_size(first)?, after.as_deref().map(number).transpose()?);
    let scope = Scope::of(ctx)?;
    scope.shown().changes_by_itself();
    let regions = scope.places(Action::ReadAccessByUser, None)?;
    let is_everywhere = regions.contains(&divisions().whole());
    let actor = Identifier::parse(actor).map_err(|error| fault("BAD_IDENTIFIER", error.to_string()))?;
    let reading = reading_from(ctx, None).await?;
    let page = ask(ctx, move |engine| engine.whom_has_looked(&actor, after, first)).await?;
    let is_there = |id: &&Uuid| {
        let county = reading.person(**id).and_then(|person| person.county);
        is_everywhere || county.is_some_and(|county| regions.iter().any(|region| region.contains(county)))
    };
    let mut shown = HashSet::new();
    let mut nodes = Vec::new();
    for entry in &page.entries {
        let people: Vec<Uuid> = entry.people.iter().filter(is_there).copied().collect();
        shown.extend(people.iter().copied());
        // What names nobody, or nobody of these regions, is for those who answer for the whole.
        if is_everywhere || !people.is_empty() {
            nodes.push(Access::of(entry, people));
        }
    }
    scope.shows_accesses(shown);
    Ok(AccessConnection { nodes, page_info: AccessPageInfo::of(&page) })
}

/// Reads where it holds up nobody else.
async fn ask(
    ctx: &Context<'_>,
    ask: impl FnOnce(&Engine) -> Result<AccessPage, sigeyi_engine::AccessReadError> + Send + 'static,
) -> Result<AccessPage> {
    let engine = ctx.data::<Arc<Service>>()?.engine.clone();
    let page = tokio::task::spawn_blocking(move || ask(&engine)).await;
    page.map_err(|_| "the access log could not be read")?.map_err(of_access_reading)
}

fn number(cursor: &str) -> Result<u64> {
    let is_number = cursor.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| cursor.parse().ok())
        .flatten()
        .ok_or_else(|| of_access_reading(sigeyi_engine::AccessReadError::BadCursor))
}

impl AccessPageInfo {
    fn of(page: &AccessPage) -> AccessPageInfo {
        let end_cursor = page.entries.last().map(|entry| entry.number.to_string());
        AccessPageInfo { has_next_page: page.has_more, end_cursor }
    }
}

impl Access {
    fn of(entry: &AccessEntry, people: Vec<Uuid>) -> Access {
        Access {
            at: DateTime { micros: entry.recorded_at },
            actor: entry.actor.clone(),
            office: entry.office.clone(),
            action: entry.action.map(Code),
            purpose: entry.purpose.map(Code),
            outcome: entry.outcome.map(Code),
            people: people.into_iter().map(ID::from).collect(),
            fields: PersonalField::of(entry.fields),
            reason: entry.reason.clone(),
            position: Position(entry.position),
            request_id: entry.request,
        }
    }
}
