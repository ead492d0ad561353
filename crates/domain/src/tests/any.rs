//! Anything that can be said and asked for, for the laws.

use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{event::*, *};

use super::examples::{CHECKER, MAKER, county, id};

/// Every day of the calendar.
pub(super) fn days() -> impl Strategy<Value = Day> {
    (Day::MIN.days()..=Day::MAX.days()).prop_map(Day::from_days)
}

pub(super) fn days_between(from: Day, to: Day) -> impl Strategy<Value = Day> {
    (from.days()..=to.days()).prop_map(Day::from_days)
}

/// Invented people: sequence numbers 900 to 999.
pub(super) fn certificates() -> impl Strategy<Value = CertificateNumber> {
    let births = days_between(Day::new(1900, 1, 1).unwrap(), Day::new(2024, 12, 31).unwrap());
    (0_u32..1_000_000, births, 900_u16..1_000, tails()).prop_map(|(region, birth, sequence, tail)| {
        let (year, month, day) = birth.ymd();
        certificate_of(&format!("{region:06}{year:04}{month:02}{day:02}{sequence}"), &tail)
    })
}

/// Category, grade and reissue mark.
pub(super) fn tails() -> impl Strategy<Value = String> {
    (1..=7, 1..=4, option::of(1_u32..1_000)).prop_map(|(category, grade, reissue)| {
        let reissue = reissue.map_or(String::new(), |reissue| format!("B{reissue}"));
        format!("{category}{grade}{reissue}")
    })
}

pub(super) fn certificate_of(seventeen: &str, tail: &str) -> CertificateNumber {
    let check = super::examples::check_character(seventeen);
    CertificateNumber::parse(&format!("{seventeen}{check}{tail}"), Day::MAX).unwrap()
}

pub(super) fn counties() -> impl Strategy<Value = County> {
    (0_u8..103).prop_map(|index| County::from_index(index).unwrap())
}

/// Few of them, so that the same one comes again.
pub(super) fn few_counties() -> impl Strategy<Value = County> {
    select(vec![county("150102"), county("150103"), county("150104")])
}

fn texts<const MAX: usize>() -> impl Strategy<Value = Text<MAX>> {
    "\\PC{1,12}".prop_filter_map("nothing but white space", |text| Text::parse(&text).ok())
}

fn ids() -> impl Strategy<Value = Identifier> {
    "[A-Za-z0-9._-]{1,64}".prop_map(|text| Identifier::parse(&text).unwrap())
}

fn positions() -> impl Strategy<Value = Position> {
    prop_oneof![(1_u64..40).prop_map(Position), any::<u64>().prop_map(Position)]
}

pub(super) fn demands() -> impl Strategy<Value = Demand> {
    prop_oneof![
        vec(select(EmploymentNeed::ALL), 1..4).prop_map(|needs| Demand::Needs(NeedSet::new(needs).unwrap())),
        select(NonEmploymentReason::ALL).prop_map(Demand::NoNeed),
    ]
}

pub(super) fn statuses() -> impl Strategy<Value = EmploymentStatus> {
    prop_oneof![
        select(EmploymentForm::ALL).prop_map(EmploymentStatus::Employed),
        select(NonEmploymentReason::ALL).prop_map(EmploymentStatus::NotEmployed),
    ]
}

fn scores() -> impl Strategy<Value = Vec<Score>> {
    let score = (select(AssessmentDimension::ALL), 0_u8..=100)
        .prop_map(|(dimension, score)| Score { dimension, score: Percent::try_from(score).unwrap() });
    vec(score, 0..4)
}

fn fields() -> impl Strategy<Value = Vec<CorrectedField>> {
    vec(select(CorrectedField::ALL), 0..4)
}

