//! A handful of people who do not exist, and everything that can be recorded of them. Sequence numbers 900 to 999 mark them as invented.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_domain::{
    AssessmentConclusion, AssessmentDimension, CertificateNumber, Command, CorrectedField, Correction, Day,
    Demand, EmployerKind, EmploymentForm, EmploymentNeed, EmploymentStatus, ErasureGround, EventType,
    Identifier, LeaveReason, NeedSet, NonEmploymentReason, Origin, Percent, RecordRef, ReportTitle,
    RestrictionCause, Score, ServiceType, Text, TrainingKind, Verification, VerificationMethod,
    VerificationOutcome,
    access::{Role, RoleChange, RoleGrant},
    divisions, plans,
};
use sigeyi_engine::{
    AccessAction, AccessNote, AccessOutcome, AccessPurpose, CheckpointOptions, Engine, LogEntry, LogFilter,
    Office, Options, Position, Recorded, ReportRequest, RevealedFields, RoleRight, RoleSubmission,
    SimulatedClock, Submission, Suite, Target, VerifyOptions, verify,
};
use uuid::Uuid;

/// People of the story.
pub(crate) const PEOPLE: usize = 5;
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const DAY_MICROS: i64 = 86_400_000_000;
/// Events after which a snapshot is taken: within the story.
const SNAPSHOT_EVERY: u64 = 20;

/// The certificate of one of the people, born on 1990-01-01.
pub(crate) fn somebody(who: usize) -> CertificateNumber {
    certificate(who, "42")
}

fn certificate(who: usize, tail: &str) -> CertificateNumber {
    let seventeen = format!("15010219900101{}", 901 + who);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        seventeen.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    let check = "10X98765432".chars().nth(sum as usize % 11).unwrap();
    CertificateNumber::parse(&format!("{seventeen}{check}{tail}"), Day::MAX).unwrap()
}

fn text<const MAX: usize>(text: &str) -> Option<Text<MAX>> {
    Some(Text::parse(text).unwrap())
}

