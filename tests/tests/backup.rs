//! Backup and restore by the real binary: while a server takes writes, killed at any moment, and refused where they must be.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use serde_json::{Value, json};
use sigeyi_tests::{
    FAILED, HELD, Place, Server, USAGE, contains_file, fail, files, head, import, kill_when, succeed, text,
    until,
};

/// Exit code: a backup is damaged, or not one of this directory.
const NO_BACKUP: i32 = 8;
const WRITERS: usize = 4;

/// Folders for backups beside a data directory.
struct Folders {
    events: PathBuf,
    keys: PathBuf,
    root_key: PathBuf,
}

impl Folders {
    fn of(place: &Place) -> Folders {
        Folders {
            events: place.path("events"),
            keys: place.path("keys"),
            root_key: place.data().join("vault/root.key"),
        }
    }

    fn backup_args<'a>(&'a self, data: &'a Path) -> Vec<&'a str> {
        let (events, keys) = (text(&self.events), text(&self.keys));
        vec!["backup", "--data", text(data), "--to", events, "--vault-to", keys, "--format", "json"]
    }

    fn restore_args<'a>(&'a self, data: &'a Path) -> Vec<&'a str> {
        let (events, keys, root_key) = (text(&self.events), text(&self.keys), text(&self.root_key));
        vec![
            "restore",
            "--from",
            events,
            "--vault-from",
            keys,
            "--data",
            text(data),
            "--root-key",
            root_key,
            "--format",
            "json",
        ]
    }

    fn back_up(&self, data: &Path) -> Value {
        parse(&succeed(&self.backup_args(data)))
    }

    fn restore(&self, data: &Path) -> Value {
        parse(&succeed(&self.restore_args(data)))
    }
}

fn parse(printed: &str) -> Value {
    serde_json::from_str(printed).expect("it is JSON")
}

fn number(value: &Value) -> u64 {
    value.as_str().and_then(|text| text.parse().ok()).expect("a position is a number")
}

fn figures(data: &Path, more: &[&str]) -> String {
    succeed(&[&["progress", "--data", text(data), "--as-of", "2024-12-31", "--format", "csv"], more].concat())
}

fn events_of(data: &Path, person: &str) -> Vec<Value> {
    let history = parse(&succeed(&["history", "--data", text(data), "--format", "json", person]));
    history["events"].as_array().expect("events are a list").clone()
}

/// What the server answers to a request.
fn ask(server: &Server, request: &Value) -> Value {
    let answer = Server::post_if_it_lives(server.address, request.to_string().as_bytes());
    parse(&answer.expect("it answers"))
}

/// Records a service, and gives the position of the answer: from then on it may never be missing.
fn deliver(server: &Server, writer: usize, count: u64, person: &str) -> u64 {
    let request = json!({
        "query": "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { ... on Recorded { position } ... on Rejected { code } } }",
        "variables": { "input": {
            "commandId": format!("{writer:08x}-0000-4000-8000-{count:012x}"),
            "personId": person,
            "service": "JOB_FAIR",
        } },
    });
    let answer = ask(server, &request);
    let position = answer["data"]["deliverService"]["position"].as_str();
    position.unwrap_or_else(|| panic!("{answer}")).parse().expect("a position is a number")
}

