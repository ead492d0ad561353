//! The commands over the wire: what they print of a server is what they print of its directory.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
};

use serde_json::{Value, json};
use sigeyi_tests::{
    FAILED, Place, ROSTER, Server, USAGE, binary, data, fail, files, import, rows, sigeyi_with_input,
    succeed, text, until,
};

/// Exit code: the server cannot be reached, or the connection broke.
const UNREACHABLE: i32 = 5;
/// Exit code: the server refuses.
const REFUSED: i32 = 6;

/// A directory with nobody in it, and its server.
fn empty() -> (Place, Server) {
    let place = Place::empty();
    let nobody = place.file("nobody.csv", ROSTER);
    succeed(&["import", "--data", text(&place.data()), "--roster", text(&nobody)]);
    let server = Server::of(&place.data());
    (place, server)
}

fn url(server: &Server) -> String {
    format!("http://{}", server.address)
}

fn import_args(url: &str, files: &Path, report: &Path) -> Vec<String> {
    let paths =
        [&files.join("roster.csv"), &files.join("records.csv"), report].map(|path| text(path).to_owned());
    let [roster, records, report] = paths;
    ["import", "--server", url, "--roster", &roster, "--records", &records, "--report", &report]
        .map(str::to_owned)
        .into()
}

fn import_over_the_wire(server: &Server, files: &Path, report: &Path) -> String {
    let args = import_args(&url(server), files, report);
    succeed(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn the_sample_gives_its_figures_and_rejects_and_sent_again_records_nothing() {
    let (place, server) = empty();
    let (sample, report) = (data("sample"), place.path("rejects.csv"));
    // What a local import prints and reports.
    let other = Place::empty();
    let local_report = other.path("rejects.csv");
    let printed_locally = import(&other.data(), &sample, &local_report);
    let path_in = |printed: &str, report: &Path| printed.replace(text(report), "REPORT");

    let printed = import_over_the_wire(&server, &sample, &report);
    assert_eq!(path_in(&printed, &report), path_in(&printed_locally, &local_report));
    compare(&server, &sample, &report, &local_report);

    let again = import_over_the_wire(&server, &sample, &report);
    assert!(again.contains("nothing was recorded"), "{again}");
    compare(&server, &sample, &report, &local_report);

    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("imported"), "{said}");
    let roster = fs::read_to_string(sample.join("roster.csv")).expect("it is there");
    for row in rows(&roster, 2).iter().skip(1).filter(|row| !row[0].is_empty() && row[1].len() > 10) {
        assert!(!said.contains(&row[0]) && !said.contains(&row[1]), "the log names somebody");
    }
}

fn compare(server: &Server, files: &Path, report: &Path, local_report: &Path) {
    let read = |path: &Path| fs::read_to_string(path).expect("it is there");
    assert_eq!(read(report), read(local_report));
    assert_eq!(rows(&read(report), 3), rows(&read(&files.join("expected-rejects.csv")), 3));

    let expected = rows(&read(&files.join("expected-progress.csv")), 99);
    let mut days: Vec<&str> = expected[1..].iter().map(|row| row[0].as_str()).collect();
    days.dedup();
    assert!(!days.is_empty());
    for day in days {
        let found =
            rows(&succeed(&["progress", "--server", &url(server), "--as-of", day, "--format", "csv"]), 99);
        assert_eq!(found[0], expected[0], "the columns");
        for row in expected.iter().filter(|row| row[0] == day) {
            assert_eq!(found.iter().find(|found| found[1] == row[1]), Some(row));
        }
        assert_eq!(found.len(), 117, "all regions and the header");
    }
}

#[test]
fn progress_prints_of_a_server_what_it_prints_of_a_directory() {
    let place = Place::with_people();
    let questions: [&[&str]; 10] = [
        &[],
        &["--format", "csv"],
        &["--format", "json"],
        &["--region", "150100"],
        &["--region", "150102", "--format", "json"],
        &["--region", "150100", "--format", "csv", "--as-of", "2023-11-30"],
        &["--plan", "nmg-2022-2024", "--format", "json"],
        &["--as-of", "2023-11-30", "--known-at", "100"],
        &["--as-of", "2023-11-30", "--known-at", "2020-01-01", "--format", "csv"],
        &["--as-of", "2023-11-30", "--known-at", "9999-12-31T00:00:00+08:00", "--format", "json"],
    ];
    let ask = |place: &[&str]| questions.map(|question| succeed(&[&["progress"], place, question].concat()));
    let server = Server::of(&place.data());
    let of_server = ask(&["--server", &url(&server)]);
    let said = fail(&["progress", "--server", &url(&server), "--known-at", "99999999"], REFUSED);
    assert!(said.contains("UNKNOWN_POSITION"), "{said}");
    drop(server);
    assert_eq!(of_server, ask(&["--data", text(&place.data())]));
    assert!(of_server[8].contains("2023-11-30,150000,0,0,0,0,0,0,0,0,0,0,0"), "{}", of_server[8]);
}

/// Moved, with two records voided.
const MOVED_AND_VOIDED: &str = "15078219980628925044";

#[test]
fn a_history_of_a_server_is_the_masked_one_of_its_directory() {
    let place = Place::empty();
    import(&place.data(), &data("sample"), &place.path("rejects.csv"));
    let server = Server::of(&place.data());
    let ask = |place: &[&str], more: &[&str]| {
        let output = sigeyi_with_input(&[&["history"], place, more].concat(), MOVED_AND_VOIDED);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    };
    let address = url(&server);
    let over_the_wire = ["--server", address.as_str()];
    let masked = ask(&over_the_wire, &["--format", "json"]);
    let table = ask(&over_the_wire, &[]);
    let history: Value = serde_json::from_str(&masked).expect("it is JSON");
    let id = history["person"].as_str().expect("an id").to_owned();
    assert_eq!(succeed(&["history", "--server", &address, &id]), table);

    let unknown = fail(&["history", "--server", &address, "0198c0de-0000-4000-8000-000000000000"], FAILED);
    assert!(unknown.contains("nobody is enrolled under this id or number"), "{unknown}");
    let not_a_number = sigeyi_with_input(&["history", "--server", &address], "123");
    assert_eq!(not_a_number.status.code(), Some(USAGE));

    server.signal("TERM");
    let (_, log) = server.ended();
    assert!(!log.contains(&MOVED_AND_VOIDED[..18]) && !log.contains("刘海龙"), "{log}");

    let directory = place.data();
    let in_clear = ask(&["--data", text(&directory)], &["--format", "json"]);
    let mut expected: Value = serde_json::from_str(&in_clear).expect("it is JSON");
    assert!(in_clear.contains("刘海龙") && in_clear.contains("录入错误"));
    for event in expected["events"].as_array_mut().expect("events are a list") {
        event["sealed"] = Value::Null;
        for change in event["changes"].as_array_mut().expect("changes are a list") {
            if ["姓名", "残疾人证号", "联系电话", "联系地址"]
                .contains(&change["field"].as_str().expect("text"))
            {
                for side in ["before", "after"] {
                    if !change[side].is_null() {
                        change[side] = json!("＊＊＊");
                    }
                }
            }
        }
    }
    assert_eq!(history, expected);
    for said in ["7 个事件 events", id.as_str(), "地区：牙克石市 → 翁牛特旗", "＊＊＊", "2022-06-22"]
    {
        assert!(table.contains(said), "{said} is missing:\n{table}");
    }
    assert_eq!(table.matches("已被 ").count(), 2, "two records are void:\n{table}");
    assert!(!table.contains("刘海龙") && !table.contains(MOVED_AND_VOIDED), "{table}");
}

#[test]
fn what_was_recorded_before_the_server_died_stays_and_the_same_files_record_the_rest() {
    let (place, server) = empty();
    let (many, report) = (files(6_000), place.path("rejects.csv"));
    let client = Command::new(binary())
        .args(import_args(&url(&server), many.path(), &report))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    until("the first events", || {
        let metrics = server.ask("/metrics", "");
        let head =
            metrics.lines().find_map(|line| line.strip_prefix("sigeyi_head_position ")).expect("it is there");
        head.parse::<f64>().expect("a number") > 1_000.0
    });
    server.signal("KILL");
    let output = client.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(UNREACHABLE), "{said}");
    assert!(said.contains("send the same files again"), "{said}");
    drop(server);

    let server = Server::of(&place.data());
    let printed = import_over_the_wire(&server, many.path(), &report);
    assert!(!printed.contains("nothing was recorded"), "{printed}");
    let figures =
        succeed(&["progress", "--server", &url(&server), "--as-of", "2024-12-31", "--format", "csv"]);

    let other = Place::empty();
    let other_report = other.path("rejects.csv");
    import(&other.data(), many.path(), &other_report);
    let directory = other.data();
    let expected =
        succeed(&["progress", "--data", text(&directory), "--as-of", "2024-12-31", "--format", "csv"]);
    assert_eq!(figures, expected);
    let read = |path: &Path| fs::read_to_string(path).expect("it is there");
    assert_eq!(read(&report), read(&other_report));
}

