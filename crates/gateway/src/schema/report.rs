//! Reports that were frozen.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use sigeyi_domain::{
    Figure, RegionCounts,
    access::{Action, Mask},
};
use sigeyi_engine::{KnownAt, Reading, Times};

use super::{
    codes::{Code, Codes},
    difference::{self, FiguresDiff},
    errors::{of_question, or_null},
    event::EventPageInfo,
    people::{page_size, unknown_region},
    plan::Plan,
    reading::{offloaded, reading_from},
    region::{self, Region},
    release,
    scalars::{Date, DateTime, Position},
};
use crate::scope::Scope;

/// Reports that are looked at for one page at most.
const LOOKED_AT_MAX: usize = 2_000;
/// What counting everybody costs, in fields: a page of reports may not have each of them counted anew.
const COUNTING: usize = 200;

pub(crate) struct Report {
    reading: Arc<Reading>,
    inner: Arc<sigeyi_engine::Report>,
}

/// The figures of one division in a report. 一个地区的数字
#[derive(SimpleObject)]
pub(crate) struct ReportRow {
    /// Where. 地区
    region: Region,
    /// Every figure that the report has. 数字
    counts: Vec<FigureCount>,
}

/// One figure. 数字
#[derive(SimpleObject)]
pub(crate) struct FigureCount {
    /// Which. 口径
    figure: Code<Figure>,
    /// The Chinese term. 名称
    label: &'static str,
    /// People. 人数
    count: u32,
}

/// A report beside the same figures counted anew, by what was known when it was frozen. 复核
#[derive(SimpleObject)]
pub(crate) struct ReportCheck {
    /// Whether every figure is the one that was frozen. Whatever was entered late or voided since leaves it so; where it is false, people were erased
    /// since, or the plan, the divisions or the code lists are others. 可重现
    reproduces: bool,
    /// Whether the plan is the one that was counted by. 方案未变
    same_plan: bool,
    /// Whether the divisions are. 区划未变
    same_divisions: bool,
    /// Whether the code lists are. 代码表未变
    same_code_lists: bool,
    /// What is counted now; none where there is no such plan any more. 现算数字
    rows: Option<Vec<ReportRow>>,
    /// People who were known then, whose data have been erased since, and who were registered in the region last. 此后删除
    erased_since: u32,
    /// How many people of all regions were known then and have been erased since: where they were at the time is gone with their data. 此后删除（全部）
    erased_anywhere: u32,
    /// Where their erasures are recorded, the first thousand. 删除事件
    erasures: Vec<Position>,
}

/// Reports, newest first. 固定报表列表
#[derive(SimpleObject)]
pub(crate) struct ReportConnection {
    /// As known here. 位置
    position: Position,
    /// The reports.
    nodes: Vec<Report>,
    /// Whether older ones follow: give `endCursor` as `after`. With a region a page may be short although more follows. 分页
    page_info: EventPageInfo,
}

/// Who may see every figure of a region may read its reports.
fn may_read(scope: &Scope<'_>, region: sigeyi_domain::Region) -> bool {
    scope.mask(Action::ReadFigures, region).is_some_and(|mask| mask > Mask::SuppressedFigures)
}

/// The report at a position; none where there is none that one may read.
pub(crate) async fn at(ctx: &Context<'_>, position: Position) -> Result<Option<Report>> {
    let reading = reading_from(ctx, None).await?;
    let found = reading.report(position.0).map_err(of_question)?;
    let scope = Scope::of(ctx)?;
    Ok(found
        .filter(|report| may_read(&scope, report.body.region))
        .map(|report| Report::new(&reading, report)))
}

/// A page of the reports of a region and of those below it.
pub(crate) async fn page(
    ctx: &Context<'_>,
    region: Option<ID>,
    first: i32,
    after: Option<Position>,
) -> Result<ReportConnection> {
    let first = page_size(first)?;
    let reading = reading_from(ctx, None).await?;
    let scope = Scope::of(ctx)?;
    let named = region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
    let mut regions = scope.places(Action::ReadFigures, named.map(|region| region.0))?;
    regions.retain(|region| may_read(&scope, *region));
    if regions.is_empty() {
        return Err(release::unpublished());
    }
    let before = after.map(|position| position.0);
    let ask =
        move |reading: &Reading| reading.reports(&regions, first, before, LOOKED_AT_MAX).map_err(of_question);
    let page = offloaded(ctx, &reading, ask).await?;
    Ok(ReportConnection {
        position: Position(reading.at().position),
        nodes: page.reports.into_iter().map(|report| Report::new(&reading, report)).collect(),
        page_info: EventPageInfo { has_next_page: page.has_next, end_cursor: Position(page.through) },
    })
}

fn rows(figures: &[Figure], rows: &[RegionCounts]) -> Vec<ReportRow> {
    let count = |(figure, count): (&Figure, &u32)| FigureCount {
        figure: Code(*figure),
        label: Codes::label(*figure),
        count: *count,
    };
    let row = |row: &RegionCounts| ReportRow {
        region: Region(row.region),
        counts: figures.iter().zip(&row.counts).map(count).collect(),
    };
    rows.iter().map(row).collect()
}