macro_rules! event {
    ($event:ident / $sealed_type:ident { $($clear:ident: $clear_strategy:expr),* } sealed { $($sealed:ident: $sealed_strategy:expr),* }) => {{
        let clear = (Just(()), $($clear_strategy,)*).prop_map(|((), $($clear,)*)| $event { $($clear),* });
        let sealed = (Just(()), $($sealed_strategy,)*).prop_map(|((), $($sealed,)*)| $sealed_type { $($sealed),* });
        (clear, option::weighted(0.9, sealed)).prop_map(|(clear, sealed)| Event::$event { clear, sealed }).boxed()
    }};
}

/// What belongs to nobody.
pub(super) fn role_events() -> impl Strategy<Value = Event> {
    use option::of;
    prop_oneof![
        event!(RoleRequested / RoleRequestedSealed {
            maker: ids(), subject: few_ids(), role: select(access::Role::ALL), reads: regions(),
            writes: of(regions()), until: of(days())
        } sealed {}),
        event!(RoleGranted / RoleGrantedSealed {
            checker: ids(), subject: few_ids(), role: select(access::Role::ALL), reads: regions(),
            writes: of(regions()), until: of(days()), request: of((1_u64..40).prop_map(Position))
        } sealed {}),
        event!(RoleWithdrawn / RoleWithdrawnSealed { maker: ids(), grant: positions() } sealed {}),
        event!(RoleDeclined / RoleDeclinedSealed { checker: ids(), request: positions() } sealed {}),
    ]
}

fn few_ids() -> impl Strategy<Value = Identifier> {
    select(vec![MAKER, CHECKER]).prop_map(id)
}

fn regions() -> impl Strategy<Value = Region> {
    select(divisions().regions().collect::<Vec<_>>())
}

/// Every type of event, with and without what may be absent, nonsense included.
pub(super) fn events() -> impl Strategy<Value = Event> {
    use option::of;
    prop_oneof![
        event!(PersonEnrolled / PersonEnrolledSealed {
            origin: select(Origin::ALL), county: counties(), employed: any::<bool>(), form: of(select(EmploymentForm::ALL))
        } sealed {
            name: texts(), certificate: certificates(), phone: of(texts()), address: of(texts()),
            reason: of(select(NonEmploymentReason::ALL)), office: of(texts())
        }),
        event!(PersonCorrected / PersonCorrectedSealed {
            origin: select(Origin::ALL), fields: fields(), employed: of(any::<bool>()), form: of(select(EmploymentForm::ALL))
        } sealed {
            name: of(texts()), phone: of(texts()), address: of(texts()),
            reason: of(select(NonEmploymentReason::ALL)), office: of(texts())
        }),
        event!(CertificateReissued / CertificateReissuedSealed { origin: select(Origin::ALL) } sealed {
            certificate: certificates(), office: of(texts())
        }),
        event!(InfoVerified / InfoVerifiedSealed {
            outcome: select(VerificationOutcome::ALL), method: of(select(VerificationMethod::ALL)), differing: of(fields())
        } sealed { values: of(texts()), remarks: of(texts()), office: of(texts()) }),
        event!(VerificationAttempted / VerificationAttemptedSealed { method: of(select(VerificationMethod::ALL)) } sealed {
            remarks: of(texts()), office: of(texts())
        }),
        event!(AbilityAssessed / AbilityAssessedSealed { assessor: of(ids()) } sealed {
            conclusion: select(AssessmentConclusion::ALL), scores: of(scores()), remarks: of(texts()), office: of(texts())
        }),
        event!(AssessmentDeclined / AssessmentDeclinedSealed { assessor: of(ids()) } sealed {
            remarks: of(texts()), office: of(texts())
        }),
        event!(DemandRegistered / DemandRegisteredSealed {} sealed { demand: demands(), office: of(texts()) }),
        event!(ServiceDelivered / ServiceDeliveredSealed {
            service: select(ServiceType::ALL), provider: of(ids())
        } sealed { remarks: of(texts()), office: of(texts()) }),
        event!(EmploymentStarted / EmploymentStartedSealed {
            form: select(EmploymentForm::ALL), employer_kind: of(select(EmployerKind::ALL))
        } sealed { employer: of(texts()), office: of(texts()) }),
        event!(EmploymentEnded / EmploymentEndedSealed {} sealed {
            reason: select(NonEmploymentReason::ALL), office: of(texts())
        }),
        event!(TrainingCompleted / TrainingCompletedSealed {
            kind: select(TrainingKind::ALL), course: of(ids())
        } sealed { remarks: of(texts()), office: of(texts()) }),
        event!(PersonTransferred / PersonTransferredSealed {
            origin: select(Origin::ALL), to: counties(), from: of(counties())
        } sealed { remarks: of(texts()), office: of(texts()) }),
        event!(CounsellorAssigned / CounsellorAssignedSealed {
            counsellor: ids(), request: of(positions())
        } sealed {
            remarks: of(texts()), office: of(texts())
        }),
        event!(PersonLeft / PersonLeftSealed {} sealed { reason: select(LeaveReason::ALL), office: of(texts()) }),
        event!(PersonReinstated / PersonReinstatedSealed { left: positions() } sealed {
            reason: of(texts()), office: of(texts())
        }),
        event!(RecordVoided / RecordVoidedSealed { record: positions() } sealed {
            reason: of(texts()), office: of(texts())
        }),
        event!(ErasureRequested / ErasureRequestedSealed {
            maker: ids(), ground: select(ErasureGround::ALL)
        } sealed { reason: of(texts()), office: of(texts()) }),
        event!(DataRestricted / DataRestrictedSealed {
            maker: ids(), cause: select(RestrictionCause::ALL)
        } sealed { reason: of(texts()), office: of(texts()) }),
        event!(RestrictionLifted / RestrictionLiftedSealed { restriction: positions() } sealed {
            reason: of(texts()), office: of(texts())
        }),
        event!(DataErased / DataErasedSealed {
            request: positions(), ground: select(ErasureGround::ALL)
        } sealed { reason: of(texts()), office: of(texts()) }),
        event!(CounsellorRequested / CounsellorRequestedSealed { maker: ids(), counsellor: ids() } sealed {
            remarks: of(texts()), office: of(texts())
        }),
        event!(CounsellorDeclined / CounsellorDeclinedSealed { request: positions() } sealed {
            reason: texts(), office: of(texts())
        }),
        role_events(),
    ]
}

