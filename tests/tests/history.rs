//! What happened to one person, and what was known before.

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};
use sigeyi_tests::{citizen, data, fail, head, history, import, recorded, sigeyi_with_input, succeed, text};
use tempfile::TempDir;

struct Sample {
    dir: TempDir,
}

impl Sample {
    fn imported() -> Sample {
        let sample = Sample { dir: tempfile::tempdir().expect("a temporary folder") };
        import(&sample.data(), &data("sample"), &sample.dir.path().join("rejects.csv"));
        sample
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }
}

fn column<'v>(history: &'v Value, name: &str) -> Vec<&'v str> {
    let events = history["events"].as_array().expect("events are a list");
    events.iter().map(|event| event[name].as_str().unwrap_or("–")).collect()
}

/// Moved, with two records voided, one of them voided once more: that and the voiding of a voiding are no events.
const MOVED_AND_VOIDED: &str = "15078219980628925044";
/// Two rows of the roster say different things of the employment.
const CORRECTED: &str = "15010519700512905X41";

#[test]
fn events_are_given_in_order_with_both_times_the_office_and_what_changed() {
    let sample = Sample::imported();
    let before = Timestamp::now();
    let history = history(&sample.data(), MOVED_AND_VOIDED);
    assert_eq!(
        column(&history, "type"),
        [
            "PersonEnrolled",
            "InfoVerified",
            "DemandRegistered",
            "ServiceDelivered",
            "PersonTransferred",
            "RecordVoided",
            "RecordVoided",
        ]
    );
    assert_eq!(
        column(&history, "effective_on"),
        ["2024-03-22", "2022-04-23", "2022-06-22", "2023-09-21", "2024-03-22", "2024-01-25", "2023-05-28"]
    );
    assert_eq!(column(&history, "office")[..2], ["import", "旗县残联"]);
    let events = history["events"].as_array().expect("events are a list");
    let versions: Vec<_> = events.iter().map(|event| event["version"].clone()).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7].map(Value::from));
    let positions: Vec<u64> =
        column(&history, "position").iter().map(|position| position.parse().expect("a number")).collect();
    assert!(positions.is_sorted_by(|one, next| one < next) && positions[6] <= head(&sample.data()));
    let recorded: Vec<Timestamp> =
        column(&history, "recorded_at").iter().map(|at| at.parse().expect("a moment")).collect();
    assert!(recorded.is_sorted() && recorded[6] < before);

    // The voided record names its voiding, and the voiding what it voids.
    let voided_by = column(&history, "voided_by");
    assert_eq!(voided_by[1], positions[5].to_string());
    assert_eq!(voided_by[2], positions[6].to_string());
    assert_eq!([voided_by[0], voided_by[3], voided_by[5], voided_by[6]], ["–"; 4]);
    assert_eq!(events[5]["clear"]["record"], json!(positions[1]));
    assert_eq!(events[6]["clear"]["record"], json!(positions[2]));
    let voids = column(&history, "voids");
    assert_eq!(voids[..5], ["–"; 5]);
    assert_eq!(voids[5..], [positions[1].to_string(), positions[2].to_string()]);
    assert_eq!(events[6]["sealed"]["reason"], "录入错误");

    assert_eq!(events[4]["changes"], json!([{"field": "地区", "before": "牙克石市", "after": "翁牛特旗"}]));
    assert_eq!(events[0]["changes"][1], json!({"field": "姓名", "before": null, "after": "刘海龙"}));
    assert_eq!(events[3]["changes"], json!([]));
    // The move replaces the county of the enrolment, and each says so of the other.
    assert_eq!(events[4]["corrects"], json!([positions[0].to_string()]));
    assert_eq!(events[0]["corrected_by"], json!([positions[4].to_string()]));
    assert_eq!((&events[4]["corrected_by"], &events[1]["corrects"]), (&json!([]), &json!([])));
    // All of it happened in months that are long over.
    for event in events {
        let (happened, recorded) = (event["effective_on"].as_str(), event["recorded_at"].as_str());
        let happened: jiff::civil::Date = happened.expect("text").parse().expect("a day");
        let recorded: Timestamp = recorded.expect("text").parse().expect("a moment");
        let in_china = jiff::tz::offset(8).to_datetime(recorded).date();
        let of_voiding = !event["voids"].is_null();
        let days = if of_voiding { 0 } else { happened.until(in_china).expect("days").get_days() };
        assert_eq!(event["recorded_after_days"], json!(days), "{event}");
        assert_eq!(
            event["late"],
            json!(!of_voiding),
            "a voiding is measured from when its record was recorded"
        );
    }
    assert_eq!((&events[0]["region_code"], &events[0]["region"]), (&json!("150782"), &json!("牙克石市")));
}

#[test]
fn a_correction_says_what_was_there_before() {
    let sample = Sample::imported();
    let history = history(&sample.data(), CORRECTED);
    let types = column(&history, "type");
    assert_eq!(types[..2], ["PersonEnrolled", "PersonCorrected"]);
    let corrected = &history["events"][1];
    assert_eq!(corrected["effective_on"], "2023-09-20");
    assert_eq!(
        corrected["changes"],
        json!([{"field": "就业状况", "before": "已就业（按比例就业）", "after": "未就业（其他）"}])
    );
    assert_eq!(corrected["corrects"], json!([history["events"][0]["position"]]));
    let corrected_by = history["events"][0]["corrected_by"].as_array().expect("a list");
    assert!(corrected_by.contains(&corrected["position"]), "{corrected_by:?}");
}

