//! Files of a part of the events, and files of people who were restricted after they were written.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
};

use serde_json::{Value, json};
use sigeyi_tests::{
    FAILED, USAGE, contents, entries, export, export_args, fail, kill_when, manifest, number, read, restrict,
    sigeyi, story,
};

/// A league in which some of the people are.
const REGION: &str = "150400";
const FILTER: [&str; 4] = ["--step", "AbilityAssessed", "--region", REGION];

/// The lines of every month, in order.
fn lines(folder: &Path) -> Vec<String> {
    let manifest = manifest(folder);
    let texts = entries(&manifest, "events").into_iter().map(|file| read(folder, file));
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What the filter lets through, said by what the events themselves say.
fn fits(line: &str) -> bool {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let kind = event["type"].as_str().expect("a type");
    // The counties of a league have its first four digits.
    matches!(kind, "sigeyi.AbilityAssessed.v1" | "sigeyi.AssessmentDeclined.v1")
        && event["region"].as_str().is_some_and(|county| county.starts_with(&REGION[..4]))
}

fn inodes(folder: &Path) -> BTreeMap<String, u64> {
    contents(folder)
        .into_keys()
        .map(|name| {
            let inode = fs::metadata(folder.join(&name)).expect("it is there").ino();
            (name, inode)
        })
        .collect()
}

#[test]
fn filtered_files_have_what_fits_and_nothing_else_and_their_manifest_says_so() {
    let place = story();
    let whole = lines(&export(&place, "whole", &["--what", "events"]));
    let expected: Vec<String> = whole.iter().filter(|line| fits(line)).cloned().collect();
    assert!(expected.len() > 10 && expected.len() < whole.len() / 4, "{} fit", expected.len());
    let folder = export(&place, "part", &FILTER);
    assert_eq!(lines(&folder), expected);
    let manifest = manifest(&folder);
    let filter = json!({ "region": REGION, "step": "AbilityAssessed" });
    assert_eq!(
        (&manifest["contents"]["filter"], &manifest["contents"]["what"]),
        (&filter, &json!(["events"]))
    );
    let count: u64 = entries(&manifest, "events").iter().map(|file| number(&file["count"])).sum();
    assert_eq!(count, expected.len() as u64);
    assert!(entries(&manifest, "events").iter().all(|file| number(&file["count"]) > 0), "no month is empty");
}

#[test]
fn a_filtered_export_goes_on_under_its_filter_alone_and_anew_under_another() {
    let place = story();
    let folder = export(&place, "part", &FILTER);
    let (before, written) = (contents(&folder), inodes(&folder));
    // The same filter, said in another order.
    let same = ["--what", "events", "--region", REGION, "--step", "AbilityAssessed,AbilityAssessed"];
    export(&place, "part", &same);
    assert_eq!(contents(&folder), before);
    let finished: Vec<String> = entries(&manifest(&folder), "events")
        .iter()
        .filter(|file| file["isFinished"] == true)
        .map(|file| file["name"].as_str().expect("a name").to_owned())
        .collect();
    assert!(finished.len() > 3, "{finished:?}");
    let kept = inodes(&folder);
    assert!(finished.iter().all(|name| kept[name] == written[name]), "finished months are left alone");

    let paths = [place.data(), folder.clone()];
    let other = ["--what", "events", "--type", "PersonLeft"];
    for more in [&["--what", "events"][..], &other] {
        let said = fail(&export_args(&paths, more), FAILED);
        assert!(said.contains(&format!("other events (region={REGION}&step=AbilityAssessed)")), "{said}");
        assert!(said.contains("--anew"), "{said}");
        assert_eq!(contents(&folder), before, "nothing is touched");
    }
    // As a kill leaves it.
    fs::write(folder.join("events-2022-05.ndjson.new"), "{").expect("it is written");
    export(&place, "part", &[&other[..], &["--anew"]].concat());
    assert_eq!(contents(&folder), contents(&export(&place, "other", &other)), "nothing of the first is left");
    fail(&export_args(&[place.data(), place.path("new")], &["--what", "people", "--region", REGION]), USAGE);
    fail(&export_args(&[place.data(), place.path("new")], &["--published", "--region", REGION]), USAGE);
    assert!(!place.path("new").exists());
}

#[test]
fn a_filtered_export_that_was_killed_gives_the_same_bytes() {
    let place = story();
    let whole = contents(&export(&place, "whole", &FILTER));
    let names: Vec<&String> = whole.keys().collect();
    let mut killed = 0;
    for moment in [names[0].clone(), format!("{}.new", names[2]), names[names.len() - 2].clone()] {
        let paths = [place.data(), place.path(&moment)];
        let args = export_args(&paths, &FILTER);
        killed += u32::from(kill_when(&args, &moment, || paths[1].join(&moment).exists()));
        export(&place, &moment, &FILTER);
        assert_eq!(contents(&paths[1]), whole, "{moment}");
    }
    assert!(killed >= 1, "none was killed");
}

/// The names of the files in which somebody is.
fn files_with(folder: &Path, person: &str) -> BTreeSet<String> {
    let is_in = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(person);
    contents(folder).into_iter().filter(|(_, bytes)| is_in(bytes)).map(|(name, _)| name).collect()
}

#[test]
fn a_finished_month_is_written_again_without_whoever_was_restricted_since() {
    let place = story();
    let events = ["--what", "events"];
    let assessed = [&events[..], &["--step", "AbilityAssessed"]].concat();
    let copy = |name: &str, more: &[&str]| export(&place, name, more);
    let (whole, part) = (copy("whole", &events), copy("part", &assessed));
    let (before, left) = (inodes(&whole), inodes(&part));
    let first: Value = serde_json::from_str(&lines(&part)[0]).expect("JSON");
    let restricted = first["subject"].as_str().expect("somebody");
    let (shown_in, in_part) = (files_with(&whole, restricted), files_with(&part, restricted));
    restrict(&place, restricted);
    let written = |name: &str, more: &[&str]| {
        let folder = place.path(name);
        let output = sigeyi(&export_args(&[place.data(), folder.clone()], more));
        assert!(output.status.success());
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let said = written("whole", &events);
    assert_eq!(files_with(&whole, restricted), BTreeSet::new());
    let finished: Vec<String> = entries(&manifest(&whole), "events")
        .iter()
        .filter(|file| file["isFinished"] == true)
        .map(|file| file["name"].as_str().expect("a name").to_owned())
        .collect();
    let now = inodes(&whole);
    for name in &finished {
        let is_made_again = now[name] != before[name];
        assert_eq!(is_made_again, shown_in.contains(name), "{name}");
        assert_eq!(said.contains(&format!("{name}: ")), is_made_again, "{said}");
    }
    assert!(shown_in.iter().any(|name| finished.contains(name)), "somebody was in a finished month");
    assert_eq!(contents(&whole), contents(&copy("whole-anew", &events)));

    written("part", &assessed);
    assert_eq!(files_with(&part, restricted), BTreeSet::new());
    assert_eq!(contents(&part), contents(&copy("part-anew", &assessed)));
    let now = inodes(&part);
    assert!(!in_part.is_empty() && in_part.iter().all(|name| now.get(name) != left.get(name)), "{in_part:?}");
}
