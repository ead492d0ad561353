//! What can be recorded.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, Object, Result, SimpleObject, Union};
use sigeyi_domain::{access::Action, divisions};
use sigeyi_engine::{AsyncTicket, CommandError, LogFilter, Reading, Submission};

use super::{
    broken_glass::{BreakTheGlassInput, BreakTheGlassResult, break_the_glass},
    errors::{of_command, of_question, or_null},
    event::Event,
    freeze::{FreezeReportInput, FreezeReportResult, freeze_report},
    inputs::{
        ApproveCounsellorInput, AssessAbilityInput, AssignCounsellorInput, CommandInput,
        CompleteTrainingInput, CorrectPersonInput, DeclineCounsellorInput, DeliverServiceInput,
        EndEmploymentInput, EnrolPersonInput, EraseDataInput, LeaveRegisterInput, LiftRestrictionInput,
        RegisterDemandInput, ReinstatePersonInput, RequestErasureInput, RestrictDataInput,
        StartEmploymentInput, TransferPersonInput, VerifyInfoInput, VoidRecordInput,
    },
    person::Person,
    refusal::Refusal,
    reveal::{RevealPersonalDataInput, RevealResult, reveal},
    roles::{self, DecideRoleInput, RequestRoleInput, WithdrawRoleInput},
    scalars::Position,
    service::Service,
};
use crate::{
    scope::{Readable, Scope},
    subject::Subject,
};

pub(crate) struct Mutation;

/// What became of a command. 结果
#[derive(Union)]
pub(crate) enum CommandResult {
    /// It is recorded.
    Recorded(Recorded),
    /// It was refused, and nothing was recorded.
    Rejected(Rejected),
}

pub(crate) struct Recorded {
    reading: Arc<Reading>,
    inner: sigeyi_engine::Recorded,
}

/// A command that was refused. Nothing was recorded; mend what is said and send it again. 已拒绝
#[derive(SimpleObject)]
pub(crate) struct Rejected {
    /// Stable code, such as `DATE_IN_FUTURE`. 代码
    code: &'static str,
    /// What is wrong and what to do. 说明
    message: String,
    /// The input's field that is at fault. 字段
    field: Option<&'static str>,
}

/// A command that is recorded, durably. 已记录
#[Object]
impl Recorded {
    /// The last of its events; where nothing was new, the position at which that was found. 位置
    async fn position(&self) -> Position {
        Position(self.inner.position)
    }

    /// Whether it, or all that it says, had been recorded before. 此前已记录
    async fn already_recorded(&self) -> bool {
        self.inner.already_recorded
    }

    /// Whom it is about, as every question sees the person now; none for whoever is now elsewhere, as after a transfer, and for a role. 人员
    async fn person(&self, ctx: &Context<'_>) -> Option<Person> {
        // A change of roles is about nobody.
        if self.inner.person.is_nil() {
            return None;
        }
        let find = |scope| Person::find(&scope, &self.reading, self.inner.person, Action::ReadPerson, None);
        or_null(ctx, Scope::of(ctx).map(find))
    }

    /// Its events, as far as the sender may read them; none where nothing was new. 事件
    async fn events(&self, ctx: &Context<'_>) -> Option<Vec<Event>> {
        let count = usize::from(self.inner.events);
        let before = sigeyi_engine::Position(self.inner.position.0.saturating_sub(count as u64));
        let events = || {
            let scope = Scope::of(ctx)?;
            let log = scope.log(LogFilter::default())?;
            let page = self.reading.events(before, &LogFilter::default(), count, count);
            let engine = &ctx.data::<Arc<Service>>()?.engine;
            let events = page.map_err(of_question)?.events.into_iter();
            let shown: Vec<Readable> = events.filter_map(|event| log.show(engine, event)).collect();
            log.note(scope.shown(), shown.iter().map(Readable::trace));
            Ok(shown.into_iter().map(Event).collect::<Vec<_>>())
        };
        or_null(ctx, events())
    }
}

