//! Anything that offices may send, valid or not. The engine's tests use this file too.

use proptest::{collection::vec, option, prelude::*, sample::select};
use sigeyi_domain::*;

/// People who are spoken of: few, so that much happens to each.
pub(crate) const PEOPLE: usize = 7;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A command about a person.
    Ask(Ask),
    /// Days go by.
    Days(i32),
}

/// A command about one of the people.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) who: usize,
    /// Who asks.
    pub(crate) actor: &'static str,
    /// What names a record names none: see `record`.
    pub(crate) command: Command,
    /// Which of what was asked for about the person before a voiding means.
    pub(crate) record: usize,
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The day on which every story begins: the plan of 2022 to 2024 ends 35 days later.
pub(crate) fn first_day() -> Day {
    day("2024-11-26")
}

/// People whose working age begins (16) or ends (60, women 55) within the story, or does not change at all.
pub(crate) fn seventeen(who: usize) -> String {
    let (birth, sequence) = [
        ("19900101", 901),
        ("20081210", 902),
        ("19641220", 903),
        ("19700105", 904),
        ("20090101", 905),
        ("19641231", 907),
        ("19641220", 909),
    ][who];
    format!("150102{birth}{sequence}")
}

/// GB 11643 by its printed weights.
pub(crate) fn certificate(seventeen: &str, tail: &str) -> CertificateNumber {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = seventeen.chars().map(|digit| digit.to_digit(10).unwrap());
    let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = "10X98765432".chars().nth(sum as usize % 11).unwrap();
    CertificateNumber::parse(&format!("{seventeen}{check}{tail}"), Day::MAX).unwrap()
}

pub(crate) fn citizen(who: usize) -> CitizenNumber {
    certificate(&seventeen(who), "42").citizen()
}

pub(crate) const LOOKING: EmploymentStatus = EmploymentStatus::NotEmployed(NonEmploymentReason::NoSkills);

/// A plain enrolment, today.
pub(crate) fn enrolment(certificate: CertificateNumber) -> Command {
    Command::EnrolPerson {
        origin: Origin::Office,
        name: Text::parse("张示例").unwrap(),
        certificate,
        county: divisions().county(150_102).unwrap(),
        phone: None,
        address: None,
        status: LOOKING,
        on: None,
    }
}

/// A plain verification, today.
pub(crate) fn verification() -> Command {
    Command::VerifyInfo(Verification {
        outcome: Some(VerificationOutcome::Confirmed),
        ..Verification::default()
    })
}

/// A story: somebody is usually enrolled before anything else is asked for.
pub(crate) fn stories(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    let begin = vec(0..PEOPLE, 0..PEOPLE).prop_map(|people| {
        people
            .into_iter()
            .map(|who| Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42")))))
            .collect::<Vec<_>>()
    });
    let step = prop_oneof![9 => asks().prop_map(Step::Ask), 1 => (1_i32..15).prop_map(Step::Days)];
    (begin, vec(step, 0..steps)).prop_map(|(begin, steps)| begin.into_iter().chain(steps).collect())
}

/// Who asks, if nobody else is named, and who else there is: what the one asked for the other decides on.
pub(crate) const ACTORS: [&str; 2] = ["counsellor-1", "official-2"];

/// A command that is no voiding.
pub(crate) fn plain(who: usize, command: Command) -> Ask {
    Ask { who, actor: ACTORS[0], command, record: 0 }
}

/// The same, asked by the second of the [`ACTORS`].
pub(crate) fn checked(who: usize, command: Command) -> Ask {
    Ask { actor: ACTORS[1], ..plain(who, command) }
}

/// Asks for an erasure, and has it decided on.
pub(crate) fn erasure(who: usize) -> [Ask; 2] {
    let ground = ErasureGround::ConsentWithdrawn;
    [
        plain(who, Command::RequestErasure { ground, reason: None }),
        checked(who, Command::EraseData { reason: None }),
    ]
}

pub(crate) fn asks() -> impl Strategy<Value = Ask> {
    let asks =
        (0..PEOPLE).prop_flat_map(|who| (Just(who), select(&ACTORS[..]), commands(who), any::<usize>()));
    asks.prop_map(|(who, actor, command, record)| Ask { who, actor, command, record })
}

/// Mostly today, else within the years around; a few of these days lie in the future.
fn on() -> impl Strategy<Value = Option<Day>> {
    let days = (day("2021-10-01").days()..=day("2025-01-20").days()).prop_map(Day::from_days);
    let late = (day("2024-12-20").days()..=day("2025-01-10").days()).prop_map(Day::from_days);
    prop_oneof![3 => Just(None), 4 => days.prop_map(Some), 1 => late.prop_map(Some)]
}

fn counties() -> impl Strategy<Value = County> {
    select(vec![150_102, 150_103, 150_221]).prop_map(|code| divisions().county(code).unwrap())
}

fn statuses() -> impl Strategy<Value = EmploymentStatus> {
    prop_oneof![
        1 => select(EmploymentForm::ALL).prop_map(EmploymentStatus::Employed),
        2 => select(NonEmploymentReason::ALL).prop_map(EmploymentStatus::NotEmployed),
    ]
}

fn remarks() -> impl Strategy<Value = Option<Remarks>> {
    option::weighted(0.2, select(vec!["已电话联系", "家属代答"])).prop_map(|text| Text::parse(text?).ok())
}

fn ids() -> impl Strategy<Value = Option<Identifier>> {
    option::of(select(vec!["o-1", "c_2"])).prop_map(|text| Identifier::parse(text?).ok())
}

fn certificates(who: usize) -> impl Strategy<Value = CertificateNumber> {
    let tails = select(vec!["42", "42", "43", "42B1"]);
    // Now and then somebody else's.
    (prop_oneof![9 => Just(who), 1 => 0..PEOPLE], tails)
        .prop_map(|(who, tail)| certificate(&seventeen(who), tail))
}

/// Every kind of command; few different values, so that the same comes again.
fn commands(who: usize) -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => entries(who),
        9 => steps(),
        8 => changes(),
        2 => others(),
        2 => corrections(who),
        3 => about_use(),
        3 => (remarks(), on()).prop_map(|(reason, on)| Command::VoidRecord { record: RecordRef::None, reason, on }),
    ]
}