fn id(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

fn submission(number: u128, who: usize, actor: &str, command: Command) -> Submission {
    let office = Office { id: id("150102"), name: text("新城区残疾人联合会") };
    Submission {
        command_id: Uuid::from_u128(0x901d_0000_0000_4000_8000_0000_0000_0000 + number),
        content: number.to_be_bytes(),
        actor: id(actor),
        office,
        target: Target::Citizen(somebody(who).citizen()),
        expected_version: None,
        command,
    }
}

fn verification() -> Command {
    Command::VerifyInfo(Verification {
        outcome: Some(VerificationOutcome::Confirmed),
        method: Some(VerificationMethod::HomeVisit),
        ..Verification::default()
    })
}

/// One more event, of the first of the people.
pub(crate) fn verify_somebody(engine: &Engine) -> Recorded {
    let command = submission(1_000, 0, "counsellor-1", verification());
    engine.submit_waiting(command).unwrap().wait(ANSWER_WITHIN).unwrap()
}

/// Whoever tells the story.
struct Teller {
    engine: Engine,
    clock: Arc<SimulatedClock>,
    day: Day,
    number: u128,
}

impl Teller {
    fn tomorrow(&mut self) {
        self.day = self.day.plus(1);
        self.clock.advance_to(i64::from(self.day.days()) * DAY_MICROS, 1_000);
    }

    #[track_caller]
    fn say_by(&mut self, who: usize, actor: &str, command: Command) -> RecordRef {
        self.number += 1;
        let submission = submission(self.number, who, actor, command);
        let id = submission.command_id;
        let recorded = self.engine.submit_waiting(submission).unwrap().wait(ANSWER_WITHIN).unwrap();
        assert!(recorded.events > 0);
        RecordRef::Command(id)
    }

    #[track_caller]
    fn say(&mut self, who: usize, command: Command) -> RecordRef {
        self.say_by(who, "counsellor-1", command)
    }

    #[track_caller]
    fn role(&mut self, actor: &str, by: RoleRight, change: RoleChange) -> Position {
        self.number += 1;
        let submission = RoleSubmission {
            command_id: Uuid::from_u128(0x901d_0000_0000_4000_8000_0000_0000_0000 + self.number),
            content: self.number.to_be_bytes(),
            actor: id(actor),
            office: id("150000").into(),
            by,
            change,
        };
        self.engine.change_roles(submission).unwrap().wait(ANSWER_WITHIN).unwrap().position
    }
}

/// Makes a directory with an event of every type.
pub(crate) fn tell(dir: &Path, suite: Suite) {
    let day = Day::parse("2024-03-04").unwrap();
    let clock = Arc::new(SimulatedClock::starting_at(i64::from(day.days()) * DAY_MICROS));
    let origin = format!("golden.example/v1-{}", suite.name());
    let options = Options {
        create: true,
        suite: Some(suite),
        simulated_clock: Some(clock.clone()),
        snapshot_every: Some(SNAPSHOT_EVERY),
        checkpoints: CheckpointOptions {
            make_key: true,
            origin: Some(origin),
            ..CheckpointOptions::default()
        },
        ..Options::default()
    };
    let engine = Engine::open(dir, options).unwrap();
    let mut teller = Teller { engine, clock, day, number: 0 };
    enrol(&mut teller);
    serve(&mut teller);
    teller.tomorrow();
    use_of_data(&mut teller);
    roles(&mut teller);
    teller.engine.commit_heads().unwrap().unwrap();
    report(&mut teller);
    look(&mut teller);
    teller.tomorrow();
    teller.say(0, verification());
    teller.engine.commit_heads().unwrap().unwrap();
    assert_every_type(&teller.engine);
    let begun = Instant::now();
    while std::fs::read_dir(dir.join("snapshots")).unwrap().next().is_none() {
        assert!(begun.elapsed() < ANSWER_WITHIN, "no snapshot");
        std::thread::yield_now();
    }
    drop(teller);
    // The older of two snapshots says nothing that the newer one does not.
    let mut snapshots: Vec<_> =
        std::fs::read_dir(dir.join("snapshots")).unwrap().map(|entry| entry.unwrap().path()).collect();
    snapshots.sort();
    snapshots.iter().rev().skip(1).for_each(|older| std::fs::remove_file(older).unwrap());
    assert!(verify(dir, &VerifyOptions::default(), |_, _| {}).unwrap().is_sound());
}

fn enrol(teller: &mut Teller) {
    for who in 0..PEOPLE {
        let status = match who {
            1 => EmploymentStatus::Employed(EmploymentForm::ALL[0]),
            _ => EmploymentStatus::NotEmployed(NonEmploymentReason::NoSkills),
        };
        teller.say(
            who,
            Command::EnrolPerson {
                origin: Origin::Office,
                name: Text::parse(&format!("张示例{who}")).unwrap(),
                certificate: somebody(who),
                county: divisions().county(150_102).unwrap(),
                phone: text("0471-0000000"),
                address: text("新城区示例路 1 号"),
                status,
                on: None,
            },
        );
    }
}

/// Everything that is done for somebody, each kind once.
fn serve(teller: &mut Teller) {
    let unreached = Verification { method: Some(VerificationMethod::Phone), ..Verification::default() };
    teller.say(0, Command::VerifyInfo(unreached));
    teller.say(
        0,
        Command::VerifyInfo(Verification {
            outcome: Some(VerificationOutcome::Corrected),
            method: Some(VerificationMethod::InPerson),
            differing: Some(vec![CorrectedField::Phone]),
            values: text("电话已停用"),
            remarks: text("下月再联系"),
            on: None,
        }),
    );
    let scores =
        vec![Score { dimension: AssessmentDimension::ALL[0], score: Percent::try_from(70).unwrap() }];
    let assess = |conclusion, scores| Command::AssessAbility {
        conclusion,
        scores,
        assessor: Some(id("assessor-3")),
        remarks: text("示例备注"),
        on: None,
    };
    teller.say(0, assess(None, None));
    teller.say(0, assess(Some(AssessmentConclusion::ALL[0]), Some(scores)));
    let needs = NeedSet::new([EmploymentNeed::JobPlacement]).unwrap();
    teller.say(0, Command::RegisterDemand { demand: Demand::Needs(needs), on: None });
    teller.say(1, Command::RegisterDemand { demand: Demand::NoNeed(NonEmploymentReason::ALL[0]), on: None });
    let (service, kind) = (ServiceType::ALL[0], TrainingKind::ALL[0]);
    let provider = Some(id("provider-9"));
    teller.say(0, Command::DeliverService { service, provider, remarks: text("示例备注"), on: None });
    let course = Some(id("course-5"));
    teller.say(0, Command::CompleteTraining { kind, course, remarks: None, on: None });
    teller.say(
        0,
        Command::StartEmployment {
            form: EmploymentForm::ALL[1],
            employer_kind: Some(EmployerKind::ALL[0]),
            employer: text("示例单位"),
            on: None,
        },
    );
    teller.tomorrow();
    let wrong = teller.say(0, Command::EndEmployment { reason: NonEmploymentReason::NoSkills, on: None });
    teller.say(0, Command::VoidRecord { record: wrong, reason: text("录入有误"), on: None });
    let to = divisions().county(150_103).unwrap();
    teller.say(1, Command::TransferPerson { to, remarks: text("已迁居"), on: None });
    let ask = |counsellor| Command::RequestCounsellor { counsellor: id(counsellor), remarks: None, on: None };
    let request = teller.say(0, ask("counsellor-8"));
    teller.say_by(0, "official-2", Command::ApproveCounsellor { request, remarks: text("同意") });
    let request = teller.say(1, ask("counsellor-9"));
    let reason = Text::parse("人手不足").unwrap();
    teller.say_by(1, "official-2", Command::DeclineCounsellor { request, reason });
    teller.say(1, Command::LeaveRegister { reason: LeaveReason::MovedAway, on: None });
    teller.say(1, Command::ReinstatePerson { reason: text("已迁回"), on: None });
    teller.say(
        1,
        Command::CorrectPerson(Correction {
            name: text("张示例改"),
            phone: text("0471-0000001"),
            certificate: Some(certificate(1, "43B1")),
            status: Some(EmploymentStatus::NotEmployed(NonEmploymentReason::NoSkills)),
            ..Correction::default()
        }),
    );
}

/// One restricted and open again, one erased, one whose erasure waits.
fn use_of_data(teller: &mut Teller) {
    let cause = RestrictionCause::ALL[0];
    teller.say(2, Command::RestrictData { cause, reason: text("本人要求") });
    teller.say_by(2, "official-2", Command::LiftRestriction { reason: text("已核实") });
    let ground = ErasureGround::ALL[0];
    teller.say(3, Command::RequestErasure { ground, reason: text("本人撤回同意") });
    teller.say_by(3, "official-2", Command::EraseData { reason: text("同意") });
    teller.say(4, Command::RequestErasure { ground, reason: None });
}

fn roles(teller: &mut Teller) {
    let whole = divisions().whole();
    teller.role("operator", RoleRight::Operator, RoleChange::Bootstrap([id("manager-1"), id("manager-2")]));
    let ask = |role, subject: &str| RoleChange::Request {
        subject: id(subject),
        role: RoleGrant::new(role, whole, None).unwrap(),
        until: Some(Day::parse("2024-12-31").unwrap()),
    };
    let at = |position: Position| sigeyi_domain::Position(position.0);
    let first = teller.role("manager-1", RoleRight::Registered, ask(Role::Auditor, "auditor-1"));
    let granted = teller.role("manager-2", RoleRight::Registered, RoleChange::Approve(at(first)));
    let second = teller.role("manager-1", RoleRight::Registered, ask(Role::Analyst, "analyst-1"));
    teller.role("manager-2", RoleRight::Registered, RoleChange::Decline(at(second)));
    teller.role("manager-1", RoleRight::Registered, RoleChange::Withdraw(at(granted)));
}

fn report(teller: &mut Teller) {
    let request = ReportRequest {
        command_id: Uuid::from_u128(0x901d_0000_0000_4000_8000_0000_0001_0000),
        content: [7; 16],
        actor: id("auditor-1"),
        office: id("150000"),
        title: ReportTitle::parse("示例报表").unwrap(),
        region: divisions().region(150_100).unwrap(),
        plan: &plans()[0],
        as_of: None,
    };
    let counted = teller.engine.count_report(request).unwrap();
    teller.engine.freeze(counted).unwrap().wait(ANSWER_WITHIN).unwrap();
}

/// Somebody looks at somebody.
fn look(teller: &mut Teller) {
    let people = vec![teller.engine.find(somebody(0).citizen()).unwrap()];
    for (action, fields, reason) in [
        (AccessAction::Person, RevealedFields::NONE, None),
        (AccessAction::Reveal, RevealedFields::NAME.with(RevealedFields::PHONE), Some("电话回访".to_owned())),
    ] {
        let note = AccessNote {
            request: Uuid::from_u128(0x901d_0000_0000_4000_8000_0000_0002_0000),
            actor: id("counsellor-1"),
            office: Some(id("150102")),
            action,
            purpose: AccessPurpose::Service,
            outcome: AccessOutcome::Shown,
            position: teller.engine.head(),
            people: people.clone(),
            fields,
            reason,
        };
        teller.engine.log_access(note).unwrap().wait(ANSWER_WITHIN).unwrap();
    }
}

/// A directory without one of the types would let a change of it pass.
fn assert_every_type(engine: &Engine) {
    let page = engine.read().events(Position(0), &LogFilter::default(), 1_000, 1_000).unwrap();
    let withheld = page.events.iter().filter(|entry| matches!(entry, LogEntry::Withheld { .. })).count();
    // Those of the one who was erased, and of the one whose erasure waits.
    assert_eq!(withheld, 5);
    for event_type in EventType::ALL {
        let is_there = page
            .events
            .iter()
            .any(|entry| matches!(entry, LogEntry::Event(event) if event.event_type == *event_type));
        let is_withheld = matches!(event_type, EventType::ErasureRequested | EventType::DataErased);
        assert!(is_there || is_withheld, "no event of type {}", event_type.name());
    }
}