macro_rules! mutations {
    ($($(#[$doc:meta])* $name:ident($input:ty),)+) => {
        /// What can be recorded. "Recorded" means on the disk: after the answer every question sees it. A command whose answer got lost is sent again
        /// under the same `commandId`. A fault is null with an error, and what stands beside it in the request keeps its answer.
        #[Object]
        impl Mutation {
            $(
                $(#[$doc])*
                async fn $name(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "What to record. 内容")] input: $input,
                ) -> Option<CommandResult> {
                    or_null(ctx, send(ctx, stringify!($name), input).await)
                }
            )+

            /// Show what says who somebody is in clear. Each time it is written down, with the reason. 显示个人信息
            async fn reveal_personal_data(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Whose data, which, and why. 内容")] input: RevealPersonalDataInput,
            ) -> Option<RevealResult> {
                or_null(ctx, reveal(ctx, input).await)
            }

            /// Ask for a role for somebody; a second person approves it. 申请角色
            async fn request_role(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Whose role, and which. 内容")] input: RequestRoleInput,
            ) -> Option<CommandResult> {
                or_null(ctx, roles::request(ctx, input).await)
            }

            /// Grant a role that was asked for; by somebody who did not ask for it and is not to have it. 批准角色
            async fn approve_role(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which request. 内容")] input: DecideRoleInput,
            ) -> Option<CommandResult> {
                or_null(ctx, roles::approve(ctx, input).await)
            }

            /// Refuse a role that was asked for, or take the request back. 不批准角色
            async fn decline_role(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which request. 内容")] input: DecideRoleInput,
            ) -> Option<CommandResult> {
                or_null(ctx, roles::decline(ctx, input).await)
            }

            /// End a role at once, which takes nobody else. 收回角色
            async fn withdraw_role(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which grant. 内容")] input: WithdrawRoleInput,
            ) -> Option<CommandResult> {
                or_null(ctx, roles::withdraw(ctx, input).await)
            }

            /// Keep the figures of a region and of those right below it, as they are known at this moment, with what made them. 固定报表
            async fn freeze_report(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which figures, and under which title. 内容")] input: FreezeReportInput,
            ) -> Option<FreezeReportResult> {
                or_null(ctx, freeze_report(ctx, input).await)
            }

            /// Declare that one must see somebody outside one's region, for three hours. It is written down, with the reason. 紧急查阅
            async fn break_the_glass(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Whom, and why. 内容")] input: BreakTheGlassInput,
            ) -> Option<BreakTheGlassResult> {
                or_null(ctx, break_the_glass(ctx, input))
            }
        }
    };
}

mutations! {
    /// Enter somebody in the register. 摸底登记
    enrol_person(EnrolPersonInput),
    /// Record a verification, the first step. 基础信息核对
    verify_info(VerifyInfoInput),
    /// Record an assessment, the second step. 职业能力评估
    assess_ability(AssessAbilityInput),
    /// Record a demand, the third step. 就业需求登记
    register_demand(RegisterDemandInput),
    /// Record a service, the fourth step. 就业服务
    deliver_service(DeliverServiceInput),
    /// Record that somebody begins to work. 就业
    start_employment(StartEmploymentInput),
    /// Record that somebody's work ended. 离职
    end_employment(EndEmploymentInput),
    /// Record a training, which is counted apart from the steps. 培训
    complete_training(CompleteTrainingInput),
    /// Record that the registration moved. 迁移
    transfer_person(TransferPersonInput),
    /// Ask for a counsellor for somebody; a second person approves it. 申请指派就业辅导员
    assign_counsellor(AssignCounsellorInput),
    /// Grant the counsellor who was asked for; by a second person. 批准指派就业辅导员
    approve_counsellor(ApproveCounsellorInput),
    /// Refuse the counsellor who was asked for, or take the request back. 不批准指派就业辅导员
    decline_counsellor(DeclineCounsellorInput),
    /// Record that somebody left the register. 退出
    leave_register(LeaveRegisterInput),
    /// Record that somebody who left is in the register again. 恢复登记
    reinstate_person(ReinstatePersonInput),
    /// Correct what the register says. 信息更正
    correct_person(CorrectPersonInput),
    /// Void a record. 作废
    void_record(VoidRecordInput),
    /// Ask that somebody's data be erased; they are restricted at once. 申请删除
    request_erasure(RequestErasureInput),
    /// Restrict somebody's data. 限制处理
    restrict_data(RestrictDataInput),
    /// Lift what restricts somebody's data, or refuse to erase them; by a second person. 解除限制
    lift_restriction(LiftRestrictionInput),
    /// Erase somebody's data as was asked for; by a second person, and for ever. 删除
    erase_data(EraseDataInput),
}

/// The one way of a command from here to the engine.
async fn send(ctx: &Context<'_>, name: &str, input: impl CommandInput) -> Result<CommandResult> {
    let Service { engine, .. } = &**ctx.data::<Arc<Service>>()?;
    let scope = Scope::of(ctx)?;
    let Subject { actor, office, .. } = scope.subject().clone();
    let content = engine.digest(&[name.as_bytes(), &canonical(&input.to_value())]);
    let (command_id, expected_version) = (input.command_id(), input.expected_version());
    let (target, command) = match input.command(engine.today()) {
        Ok(parsed) => parsed,
        Err(refusal) => return Ok(rejected(refusal)),
    };
    let regions = scope.recording(&Arc::new(engine.read()), target, &command)?;
    let office = office.into();
    let submission = Submission { command_id, content, actor, office, target, expected_version, command };
    // Nobody is outside the whole.
    let ticket = if regions.contains(&divisions().whole()) {
        engine.submit_async(submission)
    } else {
        engine.submit_async_within(submission, regions)
    };
    let answer = settled(ctx, ticket).await;
    answered(ctx, answer)
}

/// What becomes of a command, waited for as long as one is.
pub(super) async fn settled(
    ctx: &Context<'_>,
    ticket: Result<AsyncTicket, CommandError>,
) -> Result<sigeyi_engine::Recorded, CommandError> {
    let within = ctx.data::<Arc<Service>>().map_or(Duration::ZERO, |service| service.answer_within);
    tokio::time::timeout(within, ticket?).await.unwrap_or(Err(CommandError::OutcomeUnknown))
}

/// The same as the sender is told.
pub(super) fn answered(
    ctx: &Context<'_>,
    answer: Result<sigeyi_engine::Recorded, CommandError>,
) -> Result<CommandResult> {
    let engine = &ctx.data::<Arc<Service>>()?.engine;
    match answer {
        Ok(inner) => Ok(CommandResult::Recorded(Recorded { reading: Arc::new(engine.read()), inner })),
        Err(error) => Refusal::of(&error).map(rejected).ok_or_else(|| of_command(&error)),
    }
}

pub(super) fn rejected(refusal: Refusal) -> CommandResult {
    CommandResult::Rejected(Rejected::of(refusal))
}

impl Rejected {
    pub(super) fn of(Refusal { code, message, field }: Refusal) -> Rejected {
        Rejected { code, message, field }
    }
}

/// An input as bytes that do not depend on the order of its fields, nor on fields that are left out or null, nor on what the sender had seen: the
/// content that a command id stands for.
pub(super) fn canonical(value: &async_graphql::Value) -> Vec<u8> {
    fn write(value: &async_graphql::Value, into: &mut Vec<u8>) {
        match value {
            async_graphql::Value::Object(fields) => {
                let mut fields: Vec<_> = fields
                    .iter()
                    .filter(|(name, value)| {
                        **value != async_graphql::Value::Null && name.as_str() != "expectedVersion"
                    })
                    .collect();
                fields.sort_by(|one, other| one.0.cmp(other.0));
                into.push(b'{');
                for (name, value) in fields {
                    into.extend_from_slice(name.as_bytes());
                    into.push(b':');
                    write(value, into);
                    into.push(b',');
                }
                into.push(b'}');
            }
            async_graphql::Value::List(items) => {
                into.push(b'[');
                for item in items {
                    write(item, into);
                    into.push(b',');
                }
                into.push(b']');
            }
            other => into.extend_from_slice(other.to_string().as_bytes()),
        }
    }
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}
