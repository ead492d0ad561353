//! One person.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use sigeyi_domain::{Figure, Sex, Step, StepProgress, View, access::Action};
use sigeyi_engine::{PersonPipeline, PersonSummary, PersonalData, Reading};

use super::{
    codes::{Code, Codes},
    errors::{of_question, or_null},
    history::HistoryEntry,
    plan,
    reading::plan_or_current,
    region::Region,
    scalars::{Date, Position},
};
use crate::scope::{Scope, SeenHistory, Visible};

pub(crate) struct Person(Visible);

/// 性别
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Sex")]
pub(crate) enum SexCode {
    /// 男
    Male,
    /// 女
    Female,
}

pub(crate) struct Pipeline {
    plan: &'static sigeyi_domain::Plan,
    inner: PersonPipeline,
}

/// One step of somebody. 环节
#[derive(SimpleObject)]
pub(crate) struct StepStatus {
    /// Which. 环节
    step: Code<Step>,
    /// The Chinese term. 名称
    label: &'static str,
    /// Whether it was done at least once. 是否完成
    done: bool,
    /// The first day on which it was done. 首次完成
    first_on: Option<Date>,
    /// How often it was done. 人次
    times: u32,
    /// Attempts that do not count: nobody reached, or declined. 未成次数
    attempts: u32,
}

impl Person {
    /// Somebody by id, as the reading sees it; nobody where whoever asks may see nobody.
    pub(crate) fn find(
        scope: &Scope<'_>,
        reading: &Arc<Reading>,
        id: uuid::Uuid,
        action: Action,
        view: Option<View>,
    ) -> Option<Person> {
        scope.person(reading, id, action, view).map(Person)
    }

    /// Somebody of a list.
    pub(crate) fn listed(scope: &Scope<'_>, person: &Visible) -> Person {
        scope.shows_listed(person);
        Person(person.clone())
    }

    fn summary(&self) -> &PersonSummary {
        self.0.summary()
    }

    /// To be masked before it is shown.
    fn personal_data(&self) -> Result<PersonalData> {
        if !self.0.is_masked() {
            return Ok(PersonalData::default());
        }
        let found = self.0.reading().personal_data(self.summary().id).map_err(of_question)?;
        Ok(found.unwrap_or_default())
    }
}

/// Somebody in the register. What is said of the present is so on whichever day and position is asked for; all else is as of `asOf` and as known at
/// `position`. 残疾人
#[Object]
impl Person {
    /// Id: random, it says nothing about the person. 编号
    async fn id(&self) -> ID {
        self.summary().id.into()
    }

    /// The number of the person's events: what `expectedVersion` is compared with. Of the present. 版本
    async fn version(&self) -> u32 {
        self.summary().version
    }

    /// As known here. 位置
    async fn position(&self) -> Position {
        Position(sigeyi_engine::Position(self.0.view().known_at.0))
    }

    /// As of the end of this day. 截至
    async fn as_of(&self) -> Date {
        Date(self.0.view().as_of)
    }

    /// The name but for its first character. Of the present. 姓名（已隐去）
    async fn masked_name(&self, ctx: &Context<'_>) -> Option<String> {
        or_null(ctx, self.personal_data()).and_then(|data| data.name.map(|name| mask(&name, 1, 0)))
    }

    /// The certificate number but for the division at its beginning and the category and grade at its end. Of the present. 残疾人证号（已隐去）
    async fn masked_certificate(&self, ctx: &Context<'_>) -> Option<String> {
        let number = or_null(ctx, self.personal_data())?.certificate?;
        Some(mask(number.get(..20).unwrap_or(&number), 6, 2))
    }

    /// Sex. Of the present, as the register has it. 性别
    async fn sex(&self) -> Option<SexCode> {
        self.summary().sex.map(|sex| match sex {
            Sex::Male => SexCode::Male,
            Sex::Female => SexCode::Female,
        })
    }