#[test]
fn a_table_has_the_same_by_id_and_by_number() {
    let sample = Sample::imported();
    let data = sample.data();
    let by_number = sigeyi_with_input(&["history", "--data", text(&data)], &format!("{MOVED_AND_VOIDED}\n"));
    assert!(by_number.status.success());
    let by_number = String::from_utf8(by_number.stdout).expect("it prints UTF-8");
    let id = history(&data, MOVED_AND_VOIDED)["person"].as_str().expect("an id").to_owned();
    assert_eq!(succeed(&["history", "--data", text(&data), &id]), by_number);
    for said in [
        "7 个事件 events",
        id.as_str(),
        "刘海龙",
        "地区：牙克石市 → 翁牛特旗",
        "无需求：丧失劳动能力",
        "2022-06-22",
        "作废",
        "旗县残联",
        "录入错误",
    ] {
        assert!(by_number.contains(said), "{said} is missing:\n{by_number}");
    }
    assert_eq!(by_number.matches("已被 ").count(), 2, "two records are void:\n{by_number}");

    let as_json = succeed(&["history", "--data", text(&data), &id, "--format", "json"]);
    let as_json: Value = serde_json::from_str(&as_json).expect("it is JSON");
    assert_eq!(as_json, history(&data, MOVED_AND_VOIDED));
}

#[test]
fn somebody_unknown_is_said_to_be_so() {
    let sample = Sample::imported();
    let data = sample.data();
    let unknown_id = "0198c0de-0000-4000-8000-000000000000";
    let said = sigeyi_tests::fail(&["history", "--data", text(&data), unknown_id], 1);
    assert!(said.contains("nobody is enrolled under this id or number"), "{said}");

    let number = format!("{}11", citizen(150_102, 19_010_101, 999));
    let output = sigeyi_with_input(&["history", "--data", text(&data)], &number);
    let said = String::from_utf8(output.stderr).expect("it says UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("nobody is enrolled under this id or number") && !said.contains(&number), "{said}");
}

#[test]
fn what_was_known_between_two_imports_is_what_the_first_one_gave() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data_dir = dir.path().join("data");
    let figures = |more: &[&str]| {
        let args = ["progress", "--data", text(&data_dir), "--as-of", "2024-12-31", "--format", "csv"];
        succeed(&[&args, more].concat())
    };
    // The first import has the roster and every second record, the other one has all.
    let (roster, records) = (data("sample").join("roster.csv"), data("sample").join("records.csv"));
    let all = fs::read_to_string(&records).expect("it is there");
    let half = dir.path().join("half.csv");
    let mut lines = all.lines();
    let header = lines.next().expect("a header");
    let half_text: Vec<&str> = std::iter::once(header).chain(lines.step_by(2)).collect();
    fs::write(&half, half_text.join("\n")).expect("it is written");

    let import = |records| {
        succeed(&["import", "--data", text(&data_dir), "--roster", text(&roster), "--records", text(records)])
    };
    import(&half);
    let (before, position, moment) = (figures(&[]), head(&data_dir), Timestamp::now());
    assert!(recorded(&import(&records)) > 1_000);
    assert_ne!(figures(&[]), before, "the second import changes the figures");

    assert_eq!(figures(&["--known-at", &moment.to_string()]), before);
    assert_eq!(figures(&["--known-at", &position.to_string()]), before);
    let in_china = format!("{}+08:00", jiff::tz::offset(8).to_datetime(moment));
    assert_eq!(figures(&["--known-at", &in_china]), before);
    assert_eq!(figures(&["--known-at", &head(&data_dir).to_string()]), figures(&[]));
    let nothing = figures(&["--known-at", "2020-01-01"]);
    assert!(nothing.contains("2024-12-31,150000,0,0,0,0,0,0,0,0,0,0,0"), "{nothing}");
    assert_eq!(figures(&["--known-at", "0"]), nothing);
}

#[test]
fn a_history_of_then_has_what_was_recorded_and_had_happened() {
    let sample = Sample::imported();
    let whole = history(&sample.data(), MOVED_AND_VOIDED);
    let person = whole["person"].as_str().expect("an id");
    let of = |arguments: &[&str]| -> Value {
        let data_dir = sample.data();
        let before = ["history", "--data", text(&data_dir), person, "--format", "json"];
        serde_json::from_str(&succeed(&[&before, arguments].concat())).expect("it is JSON")
    };
    // On the day of the enrolment everything else has happened.
    let then = of(&["--as-of", "2024-03-22"]);
    assert_eq!(column(&then, "type").len(), 7);
    let positions = column(&whole, "position");
    let then = of(&["--known-at", positions[4]]);
    assert_eq!(column(&then, "position"), positions[..5]);
    assert!(column(&then, "voided_by").iter().all(|voided_by| *voided_by == "–"), "{then}");
    assert_eq!(then["position"], positions[4]);
    assert!(column(&whole, "voided_by").iter().any(|voided_by| *voided_by != "–"));
    // Not in the register yet.
    for arguments in [["--as-of", "2024-03-21"], ["--known-at", "0"]] {
        let data_dir = sample.data();
        let before = ["history", "--data", text(&data_dir), person];
        fail(&[&before[..], &arguments].concat(), 1);
    }
}
