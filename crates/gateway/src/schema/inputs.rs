//! What commands are made of, and how they become commands of the domain.

use async_graphql::{ID, InputObject, OneofObject};
use sigeyi_domain::{
    self as domain, Command, Correction, Day, EmploymentStatus, NeedSet, Percent, RecordRef, Verification,
};
use sigeyi_engine::Target;
use uuid::Uuid;

use super::{
    codes::Code,
    parse::{certificate, county, id, optional_id, optional_text, person, text},
    refusal::Refusal,
    scalars::{Date, Position},
};

/// A command as it is sent.
pub(crate) trait CommandInput: async_graphql::InputType {
    /// The command's id.
    fn command_id(&self) -> Uuid;
    /// The person's version that the sender has seen.
    fn expected_version(&self) -> Option<u32>;
    /// Whom it is about and what to record, on the day that it is today.
    fn command(self, today: Day) -> Result<(Target, Command), Refusal>;
}

/// Fields that every command about somebody enrolled has, around those of its own.
macro_rules! commands {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $field_type:ty,)* } ($input:ident, $on:ident, $today:ident) => $command:expr;
    )+) => {
        $(
            $(#[$doc])*
            #[derive(InputObject)]
            pub(crate) struct $name {
                /// The sender's id for this command: the same id sent again records nothing again, and gives the first answer.
                command_id: Uuid,
                /// Whom it is about. 人员
                person_id: ID,
                /// The day on which it happened; without it today. 发生日期
                effective_on: Option<Date>,
                /// The person's `version` that the sender has seen: refused when there is a newer one.
                expected_version: Option<u32>,
                $($(#[$field_doc])* $field: $field_type,)*
            }

            impl CommandInput for $name {
                fn command_id(&self) -> Uuid {
                    self.command_id
                }

                fn expected_version(&self) -> Option<u32> {
                    self.expected_version
                }

                #[allow(unused_variables, reason = "few commands ask what day it is")]
                fn command(self, $today: Day) -> Result<(Target, Command), Refusal> {
                    let target = person(&self.person_id)?;
                    let $on = self.effective_on.map(|day| day.0);
                    let $input = self;
                    Ok((target, $command))
                }
            }
        )+
    };
}

/// Somebody enters the register. Refused with `ALREADY_ENROLLED` when the citizen number is known. 摸底登记
#[derive(InputObject)]
pub(crate) struct EnrolPersonInput {
    /// The sender's id for this command: the same id sent again records nothing again, and gives the first answer.
    command_id: Uuid,
    /// Name. 姓名
    name: String,
    /// Certificate number. 残疾人证号
    certificate: String,
    /// Code of the county. 地区
    region: ID,
    /// Where the entry comes from. 数据来源
    #[graphql(default_with = "Code(domain::Origin::Office)")]
    origin: Code<domain::Origin>,
    /// Employment on the day. 就业状况
    employment: EmploymentInput,
    /// Phone. 联系电话
    phone: Option<String>,
    /// Address. 联系地址
    address: Option<String>,
    /// The day on which the person entered the register; without it today. 登记日期
    effective_on: Option<Date>,
}

/// Employed in some form, or not for some reason. 就业状况
#[derive(OneofObject)]
pub(crate) enum EmploymentInput {
    /// Employed. 已就业
    Employed(Code<domain::EmploymentForm>),
    /// Not employed. 未就业
    NotEmployed(Code<domain::NonEmploymentReason>),
}

/// Which needs there are, or why there is none. 就业需求
#[derive(OneofObject)]
pub(crate) enum DemandInput {
    /// At least one need. 有需求
    Needs(Vec<Code<domain::EmploymentNeed>>),
    /// No need. 无需求
    NoNeed(Code<domain::NonEmploymentReason>),
}

/// A score of an assessment, 0 to 100. 评分
#[derive(InputObject)]
pub(crate) struct ScoreInput {
    /// What was assessed. 维度
    dimension: Code<domain::AssessmentDimension>,
    /// 0 to 100. 分数
    score: i32,
}

impl CommandInput for EnrolPersonInput {
    fn command_id(&self) -> Uuid {
        self.command_id
    }

    fn expected_version(&self) -> Option<u32> {
        None
    }

    fn command(self, today: Day) -> Result<(Target, Command), Refusal> {
        let certificate = certificate(&self.certificate, today)?;
        let command = Command::EnrolPerson {
            origin: self.origin.0,
            name: text("name", &self.name)?,
            certificate,
            county: county("region", &self.region)?,
            phone: optional_text("phone", self.phone.as_deref())?,
            address: optional_text("address", self.address.as_deref())?,
            status: self.employment.status(),
            on: self.effective_on.map(|day| day.0),
        };
        Ok((Target::Citizen(certificate.citizen()), command))
    }
}

commands! {
    /// The first step, or an attempt at it. 基础信息核对
    VerifyInfoInput {
        /// What came of it; without it nobody was reached, which does not count. 核对结果
        outcome: Option<Code<domain::VerificationOutcome>>,
        /// How. 核对方式
        method: Option<Code<domain::VerificationMethod>>,
        /// Which data differed. 不一致项
        differing: Option<Vec<Code<domain::CorrectedField>>>,
        /// The values that differed. 不一致内容
        values: Option<String>,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::VerifyInfo(Verification {
        outcome: input.outcome.map(|code| code.0),
        method: input.method.map(|code| code.0),
        differing: input.differing.map(|codes| codes.into_iter().map(|code| code.0).collect()),
        values: optional_text("values", input.values.as_deref())?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
        on,
    });

    /// The second step, or an attempt at it. 职业能力评估
    AssessAbilityInput {
        /// The recommended path; without it the assessment was declined, which does not count. 评估结论
        conclusion: Option<Code<domain::AssessmentConclusion>>,
        /// Scores. 评分
        scores: Option<Vec<ScoreInput>>,
        /// Id of the assessor. 评估人
        assessor: Option<ID>,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::AssessAbility {
        conclusion: input.conclusion.map(|code| code.0),
        scores: input.scores.map(scores).transpose()?,
        assessor: optional_id("assessor", input.assessor.as_ref())?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
        on,
    };

    /// The third step. 就业需求登记
    RegisterDemandInput {
        /// Which needs, or none. 就业需求
        demand: DemandInput,
    } (input, on, today) => Command::RegisterDemand { demand: input.demand.demand()?, on };

    /// The fourth step. 就业服务
    DeliverServiceInput {
        /// Which service. 服务类型
        service: Code<domain::ServiceType>,
        /// Id of the provider. 服务机构
        provider: Option<ID>,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::DeliverService {
        service: input.service.0,
        provider: optional_id("provider", input.provider.as_ref())?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
        on,
    };

    /// Somebody begins to work. 就业
    StartEmploymentInput {
        /// Form. 就业形式
        form: Code<domain::EmploymentForm>,
        /// Kind of employer. 用人单位类型
        employer_kind: Option<Code<domain::EmployerKind>>,
        /// Employer. 用人单位
        employer: Option<String>,
    } (input, on, today) => Command::StartEmployment {
        form: input.form.0,
        employer_kind: input.employer_kind.map(|code| code.0),
        employer: optional_text("employer", input.employer.as_deref())?,
        on,
    };

    /// Somebody's work ends. 离职
    EndEmploymentInput {
        /// Why. 原因
        reason: Code<domain::NonEmploymentReason>,
    } (input, on, today) => Command::EndEmployment { reason: input.reason.0, on };

    /// A training was completed. 培训
    CompleteTrainingInput {
        /// Kind. 培训类型
        kind: Code<domain::TrainingKind>,
        /// Id of the course. 课程
        course: Option<ID>,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::CompleteTraining {
        kind: input.kind.0,
        course: optional_id("course", input.course.as_ref())?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
        on,
    };

    /// The registration moves to another county. 迁移
    TransferPersonInput {
        /// Code of the county. 迁入地区
        to: ID,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::TransferPerson {
        to: county("to", &input.to)?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
        on,
    };

    /// Somebody is to have a counsellor, from the day on; somebody else approves it, and nothing changes until then. 申请指派就业辅导员
    AssignCounsellorInput {
        /// Id of the counsellor. 就业辅导员
        counsellor: ID,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::RequestCounsellor {
        counsellor: id("counsellor", &input.counsellor)?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
        on,
    };

    /// Somebody gets the counsellor who was asked for, from the day that was asked for; by somebody who did not ask for it. 批准指派就业辅导员
    ApproveCounsellorInput {
        /// Position of the request, as `approvals` gives it: refused when another is the one that waits. 申请
        request: Position,
        /// Remarks. 备注
        remarks: Option<String>,
    } (input, on, today) => Command::ApproveCounsellor {
        request: at_once(on, recorded_at(input.request))?,
        remarks: optional_text("remarks", input.remarks.as_deref())?,
    };

    /// Somebody does not get the counsellor who was asked for; whoever asked for it takes it back so. 不批准指派就业辅导员
    DeclineCounsellorInput {
        /// Position of the request, as `approvals` gives it: refused when another is the one that waits. 申请
        request: Position,
        /// Why. 原因
        reason: String,
    } (input, on, today) => Command::DeclineCounsellor {
        request: at_once(on, recorded_at(input.request))?,
        reason: text("reason", &input.reason)?,
    };

    /// Somebody leaves the register. 退出
    LeaveRegisterInput {
        /// Why. 原因
        reason: Code<domain::LeaveReason>,
    } (input, on, today) => Command::LeaveRegister { reason: input.reason.0, on };

    /// Somebody who left is in the register again. 恢复登记
    ReinstatePersonInput {
        /// Why. 原因
        reason: Option<String>,
    } (input, on, today) => Command::ReinstatePerson { reason: optional_text("reason", input.reason.as_deref())?, on };

    /// New values for what the register says of somebody; what is left out stays. 信息更正
    CorrectPersonInput {
        /// Name. 姓名
        name: Option<String>,
        /// Phone. 联系电话
        phone: Option<String>,
        /// Address. 联系地址
        address: Option<String>,
        /// A certificate number with the same citizen number. 残疾人证号
        certificate: Option<String>,
        /// Employment from the day on. 就业状况
        employment: Option<EmploymentInput>,
    } (input, on, today) => Command::CorrectPerson(Correction {
        name: optional_text("name", input.name.as_deref())?,
        phone: optional_text("phone", input.phone.as_deref())?,
        address: optional_text("address", input.address.as_deref())?,
        certificate: input.certificate.as_deref().map(|number| certificate(number, today)).transpose()?,
        status: input.employment.as_ref().map(EmploymentInput::status),
        on,
    });

    /// A record of this person counts for nothing. The enrolment and a voiding stay. 作废
    VoidRecordInput {
        /// Position of the event to void. 记录
        record: Position,
        /// Why. 原因
        reason: Option<String>,
    } (input, on, today) => Command::VoidRecord {
        record: recorded_at(input.record),
        reason: optional_text("reason", input.reason.as_deref())?,
        on,
    };

    /// Somebody's data are to be erased, which somebody else decides on; from here on they are restricted. 申请删除
    RequestErasureInput {
        /// On which ground. 删除依据
        ground: Code<domain::ErasureGround>,
        /// Why, in words. 原因
        reason: Option<String>,
    } (input, on, today) => Command::RequestErasure {
        ground: at_once(on, input.ground.0)?,
        reason: optional_text("reason", input.reason.as_deref())?,
    };

    /// Somebody's data are kept and counted, and neither shown nor changed. 限制处理
    RestrictDataInput {
        /// Why. 限制原因
        cause: Code<domain::RestrictionCause>,
        /// Why, in words. 原因
        reason: Option<String>,
    } (input, on, today) => Command::RestrictData {
        cause: at_once(on, input.cause.0)?,
        reason: optional_text("reason", input.reason.as_deref())?,
    };

    /// Nothing restricts somebody's data any more; a request for erasure is refused or withdrawn by it. By somebody who asked for none of it. 解除限制
    LiftRestrictionInput {
        /// Why. 原因
        reason: Option<String>,
    } (input, on, today) => Command::LiftRestriction {
        reason: at_once(on, optional_text("reason", input.reason.as_deref())?)?,
    };

    /// Somebody's data are erased as was asked for, by somebody who did not ask for it. Nothing gives them back. 删除
    EraseDataInput {
        /// Why. 原因
        reason: Option<String>,
    } (input, on, today) => Command::EraseData {
        reason: at_once(on, optional_text("reason", input.reason.as_deref())?)?,
    };
}

fn recorded_at(position: Position) -> RecordRef {
    RecordRef::Position(domain::Position(position.0.0))
}

/// What holds from its recording on, or from a day that was asked for, takes no other day.
fn at_once<T>(on: Option<Day>, given: T) -> Result<T, Refusal> {
    match on {
        None => Ok(given),
        Some(_) => Err(Refusal {
            code: "DATE_NOT_TAKEN",
            message: "this holds from the moment in which it is recorded, or from the day that was asked for: leave the day out".to_owned(),
            field: Some("effectiveOn"),
        }),
    }
}

impl EmploymentInput {
    fn status(&self) -> EmploymentStatus {
        match self {
            EmploymentInput::Employed(form) => EmploymentStatus::Employed(form.0),
            EmploymentInput::NotEmployed(reason) => EmploymentStatus::NotEmployed(reason.0),
        }
    }
}

impl DemandInput {
    fn demand(&self) -> Result<domain::Demand, Refusal> {
        match self {
            DemandInput::Needs(needs) => NeedSet::new(needs.iter().map(|need| need.0))
                .map(domain::Demand::Needs)
                .ok_or(Refusal::missing("demand", "name at least one need, or `noNeed` with its reason")),
            DemandInput::NoNeed(reason) => Ok(domain::Demand::NoNeed(reason.0)),
        }
    }
}

fn scores(scores: Vec<ScoreInput>) -> Result<Vec<domain::Score>, Refusal> {
    let score = |ScoreInput { dimension, score }| {
        let percent = u8::try_from(score).ok().and_then(|score| Percent::try_from(score).ok());
        let score = percent.ok_or_else(|| Refusal {
            code: "BAD_SCORE",
            message: "a score is 0 to 100".to_owned(),
            field: Some("scores"),
        })?;
        Ok(domain::Score { dimension: dimension.0, score })
    };
    scores.into_iter().map(score).collect()
}
