//! Everything that can be wrong with what is given: the exit code, what is said, and that nothing was recorded.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sigeyi_tests::{
    FAILED, INPUT, Place, RECORDS, ROSTER, Server, USAGE, binary, citizen, fail, head, invented_certificate,
    roster_row, rows, sigeyi, succeed, text,
};

#[test]
fn a_file_that_cannot_be_used_is_refused_whole_and_nothing_is_recorded_from_either() {
    let place = Place::empty();
    let good = place.file("good.csv", format!("{ROSTER}{}", roster_row(0)));
    // 姓名, in GBK.
    let gbk = [&b"\xd0\xd5\xc3\xfb,"[..], ROSTER.as_bytes()].concat();
    let gbk_value =
        [ROSTER.as_bytes(), roster_row(1).as_bytes(), b"\xce\xda\xd4\xc6,1,2,3,4,5,6,7\n"].concat();
    let unclosed = format!("{ROSTER}{}\"{}{}", roster_row(1), roster_row(2), roster_row(3));
    let swallowing = format!("{ROSTER}\"{}\"{}", roster_row(2), roster_row(3));
    fs::create_dir(place.path("folder.csv")).expect("it is made");
    let cases: [(PathBuf, &[&str]); 11] = [
        (place.path("missing.csv"), &["cannot read", "missing.csv"]),
        (place.path("folder.csv"), &["cannot read", "folder.csv"]),
        (place.file("gbk.csv", gbk), &["line 1 is not UTF-8: save the file as CSV UTF-8"]),
        (place.file("gbk-value.csv", gbk_value), &["line 3 is not UTF-8"]),
        (
            place.file("no-column.csv", ROSTER.replace("登记日期", "日期")),
            &["the column 登记日期 is missing"],
        ),
        (
            place.file("double.csv", ROSTER.replace("联系电话", "姓名")),
            &["the column 姓名 stands there twice"],
        ),
        (place.file("double-optional.csv", format!("联系电话,{ROSTER}")), &["联系电话 stands there twice"]),
        (place.file("empty.csv", ""), &["the column 姓名 is missing", "header"]),
        (place.file("no-header.csv", roster_row(1)), &["the column 姓名 is missing"]),
        (place.file("unclosed.csv", unclosed), &["line 3", "quot"]),
        (place.file("swallowing.csv", swallowing), &["line 2", "quot"]),
    ];
    for (path, says) in &cases {
        let said = place.import_fails(path, &[], INPUT);
        for words in *says {
            assert!(said.contains(words), "{words:?} is missing: {said}");
        }
    }
    let records = place.file("records.csv", RECORDS.replace("结果", "结论"));
    let said = place.import_fails(&good, &["--records", text(&records)], INPUT);
    assert!(said.contains("the column 结果 is missing"), "{said}");
    assert!(!place.data().exists(), "nothing was recorded");
}

#[test]
fn files_that_are_unusual_but_right_are_taken() {
    let place = Place::empty();
    let header_only = place.file("header.csv", ROSTER.trim_end());
    let args = ["import", "--data", text(&place.data()), "--roster", text(&header_only)].map(str::to_owned);
    let printed = succeed(&args.each_ref().map(String::as_str));
    assert!(printed.contains("roster：0 行") && printed.contains("nothing was recorded"), "{printed}");

    let quoted =
        format!("{ROSTER}\"巴\"\"图\"\"尔\" ,{},150102,,未就业,,其他,2022-01-05", invented_certificate(0));
    let quoted = place.file("quoted.csv", quoted.replace('\n', "\r\n"));
    let printed = succeed(&["import", "--data", text(&place.data()), "--roster", text(&quoted)]);
    assert!(printed.contains("新记录 1，"), "{printed}");
    let history = sigeyi_tests::history(&place.data(), &invented_certificate(0));
    assert_eq!(history["events"][0]["sealed"]["name"], "巴\"图\"尔");
}

