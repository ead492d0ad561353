//! What can be asked.

#![expect(clippy::too_many_arguments, reason = "each is an argument of a question")]

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, ID, Object, OneofObject, Result, SimpleObject};
use sigeyi_domain::{CertificateNumber, Figure, View, access::Action, divisions, plans};
use sigeyi_engine::{LogFilter, Reading, Times};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use super::{
    accesses::{self, AccessConnection},
    approvals::{self, ApprovalConnection},
    broken_glass::{self, BrokenGlass},
    codes::{Code, CodeList, code_lists},
    difference::{self, FiguresDiff},
    errors::{fault, of_question},
    event::{Event, EventConnection},
    events::{self, EventFilter},
    me::Me,
    people::{PAGE_MAX, PeopleFilterInput, PersonConnection, page_size, unknown_region},
    person::Person,
    plan::Plan,
    progress::Progress,
    proofs::{self, Checkpoint, ConsistencyProof},
    region::{self, Region},
    release::{self, released},
    report::{self, Report, ReportConnection},
    roles::{self, RoleRegisterConnection},
    scalars::{Date, DateTime, Position},
    use_of_data::{self, UseOfData},
};
use crate::{
    budget::Budget,
    glass::Glass,
    register::RightsFrom,
    scope::{Readable, Scope},
    witness::Witness,
};

/// Time that a request waits for `minPosition`.
const MIN_POSITION_WITHIN: Duration = Duration::from_secs(5);
/// Questions that pass over everybody or read the log, at a time: as many as there are cores to spare.
pub(crate) const OFFLOADED_MAX: usize = 2;

pub(crate) struct Query;

/// What was known: up to a position, or up to a moment. 已知时点
#[derive(Debug, Clone, Copy, OneofObject)]
pub(crate) enum KnownAt {
    /// Up to this position. 位置
    Position(Position),
    /// Up to this moment. 时刻
    Moment(DateTime),
}

/// The end of the log. 最新位置
#[derive(SimpleObject)]
pub(crate) struct Head {
    /// The position up to which this request sees everything. 位置
    position: Position,
    /// What "today" means. 今天
    today: Date,
    /// Which log it is.
    log_id: Uuid,
    /// Whether every person in it is invented. 合成数据
    synthetic: bool,
}

/// What the resolvers need of the service.
pub(crate) struct Service {
    pub(crate) engine: Arc<sigeyi_engine::Engine>,
    /// The position that every question sees, moved by the engine.
    pub(crate) head: watch::Receiver<sigeyi_engine::Position>,
    pub(crate) offloaded: Semaphore,
    /// Time that a command waits for its answer.
    pub(crate) answer_within: Duration,
    /// From where the rights of whoever asks come.
    pub(crate) rights: RightsFrom,
    /// Whoever writes down who is shown.
    pub(crate) witness: Arc<dyn Witness>,
    /// What was declared to be looked at outside one's region.
    pub(crate) glass: Glass,
    /// How often names and numbers may be shown in clear.
    pub(crate) reveals: Budget,
}

/// What can be asked. All answers of a request are of one position of the log, which each of them names.
#[Object]
impl Query {
    /// Somebody by id, also on another day or as known before: whom one may see goes by where people are now, and nobody is given who was not in the
    /// register then. 按编号查人
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the person. 编号")] id: ID,
        #[graphql(desc = "As of the end of this day; without it today. 截至")] as_of: Option<Date>,
        #[graphql(desc = "As it was known then; without it as it is known now. 已知时点")] known_at: Option<
            KnownAt,
        >,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<Person> {
        let answer = async {
            let reading = reading_from(ctx, min_position).await?;
            let view = view(ctx, &reading, times(as_of, known_at)).await?;
            let Ok(id) = Uuid::parse_str(&id) else { return Ok(None) };
            Ok(Person::find(&Scope::of(ctx)?, &reading, id, Action::ReadPerson, view))
        };
        or_null(ctx, answer.await)
    }

