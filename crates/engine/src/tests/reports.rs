//! Reports that are frozen: what they promise to whoever reads them later.

use sigeyi_domain::{
    Command, ContentHash, Day, Figure, Identifier, RecordRef, Region, RegionCounts, ReportTitle, divisions,
    plans,
};
use sigeyi_proof::{CompactTree, HashAlgorithm, sha256};
use uuid::Uuid;

use super::{
    any::{Step, certificate, day, enrolment, erasure, plain, seventeen, verification},
    world::{IN_TIME, World, send, submission},
};
use crate::{
    CommandError, DifferenceQuestion, KnownAt, Position, Recorded, Report, ReportError, ReportRequest, Times,
    VerifyOptions, answer::Answer, verify,
};

const PEOPLE: usize = 4;

pub(super) fn whole() -> Region {
    divisions().whole()
}

pub(super) fn request(number: u128, title: &str, region: Region) -> ReportRequest {
    ReportRequest {
        command_id: Uuid::from_u128(0x7e90_0000 + number),
        content: *Uuid::from_u128(number).as_bytes(),
        actor: Identifier::parse("auditor-1").unwrap(),
        office: Identifier::parse("audit").unwrap(),
        title: ReportTitle::parse(title).unwrap(),
        region,
        plan: &plans()[0],
        as_of: Some(day("2024-12-15")),
    }
}

pub(super) fn freeze(world: &World, request: ReportRequest) -> Answer {
    let engine = world.engine();
    engine.freeze(engine.count_report(request).unwrap())?.wait(IN_TIME)
}

/// Some people who are enrolled and verified on a day that counts, and a report of them.
pub(super) fn world() -> (World, Recorded) {
    let mut world = World::new();
    for who in 0..PEOPLE {
        let mut command = enrolment(certificate(&seventeen(who), "42"));
        if let Command::EnrolPerson { on, .. } = &mut command {
            *on = Some(day("2024-11-20"));
        }
        world.tell(&Step::Ask(plain(who, command)));
    }
    world.tell(&Step::Days(30));
    send(world.engine(), &submission(500, 0, verified_on("2024-12-10"))).unwrap();
    let frozen = freeze(&world, request(1, "十二月进度", whole())).unwrap();
    (world, frozen)
}

fn verified_on(text: &str) -> Command {
    match verification() {
        Command::VerifyInfo(mut verification) => {
            verification.on = Some(day(text));
            Command::VerifyInfo(verification)
        }
        other => other,
    }
}

fn report(world: &World, position: Position) -> Report {
    world.engine().read().report(position).unwrap().unwrap()
}

fn count(rows: &[RegionCounts], region: Region, figure: Figure) -> u32 {
    let row = rows.iter().find(|row| row.region == region).unwrap();
    row.get(&Figure::ALL, figure).unwrap()
}

#[test]
fn a_report_states_the_figures_of_its_moment_and_what_made_them() {
    let (world, frozen) = world();
    let report = report(&world, frozen.position);
    let engine = world.engine();
    let known_at = Position(PEOPLE as u64 + 1);
    assert_eq!(frozen.position, known_at.next());
    assert_eq!((frozen.events, frozen.person, frozen.version), (1, Uuid::nil(), 0));
    assert_eq!((report.actor.as_str(), report.office.as_str()), ("auditor-1", "audit"));
    assert_eq!((report.body.number, report.body.title.as_str()), (1, "十二月进度"));
    assert_eq!((report.body.known_at.0, report.body.as_of), (known_at.0, day("2024-12-15")));
    assert_eq!(report.body.rows.len(), 13);
    assert_eq!(count(&report.body.rows, whole(), Figure::Registered), PEOPLE as u32);
    assert_eq!(count(&report.body.rows, whole(), Figure::InfoVerified), 1);
    // The root over the events before it, from the stored bytes.
    let log = super::reference::log(engine);
    let mut tree = CompactTree::new(HashAlgorithm::Sha256);
    for bytes in &log[..known_at.0 as usize] {
        tree.push(HashAlgorithm::Sha256.leaf(bytes));
    }
    assert_eq!(report.body.root, ContentHash(tree.root()));
    assert_eq!(report.body.plan_hash, ContentHash(sha256(plans()[0].text.as_bytes())));
    assert!(plans()[0].text.contains("[working_age]"));
}

