//! The rules: which events a command makes, or why it is refused.

use crate::{
    Command, CorrectedField, Correction, DataStatus, Day, Event, Identifier, OfficeName, Order, Origin,
    Person, Plan, Position, RecordRef, Rejection, RosterEntry, Step, View, counsellor, event::*,
    person::Said, use_of_data,
};

/// What a decision depends on besides the person and the command.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Today in China.
    pub today: Day,
    /// The plan that is in force on the effective day, if one is: its order of steps may be enforced.
    pub plan: Option<&'a Plan>,
    /// All plans: those under which something was recorded say how long data are kept.
    pub plans: &'a [Plan],
    /// Who asks: what one person asked for another decides on.
    pub actor: &'a Identifier,
    /// The office as it was written, when that is not an id; sealed with each event.
    pub office: Option<&'a OfficeName>,
}

/// One event to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub effective: Day,
}

/// Decides. No events means that all of it is recorded already.
pub fn decide(person: &Person, command: &Command, context: &Context<'_>) -> Result<Vec<Decided>, Rejection> {
    let effective = command.on().or_else(|| counsellor::approved_from(person, command));
    let effective = effective.unwrap_or(context.today);
    if effective > context.today {
        return Err(Rejection::DateInFuture(effective));
    }
    match person.data_status() {
        // 个人信息保护法 第四十七条: erased is for ever; until then nothing but storing where the data are restricted.
        DataStatus::Erased => return Err(Rejection::PersonErased),
        DataStatus::Restricted if !command.is_about_use() => return Err(Rejection::PersonRestricted),
        DataStatus::Restricted | DataStatus::Open => {}
    }
    // The key is gone: this log was restored from before the erasure.
    if person.is_enrolled() && person.citizen().is_none() {
        return Err(Rejection::PersonErased);
    }
    if !person.is_enrolled() && command.enrols().is_none() {
        return Err(Rejection::UnknownPerson);
    }
    if let Some(step) = step(command) {
        in_order(person, step, effective, context)?;
    }
    let office = context.office.cloned();
    let events = match command.clone() {
        // 三（三）: 摸底调查基础信息. One citizen number is one person.
        Command::EnrolPerson { .. } if person.is_enrolled() => return Err(Rejection::AlreadyEnrolled),
        Command::EnrolPerson { origin, name, certificate, county, phone, address, status, on: _ } => {
            let (employed, form) = status.clear();
            vec![Event::PersonEnrolled {
                clear: PersonEnrolled { origin, county, employed, form },
                sealed: Some(PersonEnrolledSealed {
                    name,
                    certificate,
                    phone,
                    address,
                    reason: status.reason(),
                    office,
                }),
            }]
        }
        Command::SurveyPerson(entry) if !person.is_enrolled() => {
            let (employed, form) = entry.status.clear();
            vec![Event::PersonEnrolled {
                clear: PersonEnrolled { origin: Origin::Roster, county: entry.county, employed, form },
                sealed: Some(PersonEnrolledSealed {
                    name: entry.name,
                    certificate: entry.certificate,
                    phone: entry.phone,
                    address: None,
                    reason: entry.status.reason(),
                    office,
                }),
            }]
        }
        Command::SurveyPerson(entry) => what_is_new(person, entry, effective, office),

        // 二（九）: 至少进行一次基础信息核对. Not reaching somebody is an attempt.
        Command::VerifyInfo(it) => match it.outcome {
            Some(outcome) => vec![Event::InfoVerified {
                clear: InfoVerified { outcome, method: it.method, differing: it.differing },
                sealed: Some(InfoVerifiedSealed { values: it.values, remarks: it.remarks, office }),
            }],
            None => vec![Event::VerificationAttempted {
                clear: VerificationAttempted { method: it.method },
                sealed: Some(VerificationAttemptedSealed { remarks: it.remarks, office }),
            }],
        },
        // 二（九）: 开展一次职业能力评估. An assessment that was declined was not carried out.
        Command::AssessAbility { conclusion, scores, assessor, remarks, on: _ } => match conclusion {
            Some(conclusion) => vec![Event::AbilityAssessed {
                clear: AbilityAssessed { assessor },
                sealed: Some(AbilityAssessedSealed { conclusion, scores, remarks, office }),
            }],
            None => vec![Event::AssessmentDeclined {
                clear: AssessmentDeclined { assessor },
                sealed: Some(AssessmentDeclinedSealed { remarks, office }),
            }],
        },
        // 二（九）: 进行一次就业需求登记. "No need" is registered too.
        Command::RegisterDemand { demand, on: _ } => vec![Event::DemandRegistered {
            clear: DemandRegistered {},
            sealed: Some(DemandRegisteredSealed { demand, office }),
        }],
        // 二（九）: 开展一次就业服务.
        Command::DeliverService { service, provider, remarks, on: _ } => vec![Event::ServiceDelivered {
            clear: ServiceDelivered { service, provider },
            sealed: Some(ServiceDeliveredSealed { remarks, office }),
        }],
        // 一: 新增残疾人就业.
        Command::StartEmployment { form, employer_kind, employer, on: _ } => vec![Event::EmploymentStarted {
            clear: EmploymentStarted { form, employer_kind },
            sealed: Some(EmploymentStartedSealed { employer, office }),
        }],
        Command::EndEmployment { reason, on: _ } => vec![Event::EmploymentEnded {
            clear: EmploymentEnded {},
            sealed: Some(EmploymentEndedSealed { reason, office }),
        }],
        // 一: 职业技能培训和实用技术培训.
        Command::CompleteTraining { kind, course, remarks, on: _ } => vec![Event::TrainingCompleted {
            clear: TrainingCompleted { kind, course },
            sealed: Some(TrainingCompletedSealed { remarks, office }),
        }],
        Command::TransferPerson { to, remarks, on: _ } => vec![Event::PersonTransferred {
            clear: PersonTransferred {
                origin: Origin::Office,
                to,
                from: person.county(effective, Position(Position::LATEST.0 - 1)),
            },
            sealed: Some(PersonTransferredSealed { remarks, office }),
        }],
        // 二（九）: 健全残疾人就业辅导员队伍工作管理机制.
        Command::RequestCounsellor { counsellor, remarks, on: _ } => {
            Vec::from_iter(counsellor::request(person, counsellor, effective, remarks, context))
        }
        Command::ApproveCounsellor { request, remarks } => {
            vec![counsellor::approve(person, request, remarks, context)?]
        }
        Command::DeclineCounsellor { request, reason } => {
            vec![counsellor::decline(person, request, reason, context)?]
        }
        Command::LeaveRegister { reason, on: _ } => vec![Event::PersonLeft {
            clear: PersonLeft {},
            sealed: Some(PersonLeftSealed { reason, office }),
        }],
        Command::ReinstatePerson { reason, on: _ } => vec![Event::PersonReinstated {
            clear: PersonReinstated { left: person.left(effective).ok_or(Rejection::NotLeft)?.recorded },
            sealed: Some(PersonReinstatedSealed { reason, office }),
        }],
        Command::CorrectPerson(correction) => corrected(person, correction, office)?,
        Command::VoidRecord { record, reason, on: _ } => {
            let RecordRef::Position(record) = record else { return Err(Rejection::UnknownRecord) };
            let fact = person.fact_at(record).ok_or(Rejection::UnknownRecord)?;
            if !fact.kind.is_voidable() {
                return Err(Rejection::NotVoidable(record));
            }
            if fact.voided != Position::LATEST {
                return Ok(Vec::new());
            }
            vec![Event::RecordVoided {
                clear: RecordVoided { record },
                sealed: Some(RecordVoidedSealed { reason, office }),
            }]
        }

        // 个人信息保护法 第四十四条至第四十七条.
        Command::RequestErasure { ground, reason } => {
            Vec::from_iter(use_of_data::request_erasure(person, ground, reason, context)?)
        }
        Command::RestrictData { cause, reason } => {
            Vec::from_iter(use_of_data::restrict(person, cause, reason, context))
        }
        Command::LiftRestriction { reason } => vec![use_of_data::lift(person, reason, context)?],
        Command::EraseData { reason } => vec![use_of_data::erase(person, reason, context)?],
    };
    let facts_max = match command {
        // Nothing stays of them.
        Command::EraseData { .. } => usize::MAX,
        _ if command.is_about_use() => Person::FACTS_MAX + Person::FACTS_OF_USE_MAX,
        _ => Person::FACTS_MAX,
    };
    if person.facts().len() + events.len() > facts_max {
        return Err(Rejection::TooManyRecords);
    }
    Ok(events.into_iter().map(|event| Decided { event, effective }).collect())
}

