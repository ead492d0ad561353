//! The real server, killed under 64 writers and at its delicate moments: what was answered is there, once, and what was not can be sent again.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    net::SocketAddr,
    path::Path,
    process::Child,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use serde_json::{Value, json};
use sigeyi_tests::{
    Place, Server, answers, files, head, invented_certificate, kill_when, length, start, succeed, text, until,
};

const WRITERS: u64 = 64;
/// Answers after which the server is killed, in each round.
const KILLED_AFTER: [usize; 4] = [1, 100, 700, 1_500];

/// What was answered, by command: the position.
type Recorded = Mutex<HashMap<u64, String>>;

/// The n-th command: the same one whoever sends it, however often.
type Body<'a> = &'a (dyn Fn(u64) -> Vec<u8> + Sync);

fn mutation(number: u64, input_type: &str, field: &str, mut input: Value) -> Vec<u8> {
    input["commandId"] = format!("00000000-0000-4000-8000-{number:012x}").into();
    let query = format!(
        "mutation($input: {input_type}!) {{ result: {field}(input: $input) {{ __typename ... on Recorded {{ position alreadyRecorded }} }} }}"
    );
    serde_json::to_vec(&json!({"query": query, "variables": {"input": input}})).expect("it is JSON")
}

fn service(number: u64, people: &[String]) -> Vec<u8> {
    let person = &people[number as usize % people.len()];
    let input = json!({"personId": person, "service": "JOB_REFERRAL"});
    mutation(number, "DeliverServiceInput", "deliverService", input)
}

/// Of somebody who is not among those that were imported.
fn enrolment(number: u64) -> Vec<u8> {
    let certificate = invented_certificate(10_000 + number as usize);
    let input = json!({
        "name": "苏日娜",
        "certificate": certificate,
        "region": &certificate[..6],
        "employment": {"notEmployed": "NO_SKILLS"},
    });
    mutation(number, "EnrolPersonInput", "enrolPerson", input)
}

/// Sends a command; what was answered, if that was that it is recorded.
fn send(address: SocketAddr, number: u64, body: Body<'_>) -> Option<(String, bool)> {
    let answer = Server::post_if_it_lives(address, &body(number))?;
    let answer: Value = serde_json::from_str(&answer).expect("a whole answer is JSON");
    let result = &answer["data"]["result"];
    assert!(result["__typename"] == "Recorded", "{answer}");
    Some((result["position"].as_str()?.to_owned(), result["alreadyRecorded"].as_bool()?))
}

/// 64 writers until the server is gone, which is killed as soon as it is time, told how many answers there were.
fn write_until_killed(
    server: Server,
    body: Body<'_>,
    next: &AtomicU64,
    recorded: &Recorded,
    is_time: impl Fn(usize) -> bool,
) {
    let (address, answered) = (server.address, AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while let number = next.fetch_add(1, SeqCst)
                    && let Some((position, already)) = send(address, number, body)
                {
                    assert!(!already);
                    recorded.lock().expect("not poisoned").insert(number, position);
                    answered.fetch_add(1, SeqCst);
                }
            });
        }
        until("the moment", || is_time(answered.load(SeqCst)));
        server.kill();
    });
}

fn people(server: &Server) -> Vec<String> {
    let query = json!({"query": "{ people(first: 200) { nodes { id } } }"});
    let answer = Server::post_if_it_lives(server.address, &serde_json::to_vec(&query).expect("it is JSON"));
    let answer: Value = serde_json::from_str(&answer.expect("it answers")).expect("it is JSON");
    let nodes = answer["data"]["people"]["nodes"].as_array().expect("a list").clone();
    nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn nothing_that_was_answered_is_lost_and_nothing_that_is_sent_again_is_there_twice() {
    let place = Place::with_people();
    let before = head(&place.data());
    let (next, recorded) = (AtomicU64::new(0), Recorded::default());
    let mut ids = Vec::new();
    for after in KILLED_AFTER {
        let server = Server::of(&place.data());
        if ids.is_empty() {
            ids = people(&server);
        }
        write_until_killed(server, &|number| service(number, &ids), &next, &recorded, |answers| {
            answers >= after
        });
    }
    assert!(recorded.lock().expect("not poisoned").len() >= KILLED_AFTER.iter().sum::<usize>());
    assert_all_is_kept(&place.data(), &|number| service(number, &ids), before, next, recorded);
}

/// Everybody who has no answer sends again, and so do all the others: each command is there once, with the answer that was given.
fn assert_all_is_kept(data: &Path, body: Body<'_>, before: u64, next: AtomicU64, recorded: Recorded) {
    let server = Server::of(data);
    let sent = next.into_inner();
    let recorded = recorded.into_inner().expect("not poisoned");
    assert!(sent > recorded.len() as u64);
    for number in 0..sent {
        let (position, already) = send(server.address, number, body).expect("it lives");
        if let Some(first) = recorded.get(&number) {
            assert_eq!((&position, already), (first, true), "command {number}");
        }
    }
    server.signal("TERM");
    assert!(server.ended().0.success());
    // Each of them is one event.
    assert_eq!(head(data), before + sent);
    // From the snapshots and without them it is the same.
    let figures = succeed(&["progress", "--data", text(data), "--format", "csv"]);
    let _ = fs::remove_dir_all(data.join("snapshots"));
    assert_eq!(succeed(&["progress", "--data", text(data), "--format", "csv"]), figures);
}

/// Events after which a snapshot is taken there: one is nearly always being written.
const SNAPSHOT_EVERY: &str = "20";

#[test]
fn snapshots_that_are_written_while_64_writers_write_can_be_killed() {
    let place = Place::with_people();
    let (data, snapshots) = (place.data(), place.data().join("snapshots"));
    let before = head(&data);
    let (next, recorded, mut ids) = (AtomicU64::new(0), Recorded::default(), Vec::new());
    // What a kill has left stays until the next one is written, unless that happens to have the same name.
    let name = format!("{:020}.snapshot.new", 1);
    fs::create_dir_all(&snapshots).expect("it is made");
    fs::write(snapshots.join(&name), "a beginning").expect("it is written");
    let (mut caught, mut left) = (0, BTreeSet::from([name]));
    // It is there for a moment only, so a busy machine may miss it.
    for round in 0.. {
        let server = Server::start(&["serve", "--data", text(&data), "--snapshot-every", SNAPSHOT_EVERY]);
        if ids.is_empty() {
            ids = people(&server);
        }
        write_until_killed(server, &|number| mixed(number, &ids), &next, &recorded, |answers| {
            answers >= 50 && !unfinished(&snapshots).is_subset(&left)
        });
        let found = unfinished(&snapshots);
        assert!(found.is_disjoint(&left), "what an earlier kill has left is still there: {found:?}");
        caught += found.len();
        left = found;
        if caught >= 4 {
            break;
        }
        assert!(round < 40, "{caught} of {round} kills found a snapshot that was not whole");
    }
    assert_all_is_kept(&data, &|number| mixed(number, &ids), before, next, recorded);
}

/// Snapshots that are not whole, by their names.
fn unfinished(snapshots: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(snapshots) else { return BTreeSet::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".new")).collect()
}