impl Report {
    pub(crate) fn new(reading: &Arc<Reading>, report: sigeyi_engine::Report) -> Report {
        Report { reading: reading.clone(), inner: Arc::new(report) }
    }

    fn frozen_at(&self) -> sigeyi_engine::Position {
        sigeyi_engine::Position(self.inner.body.known_at.0)
    }

    async fn checked(&self, ctx: &Context<'_>) -> Result<ReportCheck> {
        let report = self.inner.clone();
        let check = move |reading: &Reading| reading.check_report(&report).map_err(of_question);
        let check = offloaded(ctx, &self.reading, check).await?;
        Ok(ReportCheck {
            reproduces: check.reproduces,
            same_plan: check.plan_is_same,
            same_divisions: check.divisions_are_same,
            same_code_lists: check.codes_are_same,
            rows: check.rows.map(|found| rows(&Figure::ALL, &found)),
            erased_since: check.erased.in_region,
            erased_anywhere: check.erased.count,
            erasures: check.erased.positions.into_iter().map(Position).collect(),
        })
    }

    async fn difference(
        &self,
        ctx: &Context<'_>,
        figure: Option<Code<Figure>>,
        first: i32,
        after: Option<Position>,
    ) -> Result<Option<FiguresDiff>> {
        let body = &self.inner.body;
        let Some(plan) = sigeyi_domain::Plan::find(body.plan.as_str()) else { return Ok(None) };
        let asked = difference::Asked {
            region: body.region,
            plan,
            before: Times { as_of: Some(body.as_of), known_at: Some(KnownAt::Position(self.frozen_at())) },
            known_after: None,
            figure: figure.map(|figure| figure.0),
            first: page_size(first)?,
            after: after.map_or(sigeyi_engine::Position::BEGINNING, |after| after.0),
        };
        FiguresDiff::of(ctx, &self.reading, Mask::Figures, asked).await.map(Some)
    }
}

/// Figures as they were given out, kept for ever with what they were made of. 固定报表
#[Object]
impl Report {
    /// Where it stands in the log: what it is asked for by. 位置
    async fn position(&self) -> Position {
        Position(self.inner.position)
    }

    /// The how manieth report of the log it is. 序号
    async fn number(&self) -> u64 {
        self.inner.body.number
    }

    /// What it is called. 标题
    async fn title(&self) -> &str {
        self.inner.body.title.as_str()
    }

    /// Where. 地区
    async fn region(&self) -> Region {
        Region(self.inner.body.region)
    }

    /// Id of the plan that it was counted by. 方案编号
    async fn plan_id(&self) -> ID {
        self.inner.body.plan.as_str().into()
    }

    /// The plan of this id, if there still is one. 方案
    async fn plan(&self) -> Option<Plan> {
        sigeyi_domain::Plan::find(self.inner.body.plan.as_str()).map(Plan)
    }

    /// As of the end of this day. 截至
    async fn as_of(&self) -> Date {
        Date(self.inner.body.as_of)
    }

    /// What was known. 已知位置
    async fn known_at(&self) -> Position {
        Position(self.frozen_at())
    }

    /// When it was frozen. 记录时间
    async fn recorded_at(&self) -> DateTime {
        DateTime { micros: self.inner.recorded_at }
    }

    /// Who froze it. 经办人
    async fn actor(&self) -> &str {
        &self.inner.actor
    }

    /// For which office: its id. 经办机构
    async fn office(&self) -> &str {
        &self.inner.office
    }

    /// Root of the tree over every event up to `knownAt`, in hexadecimal digits. 默克尔树根
    async fn root(&self) -> String {
        self.inner.body.root.to_string()
    }

    /// SHA-256 of the plan's file. 方案摘要
    async fn plan_hash(&self) -> String {
        self.inner.body.plan_hash.to_string()
    }

    /// SHA-256 of the list of divisions. 区划摘要
    async fn divisions_hash(&self) -> String {
        self.inner.body.divisions_hash.to_string()
    }

    /// SHA-256 of the code lists. 代码表摘要
    async fn code_lists_hash(&self) -> String {
        self.inner.body.codes_hash.to_string()
    }

    /// The region, then those right below it, as they were frozen. 数字
    async fn rows(&self) -> Vec<ReportRow> {
        rows(&self.inner.body.figures, &self.inner.body.rows)
    }

    /// Whether the same figures can still be had. 复核
    #[graphql(complexity = "child_complexity.saturating_add(COUNTING)")]
    async fn check(&self, ctx: &Context<'_>) -> Option<ReportCheck> {
        or_null(ctx, self.checked(ctx).await)
    }

    /// What is said of the same day now, and through which events it is something else; none where there is no such plan any more. 此后变化
    #[graphql(
        complexity = "child_complexity.saturating_mul(first.clamp(1, 200) as usize).saturating_add(COUNTING)"
    )]
    async fn since_then(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only through which events this figure changed. 口径")] figure: Option<Code<Figure>>,
        #[graphql(desc = "Events on the page, 1 to 200. 每页条数", default = 20)] first: i32,
        #[graphql(desc = "Events strictly after this position. 起始位置")] after: Option<Position>,
    ) -> Option<FiguresDiff> {
        or_null(ctx, self.difference(ctx, figure, first, after).await)
    }
}
