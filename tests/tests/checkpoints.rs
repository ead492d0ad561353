//! What the binary signs and hands out: it stays true through kills and restarts, `sigeyi-verify` accepts it, and what was altered is refused.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use sigeyi_tests::{
    FAILED, Place, ROSTER, Server, copy_dir, fail, files, head, import, roster_row, sigeyi, sigeyi_verify,
    succeed, text, until,
};

/// Exit code: the directory is damaged.
const DAMAGED: i32 = 7;

/// What a checkpoint says: origin, size, root.
fn says(checkpoint: &str) -> (String, u64, String) {
    let mut lines = checkpoint.lines().map(str::to_owned);
    let mut next = || lines.next().unwrap_or_else(|| panic!("no checkpoint: {checkpoint}"));
    (next(), next().parse().expect("a size"), next())
}

fn body(answer: &str) -> &str {
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer.split_once("\r\n\r\n").expect("a body").1
}

fn checkpoint(data: &Path) -> String {
    succeed(&["checkpoint", "--data", text(data)])
}

fn public_key(data: &Path) -> String {
    succeed(&["checkpoint", "--data", text(data), "--public-key"]).trim().to_owned()
}

/// A roster of somebody who is not there yet.
fn newcomer(place: &Place) -> PathBuf {
    place.file("newcomer.csv", format!("{ROSTER}{}", roster_row(5_000)))
}