#[test]
fn every_reject_code_of_the_rules_appears_and_the_other_rows_go_in() {
    let place = Place::empty();
    let (good, long) = (roster_row(0), "长".repeat(129));
    let certificate = invented_certificate(0);
    let other = invented_certificate(1);
    let bad_check = {
        let mut bytes = certificate.clone().into_bytes();
        bytes[17] = if bytes[17] == b'1' { b'2' } else { b'1' };
        String::from_utf8(bytes).expect("digits")
    };
    let roster = [
        (good.clone(), ""),
        (good.replace("乌云其木格", ""), "MISSING_FIELD"),
        (good.replace("无就业技能", ""), "MISSING_FIELD"),
        (good.replace("乌云其木格", &long[..101 * 3]), "TOO_LONG"),
        (good.replace("150102,,", &format!("150102,{},", "1".repeat(41))), "TOO_LONG"),
        (good.replace(&certificate, &certificate[..19]), "BAD_CERTIFICATE_FORMAT"),
        (
            good.replace(&certificate, &format!("{}11", citizen(150_102, 20_991_231, 900))),
            "BAD_CERTIFICATE_FORMAT",
        ),
        (good.replace(&certificate, &bad_check), "BAD_CERTIFICATE_CHECKSUM"),
        (good.replace("150102,,", "110101,,"), "UNKNOWN_REGION"),
        (good.replace("未就业", "待业"), "UNKNOWN_VALUE"),
        (good.replace("无就业技能", "没有"), "UNKNOWN_VALUE"),
        (good.replace("2022-01-05", "2022-02-30"), "BAD_DATE"),
        (good.replace("2022-01-05", "2022/01/05"), "BAD_DATE"),
        (good.replace("2022-01-05", "2999-01-01"), "DATE_IN_FUTURE"),
        (roster_row(1), ""),
    ];
    let row = |serial: &str, certificate: &str, rest: &str| format!("{serial},{certificate},{rest}\n");
    let verified = "基础信息核对,2022-04-01,属实,,";
    let mut records = vec![
        (row("A", &certificate, verified), ""),
        (row("", &certificate, verified), "MISSING_FIELD"),
        (row("B", &certificate, "基础信息核对,,属实,,"), "MISSING_FIELD"),
        (row(&long, &certificate, verified), "TOO_LONG"),
        (row("B", &certificate, &format!("基础信息核对,2022-04-01,属实,{},", long.repeat(2))), "TOO_LONG"),
        (row("B", &certificate, &format!("作废,2022-04-01,,,{long}")), "TOO_LONG"),
        (row("B", "150102", verified), "BAD_CERTIFICATE_FORMAT"),
        (row("B", &bad_check, verified), "BAD_CERTIFICATE_CHECKSUM"),
        (row("B", &certificate, "家访,2022-04-01,属实,,"), "UNKNOWN_ITEM"),
        (row("B", &certificate, "基础信息核对,2022-4-1,属实,,"), "BAD_DATE"),
        (row("B", &certificate, "基础信息核对,2999-04-01,属实,,"), "DATE_IN_FUTURE"),
        (row("B", &certificate, "基础信息核对,2022-04-01,对,,"), "UNKNOWN_VALUE"),
        (row("B", &certificate, "迁移,2022-04-01,999999,,"), "UNKNOWN_REGION"),
        (row("B", &invented_certificate(2), verified), "UNKNOWN_PERSON"),
        (row("A", &certificate, "基础信息核对,2022-04-02,属实,,"), "SERIAL_CONFLICT"),
        (row("A", &certificate, verified), ""),
        (row("C", &certificate, "作废,2022-04-01,录入错误,,Z"), "UNKNOWN_RECORD"),
        (row("C", &other, "作废,2022-04-01,录入错误,,A"), "UNKNOWN_RECORD"),
        // The serials of rejected rows are free still.
        (row("B", &certificate, verified), ""),
        (row("C", &certificate, "作废,2022-04-01,录入错误,,A"), ""),
    ];
    // A person has one record by the roster.
    for n in 1..4_096 {
        records.push((row(&format!("M{n}"), &other, "培训,2022-05-01,职业技能培训,,"), ""));
    }
    records.push((row("N1", &other, "培训,2022-05-01,职业技能培训,,"), "TOO_MANY_RECORDS"));
    records.push((row("N2", &certificate, verified), ""));

    let write = |name: &str, header: &str, rows: &[(String, &str)]| {
        let rows: String = rows.iter().map(|(row, _)| row.as_str()).collect();
        place.file(name, format!("{header}{rows}"))
    };
    let roster_file = write("roster.csv", ROSTER, &roster);
    let records_file = write("records.csv", RECORDS, &records);
    let report = place.path("rejects.csv");
    succeed(&[
        "import",
        "--data",
        text(&place.data()),
        "--roster",
        text(&roster_file),
        "--records",
        text(&records_file),
        "--report",
        text(&report),
    ]);
    let found = rows(&fs::read_to_string(&report).expect("the report was written"), 5);
    assert_eq!(found[0], ["file", "line", "code", "field", "advice"]);
    assert!(found[1..].iter().all(|row| !row[3].is_empty() && !row[4].is_empty()), "{found:?}");
    let found: Vec<_> = found[1..].iter().map(|row| row[..3].to_vec()).collect();
    let expected = |file: &str, rows: &[(String, &str)]| -> Vec<Vec<String>> {
        let rejected = rows.iter().enumerate().filter(|(_, (_, code))| !code.is_empty());
        rejected
            .map(|(at, (_, code))| vec![file.to_owned(), (at + 2).to_string(), (*code).to_owned()])
            .collect()
    };
    assert_eq!(found, [expected("roster", &roster), expected("records", &records)].concat());

    // Every code that the rules name.
    let rules = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/import.md"))
        .expect("there are rules");
    let (_, rules) = rules.split_once("## Rejected rows").expect("the section is there");
    let (rules, _) = rules.split_once("\n## ").expect("another section follows");
    let is_code =
        |word: &&str| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    // What only a server's users and restricted people meet has tests of its own, in the gateway and the engine.
    let is_met_here = |word: &&str| !["FORBIDDEN", "OUTSIDE_REGION", "PERSON_RESTRICTED"].contains(word);
    let named: BTreeSet<&str> = rules.split('`').filter(is_code).filter(is_met_here).collect();
    let appeared: BTreeSet<&str> = found.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(appeared, named);
    assert_eq!(named.len(), 13);
}