    /// Somebody by certificate number; send it as a variable, so that it stands in no document. 按残疾人证号查人
    async fn person_by_certificate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Certificate number. 残疾人证号")] number: String,
        #[graphql(desc = "As of the end of this day; without it today. 截至")] as_of: Option<Date>,
        #[graphql(desc = "As it was known then; without it as it is known now. 已知时点")] known_at: Option<
            KnownAt,
        >,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<Person> {
        let answer = async {
            let reading = reading_from(ctx, min_position).await?;
            let view = view(ctx, &reading, times(as_of, known_at)).await?;
            let number = CertificateNumber::parse(&number, reading.at().today)
                .map_err(|error| fault(error.code(), error.to_string()))?;
            // Nobody under the number is looked for all the same, so that it takes as long as somebody who may not be seen.
            let id = reading.find(number.citizen()).unwrap_or_default();
            Ok(Person::find(&Scope::of(ctx)?, &reading, id, Action::LookUpByNumber, view))
        };
        or_null(ctx, answer.await)
    }

    /// People, page by page. With `missing`: who lacks which step, longest waiting first, as of today or the plan's last day; without it everybody
    /// who matches, in the order of enrolment. A cursor goes with the filter and the times that it came with. Of another day, or as known before, a list
    /// is a pass over everybody; who is on it goes by then, and whom one may see by where people are now. 人员列表
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which people. 筛选条件")] filter: Option<PeopleFilterInput>,
        #[graphql(desc = "People on the page, 1 to 200. 每页人数", default = 20)] first: i32,
        #[graphql(desc = "The cursor of the last one seen. 游标")] after: Option<String>,
        #[graphql(desc = "As of the end of this day; without it today, or the plan's last day. 截至")]
        as_of: Option<Date>,
        #[graphql(desc = "As it was known then; without it as it is known now. 已知时点")] known_at: Option<
            KnownAt,
        >,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<PersonConnection> {
        let answer = async {
            let reading = reading_from(ctx, min_position).await?;
            let filter = filter.unwrap_or_default();
            super::people::people(ctx, reading, filter, times(as_of, known_at), first, after).await
        };
        or_null(ctx, answer.await)
    }

    /// A division by its code. 行政区划
    async fn region(
        &self,
        #[graphql(desc = "Six-digit code; 150000 is the whole. 区划代码")] code: ID,
    ) -> Option<Region> {
        region::find(&code)
    }