#[test]
fn backups_during_writes_have_every_acknowledged_event_up_to_their_position() {
    let place = Place::with_people();
    let (data, folders) = (place.data(), Folders::of(&place));
    let server = Server::of(&data);
    let people = ask(&server, &json!({ "query": "{ people(first: 98) { nodes { id } } }" }));
    let nodes = people["data"]["people"]["nodes"].as_array().expect("people").clone();
    let people: Vec<&str> = nodes.iter().map(|node| node["id"].as_str().expect("an id")).collect();
    let (stop, newest, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0), Mutex::new(Vec::new()));
    let positions = thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (server, people, stop, newest, acknowledged) =
                (&server, &people, &stop, &newest, &acknowledged);
            scope.spawn(move || {
                for count in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let person = people[(writer + WRITERS * count as usize) % people.len()];
                    let position = deliver(server, writer, count, person);
                    newest.fetch_max(position, Ordering::SeqCst);
                    acknowledged.lock().expect("not poisoned").push((position, person.to_owned()));
                }
            });
        }
        let mut positions: Vec<u64> = Vec::new();
        until("three backups, each with more", || {
            let position = number(&folders.back_up(&data)["position"]);
            if positions.last().is_none_or(|last| *last < position) {
                positions.push(position);
            }
            positions.len() == 3
        });
        until("writes after the last backup", || newest.load(Ordering::SeqCst) > positions[2]);
        stop.store(true, Ordering::SeqCst);
        positions
    });
    server.signal("TERM");
    assert!(server.ended().0.success());

    let restored = place.path("restored");
    let report = folders.restore(&restored);
    let position = number(&report["position"]);
    assert_eq!((position, report["people"].as_u64()), (positions[2], Some(98)));
    assert!(head(&data) > position && head(&restored) == position);
    let known_at = position.to_string();
    assert_eq!(figures(&restored, &[]), figures(&data, &["--known-at", &known_at]));
    let acknowledged = acknowledged.into_inner().expect("not poisoned");
    assert!(
        acknowledged.iter().any(|(at, _)| *at <= position)
            && acknowledged.iter().any(|(at, _)| *at > position)
    );
    for person in people.into_iter().step_by(8) {
        let (whole, found) = (events_of(&data, person), events_of(&restored, person));
        let up_to: Vec<Value> = whole.into_iter().filter(|event| at(event) <= position).collect();
        assert_eq!(found, up_to);
        for (at_, _) in acknowledged.iter().filter(|(at, who)| who == person && *at <= position) {
            assert!(found.iter().any(|event| at(event) == *at_), "event {at_} was acknowledged");
        }
    }
}

fn at(event: &Value) -> u64 {
    event["position"].as_u64().unwrap_or_else(|| number(&event["position"]))
}

/// A directory with a backup, and more events after it.
fn backed_up_and_gone_on() -> (Place, Folders, u64, u64) {
    let place = Place::empty();
    let (data, folders) = (place.data(), Folders::of(&place));
    let report = place.path("rejects.csv");
    import(&data, files(1_500).path(), &report);
    let before = number(&folders.back_up(&data)["position"]);
    import(&data, files(3_000).path(), &report);
    let after = head(&data);
    assert!(after > before);
    (place, folders, before, after)
}

#[test]
fn a_backup_killed_at_any_moment_leaves_the_one_before_and_the_next_completes_it() {
    let (place, folders, before, after) = backed_up_and_gone_on();
    let (data, kept) = (place.data(), place.path("kept"));
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to).expect("it is made");
        for entry in fs::read_dir(from).expect("it is there").flatten() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("it is copied");
        }
    };
    copy(&folders.events, &kept.join("events"));
    copy(&folders.keys, &kept.join("keys"));
    let whole = figures(&data, &[]);
    let segments = |dir: &Path| {
        fs::read_dir(dir).map_or(0, |entries| {
            entries.flatten().filter(|entry| text(&entry.path()).ends_with(".segment")).count()
        })
    };
    let mut killed = 0;
    for (number_of, what) in
        [".segment.new", "a second segment", "CATALOGUE.new", "CATALOGUE.2.new"].iter().enumerate()
    {
        for dir in [&folders.events, &folders.keys] {
            fs::remove_dir_all(dir).expect("it is there");
        }
        copy(&kept.join("events"), &folders.events);
        copy(&kept.join("keys"), &folders.keys);
        killed += usize::from(kill_when(&folders.backup_args(&data), what, || match *what {
            "a second segment" => segments(&folders.events) > 1,
            ending => contains_file(&folders.events, ending),
        }));
        let restored = place.path(&format!("restored-{number_of}"));
        let position = number(&folders.restore(&restored)["position"]);
        assert!(position == before || position == after, "{what}: {position}");

        assert_eq!(number(&folders.back_up(&data)["position"]), after);
        assert_eq!(segments(&folders.events), 1, "{what}: nothing is left over");
        assert!(!contains_file(&folders.events, ".new") && !contains_file(&folders.keys, ".new"));
        let restored = place.path(&format!("restored-again-{number_of}"));
        folders.restore(&restored);
        assert_eq!(figures(&restored, &[]), whole, "{what}");
    }
    assert!(killed > 0, "no backup was killed on its way");
}