#[test]
fn words_that_are_not_understood_are_wrong_usage() {
    let place = Place::with_people();
    for (args, says) in [
        (["--region", "999999"], "no division of the region has this code"),
        (["--region", "inner"], "--region"),
        (["--plan", "nmg"], "no such plan; there are nmg-2022-2024"),
        (["--as-of", "2023-02-30"], "must exist"),
        (["--as-of", "30.11.2023"], "YYYY-MM-DD"),
        (["--known-at", "yesterday"], "give a position, a date, or a moment"),
        (["--known-at", "2023-11-30T18:00:00"], "give a position, a date, or a moment"),
        (["--known-at=-1", "--format=csv"], "give a position, a date, or a moment"),
        (["--format", "xml"], "--format"),
    ] {
        let said = place.progress_fails(&args, USAGE);
        assert!(said.contains(says), "{args:?}: {said}");
    }
    let said = place.progress_fails(&["--known-at", "999999"], FAILED);
    assert!(
        said.contains(&format!(
            "position 999999 is not recorded yet: the log ends at {}",
            head(&place.data())
        ))
    );

    let roster = place.roster();
    let long = "s".repeat(65);
    for source in ["", "旗县", "a b", "a/b", &long] {
        let said = place.import_fails(&roster, &["--source", source], USAGE);
        assert!(said.contains("--source"), "{said}");
    }
    assert!(fail(&["import", "--data", text(&place.data())], USAGE).contains("--roster"));
    fail(&[], USAGE);
    fail(&["serve"], USAGE);
    fail(&["progress"], USAGE);
    for people in ["0", "2000001", "many"] {
        fail(&["demo", "--people", people, "--data", text(&place.path("demo"))], USAGE);
    }
    assert!(!place.path("demo").exists());
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_anything_is_recorded() {
    let place = Place::empty();
    let roster = place.roster();
    fs::create_dir(place.path("folder")).expect("it is made");
    for report in [place.path("folder"), place.path("nowhere/rejects.csv")] {
        let said = place.import_fails(&roster, &["--report", text(&report)], FAILED);
        assert!(said.contains("cannot write") && said.contains(text(&report)), "{said}");
    }
    assert!(!place.data().exists(), "nothing was recorded");
}

#[test]
fn a_report_never_overwrites_the_files_it_is_about() {
    let place = Place::empty();
    let roster = place.roster();
    let records = place.file("records.csv", RECORDS);
    let same = place.path("link.csv");
    std::os::unix::fs::symlink(&roster, &same).expect("it is made");
    for report in [&roster, &records, &same] {
        let more = ["--records", text(&records), "--report", text(report)];
        let said = place.import_fails(&roster, &more, USAGE);
        assert!(said.contains("--report"), "{said}");
    }
    assert_eq!(fs::read_to_string(&roster).expect("it is there"), format!("{ROSTER}{}", roster_row(0)));
    assert!(!place.data().exists(), "nothing was recorded");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::with_people();
    for args in [&["progress", "--format", "json"][..], &["progress"], &["history", "--format", "json"]] {
        let mut child = Command::new(binary())
            .args(args)
            .args(["--data", text(&place.data())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        let mut input = child.stdin.take().expect("standard input is piped");
        // `progress` does not read it.
        let _ = std::io::Write::write_all(&mut input, invented_certificate(0).as_bytes());
        drop(input);
        let mut said = String::new();
        child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it says UTF-8");
        let status = child.wait().expect("it ends");
        assert!(status.success() && said.is_empty(), "{args:?}: {status:?} {said}");
    }
}

#[test]
fn the_exit_codes_are_those_that_the_help_lists() {
    let help = succeed(&["--help"]);
    let (_, list) = help.split_once("Exit codes:\n").expect("the help lists them");
    let listed: Vec<(i32, &str)> = list
        .lines()
        .map_while(|line| line.trim().split_once(' '))
        .filter_map(|(code, meaning)| Some((code.parse().ok()?, meaning)))
        .collect();

    let place = Place::with_people();
    let roster = place.file("roster.csv", format!("{ROSTER}{}", roster_row(0).replace("2022", "xxxx")));
    let import_rejected = sigeyi(&["import", "--data", text(&place.data()), "--roster", text(&roster)]);
    assert!(String::from_utf8_lossy(&import_rejected.stdout).contains("退回 1"));
    let held = {
        let lock = fs::File::open(place.data().join("LOCK")).expect("there is a lock");
        lock.lock().expect("it can be held");
        sigeyi(&["progress", "--data", text(&place.data())])
    };
    let (events, keys) = (place.path("events"), place.path("keys"));
    succeed(&["backup", "--data", text(&place.data()), "--to", text(&events), "--vault-to", text(&keys)]);
    for name in ["CATALOGUE", "CATALOGUE.2"] {
        fs::write(events.join(name), "{}").expect("it is written");
    }
    let restored = ["restore", "--from", text(&events), "--vault-from", text(&keys), "--data"];
    let restored = sigeyi(&[&restored[..], &[text(&place.path("restored"))]].concat());
    let damaged = Place::with_people();
    fs::write(damaged.data().join("MANIFEST.2"), "").expect("it is written");
    let verified = sigeyi(&["verify", "--data", text(&damaged.data())]);
    let served = Place::with_people();
    let server = Server::of(&served.data());
    let server = format!("http://{}", server.address);
    let seen = [
        (import_rejected.status.code(), "done (an import that rejected rows is done"),
        (sigeyi(&["progress", "--data", text(&place.path("nowhere"))]).status.code(), "failed"),
        (sigeyi(&["progress"]).status.code(), "wrong usage"),
        (held.status.code(), "held by another process"),
        (
            sigeyi(&["import", "--data", text(&place.data()), "--roster", text(&place.path("none"))])
                .status
                .code(),
            "an input file cannot be used",
        ),
        // Nobody listens on the port of a server that is gone.
        (sigeyi(&["progress", "--server", "http://127.0.0.1:1"]).status.code(), "cannot be reached"),
        (
            sigeyi(&["progress", "--server", &server, "--known-at", "99999999"]).status.code(),
            "the server refuses",
        ),
        (verified.status.code(), "the directory is damaged"),
        (restored.status.code(), "a backup is damaged"),
    ];
    assert_eq!(listed.len(), seen.len(), "{listed:?}");
    for ((code, meaning), (seen, words)) in listed.iter().zip(seen) {
        assert!(Some(*code) == seen && meaning.contains(words), "{code} {meaning}: {seen:?}");
    }
}
