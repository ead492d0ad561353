//! `sigeyi-verify` itself: what it prints, and its exit codes.

use std::process::{Command, Output};

use sigeyi_proof::NoteSigner;

use crate::invented::*;
use crate::journal::Directory;
use crate::written::*;

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sigeyi-verify")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn key() -> String {
    signer().verifier_key().to_string()
}

#[test]
fn what_is_verified_is_said_with_exit_code_0() {
    let (log, file) = (small_log(), Written::new());
    let (key, witness) = (key(), witness().verifier_key().to_string());
    let proof = file.file(proof(&log, 4).to_string());
    let out = run(&["proof", proof.to_str().unwrap(), "--key", &key, "--witness", &witness]);
    assert_eq!(out.status.code(), Some(0));
    let said = text(&out.stdout);
    for part in
        ["position: 5\n", "version: 2\n", "actor: field-1\n", "cosigned: witness.example/1, 1700000000 s"]
    {
        assert!(said.contains(part), "{said}");
    }
    let person = file.file(person_lines(&log, 2).concat());
    let out = run(&["person", person.to_str().unwrap(), "--key", &key]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).contains("not proved: that the person has no newer event"));
    let export = file.file(log_lines(&log, &checkpoint(&log)).concat());
    let out = run(&["log", export.to_str().unwrap(), "--key", &key, "--timing"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).contains("timing: 12 leaves"));
}

#[test]
fn a_directory_is_compared_with_a_kept_checkpoint() {
    let (log, file) = (small_log(), Written::new());
    let directory = Directory::new(SHA256, &log, 2);
    let (dir, key) = (directory.path().to_str().unwrap(), key());
    let kept = file.file(checkpoint(&log[..8]).to_string());
    let kept = kept.to_str().unwrap();
    let out = run(&["directory", dir, "--key", &key, "--checkpoint", kept]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).contains("not proved: events 9 to 12"));
    let out = run(&["directory", dir, "--without-checkpoint"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(!text(&out.stdout).contains("verified"), "{}", text(&out.stdout));
    assert_eq!(run(&["directory", dir]).status.code(), Some(2));
    assert_eq!(run(&["directory", dir, "--checkpoint", kept]).status.code(), Some(2));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_exit_code_7() {
    let (log, file) = (small_log(), Written::new());
    let directory = Directory::new(SHA256, &log[..11], 2);
    let kept = file.file(checkpoint(&log).to_string());
    let (dir, kept) = (directory.path().to_str().unwrap(), kept.to_str().unwrap());
    let out = run(&["directory", dir, "--key", &key(), "--checkpoint", kept]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(7), String::new()));
    let said = text(&out.stderr);
    assert!(said.contains("journal: the log ends with event 11, the checkpoint is of 12"), "{said}");
}

#[test]
fn files_that_are_not_there_and_keys_that_do_not_fit_have_codes_of_their_own() {
    let (file, key) = (Written::new(), key());
    let missing = file.path().join("missing");
    let missing = missing.to_str().unwrap();
    assert_eq!(run(&["log", missing, "--key", &key]).status.code(), Some(1));
    assert_eq!(run(&["log", missing]).status.code(), Some(2));
    assert_eq!(run(&["log", missing, "--key", "nonsense"]).status.code(), Some(2));
    assert_eq!(run(&["log", missing, "--key", &key, "--witnesses-min", "1"]).status.code(), Some(2));
    let witness = witness().verifier_key().to_string();
    assert_eq!(run(&["log", missing, "--key", &witness]).status.code(), Some(2));
}
