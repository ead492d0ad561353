//! What an auditor asks on the command line: a history on paper and for a spreadsheet, lists, differences and reports, of a directory and of its server.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sigeyi_tests::{
    FAILED, Place, ROSTER, Server, USAGE, data, fail, files, head, import, invented_certificate,
    sigeyi_with_input, succeed, text,
};

/// Exit code: the server refuses.
const REFUSED: i32 = 6;
/// Moved, with two records voided.
const MOVED_AND_VOIDED: &str = "15078219980628925044";
const THEN: [&str; 2] = ["--as-of", "2023-11-30"];

fn url(server: &Server) -> String {
    format!("http://{}", server.address)
}

fn sample() -> Place {
    let place = Place::empty();
    import(&place.data(), &data("sample"), &place.path("rejects.csv"));
    place
}

/// What `history` prints of whoever has the number.
fn history(place: &[&str], number: &str, format: &str) -> String {
    let output = sigeyi_with_input(&[&["history"], place, &["--format", format]].concat(), number);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

fn value(printed: &str) -> Value {
    serde_json::from_str(printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

fn table(printed: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("it is CSV").iter().map(str::to_owned).collect());
    (header, rows.collect())
}

/// Asks the server of a directory, then the directory; both must print the same.
fn of_both(place: &Place, questions: &[Vec<&str>]) -> Vec<String> {
    let server = Server::of(&place.data());
    let ask = |place: &[&str]| -> Vec<String> {
        questions.iter().map(|question| succeed(&[question, place].concat())).collect()
    };
    let of_server = ask(&["--server", &url(&server)]);
    drop(server);
    let of_directory = ask(&["--data", text(&place.data())]);
    for ((question, of_server), of_directory) in questions.iter().zip(&of_server).zip(&of_directory) {
        assert_eq!(of_server, of_directory, "{question:?}");
    }
    of_directory
}

#[test]
fn each_line_of_a_history_is_an_entry_and_the_last_one_says_that_it_is_whole() {
    let place = sample();
    let directory = place.data();
    let of_directory = ["--data", text(&directory)];
    let whole = value(&history(&of_directory, MOVED_AND_VOIDED, "json"));
    let server = Server::of(&directory);
    let of_server = history(&["--server", &url(&server)], MOVED_AND_VOIDED, "ndjson");
    drop(server);
    let of_directory = history(&of_directory, MOVED_AND_VOIDED, "ndjson");
    let read = |printed: &str| -> Vec<Value> { printed.lines().map(value).collect() };
    let (mut lines, mut masked) = (read(&of_directory), read(&of_server));
    let end = lines.pop().expect("a last line");
    assert_eq!(Some(&end), masked.pop().as_ref());
    assert_eq!(Value::from(lines.clone()), whole["events"]);
    let (person, log, as_of) = (&whole["person"], &whole["log"], &whole["as_of"]);
    assert_eq!(
        end,
        json!({ "person": person, "log": log, "as_of": as_of, "position": head(&directory).to_string(), "count": 7 })
    );
    // But for what is sealed, and what says who somebody is, a server says the same.
    for lines in [&mut lines, &mut masked] {
        for line in lines {
            line["sealed"].take();
            line["changes"].take();
        }
    }
    assert_eq!(lines, masked);
    assert!(of_directory.contains("刘海龙") && !of_server.contains("刘海龙"));
}

#[test]
fn a_history_for_a_spreadsheet_has_a_row_for_each_entry() {
    let place = sample();
    let directory = place.data();
    let (columns, rows) = table(&history(&["--data", text(&directory)], MOVED_AND_VOIDED, "csv"));
    let server = Server::of(&directory);
    let of_server = table(&history(&["--server", &url(&server)], MOVED_AND_VOIDED, "csv"));
    drop(server);
    assert_eq!(
        columns.join(","),
        "person,position,version,type,label,effective_on,recorded_at,recorded_after_days,late,region_code,region,actor,office,\
         content,changes,voids,voided_by,corrects,corrected_by"
    );
    let whole = value(&history(&["--data", text(&directory)], MOVED_AND_VOIDED, "json"));
    let at = |name: &str| columns.iter().position(|column| column == name).expect("a column");
    let events = whole["events"].as_array().expect("events are a list");
    assert_eq!(rows.len(), events.len());
    for (row, event) in rows.iter().zip(events) {
        for name in ["position", "type", "effective_on", "recorded_at", "office", "voids", "voided_by"] {
            assert_eq!(row[at(name)], event[name].as_str().unwrap_or_default(), "{name}");
        }
        let corrects: Vec<&str> =
            event["corrects"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert_eq!(row[at("corrects")], corrects.join(" "));
    }
    assert_eq!(rows[4][at("changes")], "地区：牙克石市 → 翁牛特旗");
    // The office is sealed where it is no id, and stands in the history of a server too.
    let (same, masked) = (at("content"), at("changes"));
    assert_eq!((&of_server.0, of_server.1.len()), (&columns, rows.len()));
    for (row, other) in rows.iter().zip(&of_server.1) {
        let open = |row: &Vec<String>| -> Vec<String> {
            row.iter()
                .enumerate()
                .filter(|(at, _)| ![same, masked].contains(at))
                .map(|(_, it)| it.clone())
                .collect()
        };
        assert_eq!(open(row), open(other));
    }
    assert!(of_server.1[0][masked].contains("＊＊＊") && !of_server.1[0][masked].contains("刘海龙"));
}

/// A name that a page would run and one that a spreadsheet would.
const SCRIPT: &str = "<script>alert(1)</script>";
const FORMULA: &str = "=HYPERLINK(\"http://127.0.0.1/\")";

/// Two people with such names, and an office that is one too.
fn hostile() -> Place {
    let place = Place::empty();
    let row = |n: usize, name: &str| {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        format!("{quoted},{},150102,,未就业,,无就业技能,2022-01-05\n", invented_certificate(n))
    };
    let roster = place.file("roster.csv", format!("{ROSTER}{}{}", row(0, SCRIPT), row(1, FORMULA)));
    let records = place.file(
        "records.csv",
        format!(
            "流水号,残疾人证号,事项,日期,结果,经办机构,作废流水号\n\
             1,{},基础信息核对,2022-04-01,属实,\"'\"\"><img src=x onerror=alert(2)>\",\n\
             2,{},基础信息核对,2022-04-01,属实,@SUM(1),\n",
            invented_certificate(0),
            invented_certificate(1)
        ),
    );
    let directory = place.data();
    succeed(&["import", "--data", text(&directory), "--roster", text(&roster), "--records", text(&records)]);
    place
}

#[test]
fn nothing_that_somebody_typed_runs_in_a_page_or_a_spreadsheet() {
    let place = hostile();
    let directory = place.data();
    let of = ["--data", text(&directory)];
    let page = history(&of, &invented_certificate(0), "html");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("&#39;&quot;&gt;&lt;img src=x onerror=alert(2)&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");

    let (columns, rows) = table(&history(&of, &invented_certificate(1), "csv"));
    let at = |name: &str| columns.iter().position(|column| column == name).expect("a column");
    assert_eq!(rows[1][at("office")], "'@SUM(1)");
    // The name stands behind the word for it, so that no cell begins with it.
    assert!(rows[0][at("changes")].contains(FORMULA));
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
    }
}

fn written_page(place: &[&str], more: &[&str], number: &str, to: &Path) -> String {
    let output = sigeyi_with_input(
        &[&["history"], place, &["--format", "html", "--output", text(to)], more].concat(),
        number,
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    fs::read_to_string(to).expect("it is there")
}

fn parts<'p>(page: &'p str, before: &str) -> Vec<&'p str> {
    page.split(before).skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

#[test]
fn a_page_of_one_person_needs_nothing_else_and_its_links_meet() {
    let place = sample();
    let directory = place.data();
    let of = ["--data", text(&directory)];
    let checkpoint = succeed(&["checkpoint", "--data", text(&directory)]);
    let whole = value(&history(&of, MOVED_AND_VOIDED, "json"));
    let file = place.path("history.html");
    let page = written_page(&of, &[], MOVED_AND_VOIDED, &file);
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);

    let ids: BTreeSet<&str> = parts(&page, "id=\"").into_iter().collect();
    let links: BTreeSet<&str> = parts(&page, "href=\"#").into_iter().collect();
    assert!(!links.is_empty() && links.is_subset(&ids), "{links:?} {ids:?}");
    for outside in ["src=", "url(", "@import", "<link", "<script", "http://", "https://", "javascript:"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(
        page.matches("<a ").count(),
        parts(&page, "<a href=\"#").len(),
        "no link leads out of the page"
    );
    let events = whole["events"].as_array().expect("events are a list");
    assert_eq!(page.matches("<tr id=").count(), events.len());
    for event in events {
        let row = |name: &str| {
            let begin = page.find(&format!("<tr id=\"e{}\"", event["position"].as_str().expect("text")));
            let row = &page[begin.expect("a row")..];
            let row = &row[..row.find("</tr>").expect("its end")];
            row.contains(name)
        };
        assert_eq!(row("已作废 VOID"), !event["voided_by"].is_null());
        assert_eq!(row("补录 LATE"), event["late"] == true);
        let corrected_by = event["corrected_by"].as_array().expect("a list");
        let other = event["voids"].as_str().or(event["voided_by"].as_str());
        for other in other.into_iter().chain(corrected_by.iter().filter_map(Value::as_str)) {
            assert!(row(&format!("<a href=\"#e{other}\">{other}</a>")), "{event}");
        }
    }
    let lines: Vec<&str> = checkpoint.lines().collect();
    let at = head(&directory).to_string();
    for said in [
        whole["person"].as_str().expect("an id"),
        whole["log"].as_str().expect("an id"),
        &format!("{at} / {at}"),
        lines[0],
        lines[2],
        "刘海龙",
        "Content-Security-Policy",
        "@media print",
    ] {
        assert!(page.contains(said), "{said} is missing:\n{page}");
    }
    assert!(page.ends_with("</html>\n"));

    // Another page is never written over one that is there.
    let again = sigeyi_with_input(
        &[&["history"][..], &of, &["--format", "html", "--output", text(&file)]].concat(),
        MOVED_AND_VOIDED,
    );
    assert_eq!(again.status.code(), Some(FAILED));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), page);

    let server = Server::of(&directory);
    let masked =
        written_page(&["--server", &url(&server)], &[], MOVED_AND_VOIDED, &place.path("masked.html"));
    drop(server);
    assert!(masked.contains("＊＊＊") && !masked.contains("刘海龙") && !masked.contains(MOVED_AND_VOIDED));
    assert_eq!(parts(&masked, "<tr id=\""), parts(&page, "<tr id=\""));
    assert!(masked.contains(lines[0]), "a server says what it has signed");
}