/// The step that a command would count as.
fn step(command: &Command) -> Option<Step> {
    match command {
        Command::VerifyInfo(verification) if verification.outcome.is_some() => Some(Step::InfoVerified),
        Command::AssessAbility { conclusion: Some(_), .. } => Some(Step::AbilityAssessed),
        Command::RegisterDemand { .. } => Some(Step::DemandRegistered),
        Command::DeliverService { .. } => Some(Step::ServiceDelivered),
        _ => None,
    }
}

/// Both plans known leave the order open; one that enforces it refuses a step before the earlier ones.
fn in_order(person: &Person, step: Step, effective: Day, context: &Context<'_>) -> Result<(), Rejection> {
    match context.plan {
        Some(plan) if plan.order == Order::Enforced => {
            let pipeline = person.pipeline(plan, View::latest(effective));
            let missing = Step::ALL.iter().take_while(|earlier| **earlier != step);
            missing
                .copied()
                .find(|earlier| pipeline.step(*earlier).first.is_none())
                .map_or(Ok(()), |earlier| Err(Rejection::OutOfOrder(earlier)))
        }
        _ => Ok(()),
    }
}

/// A later roster row is compared with everything that rosters have said of the person; what is new becomes a fact.
fn what_is_new(
    person: &Person,
    entry: RosterEntry,
    effective: Day,
    office: Option<OfficeName>,
) -> Vec<Event> {
    let mut events = Vec::new();
    let origin = Origin::Roster;
    if !person.has_said(Said::certificate(entry.certificate)) {
        events.push(Event::CertificateReissued {
            clear: CertificateReissued { origin },
            sealed: Some(CertificateReissuedSealed {
                certificate: entry.certificate,
                office: office.clone(),
            }),
        });
    }
    let name = (!person.has_said(Said::name(entry.name.as_str()))).then_some(entry.name);
    let phone = entry.phone.filter(|phone| !person.has_said(Said::phone(phone.as_str())));
    events.extend(data_corrected(origin, name, phone, None, &office));
    if !person.has_said(Said::status(entry.status)) {
        events.push(status_corrected(origin, entry.status, &office));
    }
    if !person.has_said(Said::county(entry.county)) {
        let from = person.county(effective, Position(Position::LATEST.0 - 1));
        events.push(Event::PersonTransferred {
            clear: PersonTransferred { origin, to: entry.county, from },
            sealed: Some(PersonTransferredSealed { remarks: None, office }),
        });
    }
    events
}

