//! Freezing a report.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, InputType, Result, SimpleObject, Union};
use sigeyi_domain::{ReportTitle, ReportTitleError, access::Action};
use sigeyi_engine::{CommandError, Reading, ReportError, ReportRequest};
use uuid::Uuid;

use super::{
    errors::{fault, of_command, of_question},
    mutation::{Rejected, canonical},
    people::unknown_region,
    reading::{offloaded, plan_or_current},
    refusal::Refusal,
    region,
    report::Report,
    scalars::{Date, Position},
    service::Service,
};
use crate::scope::Scope;

/// Which figures are to be kept. 固定报表
#[derive(InputObject)]
pub(crate) struct FreezeReportInput {
    /// Made by the sender, one for each report: the same sent again records nothing again.
    command_id: Uuid,
    /// Code of the region; those right below it are frozen with it. 地区
    region: ID,
    /// What the report is called, for ever and in clear, in 60 characters at most: nobody is named in it, neither by name nor by number. 标题
    title: String,
    /// As of the end of this day; without it today, or the plan's last day. 截至
    as_of: Option<Date>,
    /// Id of the plan; without it the one in force on the day. 方案
    plan: Option<ID>,
}

/// What became of it. 结果
#[derive(Union)]
pub(crate) enum FreezeReportResult {
    /// It is recorded.
    Frozen(ReportFrozen),
    /// It was refused, and nothing was recorded.
    Rejected(Rejected),
}

/// A report that is recorded, durably. 已固定
#[derive(SimpleObject)]
pub(crate) struct ReportFrozen {
    /// Where it stands in the log. 位置
    position: Position,
    /// Whether it had been recorded before. 此前已记录
    already_recorded: bool,
    /// The report. 报表
    report: Option<Report>,
}

/// Counts it as it is known at this moment, and records that.
pub(crate) async fn freeze_report(ctx: &Context<'_>, input: FreezeReportInput) -> Result<FreezeReportResult> {
    let service = ctx.data::<Arc<Service>>()?.clone();
    let engine = service.engine.clone();
    let scope = Scope::of(ctx)?;
    let region = region::find(&input.region).ok_or_else(unknown_region)?.0;
    scope.region(Action::FreezeReport, region)?;
    let title = match ReportTitle::parse(&input.title) {
        Ok(title) => title,
        Err(error) => return Ok(rejected(of_title(error))),
    };
    let reading = Arc::new(engine.read());
    let as_of = input.as_of.map(|day| day.0);
    let plan = plan_or_current(input.plan.as_ref(), &reading, as_of)?;
    let subject = scope.subject();
    let request = ReportRequest {
        command_id: input.command_id,
        content: engine.digest(&[b"freeze_report", &canonical(&input.to_value())]),
        actor: subject.actor.clone(),
        office: subject.office.clone(),
        title,
        region,
        plan,
        as_of,
    };
    let counting = engine.clone();
    let count = move |_: &Reading| Ok(counting.count_report(request));
    let counted = match offloaded(ctx, &reading, count).await? {
        Ok(counted) => counted,
        Err(ReportError::Rejected(rejection)) => {
            return Ok(rejected(Refusal { field: Some("asOf"), ..Refusal::from(rejection) }));
        }
        Err(ReportError::Question(error)) => return Err(of_question(error)),
        Err(ReportError::PlanId(_)) => return Err(fault("UNKNOWN_PLAN", "the plan has no id")),
    };
    let answer = match engine.freeze_async(counted) {
        Ok(ticket) => tokio::time::timeout(service.answer_within, ticket)
            .await
            .unwrap_or(Err(CommandError::OutcomeUnknown)),
        Err(error) => Err(error),
    };
    match answer {
        Ok(recorded) => {
            let reading = Arc::new(engine.read());
            let report = reading.report(recorded.position).map_err(of_question)?;
            Ok(FreezeReportResult::Frozen(ReportFrozen {
                position: Position(recorded.position),
                already_recorded: recorded.already_recorded,
                report: report.map(|report| Report::new(&reading, report)),
            }))
        }
        Err(error) => Refusal::of(&error).map(rejected).ok_or_else(|| of_command(&error)),
    }
}

fn rejected(refusal: Refusal) -> FreezeReportResult {
    FreezeReportResult::Rejected(Rejected::of(refusal))
}

fn of_title(error: ReportTitleError) -> Refusal {
    let code = match error {
        ReportTitleError::Empty => "MISSING_FIELD",
        ReportTitleError::TooLong => "TOO_LONG",
        ReportTitleError::Characters | ReportTitleError::Number => "BAD_CHARACTERS",
    };
    Refusal { code, message: error.to_string(), field: Some("title") }
}