#[test]
fn a_report_reproduces_after_late_entries_and_voids_and_what_differs_now_is_explained() {
    let (world, frozen) = world();
    let engine = world.engine();
    // Entered late for a day before the report's.
    let late = send(engine, &submission(501, 1, verified_on("2024-12-11"))).unwrap().position;
    let record = RecordRef::Command(Uuid::from_u128(500));
    let void = Command::VoidRecord { record, reason: None, on: None };
    let voided = send(engine, &submission(502, 0, void)).unwrap().position;
    // After the report's day, so it explains nothing.
    send(engine, &submission(503, 2, verified_on("2024-12-20"))).unwrap();

    let reading = engine.read();
    let report = report(&world, frozen.position);
    let check = reading.check_report(&report).unwrap();
    assert!(check.reproduces && check.plan_is_same && check.divisions_are_same && check.codes_are_same);
    assert_eq!(check.rows.as_ref(), Some(&report.body.rows));
    assert_eq!((check.erased.in_region, check.erased.count), (0, 0));

    let question = DifferenceQuestion {
        region: whole(),
        plan: &plans()[0],
        before: Times {
            as_of: Some(report.body.as_of),
            known_at: Some(KnownAt::Position(Position(report.body.known_at.0))),
        },
        after: None,
        figure: None,
    };
    let now = reading.figures_difference(&question, 10, Position::BEGINNING).unwrap();
    let events: Vec<_> = now.page.iter().map(|event| (event.position, event.voids)).collect();
    assert_eq!(events, [(late, None), (voided, Some(Position(PEOPLE as u64 + 1)))]);
    let verified = now.changes[Figure::InfoVerified as usize];
    assert_eq!((verified.gained, verified.lost, now.people), (1, 1, 2));
}

#[test]
fn who_was_erased_since_is_told() {
    let (mut world, frozen) = world();
    for ask in erasure(2) {
        world.tell(&Step::Ask(ask));
    }
    let erased_at = world.engine().head();
    let reading = world.engine().read();
    let check = reading.check_report(&report(&world, frozen.position)).unwrap();
    assert!(!check.reproduces);
    assert_eq!(count(check.rows.as_ref().unwrap(), whole(), Figure::Registered), PEOPLE as u32 - 1);
    assert_eq!((check.erased.in_region, check.erased.count), (1, 1));
    assert_eq!(check.erased.positions, [erased_at]);
    // A report of later is without them, and nothing is missing from it.
    let later = freeze(&world, request(2, "之后", whole())).unwrap();
    let check = world.engine().read().check_report(&report(&world, later.position)).unwrap();
    assert_eq!((check.reproduces, check.erased.count), (true, 0));
}

#[test]
fn the_same_report_sent_again_is_recorded_once() {
    let (mut world, frozen) = world();
    send(world.engine(), &submission(501, 1, verified_on("2024-12-11"))).unwrap();
    for ignore_snapshots in [false, true] {
        let again = freeze(&world, request(1, "十二月进度", whole()));
        assert_eq!(again, Ok(Recorded { already_recorded: true, ..frozen }));
        let other = ReportRequest { content: [9; 16], ..request(1, "另一个", whole()) };
        assert_eq!(freeze(&world, other), Err(CommandError::CommandConflict));
        world.take_snapshot();
        world.reopen(ignore_snapshots);
    }
    // A report's id is no other command's either.
    let taken = crate::Submission {
        command_id: request(1, "十二月进度", whole()).command_id,
        ..submission(77, 0, verified_on("2024-12-11"))
    };
    assert_eq!(send(world.engine(), &taken), Err(CommandError::CommandConflict));
}

#[test]
fn reports_are_listed_newest_first_also_after_a_restart_with_and_without_a_snapshot() {
    let (mut world, first) = world();
    let region = |code| divisions().region(code).unwrap();
    let league = freeze(&world, request(2, "呼和浩特", region(150_100))).unwrap();
    let county = freeze(&world, request(3, "新城区", region(150_102))).unwrap();
    let elsewhere = freeze(&world, request(4, "赤峰", region(150_400))).unwrap();
    let all = [elsewhere, county, league, first].map(|it| it.position).to_vec();
    let listed = |world: &World, regions: &[Region], first: usize, before: Option<Position>| {
        let page = world.engine().read().reports(regions, first, before, 100).unwrap();
        (page.reports.iter().map(|report| report.position).collect::<Vec<_>>(), page.has_next)
    };
    for reopened in [None, Some(false), Some(true)] {
        if let Some(ignore_snapshots) = reopened {
            world.take_snapshot();
            world.reopen(ignore_snapshots);
        }
        assert_eq!(listed(&world, &[whole()], 10, None), (all.clone(), false));
        assert_eq!(listed(&world, &[region(150_100)], 10, None), (all[1..3].to_vec(), false));
        assert_eq!(listed(&world, &[region(150_102), region(150_400)], 10, None), (all[..2].to_vec(), false));
        assert_eq!(listed(&world, &[], 10, None), (Vec::new(), false));
        assert_eq!(listed(&world, &[whole()], 2, None), (all[..2].to_vec(), true));
        assert_eq!(listed(&world, &[whole()], 2, Some(all[1])), (all[2..].to_vec(), false));
        assert_eq!(listed(&world, &[whole()], 2, Some(Position::BEGINNING)), (Vec::new(), false));
    }
    // What is looked through at a time is limited, and the list goes on.
    let page = world.engine().read().reports(&[region(150_100)], 10, None, 1).unwrap();
    assert_eq!((page.reports.len(), page.through, page.has_next), (0, all[0], true));
    // Numbers go on.
    let fifth = freeze(&world, request(5, "第五", whole())).unwrap();
    assert_eq!(report(&world, fifth.position).body.number, 5);
    assert_eq!(listed(&world, &[whole()], 10, None).0.len(), 5);
}