/// What may be asked about the use of one person's data.
fn about_use() -> impl Strategy<Value = Command> {
    let grounds = select(ErasureGround::ALL);
    prop_oneof![
        1 => grounds.prop_map(|ground| Command::RequestErasure { ground, reason: None }),
        1 => select(RestrictionCause::ALL).prop_map(|cause| Command::RestrictData { cause, reason: None }),
        2 => Just(Command::LiftRestriction { reason: None }),
        1 => Just(Command::EraseData { reason: None }),
    ]
}

/// Every command about one person; now and then one about the use of the data.
pub(super) fn commands(citizen: &str, from: Day, to: Day) -> impl Strategy<Value = Command> + use<> {
    prop_oneof![7 => work(citizen, from, to), 1 => about_use()]
}

/// Commands about what the data of one person say, on days of a range; few different values, so that things come again.
pub(super) fn work(citizen: &str, from: Day, to: Day) -> impl Strategy<Value = Command> + use<> {
    let on = move || days_between(from, to);
    let seventeen = citizen.to_owned();
    let outcome = option::weighted(0.7, select(VerificationOutcome::ALL));
    let conclusion = option::weighted(0.7, select(AssessmentConclusion::ALL));
    let steps = prop_oneof![
        (outcome, on()).prop_map(|(outcome, on)| Command::VerifyInfo(Verification {
            outcome,
            on: Some(on),
            ..Verification::default()
        })),
        (conclusion, on()).prop_map(|(conclusion, on)| Command::AssessAbility {
            conclusion,
            scores: None,
            assessor: None,
            remarks: None,
            on: Some(on)
        }),
        (demands(), on()).prop_map(|(demand, on)| Command::RegisterDemand { demand, on: Some(on) }),
        (select(ServiceType::ALL), on()).prop_map(|(service, on)| Command::DeliverService {
            service,
            provider: None,
            remarks: None,
            on: Some(on)
        }),
    ];
    let changes = prop_oneof![
        (select(EmploymentForm::ALL), on()).prop_map(|(form, on)| Command::StartEmployment {
            form,
            employer_kind: None,
            employer: None,
            on: Some(on)
        }),
        (select(NonEmploymentReason::ALL), on())
            .prop_map(|(reason, on)| Command::EndEmployment { reason, on: Some(on) }),
        (few_counties(), on()).prop_map(|(to, on)| Command::TransferPerson {
            to,
            remarks: None,
            on: Some(on)
        }),
        (select(LeaveReason::ALL), on())
            .prop_map(|(reason, on)| Command::LeaveRegister { reason, on: Some(on) }),
        on().prop_map(|on| Command::ReinstatePerson { reason: None, on: Some(on) }),
        (statuses(), on()).prop_map(|(status, on)| Command::CorrectPerson(Correction {
            status: Some(status),
            on: Some(on),
            ..Correction::default()
        })),
    ];
    let others = prop_oneof![
        (select(TrainingKind::ALL), on()).prop_map(|(kind, on)| Command::CompleteTraining {
            kind,
            course: None,
            remarks: None,
            on: Some(on)
        }),
        (ids(), on()).prop_map(|(counsellor, on)| Command::RequestCounsellor {
            counsellor,
            remarks: None,
            on: Some(on)
        }),
        (1_u64..20).prop_map(|request| Command::ApproveCounsellor {
            request: RecordRef::Position(Position(request)),
            remarks: None
        }),
        (1_u64..20).prop_map(|request| Command::DeclineCounsellor {
            request: RecordRef::Position(Position(request)),
            reason: Text::parse("不合适").unwrap()
        }),
    ];
    let voiding = (1_u64..20, on()).prop_map(|(record, on)| Command::VoidRecord {
        record: RecordRef::Position(Position(record)),
        reason: None,
        on: Some(on),
    });
    prop_oneof![
        3 => surveys(&seventeen, from, to).prop_map(Command::SurveyPerson),
        5 => steps,
        5 => changes,
        1 => others,
        2 => voiding,
    ]
}