    /// Age in full years on the day, by the birth date of the present. 年龄
    async fn age(&self) -> Option<u8> {
        self.summary().age
    }

    /// The county of registration. 地区
    async fn region(&self) -> Option<Region> {
        self.summary().county.map(|county| Region(county.region()))
    }

    /// The first day in the register. 登记日期
    async fn enrolled_on(&self) -> Date {
        Date(self.summary().enrolled_on)
    }

    /// The counsellor. 就业辅导员
    async fn counsellor(&self) -> Option<&str> {
        self.summary().counsellor.as_ref().map(|id| id.as_str())
    }

    /// The four steps in a plan, as of the day or the plan's last one; without `plan` the one in force on the day. 四个一进展
    async fn pipeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the plan. 方案")] plan: Option<ID>,
    ) -> Option<Pipeline> {
        let pipeline = || {
            Scope::of(ctx)?.require(Action::ReadPerson, &self.0)?;
            let view = self.0.view();
            let plan = plan_or_current(plan.as_ref(), self.0.reading(), Some(view.as_of))?;
            let inner = self.0.reading().pipeline_at(self.summary().id, plan, view);
            Ok(inner.map(|inner| Pipeline { plan, inner }))
        };
        or_null(ctx, pipeline())
    }

    /// Everything that was recorded up to `position` and had happened by `asOf`, in order. 历程
    #[graphql(complexity = "child_complexity.saturating_mul(5).saturating_add(10)")]
    async fn history(&self, ctx: &Context<'_>) -> Option<Vec<HistoryEntry>> {
        let history: Vec<SeenHistory> = or_null(ctx, Scope::of(ctx).and_then(|it| it.history(&self.0)))?;
        Some(history.into_iter().map(HistoryEntry::of).collect())
    }
}

/// How far somebody is in a plan. 四个一进展
#[Object]
impl Pipeline {
    /// Under which plan. 方案
    async fn plan(&self) -> plan::Plan {
        plan::Plan(self.plan)
    }

    /// As of the end of this day. 截至
    async fn as_of(&self) -> Date {
        Date(self.inner.as_of)
    }

    /// The four steps, in their order. 四个一
    async fn steps(&self) -> Vec<StepStatus> {
        let status = |step: &Step| {
            let StepProgress { first, times, attempts } = *self.inner.pipeline.step(*step);
            StepStatus {
                step: Code(*step),
                label: Codes::label(*step),
                done: first.is_some(),
                first_on: first.map(Date),
                times,
                attempts,
            }
        };
        Step::ALL.iter().map(status).collect()
    }

    /// The first step that is missing; none when all four are done. 下一环节
    async fn next(&self) -> Option<Code<Step>> {
        self.inner.pipeline.next().map(Code)
    }

    /// Whether a step was done on an earlier day than one that comes before it, or without it. 顺序不同
    async fn out_of_order(&self) -> bool {
        self.inner.pipeline.is_out_of_order()
    }

    /// Of working age, not employed, and in the register. 在范围
    async fn in_scope(&self) -> bool {
        self.inner.standing.has(Figure::InScope)
    }

    /// Since when somebody in scope has been waiting: the latest of enrolment, the plan's first day, and the return into scope. 等待起始
    async fn waiting_since(&self) -> Option<Date> {
        self.inner.standing.has(Figure::InScope).then(|| Date(self.inner.standing.waiting_since()))
    }

    /// All four steps done. 四项完成
    async fn complete(&self) -> bool {
        self.inner.pipeline.next().is_none()
    }

    /// In scope with an employment need. 有需求
    async fn with_need(&self) -> bool {
        self.inner.standing.has(Figure::WithNeed)
    }
}

/// The first and last characters, and stars for those between.
fn mask(text: &str, first: usize, last: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    let hidden = first..chars.len().saturating_sub(last).max(first);
    chars.iter().enumerate().map(|(at, char)| if hidden.contains(&at) { '*' } else { *char }).collect()
}