#[test]
fn a_position_without_a_report_has_none() {
    let (world, frozen) = world();
    let reading = world.engine().read();
    for position in [Position(0), Position(1), frozen.position.next(), Position(u64::MAX)] {
        assert_eq!(reading.report(position).unwrap(), None);
    }
    // One that stands before its position sees none yet.
    let (world, _) = self::world();
    let before = world.engine().read();
    before.at();
    let later = freeze(&world, request(2, "之后", whole())).unwrap();
    assert_eq!(before.report(later.position).unwrap(), None);
    assert_eq!(before.reports(&[whole()], 10, None, 10).unwrap().reports.len(), 1);
}

#[test]
fn a_day_in_the_future_is_not_reported() {
    let (world, _) = world();
    let tomorrow = world.engine().today().plus(1);
    let refused =
        world.engine().count_report(ReportRequest { as_of: Some(tomorrow), ..request(2, "早", whole()) });
    assert!(matches!(refused, Err(ReportError::Rejected(_))), "{refused:?}");
    assert!(world.engine().count_report(ReportRequest { as_of: None, ..request(2, "早", whole()) }).is_ok());
}

#[test]
fn a_log_with_reports_is_sound_and_folds_to_the_same() {
    let (mut world, _) = world();
    freeze(&world, request(2, "二", whole())).unwrap();
    assert!(world.engine().refold().unwrap().is_equal);
    // Nobody is enrolled by it, and the next person gets the next key.
    let people = world.engine().people();
    let command = enrolment(certificate(&seventeen(PEOPLE), "42"));
    world.tell(&Step::Ask(plain(PEOPLE, command)));
    assert_eq!(world.engine().people(), people + 1);
    assert!(world.engine().read().person(Uuid::nil()).is_none());
    world.take_snapshot();
    world.engine = None;
    let report = verify(world.dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!(report.checked.events, PEOPLE as u64 + 4);
}

#[test]
fn the_report_of_the_region_with_the_most_children_fits_an_event() {
    let most = divisions().regions().max_by_key(|region| region.division().children.len()).unwrap();
    let id = "a".repeat(64);
    let rows = std::iter::once(most).chain(most.division().children.iter().copied());
    let body = sigeyi_domain::ReportFrozen {
        number: u64::MAX,
        title: ReportTitle::parse(&"蒙".repeat(ReportTitle::CHARS_MAX)).unwrap(),
        region: most,
        plan: Identifier::parse(&id).unwrap(),
        as_of: Day::MAX,
        known_at: sigeyi_domain::Position(u64::MAX),
        root: ContentHash([0; 32]),
        plan_hash: ContentHash([0; 32]),
        divisions_hash: ContentHash([0; 32]),
        codes_hash: ContentHash([0; 32]),
        figures: Figure::ALL.to_vec(),
        rows: rows.map(|region| RegionCounts { region, counts: vec![u32::MAX; Figure::ALL.len()] }).collect(),
    };
    let clear = sigeyi_domain::Event::ReportFrozen { clear: body, sealed: None }.clear_json();
    // The header's 128 bytes, and both ids.
    assert!(clear.len() + 128 + 2 * id.len() <= 6_144, "{}", clear.len());
}

#[test]
fn without_its_plan_a_report_does_not_reproduce() {
    let (world, frozen) = world();
    let mut report = report(&world, frozen.position);
    report.body.plan = Identifier::parse("gone").unwrap();
    let check = world.engine().read().check_report(&report).unwrap();
    assert_eq!((check.reproduces, check.plan_is_same, check.rows), (false, false, None));
    // Nor where the figures are others.
    let mut report = self::report(&world, frozen.position);
    report.body.rows[1].counts[0] += 1;
    assert!(!world.engine().read().check_report(&report).unwrap().reproduces);
}
