//! The real server, killed under 64 writers and at its delicate moments: what was answered is there, once, and what was not can be sent again.

use std::{
    collections::HashMap,
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
use sigeyi_tests::{Place, Server, answers, head, kill_when, length, start, succeed, text, until};

const WRITERS: u64 = 64;
/// Answers after which the server is killed, in each round.
const KILLED_AFTER: [usize; 4] = [1, 100, 700, 1_500];

/// What was answered, by command: the position.
type Recorded = Mutex<HashMap<u64, String>>;

fn body(number: u64, people: &[String]) -> Vec<u8> {
    let input = json!({
        "commandId": format!("00000000-0000-4000-8000-{number:012x}"),
        "personId": people[number as usize % people.len()],
        "service": "JOB_REFERRAL",
    });
    let query = "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { __typename ... on Recorded { position alreadyRecorded } } }";
    serde_json::to_vec(&json!({"query": query, "variables": {"input": input}})).expect("it is JSON")
}

/// Sends a command; what was answered, if that was that it is recorded.
fn send(address: SocketAddr, number: u64, people: &[String]) -> Option<(String, bool)> {
    let answer = Server::post_if_it_lives(address, &body(number, people))?;
    let answer: Value = serde_json::from_str(&answer).expect("a whole answer is JSON");
    let result = &answer["data"]["deliverService"];
    assert!(result["__typename"] == "Recorded", "{answer}");
    Some((result["position"].as_str()?.to_owned(), result["alreadyRecorded"].as_bool()?))
}

/// 64 writers until the server is gone, which is killed after so many answers. Gives the numbers that were sent.
fn write_until_killed(
    server: Server,
    people: &[String],
    next: &AtomicU64,
    recorded: &Recorded,
    after: usize,
) {
    let (address, answered) = (server.address, AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while let number = next.fetch_add(1, SeqCst)
                    && let Some((position, already)) = send(address, number, people)
                {
                    assert!(!already);
                    recorded.lock().expect("not poisoned").insert(number, position);
                    answered.fetch_add(1, SeqCst);
                }
            });
        }
        until("enough answers", || answered.load(SeqCst) >= after);
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
        write_until_killed(server, &ids, &next, &recorded, after);
    }
    // Everybody who has no answer sends again, and so do all the others.
    let server = Server::of(&place.data());
    let sent = next.load(SeqCst);
    let recorded = recorded.into_inner().expect("not poisoned");
    assert!(recorded.len() >= KILLED_AFTER.iter().sum::<usize>() && sent > recorded.len() as u64);
    for number in 0..sent {
        let (position, already) = send(server.address, number, &ids).expect("it lives");
        if let Some(first) = recorded.get(&number) {
            assert_eq!((&position, already), (first, true), "command {number}");
        }
    }
    server.signal("TERM");
    assert!(server.ended().0.success());
    assert_eq!(head(&place.data()), before + sent);
    // From the snapshots and without them it is the same.
    let figures = succeed(&["progress", "--data", text(&place.data()), "--format", "csv"]);
    let _ = fs::remove_dir_all(place.data().join("snapshots"));
    assert_eq!(succeed(&["progress", "--data", text(&place.data()), "--format", "csv"]), figures);
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
        let mut child = start(&["serve", "--data", text(&data), "--listen", "127.0.0.1:0"]);
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
    let serve = ["serve", "--data", text(&data), "--listen", "127.0.0.1:0"];
    for bytes in [1, 1 << 20, 16 << 20] {
        assert!(kill_when(&serve, "the mirror", || length(&mirror.join("db")) >= bytes));
        assert_eq!(answers(&data, &[&["--as-of", "2024-12-31"]], &[]), whole);
    }
    let untouched = place.path("untouched");
    succeed(&demo(&untouched));
    assert_eq!(answers(&untouched, &[&["--as-of", "2024-12-31"]], &[]), whole);
}