/// Services, and enrolments, which use up keys.
fn mixed(number: u64, people: &[String]) -> Vec<u8> {
    if number.is_multiple_of(4) { enrolment(number) } else { service(number, people) }
}

/// What a bucket of keys takes in the file.
const BUCKET_BYTES: u64 = 131_221;

#[test]
fn keys_that_are_made_while_64_writers_enrol_can_be_killed() {
    let mut caught = 0;
    // The first three buckets are made one after the other for the first enrolment, the fourth when the first one is used up.
    for (people, buckets) in [(0, 0), (0, 1), (0, 2), (4_150, 3), (0, 1), (4_150, 3)] {
        let place = Place::empty();
        let (data, files) = (place.data(), files(people));
        succeed(&["import", "--data", text(&data), "--roster", text(&files.path().join("roster.csv"))]);
        let before = head(&data);
        let [one, two] = ["keys", "keys.2"].map(|name| data.join("vault").join(name));
        let (next, recorded) = (AtomicU64::new(0), Recorded::default());
        let between = || length(&one) > length(&two) && length(&one) > buckets * BUCKET_BYTES + 200;
        write_until_killed(Server::of(&data), &enrolment, &next, &recorded, |_| between());
        caught += u32::from(between());
        assert_all_is_kept(&data, &enrolment, before, next, recorded);
        assert!(fs::read(&one).expect("it is there") == fs::read(&two).expect("it is there"));
    }
    assert!(caught > 0, "no server was killed between the two copies");
}

/// Whether a process has a file open whose path ends so.
fn has_open(child: &Child, ending: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{}/fd", child.id())) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|path| path.ends_with(ending)))
}

#[test]
fn a_start_can_be_killed_at_any_moment() {
    let place = Place::with_people();
    let data = place.data();
    let before = head(&data);
    for moment in ["LOCK", "journal/0000000001.log", "mirror/db"] {
        let mut child =
            start(&["serve", "--without-identity", "--data", text(&data), "--listen", "127.0.0.1:0"]);
        until(moment, || has_open(&child, moment));
        child.kill().expect("it can be killed");
        child.wait().expect("it can be waited for");
        assert_eq!(head(&data), before, "{moment}");
    }
}

/// Enough events for a second segment.
const PEOPLE: &str = "62000";

fn demo(data: &Path) -> [&str; 8] {
    ["demo", "--people", PEOPLE, "--seed", "7", "--data", text(data), "--no-serve"]
}

#[test]
fn a_segment_roll_and_the_building_of_a_mirror_can_be_killed() {
    let place = Place::empty();
    let data = place.data();
    let second = data.join("journal/0000000002.log");
    assert!(kill_when(&demo(&data), "the second segment", || second.exists()));
    assert!(head(&data) > 0);
    succeed(&demo(&data));
    let whole = answers(&data, &[&["--as-of", "2024-12-31"]], &[]);

    let mirror = data.join("mirror");
    fs::remove_dir_all(&mirror).expect("it is removed");
    let serve = ["serve", "--without-identity", "--data", text(&data), "--listen", "127.0.0.1:0"];
    for bytes in [1, 1 << 20, 16 << 20] {
        assert!(kill_when(&serve, "the mirror", || length(&mirror.join("db")) >= bytes));
        assert_eq!(answers(&data, &[&["--as-of", "2024-12-31"]], &[]), whole);
    }
    let untouched = place.path("untouched");
    succeed(&demo(&untouched));
    assert_eq!(answers(&untouched, &[&["--as-of", "2024-12-31"]], &[]), whole);
}
