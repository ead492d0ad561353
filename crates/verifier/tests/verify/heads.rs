//! Heads that a log has committed to: what is left out of it afterwards is found.

use base64::{Engine, engine::general_purpose::STANDARD};
use sigeyi_envelope::{EventParts, Position, StoredEvent, Suite, encode};
use sigeyi_proof::{HashAlgorithm, Heads, HeadsFault, PersonHead};
use sigeyi_verifier::{ProvedThrough, Wrong, verify_directory, verify_log, verify_person};
use uuid::Uuid;

use crate::invented::*;
use crate::journal::*;
use crate::written::*;

/// 2023-11-15 in China, on which the small log was recorded.
const DAY: i32 = 19_676;

/// The heads of the first events.
pub(crate) fn heads(log: &[Vec<u8>]) -> Heads {
    Heads::new(SHA256, heads_list(log))
}

/// The same, one by one.
pub(crate) fn heads_list(log: &[Vec<u8>]) -> Vec<PersonHead> {
    let mut newest = std::collections::BTreeMap::new();
    for bytes in log {
        let event = StoredEvent::parse(bytes).unwrap();
        let parts = event.parts();
        let (person, version, position) = (parts.person.into_bytes(), parts.version, parts.position.0);
        if !parts.person.is_nil() {
            newest.insert(person, PersonHead { person, version, position, leaf: SHA256.leaf(bytes) });
        }
    }
    newest.into_values().collect()
}

