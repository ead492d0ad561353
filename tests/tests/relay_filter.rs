//! Relays of a part of the events, of a directory and of a server: the same part, byte by byte, and a state that says which.

use std::{fs, path::Path};

use serde_json::{Value, json};
use sigeyi_tests::{
    FAILED, Receiver, Relay, Server, USAGE, all, fail, head, kill_when, position, succeed, text,
};

/// A county with some of the people.
const REGION: &str = "150102";
const FILTER: [&str; 6] =
    ["--region", REGION, "--step", "AbilityAssessed,InfoVerified", "--effective-to", "2022-08-20"];

fn lines(file: &Path) -> Vec<String> {
    fs::read_to_string(file).expect("it is there").lines().map(str::to_owned).collect()
}

fn event(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}

/// What the filter lets through, said by what the events themselves say.
fn fits(line: &str) -> bool {
    let event = event(line);
    let kind = event["type"].as_str().expect("a type");
    let is_step = ["InfoVerified", "VerificationAttempted", "AbilityAssessed", "AssessmentDeclined"]
        .iter()
        .any(|name| kind == format!("sigeyi.{name}.v1"));
    is_step
        && event["region"] == REGION
        && event["effectiveon"].as_str().is_some_and(|day| day <= "2022-08-20")
}

/// Relays a directory, or what a server gives of it, to a file.
fn to_file(relay: &Relay, from: [&str; 2], name: &str, filter: &[&str]) -> Vec<String> {
    let (file, state) = (relay.place.path(name), relay.place.path(&format!("{name}.state")));
    let to = format!("file:{}", text(&file));
    let args = ["relay", from[0], from[1], "--to", &to, "--state", text(&state)];
    succeed(&[&args[..], filter].concat());
    lines(&file)
}

#[test]
fn a_directory_and_its_server_give_the_same_bytes_with_a_filter_and_without() {
    let relay = Relay::new();
    let of_directory = |name, filter: &[&str]| to_file(&relay, ["--data", text(&relay.data)], name, filter);
    let (whole, part) = (of_directory("whole", &[]), of_directory("part", &FILTER));
    assert_eq!(whole.len() as u64, head(&relay.data));
    let expected: Vec<String> = whole.iter().filter(|line| fits(line)).cloned().collect();
    assert!(expected.len() > 10 && expected.len() < whole.len() / 2, "{} fit", expected.len());
    assert_eq!(part, expected);
    let server = Server::of(&relay.data);
    let url = format!("http://{}", server.address);
    let of_server = |name, filter: &[&str]| to_file(&relay, ["--server", &url], name, filter);
    assert_eq!(of_server("whole-of-server", &[]), whole);
    assert_eq!(of_server("part-of-server", &FILTER), part);
    let receiver = Receiver::that([]);
    let state = relay.place.path("state-of-webhook");
    let (to, secret) = (receiver.address(), text(&relay.secret));
    let args = ["relay", "--server", &url, "--to", &to, "--state", text(&state), "--secret-file", secret];
    succeed(&[&args[..], &FILTER].concat());
    let sent: Vec<String> = receiver.requests().into_iter().map(|request| request.body).collect();
    let batches: Vec<String> = part.chunks(100).map(|batch| format!("[{}]", batch.join(","))).collect();
    assert_eq!(sent, batches);
}

#[test]
fn the_state_moves_over_what_the_filter_leaves_out_and_says_which_filter_it_is() {
    let relay = Relay::new();
    let receiver = Receiver::that([]);
    let address = receiver.address();
    let end = head(&relay.data);
    // Of the first step alone, which ends long before the log does.
    let filter = ["--type", "PersonEnrolled", "--recorded-from", "2020-01-01T08:00:00+08:00"];
    // One at a time, so that what comes after the last one is looked through by itself.
    succeed(&relay.args(&address, &[&filter[..], &["--batch", "1"]].concat()));
    let taken = receiver.positions();
    let last = *taken.last().expect("some were sent");
    assert!(last < end && relay.through() == end, "{last} {end}");
    let state: Value = serde_json::from_slice(&fs::read(&relay.state).expect("it is there")).expect("JSON");
    let expected = json!({ "recordedFrom": "2020-01-01T00:00:00Z", "type": "PersonEnrolled" });
    assert_eq!((&state["filter"], &state["last"]), (&expected, &json!(last.to_string())));
    let requests = receiver.requests().len();
    // Said in another way it is the same.
    succeed(&relay.args(&address, &["--recorded-from", "2020-01-01T00:00:00Z", "--type", "PersonEnrolled"]));
    assert_eq!(receiver.requests().len(), requests);
}

#[test]
fn a_state_belongs_to_one_filter_and_a_file_to_one_state() {
    let relay = Relay::new();
    let file = relay.place.path("events.ndjson");
    let to = format!("file:{}", text(&file));
    succeed(&relay.args(&to, &FILTER));
    let (state, written) = (fs::read(&relay.state).expect("it is there"), lines(&file));
    for other in [&[][..], &FILTER[..2], &["--region", "150103"]] {
        let said = fail(&relay.args(&to, other), FAILED);
        assert!(
            said.contains(&format!("sends other events (effectiveTo=2022-08-20&region={REGION}&")),
            "{said}"
        );
        assert!(said.contains("a new --state"), "{said}");
    }
    assert_eq!((fs::read(&relay.state).expect("it is there"), lines(&file)), (state, written.clone()));
    // What the other filter lets through of what lies before would be missing in the file.
    fs::remove_file(&relay.state).expect("it was there");
    assert!(fail(&relay.args(&to, &[]), FAILED).contains("the state is a new one"));
    assert_eq!(lines(&file), written);
}

#[test]
fn a_filtered_relay_that_is_killed_misses_nothing() {
    let relay = Relay::new();
    let whole = to_file(&relay, ["--data", text(&relay.data)], "whole", &[]);
    let expected: Vec<u64> =
        whole.iter().filter(|line| fits(line)).map(|line| position(&event(line))).collect();
    let receiver = Receiver::that([]);
    let address = receiver.address();
    let args = relay.args(&address, &[&FILTER[..], &["--batch", "2"]].concat());
    let mut killed = 0;
    for round in 1..=3 {
        let enough = round * expected.len() / 4;
        killed += u32::from(kill_when(&args, "some were taken", || receiver.positions().len() >= enough));
    }
    assert!(killed >= 2, "only {killed} were killed");
    succeed(&args);
    assert_eq!(sigeyi_tests::once(&receiver.positions()), expected);
    assert_ne!(expected, all(expected.len() as u64), "some are left out");
}

#[test]
fn what_could_never_fit_is_said_before_anything_is_opened() {
    let relay = Relay::new();
    let receiver = Receiver::that([]);
    for (filter, said) in [
        (
            &["--type", "PersonLeft", "--step", "InfoVerified"][..],
            "none of the types is about one of the steps",
        ),
        (
            &["--effective-from", "2023-02-02", "--effective-to", "2023-02-01"],
            "the days end before they begin",
        ),
        (&["--plan", "nmg-2022-2024", "--effective-from", "2030-01-01"], "the window of the plan"),
        (&["--type", "infoVerified"], "--type infoVerified"),
        (&["--region", "999999"], "--region 999999"),
        (&["--recorded-from", "2023-02-02"], "a moment with its offset"),
    ] {
        let found = fail(&relay.args(&receiver.address(), filter), USAGE);
        assert!(found.contains(said), "{found}");
    }
    assert!(!relay.state.exists());
}
