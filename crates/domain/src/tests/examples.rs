//! Invented people and what happens to them. Sequence numbers 900 to 999 mark everybody here as invented.

use crate::{event::*, *};

pub(super) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(super) fn county(code: &str) -> County {
    divisions().county_of(code).unwrap()
}

/// Who asks for something, if nobody else is named.
pub(super) const MAKER: &str = "official-1";
/// Who decides on it.
pub(super) const CHECKER: &str = "official-2";

/// 新城区.
pub(super) const HERE: &str = "150102";
/// 回民区.
pub(super) const THERE: &str = "150103";

pub(super) fn name(text: &str) -> PersonName {
    Text::parse(text).unwrap()
}

pub(super) fn phone(text: &str) -> Phone {
    Text::parse(text).unwrap()
}

pub(super) fn remarks(text: &str) -> Remarks {
    Text::parse(text).unwrap()
}

pub(super) fn id(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

/// GB 11643 by its printed weights, apart from the code under test.
pub(super) fn check_character(seventeen: &str) -> char {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = seventeen.chars().map(|digit| digit.to_digit(10).unwrap());
    let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    "10X98765432".chars().nth(sum as usize % 11).unwrap()
}

/// A certificate number for a birth date `YYYYMMDD`, a sequence number, and category, grade and reissue mark.
pub(super) fn number_text(birth: &str, sequence: u16, tail: &str) -> String {
    let seventeen = format!("150102{birth}{sequence:03}");
    let check = check_character(&seventeen);
    format!("{seventeen}{check}{tail}")
}

pub(super) fn number(birth: &str, sequence: u16, tail: &str) -> CertificateNumber {
    CertificateNumber::parse(&number_text(birth, sequence, tail), Day::MAX).unwrap()
}

/// The certificate of a man who was born on 1990-01-01: of working age in every example that does not say otherwise.
pub(super) fn certificate(tail: &str) -> CertificateNumber {
    number("19900101", 901, tail)
}

pub(super) fn on(text: &str, event: Event) -> Decided {
    Decided { event, effective: day(text) }
}

pub(super) const LOOKING: EmploymentStatus = EmploymentStatus::NotEmployed(NonEmploymentReason::NoSkills);
pub(super) const WORKING: EmploymentStatus = EmploymentStatus::Employed(EmploymentForm::Flexible);

pub(super) fn enrolled() -> Event {
    enrolled_as(certificate("42"), LOOKING)
}

pub(super) fn enrolled_as(certificate: CertificateNumber, status: EmploymentStatus) -> Event {
    let (employed, form) = status.clear();
    Event::PersonEnrolled {
        clear: PersonEnrolled { origin: Origin::Roster, county: county(HERE), employed, form },
        sealed: Some(PersonEnrolledSealed {
            name: name("张示例"),
            certificate,
            phone: None,
            address: None,
            reason: status.reason(),
            office: None,
        }),
    }
}

pub(super) fn verified() -> Event {
    Event::InfoVerified {
        clear: InfoVerified { outcome: VerificationOutcome::Confirmed, method: None, differing: None },
        sealed: Some(InfoVerifiedSealed { values: None, remarks: None, office: None }),
    }
}

pub(super) fn not_reached() -> Event {
    Event::VerificationAttempted {
        clear: VerificationAttempted { method: None },
        sealed: Some(VerificationAttemptedSealed { remarks: None, office: None }),
    }
}

pub(super) fn assessed() -> Event {
    let conclusion = AssessmentConclusion::OpenEmployment;
    Event::AbilityAssessed {
        clear: AbilityAssessed { assessor: None },
        sealed: Some(AbilityAssessedSealed { conclusion, scores: None, remarks: None, office: None }),
    }
}

pub(super) fn declined() -> Event {
    Event::AssessmentDeclined {
        clear: AssessmentDeclined { assessor: None },
        sealed: Some(AssessmentDeclinedSealed { remarks: None, office: None }),
    }
}

pub(super) fn needs() -> Demand {
    Demand::Needs(NeedSet::new([EmploymentNeed::JobPlacement]).unwrap())
}

pub(super) fn no_need() -> Demand {
    Demand::NoNeed(NonEmploymentReason::Other)
}

pub(super) fn demanded(demand: Demand) -> Event {
    Event::DemandRegistered {
        clear: DemandRegistered {},
        sealed: Some(DemandRegisteredSealed { demand, office: None }),
    }
}

pub(super) fn served() -> Event {
    Event::ServiceDelivered {
        clear: ServiceDelivered { service: ServiceType::CareerGuidance, provider: None },
        sealed: Some(ServiceDeliveredSealed { remarks: None, office: None }),
    }
}

pub(super) fn started() -> Event {
    Event::EmploymentStarted {
        clear: EmploymentStarted { form: EmploymentForm::Flexible, employer_kind: None },
        sealed: Some(EmploymentStartedSealed { employer: None, office: None }),
    }
}

pub(super) fn ended(reason: NonEmploymentReason) -> Event {
    Event::EmploymentEnded {
        clear: EmploymentEnded {},
        sealed: Some(EmploymentEndedSealed { reason, office: None }),
    }
}

pub(super) fn trained() -> Event {
    Event::TrainingCompleted {
        clear: TrainingCompleted { kind: TrainingKind::Vocational, course: None },
        sealed: Some(TrainingCompletedSealed { remarks: None, office: None }),
    }
}

pub(super) fn transferred(origin: Origin, from: Option<&str>, to: &str) -> Event {
    Event::PersonTransferred {
        clear: PersonTransferred { origin, to: county(to), from: from.map(county) },
        sealed: Some(PersonTransferredSealed { remarks: None, office: None }),
    }
}

pub(super) fn assigned(counsellor: &str) -> Event {
    Event::CounsellorAssigned {
        clear: CounsellorAssigned { counsellor: id(counsellor), request: None },
        sealed: Some(CounsellorAssignedSealed { remarks: None, office: None }),
    }
}

pub(super) fn counsellor_requested(maker: &str, counsellor: &str) -> Event {
    Event::CounsellorRequested {
        clear: CounsellorRequested { maker: id(maker), counsellor: id(counsellor) },
        sealed: Some(CounsellorRequestedSealed { remarks: None, office: None }),
    }
}

pub(super) fn counsellor_approved(request: u64, counsellor: &str) -> Event {
    Event::CounsellorAssigned {
        clear: CounsellorAssigned { counsellor: id(counsellor), request: Some(Position(request)) },
        sealed: Some(CounsellorAssignedSealed { remarks: None, office: None }),
    }
}

pub(super) fn counsellor_declined(request: u64) -> Event {
    Event::CounsellorDeclined {
        clear: CounsellorDeclined { request: Position(request) },
        sealed: Some(CounsellorDeclinedSealed { reason: remarks("不合适"), office: None }),
    }
}

pub(super) fn left() -> Event {
    Event::PersonLeft {
        clear: PersonLeft {},
        sealed: Some(PersonLeftSealed { reason: LeaveReason::MovedAway, office: None }),
    }
}

pub(super) fn reinstated(left: u64) -> Event {
    Event::PersonReinstated {
        clear: PersonReinstated { left: Position(left) },
        sealed: Some(PersonReinstatedSealed { reason: None, office: None }),
    }
}

pub(super) fn voided(record: u64) -> Event {
    Event::RecordVoided {
        clear: RecordVoided { record: Position(record) },
        sealed: Some(RecordVoidedSealed { reason: None, office: None }),
    }
}

pub(super) fn erasure_requested(maker: &str, ground: ErasureGround) -> Event {
    Event::ErasureRequested {
        clear: ErasureRequested { maker: id(maker), ground },
        sealed: Some(ErasureRequestedSealed { reason: None, office: None }),
    }
}

pub(super) fn restricted(maker: &str, cause: RestrictionCause) -> Event {
    Event::DataRestricted {
        clear: DataRestricted { maker: id(maker), cause },
        sealed: Some(DataRestrictedSealed { reason: None, office: None }),
    }
}

pub(super) fn lifted(restriction: u64) -> Event {
    Event::RestrictionLifted {
        clear: RestrictionLifted { restriction: Position(restriction) },
        sealed: Some(RestrictionLiftedSealed { reason: None, office: None }),
    }
}

pub(super) fn erased(request: u64, ground: ErasureGround) -> Event {
    Event::DataErased {
        clear: DataErased { request: Position(request), ground },
        sealed: Some(DataErasedSealed { reason: None, office: None }),
    }
}

pub(super) fn reissued(origin: Origin, certificate: CertificateNumber) -> Event {
    Event::CertificateReissued {
        clear: CertificateReissued { origin },
        sealed: Some(CertificateReissuedSealed { certificate, office: None }),
    }
}

/// New name, phone or address; the names of the fields follow from what is there.
pub(super) fn data_corrected(
    origin: Origin,
    name: Option<PersonName>,
    phone: Option<Phone>,
    address: Option<Address>,
) -> Event {
    let mut fields = Vec::new();
    fields.extend(name.as_ref().map(|_| CorrectedField::Name));
    fields.extend(phone.as_ref().map(|_| CorrectedField::Phone));
    fields.extend(address.as_ref().map(|_| CorrectedField::Address));
    Event::PersonCorrected {
        clear: PersonCorrected { origin, fields, employed: None, form: None },
        sealed: Some(PersonCorrectedSealed { name, phone, address, reason: None, office: None }),
    }
}

pub(super) fn status_corrected(origin: Origin, status: EmploymentStatus) -> Event {
    let (employed, form) = status.clear();
    let fields = vec![CorrectedField::Employment];
    Event::PersonCorrected {
        clear: PersonCorrected { origin, fields, employed: Some(employed), form },
        sealed: Some(PersonCorrectedSealed {
            name: None,
            phone: None,
            address: None,
            reason: status.reason(),
            office: None,
        }),
    }
}

/// The plan of 2022 to 2024.
pub(super) fn first_plan() -> &'static Plan {
    Plan::find("nmg-2022-2024").unwrap()
}

/// A plan with another window and order, else like the first.
pub(super) fn plan_of(from: &str, to: &str, order: Order) -> Plan {
    Plan { id: "test".into(), from: day(from), to: day(to), order, ..first_plan().clone() }
}