/// What restricts the use of somebody's data, ends that, or erases them.
fn about_use() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => (select(ErasureGround::ALL), remarks())
            .prop_map(|(ground, reason)| Command::RequestErasure { ground, reason }),
        1 => (select(RestrictionCause::ALL), remarks())
            .prop_map(|(cause, reason)| Command::RestrictData { cause, reason }),
        2 => remarks().prop_map(|reason| Command::LiftRestriction { reason }),
        3 => remarks().prop_map(|reason| Command::EraseData { reason }),
    ]
}

fn entries(who: usize) -> impl Strategy<Value = Command> {
    let names = || select(vec!["张示例", "张实例"]).prop_map(|name| Text::parse(name).unwrap());
    let phones =
        || select(vec!["", "139000000000001", "139000000000002"]).prop_map(|phone| Text::parse(phone).ok());
    let own = select(vec!["42", "43", "42B1"]).prop_map(move |tail| certificate(&seventeen(who), tail));
    let address = option::of(Just(Text::parse("示例路1号").unwrap()));
    let survey = (names(), own.clone(), counties(), phones(), statuses(), on());
    prop_oneof![
        (select(Origin::ALL), names(), own, counties(), phones(), address, statuses(), on()).prop_map(
            |(origin, name, certificate, county, phone, address, status, on)| Command::EnrolPerson {
                origin,
                name,
                certificate,
                county,
                phone,
                address,
                status,
                on
            }
        ),
        survey.prop_map(|(name, certificate, county, phone, status, on)| {
            let on = on.unwrap_or_else(first_day);
            Command::SurveyPerson(RosterEntry { name, certificate, county, phone, status, on })
        }),
    ]
}

fn steps() -> impl Strategy<Value = Command> {
    let outcome = option::weighted(0.8, select(VerificationOutcome::ALL));
    let conclusion = option::weighted(0.8, select(AssessmentConclusion::ALL));
    let needs = vec(select(EmploymentNeed::ALL), 1..4);
    let demand = prop_oneof![
        needs.prop_map(|needs| Demand::Needs(NeedSet::new(needs).unwrap())),
        select(NonEmploymentReason::ALL).prop_map(Demand::NoNeed),
    ];
    prop_oneof![
        (outcome, option::of(select(VerificationMethod::ALL)), remarks(), on()).prop_map(
            |(outcome, method, remarks, on)| Command::VerifyInfo(Verification {
                outcome,
                method,
                remarks,
                on,
                ..Verification::default()
            })
        ),
        (conclusion, ids(), remarks(), on()).prop_map(|(conclusion, assessor, remarks, on)| {
            Command::AssessAbility { conclusion, scores: None, assessor, remarks, on }
        }),
        (demand, on()).prop_map(|(demand, on)| Command::RegisterDemand { demand, on }),
        (select(ServiceType::ALL), ids(), remarks(), on()).prop_map(|(service, provider, remarks, on)| {
            Command::DeliverService { service, provider, remarks, on }
        }),
    ]
}

fn changes() -> impl Strategy<Value = Command> {
    let kinds = option::of(select(EmployerKind::ALL));
    prop_oneof![
        (select(EmploymentForm::ALL), kinds, remarks(), on()).prop_map(
            |(form, employer_kind, employer, on)| Command::StartEmployment {
                form,
                employer_kind,
                employer,
                on
            }
        ),
        (select(NonEmploymentReason::ALL), on())
            .prop_map(|(reason, on)| Command::EndEmployment { reason, on }),
        (counties(), remarks(), on()).prop_map(|(to, remarks, on)| Command::TransferPerson {
            to,
            remarks,
            on
        }),
        (select(LeaveReason::ALL), on()).prop_map(|(reason, on)| Command::LeaveRegister { reason, on }),
        (remarks(), on()).prop_map(|(reason, on)| Command::ReinstatePerson { reason, on }),
    ]
}

fn others() -> impl Strategy<Value = Command> {
    prop_oneof![
        (select(TrainingKind::ALL), ids(), remarks(), on()).prop_map(|(kind, course, remarks, on)| {
            Command::CompleteTraining { kind, course, remarks, on }
        }),
        (ids(), remarks(), on()).prop_map(|(counsellor, remarks, on)| {
            let counsellor = counsellor.unwrap_or_else(|| Identifier::parse("c-0").unwrap());
            Command::RequestCounsellor { counsellor, remarks, on }
        }),
        remarks().prop_map(|remarks| Command::ApproveCounsellor { request: RecordRef::None, remarks }),
        Just(Command::DeclineCounsellor {
            request: RecordRef::None, reason: Text::parse("不合适").unwrap()
        }),
    ]
}

/// One of them corrects nothing.
fn corrections(who: usize) -> impl Strategy<Value = Command> {
    let name = option::of(select(vec!["张示例", "李实例"]).prop_map(|name| Text::parse(name).unwrap()));
    let phone = option::of(Just(Text::parse("139000000000003").unwrap()));
    let certificate = option::of(certificates(who));
    (name, phone, certificate, option::of(statuses()), on()).prop_map(
        |(name, phone, certificate, status, on)| {
            Command::CorrectPerson(Correction { name, phone, address: None, certificate, status, on })
        },
    )
}
