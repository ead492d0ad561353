//! `keys` of the real binary: looked at, rotated, moved into a program's keeping and back, and refused where it must be.

use std::{fs, os::unix::fs::symlink};

use serde_json::Value;
use sigeyi_tests::{FAILED, HELD, Place, Server, USAGE, data, fail, sigeyi, succeed, text};

fn status(place: &Place, more: &[&str]) -> Value {
    let data = place.data();
    let args = ["keys", "status", "--data", text(&data), "--format", "json"];
    serde_json::from_str(&succeed(&[&args[..], more].concat())).expect("it is JSON")
}

fn figures(place: &Place, more: &[&str]) -> String {
    succeed(&[&["progress", "--data", text(&place.data()), "--format", "csv"], more].concat())
}

#[test]
fn keys_are_rotated_and_everything_is_answered_as_before() {
    let place = Place::with_people();
    let data = place.data();
    let (before, figures_before) = (status(&place, &[]), figures(&place, &[]));
    assert_eq!((&before["generation"], &before["held_by"]), (&Value::from(0), &Value::from("file")));
    let old_keys = place.path("old-keys");
    fs::create_dir(&old_keys).expect("it is made");
    fs::copy(data.join("vault/keys"), old_keys.join("keys")).expect("it is copied");

    let said = succeed(&["keys", "rotate-root", "--data", text(&data)]);
    assert!(said.contains("is destroyed") && said.contains("back up again"), "{said}");
    let after = status(&place, &["--also", text(&old_keys)]);
    assert_eq!((&after["generation"], &after["keys"]), (&Value::from(1), &before["keys"]));
    assert_ne!(after["root"], before["root"]);
    assert_eq!(after["older_copies"][0]["path"], text(&old_keys.join("keys")));
    assert_eq!(figures(&place, &[]), figures_before);

    succeed(&["keys", "rotate-buckets", "--data", text(&data)]);
    let later = status(&place, &[]);
    assert_eq!((&later["generation"], &later["root"]), (&Value::from(2), &after["root"]));
    assert_eq!(figures(&place, &[]), figures_before);
    let table = succeed(&["keys", "status", "--data", text(&data)]);
    assert!(table.contains("根密钥 root key") && table.contains("no older copies"), "{table}");
}

#[test]
fn a_program_takes_the_root_key_into_its_keeping_and_gives_it_back() {
    let place = Place::with_people();
    let program = place.path("hsm");
    symlink(data("key-command"), &program).expect("it is linked");
    let figures_before = figures(&place, &[]);
    let by_program = ["--key-command", text(&program)];
    let rotate = |more: &[&str]| {
        succeed(&[&["keys", "rotate-root", "--data", text(&place.data())], &by_program[..], more].concat())
    };
    rotate(&[]);
    assert!(!place.data().join("vault/root.key").exists());
    let said = place.progress_fails(&[], FAILED);
    assert!(said.contains("--key-command"), "{said}");
    assert_eq!(figures(&place, &by_program), figures_before);
    assert_eq!(status(&place, &by_program)["held_by"], text(&program));

    let (directory, events, keys) = (place.data(), place.path("events"), place.path("keys"));
    let backup = ["backup", "--data", text(&directory), "--to", text(&events), "--vault-to", text(&keys)];
    let said = fail(&[&backup[..], &by_program, &["--with-root-key"]].concat(), FAILED);
    assert!(said.contains("held by a program"), "{said}");
    succeed(&[&backup[..], &by_program].concat());
    let restored = place.path("restored");
    let restore =
        ["restore", "--from", text(&events), "--vault-from", text(&keys), "--data", text(&restored)];
    succeed(&[&restore[..], &by_program].concat());
    let again = ["progress", "--data", text(&restored), "--format", "csv"];
    assert_eq!(succeed(&[&again[..], &by_program].concat()), figures_before);

    rotate(&["--to-file"]);
    assert_eq!(figures(&place, &[]), figures_before);
}

#[test]
fn what_cannot_be_rotated_is_said_with_its_exit_code_and_nothing_is_changed() {
    let place = Place::with_people();
    let data = text(&place.data()).to_owned();
    let keys = fs::read(place.data().join("vault/keys")).expect("there are keys");
    {
        let _server = Server::of(&place.data());
        for action in ["status", "rotate-root", "rotate-buckets"] {
            fail(&["keys", action, "--data", &data], HELD);
        }
    }
    fail(&["keys", "rotate-root", "--data", &data, "--to-file"], USAGE);
    fail(&["keys"], USAGE);
    let nowhere = place.path("nowhere");
    fail(&["keys", "status", "--data", text(&nowhere)], FAILED);
    assert!(!nowhere.exists(), "nothing is made");
    let said = fail(&["keys", "rotate-root", "--data", &data, "--key-command", "/no/such/program"], FAILED);
    assert!(said.contains("/no/such/program"), "{said}");
    assert_eq!(fs::read(place.data().join("vault/keys")).expect("they are there"), keys);
    assert!(sigeyi(&["keys", "--help"]).status.success());
}