/// The id of somebody.
fn somebody(server: &Server) -> String {
    let answer = server.post(br#"{"query":"{people(first:1){nodes{id}}}"}"#);
    let (_, rest) = answer.split_once("\"id\":\"").unwrap_or_else(|| panic!("{answer}"));
    rest.split('"').next().expect("an id").to_owned()
}

#[test]
fn a_checkpoint_that_was_handed_out_is_true_after_a_kill_and_a_restart() {
    let place = Place::with_people();
    let kept = place.path("kept");
    fs::create_dir(&kept).expect("it is made");
    let args = [
        "serve",
        "--data",
        text(&place.data()),
        "--checkpoint-dir",
        text(&kept),
        "--origin",
        "log.example/test",
    ]
    .map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let server = Server::start(&args);
    let newest = kept.join("checkpoint");
    until("the first checkpoint", || newest.exists());
    let first = fs::read_to_string(&newest).expect("it is there");
    until("the same over HTTP", || server.ask("/log/checkpoint", "").contains(&first));
    let url = format!("http://{}", server.address);
    assert_eq!(succeed(&["checkpoint", "--server", &url]), first);
    succeed(&["import", "--server", &url, "--roster", text(&newcomer(&place)), "--source", "more"]);
    until("the next checkpoint", || fs::read_to_string(&newest).is_ok_and(|text| text != first));
    let second = fs::read_to_string(&newest).expect("it is there");
    server.kill();
    let ((origin, size, _), (_, larger, root)) = (says(&first), says(&second));
    assert_eq!(origin, "log.example/test");
    assert!(larger > size, "{second}");

    let server = Server::start(&args);
    let again = says(body(&server.ask("/log/checkpoint", "")));
    assert_eq!((again.1, again.2), (larger, root), "nothing has come since");
    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(0), "{said}");

    // What was handed out is a checkpoint of the directory, as somebody sees who has the public key alone.
    let (key, data) = (public_key(&place.data()), place.data());
    for kept in [&first, &second] {
        let file = place.file("kept.checkpoint", kept);
        let output = sigeyi_verify(&["directory", text(&data), "--key", &key, "--checkpoint", text(&file)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_is_exported_is_verified_and_refused_when_it_was_altered() {
    let place = Place::with_people();
    let data = place.data();
    let server = Server::start(&["serve", "--data", text(&data)]);
    let person = somebody(&server);
    server.signal("TERM");
    server.ended();
    let key = public_key(&data);
    let (log, one) = (place.path("log.ndjson"), place.path("person.ndjson"));
    succeed(&["export-log", "--data", text(&data), "--to", text(&log)]);
    succeed(&["export-person", "--data", text(&data), &person, "--to", text(&one)]);
    let proof =
        place.file("event.tlog-proof", succeed(&["proof", "--data", text(&data), "--position", "300"]));
    for (what, file) in [("proof", &proof), ("person", &one), ("log", &log)] {
        let output = sigeyi_verify(&[what, text(file), "--key", &key]);
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        let good = fs::read_to_string(file).expect("it is there");
        // One digit of base64 in the middle of it.
        let at = good.len() / 2 + good[good.len() / 2..].find(['A', 'B']).expect("base64");
        let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
        let altered = place.file("altered", format!("{}{other}{}", &good[..at], &good[at + 1..]));
        let output = sigeyi_verify(&[what, text(&altered), "--key", &key]);
        assert_eq!(output.status.code(), Some(7), "{what}: {}", String::from_utf8_lossy(&output.stdout));
    }
    // The newest event of a person is left out, and the count with it.
    let lines: Vec<String> =
        fs::read_to_string(&log).expect("it is there").lines().map(str::to_owned).collect();
    let shorter: Vec<&str> = lines.iter().take(lines.len() - 2).map(String::as_str).collect();
    let shorter = format!("{}\n{{\"end\":{}}}\n", shorter.join("\n"), lines.len() - 3);
    let shorter = place.file("shorter", shorter);
    assert_eq!(sigeyi_verify(&["log", text(&shorter), "--key", &key]).status.code(), Some(7));
    let again = sigeyi(&["export-log", "--data", text(&data), "--to", text(&log)]);
    assert_eq!(again.status.code(), Some(FAILED), "a file that is there is not written over");
}

#[test]
fn a_history_without_its_newest_event_is_refused_once_heads_are_committed() {
    let place = Place::with_people();
    let data = place.data();
    let server = Server::start(&["serve", "--data", text(&data)]);
    let person = somebody(&server);
    server.signal("TERM");
    server.ended();
    let key = public_key(&data);
    let without_newest = |name: &str| {
        let file = place.path(name);
        succeed(&["export-person", "--data", text(&data), &person, "--to", text(&file)]);
        let whole = sigeyi_verify(&["person", text(&file), "--key", &key]);
        assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
        let lines = fs::read_to_string(&file).expect("it is there");
        let mut lines: Vec<&str> = lines.lines().collect();
        let last = lines.iter().rposition(|line| line.starts_with("{\"position\"")).expect("an event");
        lines.remove(last);
        let end = format!("{{\"end\":{}}}", last - 1);
        *lines.last_mut().expect("a last line") = &end;
        let file = place.file("shorter", lines.join("\n") + "\n");
        (
            String::from_utf8_lossy(&whole.stdout).into_owned(),
            sigeyi_verify(&["person", text(&file), "--key", &key]),
        )
    };
    let (said, shorter) = without_newest("before.ndjson");
    assert!(said.contains("not proved: that the person has no newer event"), "{said}");
    assert!(shorter.status.success(), "nothing shows that it was longer");

    let said = succeed(&["heads", "--data", text(&data)]);
    assert!(said.contains("已记录存证末端"), "{said}");
    let again = succeed(&["heads", "--data", text(&data)]);
    assert!(again.contains("nothing has come"), "{again}");
    let (said, shorter) = without_newest("after.ndjson");
    assert!(said.contains("complete through position"), "{said}");
    assert_eq!(shorter.status.code(), Some(7));
    let said = String::from_utf8_lossy(&shorter.stderr).into_owned();
    assert!(said.contains("newer events of the person are missing"), "{said}");
    let log = place.path("log.ndjson");
    succeed(&["export-log", "--data", text(&data), "--to", text(&log)]);
    let output = sigeyi_verify(&["log", text(&log), "--key", &key]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("committed heads: 1"));
}

#[test]
fn a_directory_behind_its_checkpoint_is_refused_until_the_fork_is_declared() {
    let place = Place::with_people();
    let data = place.data();
    let first = checkpoint(&data);
    let older = place.path("older");
    copy_dir(&data, &older);
    succeed(&["import", "--data", text(&data), "--roster", text(&newcomer(&place))]);
    assert!(says(&fs::read_to_string(data.join("CHECKPOINT")).expect("it is there")).1 > says(&first).1);
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::copy(data.join(name), older.join(name)).expect("it is copied");
    }
    let older_args = ["checkpoint", "--data", text(&older)];
    let said = fail(&older_args, FAILED);
    assert!(said.contains("--accept-fork"), "{said}");
    assert!(fail(&["progress", "--data", text(&older)], FAILED).contains("--accept-fork"));
    let same = says(&first).0;
    let said = fail(&[&older_args[..], &["--accept-fork", "--origin", &same]].concat(), FAILED);
    assert!(said.contains("another name"), "{said}");
    let forked = succeed(&[&older_args[..], &["--accept-fork", "--origin", "log.example/2"]].concat());
    assert_eq!(says(&forked).0, "log.example/2");
    assert!(fs::read_to_string(older.join("FORKS")).expect("it is written down").contains(&same));
    assert_eq!(head(&older), says(&forked).1);
}

#[test]
fn tiles_are_for_everybody_and_entries_for_those_who_audit_the_whole() {
    let place = Place::empty();
    import(&place.data(), files(200).path(), &place.path("rejects.csv"));
    let data = place.data();
    let server = Server::asking_for_tokens(&["serve", "--data", text(&data)]);
    let token = |role: &str, region: &str| {
        let who = ["--actor", "somebody-1", "--office", "audit"];
        let args = ["token", "--data", text(&data), "--role", role, "--region", region];
        format!("Authorization: Bearer {}\r\n", succeed(&[&args[..], &who].concat()).trim())
    };
    until("the first checkpoint", || server.ask("/log/checkpoint", "").starts_with("HTTP/1.1 200 "));
    assert!(says(body(&server.ask("/log/checkpoint", ""))).1 > 512);
    let tile = server.ask("/log/tile/0/001", "");
    assert!(tile.starts_with("HTTP/1.1 200 ") && tile.contains("content-length: 8192"), "{tile}");
    for none in
        ["/log/tile/0/900", "/log/tile/0/000.p/5", "/log/tile/7/000", "/log/tile/0/x000/001", "/log/tile/"]
    {
        assert!(server.ask(none, "").starts_with("HTTP/1.1 404 "), "{none}");
    }
    let entries = |headers: &str| server.ask("/log/entries/000", headers);
    assert!(entries("").starts_with("HTTP/1.1 401 "));
    for (role, region) in
        [("manager", "150000"), ("field_worker", "150000"), ("analyst", "150000"), ("auditor", "150102")]
    {
        assert!(entries(&token(role, region)).starts_with("HTTP/1.1 403 "), "{role} {region}");
    }
    let auditor = token("auditor", "150000");
    assert!(entries(&auditor).starts_with("HTTP/1.1 200 "));
    assert!(server.ask("/log/entries/900", &auditor).starts_with("HTTP/1.1 404 "));
}

#[test]
fn a_program_is_handed_each_checkpoint() {
    let place = Place::with_people();
    let program = place.file("hand-on", format!("#!/bin/sh\ncat > {}\n", text(&place.path("handed"))));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("it can be run");
    let server =
        Server::start(&["serve", "--data", text(&place.data()), "--checkpoint-command", text(&program)]);
    let stored = place.data().join("CHECKPOINT");
    until("the checkpoint in the hands of the program", || {
        let (handed, stored) = (fs::read(place.path("handed")), fs::read(&stored));
        handed.is_ok_and(|handed| !handed.is_empty() && Some(handed) == stored.ok())
    });
    drop(server);
}

/// What a check prints of a directory that is damaged.
fn faults_of(data: &Path) -> String {
    let output = sigeyi(&["verify", "--data", text(data)]);
    let said = String::from_utf8(output.stdout).expect("it says UTF-8");
    assert_eq!(output.status.code(), Some(DAMAGED), "{said}");
    said
}

#[test]
fn a_check_of_the_directory_names_what_the_log_has_signed_and_does_not_hold() {
    let place = Place::with_people();
    let data = place.data();
    checkpoint(&data);
    let older = place.path("older");
    copy_dir(&data, &older);
    let verified = succeed(&["verify", "--data", text(&data), "--format", "json"]);
    let verified: serde_json::Value = serde_json::from_str(&verified).expect("it is JSON");
    assert_eq!(verified["checked"]["checkpoints"], 2, "{verified}");

    let copy = data.join("CHECKPOINT.2");
    fs::write(&copy, "half of a checkpo").expect("it is written");
    let said = faults_of(&data);
    assert!(said.contains("存证点") && said.contains("CHECKPOINT.2"), "{said}");
    succeed(&["repair", "--data", text(&data)]);
    succeed(&["verify", "--data", text(&data)]);

    succeed(&["import", "--data", text(&data), "--roster", text(&newcomer(&place))]);
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::copy(data.join(name), older.join(name)).expect("it is copied");
    }
    let said = faults_of(&older);
    assert!(said.contains("the log ends at") && said.contains("--accept-fork"), "{said}");
}