/// So many people that a server gives them on several pages.
fn crowd() -> Place {
    let place = Place::empty();
    import(&place.data(), files(650).path(), &place.path("rejects.csv"));
    place
}

fn figure(place: &Place, more: &[&str], name: &str) -> u64 {
    let directory = place.data();
    let args = ["progress", "--data", text(&directory), "--plan", "nmg-2022-2024", "--format", "json"];
    let figures = value(&succeed(&[&args, more].concat()));
    figures["regions"][0]["figures"][name].as_u64().expect("a figure")
}

#[test]
fn people_are_listed_whole_of_a_server_as_of_a_directory() {
    let place = crowd();
    let plan = ["people", "--plan", "nmg-2022-2024"];
    let ask = |more: &[&'static str]| -> Vec<&str> { [&plan, more].concat() };
    let printed = of_both(
        &place,
        &[
            ask(&["--format", "json"]),
            ask(&["--missing", "any", "--format", "csv"]),
            ask(&[
                "--missing",
                "service_delivered,ability_assessed",
                "--region",
                "150100",
                "--format",
                "json",
            ]),
            ask(&["--in-scope", "false", "--region", "150102"]),
            ask(&["--as-of", "2023-11-30", "--known-at", "1500", "--format", "csv"]),
            ask(&["--waiting-since", "2022-01-05", "--as-of", "2023-11-30", "--format", "csv"]),
            ask(&["--known-at", "9999-12-31", "--limit", "201", "--format", "json"]),
            ask(&["--counsellor", "nobody", "--format", "csv"]),
        ],
    );
    let whole = value(&printed[0]);
    let people = whole["people"].as_array().expect("a list");
    assert_eq!((people.len() as u64, &whole["more"]), (figure(&place, &[], "registered"), &json!(false)));
    assert!(people.len() > 600, "several pages of 200");
    let ids: BTreeSet<&str> = people.iter().filter_map(|person| person["person"].as_str()).collect();
    assert_eq!(ids.len(), people.len(), "each once");
    let (columns, waiting) = table(&printed[1]);
    assert_eq!(
        columns.join(","),
        "person,region_code,region,enrolled_on,sex,age,counsellor,waiting_since,missing"
    );
    let (in_scope, complete) = (figure(&place, &[], "in_scope"), figure(&place, &[], "complete"));
    assert!(complete > 0 && !waiting.is_empty());
    assert_eq!(waiting.len() as u64, in_scope - complete);
    assert!(waiting.is_sorted_by_key(|row| row[7].clone()) && waiting.iter().all(|row| !row[8].is_empty()));
    let few = value(&printed[6]);
    assert_eq!((few["people"].as_array().map(Vec::len), &few["more"]), (Some(201), &json!(true)));
    assert_eq!(table(&printed[7]).1.len(), 0);
    // No list says who anybody is.
    for name in ["巴图尔", "王小明", &invented_certificate(1)[..18]] {
        assert!(printed.iter().all(|printed| !printed.contains(name)), "{name}");
    }
}

#[test]
fn whoever_is_listed_from_a_directory_is_written_down() {
    let place = Place::with_people();
    let directory = place.data();
    let listed = value(&succeed(&["people", "--data", text(&directory), "--limit", "1", "--format", "json"]));
    let person = listed["people"][0]["person"].as_str().expect("an id");
    let server = Server::of(&directory);
    let query = "query($id: ID!) { accessOfPerson(id: $id) { nodes { actor action } } }";
    let answer = server.post(json!({ "query": query, "variables": { "id": person } }).to_string().as_bytes());
    assert!(answer.contains("\"actor\":\"local\"") && answer.contains("\"action\":\"PEOPLE\""), "{answer}");
}

#[test]
fn a_difference_is_the_same_of_a_server_and_explains_the_figures() {
    let place = crowd();
    let middle = (head(&place.data()) / 2).to_string();
    let asked = ["difference", "--plan", "nmg-2022-2024", "--as-of", "2023-11-30", "--known-at", &middle];
    let ask = |more: &[&'static str]| -> Vec<&str> { [&asked, more].concat() };
    let printed = of_both(
        &place,
        &[
            ask(&["--format", "json"]),
            ask(&["--figure", "complete", "--format", "csv"]),
            ask(&["--region", "150100", "--limit", "7"]),
            ask(&["--then-known-at", "0", "--without-events", "--format", "json"]),
            ask(&["--limit", "250", "--format", "json"]),
        ],
    );
    let whole = value(&printed[0]);
    let events = whole["events"].as_array().expect("a list");
    assert!(events.len() > 400, "several pages of 200");
    assert_eq!((json!(events.len()), &whole["more"]), (whole["event_count"].clone(), &json!(false)));
    let changes = whole["changes"].as_array().expect("a list");
    for change in changes {
        let name = change["figure"].as_str().expect("a name");
        let known_before = [&THEN[..], &["--known-at", &middle]].concat();
        assert_eq!(change["before"], json!(figure(&place, &known_before, name)), "{name}");
        assert_eq!(change["after"], json!(figure(&place, &THEN, name)), "{name}");
    }
    assert!(changes.len() > 3);
    let (columns, rows) = table(&printed[1]);
    assert_eq!(
        columns.join(","),
        "position,voids,person,type,label,effective_on,recorded_at,region_code,actor,office"
    );
    assert!(!rows.is_empty() && rows.len() < events.len());
    let backwards = value(&printed[3]);
    assert_eq!((&backwards["events"], &backwards["more"]), (&json!([]), &json!(true)));
    let some = value(&printed[4]);
    assert_eq!((some["events"].as_array().map(Vec::len), &some["more"]), (Some(250), &json!(true)));

    let directory = place.data();
    fail(&["difference", "--data", text(&directory)], USAGE);
    let said = fail(&["difference", "--data", text(&directory), "--known-at", "yesterday"], USAGE);
    assert!(said.contains("--known-at yesterday"), "{said}");
    fail(&["difference", "--data", text(&directory), "--known-at", "99999999"], FAILED);
}

fn frozen(place: &[&str], title: &str, more: &[&str]) -> Value {
    let args = ["report", "freeze", "--region", "150100", "--title", title, "--as-of", "2023-11-30"];
    value(&succeed(&[&args, place, more, &["--format", "json"]].concat()))
}

#[test]
fn a_report_is_frozen_listed_and_shown_of_a_server_as_of_a_directory() {
    let place = Place::with_people();
    let directory: PathBuf = place.data();
    let of = ["--data", text(&directory)];
    let id = ["--command-id", "0198c0de-0000-4000-8000-000000000001"];
    let first = frozen(&of, "十一月进度", &id);
    assert_eq!((&first["number"], &first["actor"]), (&json!(1), &json!("local")));
    assert_eq!(first["check"]["reproduces"], true);
    assert_eq!(
        first["regions"][0]["figures"]["registered"],
        json!(figure(&place, &[&["--region", "150100"][..], &THEN].concat(), "registered"))
    );
    assert_eq!(frozen(&of, "十一月进度", &id)["position"], first["position"], "sent again it is the same");

    let server = Server::of(&directory);
    let second = frozen(&["--server", &url(&server)], "十一月进度（二）", &[]);
    assert_eq!((&second["number"], &second["regions"]), (&json!(2), &first["regions"]));
    let said = fail(
        &[
            "report",
            "freeze",
            "--server",
            &url(&server),
            "--region",
            "150100",
            "--title",
            "x",
            "--as-of",
            "9999-01-01",
        ],
        REFUSED,
    );
    assert!(said.contains("DATE_IN_FUTURE"), "{said}");
    fail(&["report", "show", "--server", &url(&server), "1"], FAILED);
    drop(server);

    let position = first["position"].as_str().expect("a position");
    let printed = of_both(
        &place,
        &[
            vec!["report", "list", "--format", "json"],
            vec!["report", "list", "--region", "150100"],
            vec!["report", "list", "--limit", "1", "--format", "csv"],
            vec!["report", "show", position, "--format", "json"],
            vec!["report", "show", position],
            vec!["report", "show", position, "--format", "csv"],
        ],
    );
    let list = value(&printed[0]);
    let titles: Vec<&Value> =
        list["reports"].as_array().expect("a list").iter().map(|report| &report["title"]).collect();
    assert_eq!(titles, ["十一月进度（二）", "十一月进度"], "newest first");
    assert_eq!(table(&printed[2]).1.len(), 1);
    assert_eq!(value(&printed[3]), first);
    assert!(printed[4].contains("counted anew as known then: the same figures"), "{}", printed[4]);

    fail(&["report", "show", "--data", text(&directory), "1"], FAILED);
    let number = ["report", "freeze", "--data", text(&directory), "--region", "150100", "--title"];
    let said = fail(&[&number[..], &["15078219980628925044"]].concat(), USAGE);
    assert!(said.contains("--title"), "{said}");
    let tomorrow = [&number[..], &["某", "--as-of", "9999-01-01"]].concat();
    fail(&tomorrow, FAILED);
}
