//! Files for analysts: every event once and in order, nobody who is withheld, and the same bytes however often it was cut off.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt};

use serde_json::Value;
use sigeyi_tests::{
    Place, USAGE, contains_file, contents, entries, export, export_args, fail, head, invented_certificate,
    kill_when, manifest, number, read, restrict, rows, sigeyi, story, succeed, text,
};

const FORMATS: [&str; 2] = ["ndjson", "csv"];

#[test]
fn the_files_have_every_event_once_and_in_order_as_the_manifest_says() {
    let place = story();
    let head = head(&place.data());
    for format in FORMATS {
        let folder = export(&place, format, &["--format", format]);
        let manifest = manifest(&folder);
        assert_eq!(number(&manifest["head"]), head);
        assert_eq!(manifest["isComplete"], true);
        assert_eq!(manifest["contents"]["isSynthetic"], true);
        let files = entries(&manifest, "events");
        assert!(files.len() > 30, "three years have some 36 months: {}", files.len());
        let mut next = 1;
        for file in &files {
            assert_eq!(number(&file["first"]), next, "{file}");
            let positions: Vec<u64> = match format {
                "ndjson" => read(&folder, file)
                    .lines()
                    .map(|line| number(&serde_json::from_str::<Value>(line).expect("JSON")["id"]))
                    .collect(),
                _ => {
                    let rows = rows(&read(&folder, file), 8);
                    assert_eq!(rows[0][0], "position");
                    let months = rows[1..].iter().map(|row| &row[4][..7]);
                    assert!(months.count() as u64 == number(&file["count"]));
                    rows[1..].iter().map(|row| row[0].parse().expect("a position")).collect()
                }
            };
            let expected: Vec<u64> = (next..=number(&file["last"])).collect();
            assert_eq!(positions, expected, "{file}");
            assert_eq!(number(&file["count"]), positions.len() as u64);
            next = number(&file["last"]) + 1;
        }
        assert_eq!(next, head + 1);
        assert!(files[..files.len() - 1].iter().all(|file| file["isFinished"] == true));
    }
}

#[test]
fn the_manifest_has_the_length_and_the_digest_of_each_file_and_the_root_of_the_checkpoint() {
    let place = Place::with_people();
    let folder = export(&place, "files", &[]);
    let manifest = manifest(&folder);
    let files = manifest["files"].as_array().expect("a list");
    assert_eq!(files.len() + 1, contents(&folder).len(), "nothing else is there: {files:?}");
    for file in files {
        let path = folder.join(file["name"].as_str().expect("a name"));
        assert_eq!(number(&file["bytes"]), fs::metadata(&path).expect("it is there").len());
        let sum = std::process::Command::new("sha256sum").arg(&path).output().expect("there is sha256sum");
        let sum = String::from_utf8(sum.stdout).expect("UTF-8");
        assert_eq!(sum.split(' ').next(), file["sha256"].as_str());
    }
    let checkpoint = succeed(&["checkpoint", "--data", text(&place.data())]);
    assert_eq!(manifest["checkpoint"], checkpoint);
    let root = manifest["root"].as_str().expect("a root");
    let bytes: Vec<u8> = (0..root.len() / 2)
        .map(|at| u8::from_str_radix(&root[2 * at..2 * at + 2], 16).expect("hexadecimal"))
        .collect();
    let root = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    assert_eq!(checkpoint.lines().nth(2), Some(root.as_str()));
}