pub(crate) fn body(through: u64, heads: &Heads) -> String {
    let root: String = heads.root().iter().map(|byte| format!("{byte:02x}")).collect();
    let (day, people) = ("2023-11-15", heads.len());
    format!(r#"{{"number":1,"day":"{day}","through":{through},"people":{people},"root":"{root}"}}"#)
}

pub(crate) fn committing(position: u64, clear: &str) -> Vec<u8> {
    committing_altered(position, clear, |_| {})
}

/// The same event with other parts.
pub(crate) fn committing_altered(position: u64, clear: &str, alter: impl Fn(&mut EventParts<'_>)) -> Vec<u8> {
    let mut parts = EventParts {
        suite: Suite::International,
        kind: 31,
        schema: 1,
        position: Position(position),
        person: Uuid::nil(),
        version: 0,
        previous: None,
        effective_day: DAY,
        recorded_at: 1_700_000_000_000_000 + position as i64,
        region: 0,
        command: Uuid::from_u128(u128::from(position) << 80),
        digest: [1; 16],
        commit_index: 0,
        commit_count: 1,
        actor: "sigeyi",
        office: "sigeyi",
        clear,
        sealed: None,
    };
    alter(&mut parts);
    encode(&parts).unwrap()
}

/// The small log, and what it commits to as of an event before its last one.
pub(crate) fn log() -> Vec<Vec<u8>> {
    let mut log = small_log();
    log.push(committing(13, &body(11, &heads(&log[..11]))));
    log
}

/// The line of somebody's place among the heads.
pub(crate) fn heads_line(log: &[Vec<u8>], at: usize, of: u128, heads: &Heads) -> String {
    let path = |hashes: &[[u8; 32]]| {
        serde_json::to_string(&hashes.iter().map(|hash| STANDARD.encode(hash)).collect::<Vec<_>>()).unwrap()
    };
    let place = heads.path_of(person(of).as_bytes()).unwrap();
    format!(
        "{{\"heads\":{{\"position\":{},\"stored\":\"{}\",\"path\":{},\"index\":{},\"version\":{},\"last\":{},\"leaf\":\"{}\",\"heads_path\":{}}}}}\n",
        at + 1,
        STANDARD.encode(&log[at]),
        path(&path_of(log, at)),
        place.index,
        place.head.version,
        place.head.position,
        STANDARD.encode(place.head.leaf),
        path(&place.path),
    )
}

/// The history of somebody with the place among the heads.
pub(crate) fn history(log: &[Vec<u8>], of: u128) -> Vec<String> {
    history_with(log, of, &heads(&log[..11]))
}

/// The same with these heads, to which the last event commits.
pub(crate) fn history_with(log: &[Vec<u8>], of: u128, heads: &Heads) -> Vec<String> {
    let mut lines = person_lines(log, of);
    let last = lines.pop().unwrap();
    lines.extend([heads_line(log, 12, of, heads), last]);
    lines
}

pub(crate) fn verify(
    lines: &[String],
) -> Result<sigeyi_verifier::VerifiedPerson, sigeyi_verifier::VerifyError> {
    verify_person(&Written::new().file(lines.concat()), &witnessed())
}

/// Without the events of these lines, counted anew.
fn without(mut lines: Vec<String>, dropped: &[usize]) -> Vec<String> {
    let mut at = 0;
    lines.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
    lines.pop();
    lines.push(format!("{{\"end\":{}}}\n", lines.len() - 2));
    lines
}

#[test]
fn a_log_and_a_directory_are_compared_with_what_they_commit_to() {
    let log = log();
    let lines = log_lines(&log, &checkpoint(&log)).concat();
    let end = verify_log(&Written::new().file(lines), &witnessed()).unwrap().end;
    assert_eq!((end.events, end.people, end.heads), (13, 3, 1));
    let directory = Directory::new(SHA256, &log, 2);
    assert_eq!(verify_directory(directory.path(), None, None).unwrap().end.heads, 1);
}

#[test]
fn a_log_in_which_somebodys_newest_events_are_others_than_it_has_committed_to_is_found() {
    let small = small_log();
    let found_in = |clear: &str| {
        let mut log = small.clone();
        log.push(committing(13, clear));
        let lines = log_lines(&log, &checkpoint(&log)).concat();
        let (place, wrong) = found(verify_log(&Written::new().file(lines), &witnessed()));
        assert_eq!(place, "event 13");
        let directory = Directory::new(SHA256, &log, 2);
        assert_eq!(found(verify_directory(directory.path(), None, None)), (place, wrong.clone()));
        wrong
    };
    let good = body(11, &heads(&small[..11]));
    // Event 12 is somebody's newest: as of it the root is another.
    assert_eq!(found_in(&good.replace("\"through\":11", "\"through\":12")), Wrong::Heads(HeadsFault::Root));
    // Event 11 was there when the log committed to it, and somebody has made the log anew without it.
    assert_eq!(found_in(&body(11, &heads(&small[..10]))), Wrong::Heads(HeadsFault::Root));
    let people = HeadsFault::People { expected: 3, found: 4 };
    assert_eq!(found_in(&good.replace("\"people\":3", "\"people\":4")), Wrong::Heads(people));
    let number = HeadsFault::Number { expected: 1, found: 2 };
    assert_eq!(found_in(&good.replace("\"number\":1", "\"number\":2")), Wrong::Heads(number));
    assert_eq!(found_in(&good.replace("\"through\":11", "\"through\":13")), Wrong::Heads(HeadsFault::Order));
    assert_eq!(found_in(&good.replace("11-15", "11-16")), Wrong::HeadsBody);
    assert_eq!(found_in("{}"), Wrong::HeadsBody);
    assert_eq!(HashAlgorithm::of_suite(1), Some(SHA256));
}

#[test]
fn a_field_that_a_later_version_adds_is_passed_over() {
    let mut log = small_log();
    let clear = body(11, &heads(&log[..11])).replace("}", ",\"later\":[1]}");
    log.push(committing(13, &clear));
    let lines = log_lines(&log, &checkpoint(&log)).concat();
    assert_eq!(verify_log(&Written::new().file(lines), &witnessed()).unwrap().end.heads, 1);
}

#[test]
fn a_history_with_its_place_among_the_heads_is_complete_up_to_them() {
    let log = log();
    let through = ProvedThrough { position: 11, day: "2023-11-15".to_owned() };
    for (of, events) in [(1, 4), (2, 4), (3, 3)] {
        let verified = verify(&history(&log, of)).unwrap();
        assert_eq!((verified.events, verified.through), (events, Some(through.clone())));
    }
    assert_eq!(verify(&person_lines(&log, 1)).unwrap().through, None);
}

#[test]
fn a_history_without_its_newest_events_is_found() {
    let log = log();
    let lines = history(&log, 1);
    // Events 1, 3, 8 and 11 are of the first person: the last, the last two, and all.
    for dropped in [&[4][..], &[3, 4], &[1, 2, 3, 4]] {
        let (place, wrong) = found(verify(&without(lines.clone(), dropped)));
        assert_eq!(place, format!("file {}", 6 - dropped.len()));
        assert_eq!(wrong, Wrong::Head { through: 11, what: "newer events of the person are missing" });
    }
    // Of the third person, event 12 came after the heads: that is not seen.
    let verified = verify(&without(history(&log, 3), &[3])).unwrap();
    assert_eq!((verified.events, verified.last_position), (2, 5));
}

#[test]
fn the_place_of_somebody_else_or_of_other_heads_is_refused() {
    let log = log();
    let with = |line: String| {
        let mut lines = history(&log, 1);
        let at = lines.len() - 2;
        lines[at] = line;
        found(verify(&lines)).1
    };
    let heads = heads(&log[..11]);
    assert!(matches!(with(heads_line(&log, 12, 2, &heads)), Wrong::Inclusion(_)));
    // An event of another type that says the same.
    assert_eq!(with(heads_line(&log, 11, 1, &heads)), Wrong::HeadsBody);
    let good = heads_line(&log, 12, 1, &heads);
    assert!(matches!(with(good.replace("\"position\":13", "\"position\":12")), Wrong::Inclusion(_)));
    assert!(matches!(with(good.replace("\"index\"", "\"more\":1,\"index\"")), Wrong::Line(_)));
    // Nothing but the last line may follow.
    let mut lines = history(&log, 1);
    let at = lines.len() - 2;
    lines.swap(at, at - 1);
    assert!(matches!(found(verify(&lines)).1, Wrong::Line(_)));
}

#[test]
fn every_altered_byte_of_a_history_with_heads_is_found() {
    let (log, written) = (log(), Written::new());
    for (at, bytes) in altered(history(&log, 3).concat().as_bytes()) {
        assert!(verify_person(&written.file(&bytes), &witnessed()).is_err(), "byte {at}");
    }
}
