//! From an entry to its command. What the entry does not say is drawn from a source of its own, the same every time.

use sigeyi_domain::{
    AssessmentDimension, CertificateError, CertificateNumber, Command, CorrectedField, Day, DisabilityGrade,
    EmployerKind, EmploymentForm, Identifier, IdentifierError, Percent, RecordRef, Remarks, RosterEntry,
    Score, TextError, Verification, VerificationOutcome,
};
use uuid::Uuid;

use crate::{
    calendar::day,
    calibration::{recording::*, services::*},
    entry::{Entry, Occurrence},
    names,
    person::Person,
    random::{Draw, Sources},
    simulation::Simulated,
    texts,
};

/// Whose data are drawn with the ordinal that no entry has.
const PERSON_ORDINAL: u8 = u8::MAX;

/// A text or number of this crate's own making that the domain refuses; tests run every kind of command, so it does not happen.
#[derive(Debug)]
pub(crate) struct NotMade;

/// Makes what an entry stands for.
pub(crate) fn make(entry: &Entry, person: &Person, sources: &Sources) -> Result<Simulated, NotMade> {
    let mut details = sources.details(entry.person, entry.ordinal);
    let draw = &mut details;
    let command_id = id(draw);
    let code = entry.county.code();
    let clerk = 1 + draw.below(CLERKS_OF_AN_OFFICE);
    let approves = matches!(entry.occurrence, Occurrence::CounsellorApproved(_));
    let who = if approves { HEAD_OF_AN_OFFICE } else { clerk };
    let actor = identifier(format_args!("u-{code}-{who}"))?;
    let office = identifier(format_args!("clf-{code}"))?;
    let command = command(entry, person, sources, draw)?;
    Ok(Simulated { command_id, citizen: person.citizen, actor, office, command })
}

/// The id comes first, so that a voiding can name it.
fn id(draw: &mut Draw) -> Uuid {
    uuid::Builder::from_random_bytes(draw.bytes()).into_uuid()
}

fn command(entry: &Entry, person: &Person, sources: &Sources, draw: &mut Draw) -> Result<Command, NotMade> {
    let code = entry.county.code();
    let effective = day(i32::from(entry.effective));
    let on = Some(effective);
    Ok(match entry.occurrence {
        Occurrence::Registered
        | Occurrence::LostCertificate
        | Occurrence::OtherGrade
        | Occurrence::OtherName
        | Occurrence::OtherPhone => Command::SurveyPerson(roster_entry(entry, person, sources)?),
        Occurrence::Verified(outcome) => Command::VerifyInfo(verification(outcome, effective, draw)?),
        Occurrence::NotReached => Command::VerifyInfo(Verification {
            method: Some(draw.pick(METHODS)),
            remarks: remarks(texts::NOT_REACHED, draw)?,
            on,
            ..Verification::default()
        }),
        Occurrence::Assessed => Command::AssessAbility {
            conclusion: Some(draw.pick(CONCLUSIONS)),
            scores: if draw.chance(SCORED) { Some(scores(draw)) } else { None },
            assessor: Some(identifier(format_args!("a-{code}-{}", 1 + draw.below(ASSESSORS_OF_A_COUNTY)))?),
            remarks: remarks(texts::ASSESSED, draw)?,
            on,
        },
        Occurrence::Declined => Command::AssessAbility {
            conclusion: None,
            scores: None,
            assessor: None,
            remarks: remarks(texts::DECLINED, draw)?,
            on,
        },
        Occurrence::Demand(demand) => Command::RegisterDemand { demand, on },
        Occurrence::Served(service) => Command::DeliverService {
            service,
            provider: Some(identifier(format_args!("svc-{code}-{}", 1 + draw.below(PROVIDERS_OF_A_COUNTY)))?),
            remarks: remarks(texts::SERVED, draw)?,
            on,
        },
        Occurrence::WorkStarted(form) => Command::StartEmployment {
            form,
            employer_kind: employer_kind(form, draw),
            employer: remarks(texts::EMPLOYERS, draw)?,
            on,
        },
        Occurrence::WorkEnded(reason) => Command::EndEmployment { reason, on },
        Occurrence::Trained(kind) => Command::CompleteTraining {
            kind,
            course: Some(identifier(format_args!(
                "course-{code}-{:02}",
                1 + draw.below(COURSES_OF_A_COUNTY)
            ))?),
            remarks: remarks(texts::TRAINED, draw)?,
            on,
        },
        Occurrence::Moved(to) => Command::TransferPerson { to, remarks: remarks(texts::MOVED, draw)?, on },
        Occurrence::Counsellor(number) => Command::RequestCounsellor {
            counsellor: identifier(format_args!("c-{code}-{number:02}"))?,
            remarks: None,
            on,
        },
        Occurrence::CounsellorApproved(ordinal) => Command::ApproveCounsellor {
            request: RecordRef::Command(id(&mut sources.details(entry.person, ordinal))),
            remarks: None,
        },
        Occurrence::Left(reason) => Command::LeaveRegister { reason, on },
        Occurrence::CameBack => {
            Command::ReinstatePerson { reason: Some(remark(texts::CAME_BACK, draw)?), on }
        }
        Occurrence::Voided(ordinal) => Command::VoidRecord {
            record: RecordRef::Command(id(&mut sources.details(entry.person, ordinal))),
            reason: Some(remark(texts::VOIDED, draw)?),
            on,
        },
    })
}