    /// The divisions right below one, or the whole alone. 下级行政区划
    async fn regions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the division above. 上级代码")] parent: Option<ID>,
    ) -> Option<Vec<Region>> {
        let Some(parent) = parent else { return Some(vec![Region(divisions().whole())]) };
        let parent = or_null(ctx, region::find(&parent).ok_or_else(unknown_region))?;
        Some(parent.0.division().children.iter().copied().map(Region).collect())
    }

    /// The figures of a region under a plan. Of today they come at once; of another day, or as known before, from a pass over everybody,
    /// which takes some 20 ms for the whole. 进度
    #[graphql(complexity = "child_complexity.saturating_add(5)")]
    async fn progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the region; without it the only one that one reads, or the whole. 地区")]
        region: Option<ID>,
        #[graphql(desc = "Id of the plan; without it the one in force on the day. 方案")] plan: Option<ID>,
        #[graphql(desc = "As of the end of this day; without it today, or the plan's last day. 截至")]
        as_of: Option<Date>,
        #[graphql(desc = "As it was known then; without it as it is known now. 已知时点")] known_at: Option<
            KnownAt,
        >,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<Progress> {
        let answer = async {
            let reading = reading_from(ctx, min_position).await?;
            let region = region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
            let (region, mask) = Scope::of(ctx)?.figures(region.map(|region| region.0))?;
            let (plan, Times { as_of, known_at }) =
                released(mask, plan.as_ref(), times(as_of, known_at), &reading)?;
            let ask = move |reading: &Reading| reading.progress(plan, as_of, known_at).map_err(of_question);
            let is_short = reading.has_counters(plan, as_of, known_at);
            let answer = if is_short { ask(&reading)? } else { offloaded(ctx, &reading, ask).await? };
            Ok(Progress::new(region, Arc::new(answer), mask))
        };
        or_null(ctx, answer.await)
    }

    /// What changed in the figures of a region between two moments of knowledge, and through which events: up to three passes over everybody. 两个已知时点之间的变化
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(200)"
    )]
    async fn figures_diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the region; without it the only one that one reads, or the whole. 地区")]
        region: Option<ID>,
        #[graphql(desc = "Id of the plan; without it the one in force on the day. 方案")] plan: Option<ID>,
        #[graphql(desc = "As of the end of this day; without it today, or the plan's last day. 截至")]
        as_of: Option<Date>,
        #[graphql(desc = "As it was known first. 第一个已知时点")] known_at_a: KnownAt,
        #[graphql(desc = "As it was known then; without it as it is known now. 第二个已知时点")]
        known_at_b: Option<KnownAt>,
        #[graphql(desc = "Only through which events this figure changed. 口径")] figure: Option<Code<Figure>>,
        #[graphql(desc = "Events on the page, 1 to 200. 每页条数", default = 20)] first: i32,
        #[graphql(desc = "Events strictly after this position. 起始位置")] after: Option<Position>,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<FiguresDiff> {
        let answer = async {
            let first = page_size(first)?;
            let reading = reading_from(ctx, min_position).await?;
            let region = region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
            let (region, mask) = Scope::of(ctx)?.figures(region.map(|region| region.0))?;
            release::of_any_time(mask)?;
            let before = times(as_of, Some(known_at_a));
            let asked = difference::Asked {
                region,
                plan: plan_or_current(plan.as_ref(), &reading, before.as_of)?,
                before,
                known_after: known_at_b.map(Into::into),
                figure: figure.map(|figure| figure.0),
                first,
                after: after.map_or(sigeyi_engine::Position::BEGINNING, |after| after.0),
            };
            FiguresDiff::of(ctx, &reading, mask, asked).await
        };
        or_null(ctx, answer.await)
    }

    /// A report that was frozen, by its place in the log; none where there is none that one may read. 固定报表
    async fn report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its position. 位置")] position: Position,
    ) -> Option<Report> {
        or_null(ctx, report::at(ctx, position).await)
    }

    /// The reports of a region and of those below it, newest first. 固定报表列表
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the region; without it everywhere that one reads figures. 地区")]
        region: Option<ID>,
        #[graphql(desc = "Reports on the page, 1 to 200. 每页份数", default = 20)] first: i32,
        #[graphql(desc = "The position of the last one seen. 游标")] after: Option<Position>,
    ) -> Option<ReportConnection> {
        or_null(ctx, report::page(ctx, region, first, after).await)
    }

    /// One event. 事件
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its position. 位置")] position: Position,
    ) -> Option<Event> {
        let answer = async {
            let reading = reading_from(ctx, None).await?;
            let scope = Scope::of(ctx)?;
            let log = scope.log(LogFilter::default())?;
            let event = reading.event(position.0).map_err(of_question)?;
            let engine = &ctx.data::<Arc<Service>>()?.engine;
            let shown = event.and_then(|event| log.show(engine, event));
            log.note(scope.shown(), shown.iter().map(Readable::trace));
            Ok(shown.map(Event))
        };
        or_null(ctx, answer.await)
    }

    /// The log from a position on. With a filter a page may be short or empty although more follows: `pageInfo` says so. 事件列表
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Strictly after this position; \"0\" is the beginning. 起始位置")] after: Option<
            Position,
        >,
        #[graphql(desc = "Events on the page, 1 to 200. 每页条数", default = 50)] first: i32,
        #[graphql(desc = "Which events. 筛选条件")] filter: Option<EventFilter>,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<EventConnection> {
        let answer = async {
            let reading = reading_from(ctx, min_position).await?;
            events::page(ctx, reading, after, first, filter).await
        };
        or_null(ctx, answer.await)
    }

    /// A plan by id. 方案
    async fn plan(&self, #[graphql(desc = "Id. 编号")] id: ID) -> Option<Plan> {
        sigeyi_domain::Plan::find(&id).map(Plan)
    }

    /// The plans, oldest first. 全部方案
    async fn plans(&self) -> Vec<Plan> {
        plans().iter().map(Plan).collect()
    }

    /// Every list of codes with its labels. 代码表
    async fn code_lists(&self) -> Vec<CodeList> {
        code_lists()
    }

    /// The end of the log. 最新位置
    async fn head(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Wait until the log is known up to here.")] min_position: Option<Position>,
    ) -> Option<Head> {
        let answer = async {
            let reading = reading_from(ctx, min_position).await?;
            let engine = &ctx.data::<Arc<Service>>()?.engine;
            let at = reading.at();
            Ok(Head {
                position: Position(at.position),
                today: Date(at.today),
                log_id: engine.log_id(),
                synthetic: engine.is_synthetic(),
            })
        };
        or_null(ctx, answer.await)
    }

    /// The newest checkpoint that the log has signed and handed out; null for a log that has signed nothing. 存证点
    async fn checkpoint(&self, ctx: &Context<'_>) -> Option<Checkpoint> {
        or_null(ctx, proofs::checkpoint(ctx))
    }

    /// That the log was only added to between two sizes, up to that of the newest checkpoint. 一致性证明
    #[graphql(complexity = "child_complexity.saturating_add(5)")]
    async fn consistency_proof(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The earlier size, \"1\" or more. 起")] from: Position,
        #[graphql(desc = "The later size. 止")] to: Position,
    ) -> Option<ConsistencyProof> {
        or_null(ctx, proofs::consistency(ctx, from, to).await)
    }

    /// Who looked at somebody, newest first. 某人被谁查阅
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn access_of_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the person. 编号")] id: ID,
        #[graphql(desc = "Entries on the page, 1 to 200. 每页条数", default = 50)] first: i32,
        #[graphql(desc = "The cursor of the last one seen. 游标")] after: Option<String>,
    ) -> Option<AccessConnection> {
        or_null(ctx, accesses::of_person(ctx, &id, first, after).await)
    }

    /// Whom somebody looked at, newest first, of the people whom one may see oneself. 用户查阅了谁
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn access_by_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the actor. 经办人")] actor: ID,
        #[graphql(desc = "Entries on the page, 1 to 200. 每页条数", default = 50)] first: i32,
        #[graphql(desc = "The cursor of the last one seen. 游标")] after: Option<String>,
    ) -> Option<AccessConnection> {
        or_null(ctx, accesses::by_user(ctx, &actor, first, after).await)
    }

    /// Who looks into a region that is not his or her own now, for those who answer for it. 紧急查阅
    async fn broken_glass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the region. 地区")] region: ID,
    ) -> Option<Vec<BrokenGlass>> {
        or_null(ctx, broken_glass::in_region(ctx, &region))
    }

    /// What may be done with somebody's data, for those who decide on it. 个人信息处理状态
    async fn use_of_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the person. 编号")] person_id: ID,
    ) -> Option<UseOfData> {
        or_null(ctx, use_of_data::of_person(ctx, &person_id).await)
    }

    /// Whose data are restricted, longest first, for those who decide on it. 限制处理的人员
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn restricted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 200. 人数", default = 50)] first: i32,
    ) -> Option<Vec<UseOfData>> {
        or_null(ctx, use_of_data::restricted(ctx, first).await)
    }

    /// What waits for a second person to decide on it, longest first, for those who may. 待审批事项
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this region; without it wherever whoever asks decides. 地区")] region: Option<
            ID,
        >,
        #[graphql(desc = "At most so many, 1 to 200. 条数", default = 50)] first: i32,
        #[graphql(desc = "What was asked for behind this position: the `endCursor` of the page before.")]
        after: Option<Position>,
    ) -> Option<ApprovalConnection> {
        or_null(ctx, approvals::page(ctx, region, first, after).await)
    }

    /// Who has which role, who asked for it, and who approved: all that ever was, in the order in which it was asked for. For managers and auditors of
    /// the region, and for everybody about oneself. 角色登记
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, PAGE_MAX) as usize).saturating_add(5)"
    )]
    async fn role_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this one. 用户")] actor: Option<ID>,
        #[graphql(desc = "Roles that read in this region. 地区")] region: Option<ID>,
        #[graphql(desc = "At most so many, 1 to 200. 条数", default = 50)] first: i32,
        #[graphql(desc = "What was asked for behind this position: the `endCursor` of the page before.")]
        after: Option<Position>,
    ) -> Option<RoleRegisterConnection> {
        or_null(ctx, roles::register(ctx, actor, region, first, after).await)
    }

    /// Who asks. 当前用户
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        Ok(Me::of(Scope::of(ctx)?.subject()))
    }
}

impl From<KnownAt> for sigeyi_engine::KnownAt {
    fn from(known_at: KnownAt) -> sigeyi_engine::KnownAt {
        match known_at {
            KnownAt::Position(position) => sigeyi_engine::KnownAt::Position(position.0),
            KnownAt::Moment(moment) => sigeyi_engine::KnownAt::Moment(moment.micros),
        }
    }
}

fn times(as_of: Option<Date>, known_at: Option<KnownAt>) -> Times {
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

/// A field that fails is null and its siblings stay; the library would let the error go up past a nullable field.
pub(crate) fn or_null<T>(ctx: &Context<'_>, answer: Result<impl Into<Option<T>>>) -> Option<T> {
    match answer {
        Ok(value) => value.into(),
        Err(error) => {
            ctx.add_error(ctx.set_error_path(error.into_server_error(ctx.item.pos)));
            None
        }
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
