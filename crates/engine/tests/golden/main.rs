//! Directories of past formats stay readable: `tests/data/golden/` has a small one of each format and suite, made once and never again.
//!
//! A copy is verified, opened with and without its snapshot, compared with what was read of it when it was made, and written to. The directories of a new
//! format are made by `cargo test -p sigeyi-engine --test golden -- --ignored`; those that are there are not touched.

#![expect(clippy::unwrap_used, reason = "what tests share is for tests alone")]

mod read;
mod story;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sigeyi_engine::{Engine, Options, Suite, VerifyOptions, verify};

const FORMAT: u8 = 1;

fn folder(suite: Suite) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/golden");
    root.join(format!("v{FORMAT}-{}", suite.name()))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
            // A checkout does not keep what is the owner's alone.
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

fn copied(suite: Suite) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&folder(suite).join("data"), dir.path());
    dir
}

fn expected(suite: Suite) -> Value {
    serde_json::from_str(&fs::read_to_string(folder(suite).join("expected.json")).unwrap()).unwrap()
}

#[test]
fn a_golden_directory_is_sound() {
    for suite in Suite::ALL {
        let dir = copied(suite);
        let report = verify(dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
        assert!(report.is_sound(), "{suite}: {:?}", report.faults);
        let checked = report.checked;
        assert_eq!((checked.manifest_copies, checked.vault_copies, checked.snapshots), (2, 2, 1), "{suite}");
        assert!(checked.sealed_bodies > 20 && checked.heads_committed == 2, "{suite}: {checked:?}");
        assert!(checked.access_entries > 0, "{suite}");
        assert_eq!(report.head, expected(suite)["read"]["head"].as_u64().unwrap());
        let root: String = report.root.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(root, expected(suite)["root"].as_str().unwrap());
    }
}

#[test]
fn everything_in_a_golden_directory_is_read_as_it_was_when_it_was_made() {
    for suite in Suite::ALL {
        for ignore_snapshots in [false, true] {
            let dir = copied(suite);
            let engine =
                Engine::open(dir.path(), Options { ignore_snapshots, ..Options::default() }).unwrap();
            assert_eq!(engine.start_report().snapshot.is_some(), !ignore_snapshots, "{suite}");
            assert!(engine.start_report().access.fault.is_none());
            assert_eq!(
                read::everything(&engine),
                expected(suite)["read"],
                "{suite}, without snapshot {ignore_snapshots}"
            );
            assert!(engine.refold().unwrap().is_equal, "{suite}");
        }
    }
}

#[test]
fn a_golden_directory_takes_more_and_stays_sound() {
    for suite in Suite::ALL {
        let dir = copied(suite);
        let before = expected(suite)["read"]["head"].as_u64().unwrap();
        let engine = Engine::open(dir.path(), Options::default()).unwrap();
        let position = story::verify_somebody(&engine).position.0;
        assert_eq!(position, before + 1, "{suite}");
        assert_eq!(engine.commit_heads().unwrap().unwrap().position.0, before + 2);
        let published = engine.sign_checkpoint().unwrap().unwrap();
        assert_eq!(published.checkpoint().size, before + 2, "it goes on from what it has signed");
        drop(engine);
        let report = verify(dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
        assert!(report.is_sound(), "{suite}: {:?}", report.faults);
        assert_eq!(report.head, before + 2);
    }
}

/// Makes what is missing, and never what is there.
#[test]
#[ignore = "makes the golden directories of a new format"]
fn make_golden_directories() {
    for suite in Suite::ALL {
        let folder = folder(suite);
        if folder.exists() {
            continue;
        }
        let made = tempfile::tempdir().unwrap();
        story::tell(made.path(), suite);
        let engine = Engine::open(made.path(), Options::default()).unwrap();
        let (read, key) = (read::everything(&engine), engine.log_key().unwrap().to_string());
        drop(engine);
        let report = verify(made.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
        assert!(report.is_sound(), "{:?}", report.faults);
        let root: String = report.root.iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = json!({ "root": root, "read": read });
        // Another store's file, large, and made again where it is missing.
        fs::remove_dir_all(made.path().join("mirror")).unwrap();
        fs::remove_file(made.path().join("LOCK")).unwrap();
        copy(made.path(), &folder.join("data"));
        fs::write(folder.join("expected.json"), serde_json::to_string_pretty(&expected).unwrap() + "\n")
            .unwrap();
        fs::write(folder.join("log.pub"), key + "\n").unwrap();
    }
}