#[test]
fn a_row_that_is_too_long_for_the_wire_is_rejected_as_it_is_locally() {
    let (place, server) = empty();
    let person = sigeyi_tests::roster_row(0);
    let long = "某".repeat(50_000);
    let roster = place.file("roster.csv", format!("{ROSTER}{}{person}", person.replace("乌云其木格", &long)));
    let imported = |place: &[&str], report: &Path| {
        succeed(&[&["import"], place, &["--roster", text(&roster), "--report", text(report)]].concat());
        fs::read_to_string(report).expect("it is there")
    };
    let (here, there) = (place.path("here.csv"), place.path("there.csv"));
    let other = place.path("other");
    let report = imported(&["--server", &url(&server)], &there);
    assert!(report.contains("\nroster,2,TOO_LONG,姓名,"), "{report}");
    assert_eq!(report, imported(&["--data", text(&other)], &here));
}

#[test]
fn a_server_that_is_not_there_or_not_ours_is_said_to_be_so() {
    let place = Place::empty();
    let roster = place.roster();
    let import = |url: &str, code: i32| fail(&["import", "--server", url, "--roster", text(&roster)], code);
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        format!("http://{}", listener.local_addr().expect("it is bound"))
    };
    for said in [
        fail(&["progress", "--server", &nobody], UNREACHABLE),
        fail(&["history", "--server", &nobody, "0198c0de-0000-4000-8000-000000000000"], UNREACHABLE),
        import(&nobody, UNREACHABLE),
    ] {
        assert!(said.contains("cannot be reached") && said.contains(&nobody), "{said}");
        assert!(!said.contains("what was recorded"), "{said}");
    }

    let strange = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
    for said in [fail(&["progress", "--server", &strange], UNREACHABLE), import(&strange, UNREACHABLE)] {
        assert!(said.contains("not one that sigeyi gives"), "{said}");
    }
    let refusing =
        answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 5\r\nconnection: close\r\n\r\nno \u{1b}!");
    let said = fail(&["progress", "--server", &refusing], REFUSED);
    assert!(said.contains("403 Forbidden: no \\u{1b}!"), "{said}");
    // Nothing is sent on to where an answer points.
    let elsewhere = answering(&format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {nobody}/graphql\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ));
    let said = fail(&["progress", "--server", &elsewhere], REFUSED);
    assert!(said.contains("307 Temporary Redirect"), "{said}");
}

