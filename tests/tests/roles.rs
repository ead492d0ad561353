//! `sigeyi roles`: the register of roles from the command line, and what it leaves of tokens.

use std::path::Path;

use serde_json::Value;
use sigeyi_tests::{FAILED, Place, USAGE, fail, succeed, text};

/// `sigeyi roles ACTION --data DIR` with more words.
fn words<'a>(action: &'a str, data: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["roles", action, "--data", text(data)], more].concat()
}

fn listed(data: &Path) -> Vec<Value> {
    let printed = succeed(&words("list", data, &["--format", "json"]));
    serde_json::from_str::<Value>(&printed).expect("it is JSON").as_array().expect("a list").clone()
}

const BOOTSTRAP: [&str; 6] = ["--by", "op-1", "--manager", "m-1", "--manager", "m-2"];
const REQUEST: [&str; 8] =
    ["--by", "op-1", "--actor", "worker-7", "--role", "field_worker", "--region", "150402"];

#[test]
fn two_managers_are_granted_once_and_then_one_asks_and_another_approves() {
    let place = Place::with_people();
    let data = place.data();
    assert!(succeed(&words("list", &data, &[])).contains("the register has none"));
    succeed(&words("bootstrap", &data, &BOOTSTRAP));
    fail(&words("bootstrap", &data, &BOOTSTRAP), FAILED);
    succeed(&words("request", &data, &REQUEST));
    let entries = listed(&data);
    assert_eq!(entries.len(), 3);
    for (entry, manager) in entries.iter().zip(["m-1", "m-2"]) {
        assert_eq!((&entry["actor"], &entry["reads"]), (&manager.into(), &"150000".into()));
        assert_eq!((&entry["status"], &entry["asked"]), (&"granted".into(), &Value::Null));
    }
    assert_eq!((&entries[2]["status"], &entries[2]["asked"]["by"]), (&"waiting".into(), &"op-1".into()));

    let request = entries[2]["asked"]["position"].to_string();
    // Nobody of the register, and whoever is to have it.
    for by in ["op-1", "worker-7"] {
        let said = fail(&words("approve", &data, &["--by", by, &request]), FAILED);
        assert!(said.contains("none of your roles may do this"), "{said}");
    }
    succeed(&words("approve", &data, &["--by", "m-1", &request]));
    let entry = listed(&data)[2].clone();
    assert_eq!((&entry["status"], &entry["granted"]["by"]), (&"granted".into(), &"m-1".into()));

    let token = |region| {
        [
            &[
                "token",
                "--data",
                text(&data),
                "--roles",
                "register",
                "--actor",
                "worker-7",
                "--office",
                "o-1",
            ],
            &["--role", "field_worker", "--region", region][..],
        ]
        .concat()
    };
    succeed(&token("150402"));
    let said = fail(&token("150400"), USAGE);
    assert!(said.contains("does not grant all of this"), "{said}");

    let grant = entry["granted"]["position"].to_string();
    succeed(&words("withdraw", &data, &["--by", "m-2", &grant]));
    assert_eq!(listed(&data)[2]["status"], "withdrawn");
    fail(&token("150402"), USAGE);
    assert!(succeed(&words("list", &data, &["--actor", "worker-7"])).contains("已收回"));
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_recorded() {
    let place = Place::with_people();
    let data = place.data();
    for (action, more, code) in [
        ("bootstrap", &["--by", "op-1", "--manager", "m-1"][..], USAGE),
        ("bootstrap", &["--by", "op-1", "--manager", "m-1", "--manager", "m-1"], FAILED),
        ("request", &["--by", "op-1", "--actor", "a", "--role", "auditor", "--region", "999999"], USAGE),
        ("request", &["--by", "a b", "--actor", "a", "--role", "auditor", "--region", "150000"], USAGE),
        ("approve", &["--by", "m-1", "7"], FAILED),
        ("withdraw", &["--by", "m-1", "7"], FAILED),
    ] {
        fail(&words(action, &data, more), code);
    }
    assert_eq!(listed(&data), [] as [Value; 0]);
}

#[test]
fn without_identity_there_is_nobody_whom_a_register_could_know() {
    let place = Place::with_people();
    let said =
        fail(&["serve", "--data", text(&place.data()), "--without-identity", "--roles", "register"], USAGE);
    assert!(said.contains("--roles register"), "{said}");
}