/// A correction by an office. A certificate that the person holds already is no news; the rest is recorded as it is said.
fn corrected(
    person: &Person,
    correction: Correction,
    office: Option<OfficeName>,
) -> Result<Vec<Event>, Rejection> {
    let origin = Origin::Office;
    if correction == (Correction { on: correction.on, ..Correction::default() }) {
        return Err(Rejection::NothingToCorrect);
    }
    let mut events = Vec::new();
    if let Some(certificate) = correction.certificate {
        if person.citizen() != Some(certificate.citizen()) {
            return Err(Rejection::OtherCitizenNumber);
        }
        if !person.has_said(Said::certificate(certificate)) {
            events.push(Event::CertificateReissued {
                clear: CertificateReissued { origin },
                sealed: Some(CertificateReissuedSealed { certificate, office: office.clone() }),
            });
        }
    }
    events.extend(data_corrected(origin, correction.name, correction.phone, correction.address, &office));
    events.extend(correction.status.map(|status| status_corrected(origin, status, &office)));
    Ok(events)
}

fn data_corrected(
    origin: Origin,
    name: Option<crate::PersonName>,
    phone: Option<crate::Phone>,
    address: Option<crate::Address>,
    office: &Option<OfficeName>,
) -> Option<Event> {
    let fields: Vec<CorrectedField> = [
        name.is_some().then_some(CorrectedField::Name),
        phone.is_some().then_some(CorrectedField::Phone),
        address.is_some().then_some(CorrectedField::Address),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!fields.is_empty()).then(|| Event::PersonCorrected {
        clear: PersonCorrected { origin, fields, employed: None, form: None },
        sealed: Some(PersonCorrectedSealed { name, phone, address, reason: None, office: office.clone() }),
    })
}

fn status_corrected(origin: Origin, status: crate::EmploymentStatus, office: &Option<OfficeName>) -> Event {
    let (employed, form) = status.clear();
    Event::PersonCorrected {
        clear: PersonCorrected {
            origin,
            fields: vec![CorrectedField::Employment],
            employed: Some(employed),
            form,
        },
        sealed: Some(PersonCorrectedSealed {
            name: None,
            phone: None,
            address: None,
            reason: status.reason(),
            office: office.clone(),
        }),
    }
}