#[test]
fn a_restore_killed_at_any_moment_is_not_opened_and_can_be_run_again() {
    let (place, folders, _, after) = backed_up_and_gone_on();
    let data = place.data();
    assert_eq!(number(&folders.back_up(&data)["position"]), after);
    let whole = figures(&data, &[]);
    let mut unfinished = 0;
    for (number_of, what) in
        ["RESTORING", "journal", "journal/0000000001.log", "vault/keys", "MANIFEST", "mirror/db"]
            .iter()
            .enumerate()
    {
        let restored = place.path(&format!("restored-{number_of}"));
        kill_when(&folders.restore_args(&restored), what, || restored.join(what).exists());
        if restored.join("RESTORING").exists() {
            unfinished += 1;
            for command in ["progress", "serve"] {
                let said = fail(&[command, "--data", text(&restored)], FAILED);
                assert!(said.contains("run 'sigeyi restore' again"), "{said}");
            }
            assert_eq!(number(&folders.restore(&restored)["position"]), after);
        }
        assert_eq!(figures(&restored, &[]), whole, "{what}");
    }
    assert!(unfinished > 0, "no restore was killed on its way");
}

#[test]
fn events_and_keys_are_never_put_together_nor_into_the_directory() {
    let place = Place::with_people();
    let (data, one, two) = (place.data(), place.path("one"), place.path("two"));
    let (inside, below) = (data.join("backup"), one.join("keys"));
    for (to, vault_to, says) in [
        (&one, &one, "can read everything"),
        (&one, &below, "can read everything"),
        (&below, &one, "can read everything"),
        (&inside, &two, "lost with it"),
        (&one, &inside, "lost with it"),
        (&data, &two, "lost with it"),
    ] {
        let args = ["backup", "--data", text(&data), "--to", text(to), "--vault-to", text(vault_to)];
        let said = fail(&args, USAGE);
        assert!(said.contains(says), "{said}");
    }
    assert!(!one.exists() && !two.exists() && !inside.exists(), "nothing was made");
}

#[test]
fn what_belongs_to_another_log_or_lacks_its_root_key_is_refused() {
    let (place, other) = (Place::with_people(), Place::with_people());
    let (ours, theirs) = (Folders::of(&place), Folders::of(&other));
    let printed = succeed(&ours.backup_args(&place.data())[..7]);
    assert!(printed.contains("the root key is in neither: keep this file offline"), "{printed}");
    theirs.back_up(&other.data());
    assert!(!contains_file(&ours.keys, "root.key") && !contains_file(&ours.events, "keys"));

    let said = fail(&ours.backup_args(&other.data()), NO_BACKUP);
    assert!(said.contains("choose another folder"), "{said}");

    let new = place.path("new");
    let mixed = Folders { keys: theirs.keys.clone(), ..Folders::of(&place) };
    let said = fail(&mixed.restore_args(&new), NO_BACKUP);
    assert!(said.contains("give the folders that belong together"), "{said}");
    let wrong_root = Folders { root_key: theirs.root_key.clone(), ..Folders::of(&place) };
    let said = fail(&wrong_root.restore_args(&new), NO_BACKUP);
    assert!(said.contains("the root key does not open this vault"), "{said}");
    let without: Vec<&str> = ours.restore_args(&new)[..7].to_vec();
    let said = fail(&without, FAILED);
    assert!(said.contains("--root-key"), "{said}");
    let exchanged = Folders { events: ours.keys.clone(), keys: ours.events.clone(), ..Folders::of(&place) };
    let said = fail(&exchanged.restore_args(&new), NO_BACKUP);
    assert!(said.contains("exchange the two folders"), "{said}");
    assert!(!new.exists(), "nothing was made");

    let said = fail(&ours.restore_args(&other.data()), USAGE);
    assert!(said.contains("is not empty"), "{said}");
    // With the root key beside the wrapped ones nothing else is needed.
    let data = place.data();
    let with_root_key = [&ours.backup_args(&data)[..], &["--with-root-key"]].concat();
    assert_eq!(parse(&succeed(&with_root_key))["has_root_key"], true);
    let printed = succeed(&without);
    assert!(printed.contains("须重新录入"), "{printed}");
    assert_eq!(figures(&new, &[]), figures(&place.data(), &[]));

    let server = Server::of(&new);
    let said = fail(&["progress", "--data", text(&new)], HELD);
    assert!(said.contains("another process"), "{said}");
    server.signal("TERM");
    assert!(server.ended().0.success());
}
