//! The suite of a directory: chosen when it is made, said by whoever looks at it, and never changed.

use std::fs;

use sigeyi_tests::{
    FAILED, Place, ROSTER, Server, USAGE, copy_dir, fail, roster_row, sigeyi_verify, succeed, text, until,
};

#[test]
fn a_directory_of_sm3_and_sm4_is_made_said_and_not_taken_for_another() {
    let place = Place::empty();
    let (data, roster) = (place.data(), place.roster());
    let import = ["import", "--data", text(&data), "--roster", text(&roster)];
    let in_suite = |suite| [&import[..], &["--suite", suite]].concat();

    fail(&in_suite("2"), USAGE);
    assert!(!data.exists());
    succeed(&in_suite("guomi"));
    succeed(&import);
    succeed(&in_suite("guomi"));
    let said = fail(&in_suite("international"), FAILED);
    assert!(said.contains("suite 2 (guomi)") && said.contains("never changes"), "{said}");

    let verify = ["verify", "--data", text(&data)];
    let verified = succeed(&verify);
    assert!(verified.contains("suite 2 (guomi)") && verified.contains("SM3, SM4-GCM"), "{verified}");
    let json = succeed(&[&verify[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&json["sound"], &json["suite"]), (&true.into(), &"guomi".into()));
    let keys = succeed(&["keys", "status", "--data", text(&data)]);
    assert!(keys.contains("suite     2 (guomi)"), "{keys}");
}

#[test]
fn without_a_word_a_directory_is_of_the_international_suite() {
    let place = Place::empty();
    succeed(&["import", "--data", text(&place.data()), "--roster", text(&place.roster())]);
    let verified = succeed(&["verify", "--data", text(&place.data())]);
    assert!(verified.contains("suite 1 (international)"), "{verified}");
}

#[test]
fn a_log_of_sm3_and_sm4_is_signed_cosigned_proved_exported_and_verified() {
    let place = Place::empty();
    let rows: String = (0..30).map(roster_row).collect();
    let roster = place.file("roster.csv", format!("{ROSTER}{rows}"));
    let data = place.data();
    succeed(&["import", "--data", text(&data), "--roster", text(&roster), "--suite", "guomi"]);
    let key =
        succeed(&["checkpoint", "--data", text(&data), "--origin", "log.example/guomi", "--public-key"]);
    let key = key.trim();
    let state = place.path("witness");
    let witness_key =
        succeed(&["witness", "--state", text(&state), "--name", "witness.example/1", "--public-key"]);
    let witness_key = witness_key.trim();
    let witness = Server::asking_for_tokens(&["witness", "--state", text(&state), "--log", key]);
    let (kept, url) = (place.path("kept"), format!("http://{}", witness.address));
    fs::create_dir(&kept).expect("it is made");
    let server = Server::start(&[
        "serve",
        "--data",
        text(&data),
        "--checkpoint-dir",
        text(&kept),
        "--witness",
        &url,
        "--witness-key",
        witness_key,
    ]);
    let newest = kept.join("checkpoint");
    until("a checkpoint with a cosignature", || {
        fs::read_to_string(&newest).is_ok_and(|text| text.contains("\n— witness.example/1 "))
    });
    let first = fs::read_to_string(&newest).expect("it is there");
    assert!(first.starts_with("log.example/guomi\n"), "{first}");
    until("the same over HTTP", || server.ask("/log/checkpoint", "").contains(&first));

    // The witness has to see that the next one goes on from this one, by hashes of SM3.
    let more = place.file("more.csv", format!("{ROSTER}{}", roster_row(900)));
    let served = format!("http://{}", server.address);
    succeed(&["import", "--server", &served, "--roster", text(&more), "--source", "more"]);
    until("the next one, cosigned", || {
        let text = fs::read_to_string(&newest).unwrap_or_default();
        text != first && text.contains("\n— witness.example/1 ")
    });
    let answer = server.post(br#"{"query":"{people(first:1){nodes{id}}}"}"#);
    let (_, rest) = answer.split_once("\"id\":\"").unwrap_or_else(|| panic!("{answer}"));
    let id = rest.split('"').next().expect("an id").to_owned();
    let answer = server.post(
        br#"{"query":"{checkpoint{origin size note} event(position:\"5\"){proof} consistencyProof(from:\"3\",to:\"7\"){path}}"}"#,
    );
    let (_, json) = answer.split_once("\r\n\r\n").expect("a body");
    let json: serde_json::Value = serde_json::from_str(json).unwrap_or_else(|_| panic!("{answer}"));
    assert_eq!(json["data"]["checkpoint"]["origin"], "log.example/guomi", "{json}");
    let proof = json["data"]["event"]["proof"].as_str().unwrap_or_else(|| panic!("{json}"));
    let of_graphql = place.file("graphql.tlog-proof", proof);
    server.signal("TERM");
    server.ended();
    witness.signal("TERM");
    witness.ended();

    let (log, person) = (place.path("log.ndjson"), place.path("person.ndjson"));
    succeed(&["export-log", "--data", text(&data), "--to", text(&log)]);
    let proof = place.file("event.tlog-proof", succeed(&["proof", "--data", text(&data), "--position", "9"]));
    let export = fs::read_to_string(&log).expect("it is there");
    assert!(export.starts_with(r#"{"sigeyi_export":"log","version":1,"suite":2,"#), "{export}");
    succeed(&["export-person", "--data", text(&data), &id, "--to", text(&person)]);
    let ours = ["--key", key, "--witness", witness_key];
    for (what, file) in [("proof", &of_graphql), ("proof", &proof), ("person", &person), ("log", &log)] {
        let output = sigeyi_verify(&[&[what, text(file)][..], &ours].concat());
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let directory = ["directory", text(&data), "--checkpoint", text(&newest)];
    let output = sigeyi_verify(&[&directory[..], &ours].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(succeed(&["verify", "--data", text(&data)]).contains("完好 sound"));

    // A key of the other suite is refused by name, and what was altered is seen.
    let other = place.path("other");
    succeed(&["import", "--data", text(&other), "--roster", text(&roster)]);
    succeed(&["checkpoint", "--data", text(&other)]);
    let mixed = place.path("mixed");
    copy_dir(&data, &mixed);
    fs::copy(other.join("identity/log.key"), mixed.join("identity/log.key")).expect("it is copied");
    let said = fail(&["checkpoint", "--data", text(&mixed)], FAILED);
    assert!(said.contains("is a key of suite 1, and the log is of suite 2"), "{said}");
    let altered = export.replacen("\"position\":9,\"stored\":\"", "\"position\":9,\"stored\":\"AAAA", 1);
    let altered = place.file("altered.ndjson", altered);
    let output = sigeyi_verify(&[&["log", text(&altered)][..], &ours].concat());
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stdout));
}