#[test]
fn files_of_finished_months_are_left_alone_and_mended_where_they_were_harmed() {
    let place = story();
    let folder = export(&place, "files", &["--format", "csv"]);
    let before = contents(&folder);
    let inode = |name: &str| fs::metadata(folder.join(name)).expect("it is there").ino();
    let finished: Vec<String> = entries(&manifest(&folder), "events")
        .iter()
        .filter(|file| file["isFinished"] == true)
        .map(|file| file["name"].as_str().expect("a name").to_owned())
        .collect();
    let inodes: Vec<u64> = finished.iter().map(|name| inode(name)).collect();
    export(&place, "files", &["--format", "csv"]);
    assert_eq!(finished.iter().map(|name| inode(name)).collect::<Vec<_>>(), inodes);
    assert_eq!(contents(&folder), before);
    let harmed = folder.join(&finished[20]);
    let mut bytes = fs::read(&harmed).expect("it can be read");
    *bytes.last_mut().expect("it is not empty") ^= 1;
    fs::write(&harmed, bytes).expect("it can be written");
    let paths = [place.data(), folder.clone()];
    let said = sigeyi(&export_args(&paths, &["--format", "csv"])).stderr;
    assert!(String::from_utf8_lossy(&said).contains(&finished[20]));
    assert_eq!(contents(&folder), before);
    assert_eq!(inode(&finished[19]), inodes[19], "what lies before it is left alone");
}

#[test]
fn killed_at_any_moment_a_further_run_gives_the_bytes_of_one_that_was_not() {
    let place = story();
    for format in FORMATS {
        let more = ["--format", format];
        let whole = contents(&export(&place, &format!("whole-{format}"), &more));
        let names: Vec<&String> = whole.keys().collect();
        // A month's file, one that is being written, the first one that is not of events, and the last one.
        let moments = [
            names[0].clone(),
            format!("{}.new", names[5]),
            names[20].clone(),
            format!("people.{format}.new"),
            format!("progress.{format}.new"),
        ];
        let mut killed = 0;
        for moment in moments {
            let paths = [place.data(), place.path(&format!("{moment}-{format}"))];
            let args = export_args(&paths, &more);
            killed += u32::from(kill_when(&args, &moment, || paths[1].join(&moment).exists()));
            succeed(&args);
            assert_eq!(contents(&paths[1]), whole, "{moment}");
        }
        assert!(killed >= 3, "only {killed} were killed");
    }
}

#[test]
fn whoever_is_restricted_is_in_no_file() {
    let place = Place::with_people();
    let shown = export(&place, "before", &[]);
    let people = read(&shown, entries(&manifest(&shown), "people")[0]);
    let first: Value = serde_json::from_str(people.lines().next().expect("a row")).expect("JSON");
    let person = first["person"].as_str().expect("an id");
    let shown = contents(&shown);
    restrict(&place, person);
    let is_in = |files: &BTreeMap<String, Vec<u8>>| {
        files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(person))
    };
    assert!(is_in(&shown), "the search finds somebody who is shown");
    for format in FORMATS {
        let folder = export(&place, format, &["--format", format]);
        assert!(!is_in(&contents(&folder)), "{format}");
        let manifest = manifest(&folder);
        let withheld: u64 = entries(&manifest, "events").iter().map(|file| number(&file["withheld"])).sum();
        assert!(withheld >= 2, "the enrolment and the restriction at least: {withheld}");
        assert_eq!(number(&entries(&manifest, "people")[0]["count"]) + 1, {
            let before: Value = serde_json::from_slice(&shown["manifest.json"]).expect("JSON");
            number(&entries(&before, "people")[0]["count"])
        });
    }
}

#[test]
fn nothing_sealed_is_in_a_file() {
    let place = Place::with_people();
    for format in FORMATS {
        for (name, bytes) in contents(&export(&place, format, &["--format", format])) {
            let words = String::from_utf8(bytes).expect("it is UTF-8");
            for n in 0..100 {
                let certificate = invented_certificate(n);
                // The citizen number, and its birth date in two forms.
                let birth = &certificate[6..14];
                let day = format!("{}-{}-{}", &birth[..4], &birth[4..6], &birth[6..]);
                for secret in [&certificate[..18], &certificate[..], &format!("138{n:08}"), &day] {
                    assert!(!words.contains(secret), "{name}");
                }
            }
            for secret in ["乌云其木格", "无就业技能", "NoSkills", "属实"] {
                assert!(!words.contains(secret), "{name}: {secret}");
            }
        }
    }
}