/// Rows of rosters about one person.
pub(super) fn surveys(seventeen: &str, from: Day, to: Day) -> impl Strategy<Value = RosterEntry> + use<> {
    let seventeen = seventeen.to_owned();
    let names = select(vec!["张示例", "张实例"]).prop_map(|name| Text::parse(name).unwrap());
    let phones = select(vec!["", "13900000001", "13900000002"]).prop_map(|phone| Text::parse(phone).ok());
    let tails = select(vec!["42", "43", "42B1"]);
    (names, phones, tails, few_counties(), statuses(), days_between(from, to)).prop_map(
        move |(name, phone, tail, county, status, on)| RosterEntry {
            name,
            certificate: certificate_of(&seventeen, tail),
            county,
            phone,
            status,
            on,
        },
    )
}

/// Two officials in turn.
pub(super) fn actor(at: usize) -> Identifier {
    id(if at.is_multiple_of(2) { MAKER } else { CHECKER })
}

/// Without plans.
pub(super) fn context(today: Day, actor: &Identifier) -> Context<'_> {
    Context { today, plan: None, plans: &[], actor, office: None }
}

/// What a person has been through: events that `decide` made, at positions 1, 2, 3 …. Refused commands are left out.
pub(super) fn decided(commands: &[Command], today: Day) -> (Person, Vec<Decided>) {
    let mut person = Person::default();
    let mut all = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        for decided in decide(&person, command, &context(today, &actor(at))).unwrap_or_default() {
            all.push(decided.clone());
            person.evolve(Position(all.len() as u64), decided.effective, &decided.event);
        }
    }
    (person, all)
}