/// The first row of a person, or a later one that repeats it but for one thing.
fn roster_entry(entry: &Entry, person: &Person, sources: &Sources) -> Result<RosterEntry, NotMade> {
    let mut details = sources.details(entry.person, PERSON_ORDINAL);
    let is = |occurrence| entry.occurrence == occurrence;
    let grade = if is(Occurrence::OtherGrade) { other_grade(person.grade) } else { person.grade };
    let mark = if is(Occurrence::LostCertificate) { "B1" } else { "" };
    let (category, grade) = (person.category as u8 + 1, grade as u8 + 1);
    let certificate =
        CertificateNumber::parse(&format!("{}{category}{grade}{mark}", person.citizen), Day::MAX)?;
    let name = names::name(person.citizen.sex(), is(Occurrence::OtherName), &mut details)?;
    let phone = names::phone(entry.person, &mut details);
    Ok(RosterEntry {
        name,
        certificate,
        county: person.county,
        phone: if is(Occurrence::OtherPhone) { names::other_phone(entry.person) } else { phone },
        status: person.status,
        on: day(i32::from(entry.effective)),
    })
}

fn other_grade(grade: DisabilityGrade) -> DisabilityGrade {
    match grade {
        DisabilityGrade::One | DisabilityGrade::Three => DisabilityGrade::Two,
        DisabilityGrade::Two => DisabilityGrade::One,
        DisabilityGrade::Four => DisabilityGrade::Three,
    }
}

fn verification(outcome: VerificationOutcome, on: Day, draw: &mut Draw) -> Result<Verification, NotMade> {
    let method = Some(draw.pick(METHODS));
    let field = if draw.chance(CORRECTED_PHONE) { CorrectedField::Phone } else { CorrectedField::Address };
    let differing = match outcome {
        VerificationOutcome::Confirmed => None,
        VerificationOutcome::Corrected => Some(vec![field]),
    };
    let remarks = remarks(texts::VERIFIED, draw)?;
    Ok(Verification { outcome: Some(outcome), method, differing, values: None, remarks, on: Some(on) })
}

fn scores(draw: &mut Draw) -> Vec<Score> {
    let (lowest, width) = SCORES;
    // The first four dimensions are those of local practice.
    let dimensions = AssessmentDimension::ALL.iter().take(4);
    dimensions
        .filter_map(|dimension| {
            // At most 95.
            let score = Percent::try_from((lowest + draw.below(width) + draw.below(width)) as u8).ok()?;
            Some(Score { dimension: *dimension, score })
        })
        .collect()
}

fn employer_kind(form: EmploymentForm, draw: &mut Draw) -> Option<EmployerKind> {
    match form {
        EmploymentForm::ProportionalQuota => Some(draw.pick(QUOTA_EMPLOYERS)),
        EmploymentForm::Concentrated => Some(EmployerKind::Private),
        EmploymentForm::PublicWelfarePost => Some(EmployerKind::PublicInstitution),
        EmploymentForm::SupportedAuxiliary => Some(EmployerKind::SocialOrganisation),
        EmploymentForm::SelfEmployed | EmploymentForm::FarmingProcessing => Some(EmployerKind::SelfRun),
        EmploymentForm::Flexible => None,
    }
}

fn remark(list: &[&str], draw: &mut Draw) -> Result<Remarks, NotMade> {
    Ok(Remarks::parse(draw.one_of(list))?)
}

fn remarks(list: &[&str], draw: &mut Draw) -> Result<Option<Remarks>, NotMade> {
    if draw.chance(WITH_REMARKS) { remark(list, draw).map(Some) } else { Ok(None) }
}

fn identifier(text: std::fmt::Arguments<'_>) -> Result<Identifier, NotMade> {
    Ok(Identifier::parse(&text.to_string())?)
}

impl From<TextError> for NotMade {
    fn from(_: TextError) -> NotMade {
        NotMade
    }
}

impl From<IdentifierError> for NotMade {
    fn from(_: IdentifierError) -> NotMade {
        NotMade
    }
}

impl From<CertificateError> for NotMade {
    fn from(_: CertificateError) -> NotMade {
        NotMade
    }
}