#[test]
fn the_last_figures_are_those_of_progress_and_published_ones_lack_what_is_small() {
    let place = story();
    let folder = export(&place, "files", &["--format", "csv", "--what", "progress"]);
    let all = rows(&fs::read_to_string(folder.join("progress.csv")).expect("UTF-8"), 19);
    let of_day: Vec<Vec<String>> = all.iter().filter(|row| row[1] == "2023-11-30").cloned().collect();
    let data = place.data();
    let args = ["progress", "--data", text(&data), "--format", "csv", "--as-of", "2023-11-30"];
    let asked = rows(&succeed(&args), 13);
    assert_eq!(of_day.len(), 116);
    for (row, asked) in of_day.iter().zip(&asked[1..]) {
        assert_eq!((&row[3], &row[7..18]), (&asked[1], &asked[2..13]));
    }
    let folder = export(&place, "published", &["--format", "csv", "--published"]);
    let published = rows(&fs::read_to_string(folder.join("progress.csv")).expect("UTF-8"), 19);
    let is_small = |cell: &String| matches!(cell.as_str(), "1" | "2" | "3" | "4");
    let small = |rows: &[Vec<String>]| rows[1..].iter().flat_map(|row| &row[7..]).any(is_small);
    assert!(small(&all), "without small figures nothing is shown by their absence");
    assert!(!small(&published));
    assert!(published[1..].iter().flat_map(|row| &row[7..]).any(|cell| !cell.is_empty()));
}

#[test]
fn a_folder_of_something_else_is_left_as_it_is() {
    let place = Place::with_people();
    let paths = [place.data(), place.path("files")];
    succeed(&export_args(&paths, &[]));
    let before = contents(&paths[1]);
    let said = fail(&export_args(&paths, &["--format", "csv"]), 1);
    assert!(said.contains("holds another export"), "{said}");
    assert_eq!(contents(&paths[1]), before);
    // As a kill at the very beginning leaves it.
    let begun = [place.data(), place.path("begun")];
    fs::create_dir(&begun[1]).expect("it is made");
    fs::write(begun[1].join("manifest.json.new"), "{").expect("it is written");
    succeed(&export_args(&begun, &[]));
    assert_eq!(contents(&begun[1]), before);
    place.file("notes.txt", "mine");
    let elsewhere = [place.data(), place.data().parent().expect("a folder").to_owned()];
    let said = fail(&export_args(&elsewhere, &[]), 1);
    assert!(said.contains("holds something else"), "{said}");
    assert!(!contains_file(&elsewhere[1], "manifest.json"));
}

#[test]
fn a_folder_that_goes_further_than_the_log_is_left_as_it_is() {
    let place = Place::with_people();
    let paths = [place.data(), place.path("files")];
    succeed(&export_args(&paths, &[]));
    let path = paths[1].join("manifest.json");
    let written = fs::read_to_string(&path).expect("it is there");
    let ahead = written.replace(&format!("\"head\": \"{}\"", head(&place.data())), "\"head\": \"99999\"");
    fs::write(&path, &ahead).expect("it is written");
    let before = contents(&paths[1]);
    assert!(fail(&export_args(&paths, &[]), 1).contains("was exported through 99999"));
    assert_eq!(contents(&paths[1]), before);
}

#[test]
fn what_cannot_be_is_said_before_anything_is_opened() {
    let place = Place::empty();
    let paths = [place.data(), place.path("files")];
    for more in [
        &["--published", "--what", "people"][..],
        &["--bom"],
        &["--format", "xml"],
        #[cfg(not(feature = "parquet"))]
        &["--format", "parquet"],
    ] {
        fail(&export_args(&paths, more), USAGE);
    }
    assert!(!paths[1].exists());
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_export_that_was_killed_gives_the_same_bytes_too() {
    let place = story();
    let more = ["--format", "parquet"];
    let whole = contents(&export(&place, "whole", &more));
    for (name, bytes) in whole.iter().filter(|(name, _)| name.ends_with(".parquet")) {
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{name}");
    }
    let moment = whole.keys().nth(12).expect("a file of a month").clone();
    let paths = [place.data(), place.path("killed")];
    let args = export_args(&paths, &more);
    assert!(kill_when(&args, &moment, || paths[1].join(&moment).exists()));
    succeed(&args);
    assert_eq!(contents(&paths[1]), whole);
}