/// Somebody who gives everybody this answer.
fn answering(answer: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let answer = answer.to_owned();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(mut socket) = socket else { return };
            // The head has come once something has; whoever sends more reads the answer first.
            let mut bytes = [0; 16 * 1024];
            let _ = socket.read(&mut bytes);
            let _ = socket.write_all(answer.as_bytes());
            let _ = socket.shutdown(std::net::Shutdown::Write);
            while matches!(socket.read(&mut bytes), Ok(1..)) {}
        }
    });
    format!("http://{address}")
}

#[test]
fn a_place_is_a_directory_or_a_server() {
    let place = Place::empty();
    let (roster, directory) = (place.roster(), place.data());
    let (roster, directory, server) = (text(&roster), text(&directory), "http://127.0.0.1:8086");
    for args in [
        &["progress"][..],
        &["history"],
        &["import", "--roster", roster],
        &["progress", "--data", directory, "--server", server],
        &["history", "--data", directory, "--server", server],
        &["import", "--roster", roster, "--data", directory, "--server", server],
        &["progress", "--journal", directory, "--server", server],
        &["progress", "--journal", directory],
        &["import", "--roster", roster, "--server", server, "--accept-clock"],
        &["progress", "--server", "127.0.0.1:8086"],
        &["progress", "--server", "ws://127.0.0.1:8086"],
        &["progress", "--server", "http://127.0.0.1:8086/graphql"],
    ] {
        fail(args, USAGE);
    }
    let said = fail(&["progress", "--server", "http://127.0.0.1:8086/graphql"], USAGE);
    assert!(said.contains("with nothing behind it"), "{said}");
}

#[test]
fn https_is_spoken_with_those_who_are_trusted() {
    let place = Place::with_people();
    let key = rcgen::KeyPair::generate().expect("a key");
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names)
        .and_then(|params| params.self_signed(&key))
        .expect("a certificate");
    let chain: PathBuf = place.file("chain.pem", certificate.pem());
    let key = place.file("key.pem", key.serialize_pem());
    let directory = place.data();
    let server = Server::start(&[
        "serve",
        "--data",
        text(&directory),
        "--tls-certificate",
        text(&chain),
        "--tls-key",
        text(&key),
    ]);
    let ask = |url: &str, trusted: &Path| -> Output {
        Command::new(binary())
            .args(["progress", "--server", url, "--format", "json"])
            .env("SSL_CERT_FILE", trusted)
            .env_remove("SSL_CERT_DIR")
            .output()
            .expect("the binary starts")
    };
    let https = format!("https://{}", server.address);
    let output = ask(&https, &chain);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(answer["regions"][0]["figures"]["registered"].as_u64().map(|people| people > 50), Some(true));

    let other = rcgen::KeyPair::generate()
        .and_then(|key| rcgen::CertificateParams::new(["localhost".to_owned()])?.self_signed(&key))
        .expect("a certificate");
    let other = place.file("other.pem", other.pem());
    let nothing = place.file("nothing.pem", "");
    for (url, trusted, words) in [
        (https.as_str(), other, "cannot be reached"),
        (https.as_str(), nothing, "no certificates to trust"),
        (&url(&server), chain, "broke or stood still"),
    ] {
        let output = ask(url, &trusted);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(UNREACHABLE), "{said}");
        assert!(said.contains(words), "{said}");
    }
}
