//! Directories of past formats, which lie in `tests/data/golden/` and are never made again.

use std::{fs, path::PathBuf};

use sigeyi_proof::{Trust, VerifierKey};
use sigeyi_verifier::{Fixed, read_checkpoint, verify_directory};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/golden").join(name)
}

#[test]
fn golden_directories_are_verified_with_the_heads_that_they_commit_to() {
    for (name, suite) in [("v1-international", 1), ("v1-guomi", 2)] {
        let verified = verify_directory(&golden(name).join("data"), None, None).unwrap();
        assert_eq!((verified.suite, verified.end.people, verified.end.heads), (suite, 5, 2), "{name}");
    }
}

#[test]
fn the_checkpoint_that_a_golden_directory_has_signed_is_believed() {
    for name in ["v1-international", "v1-guomi"] {
        let folder = golden(name);
        let key = fs::read_to_string(folder.join("log.pub")).unwrap();
        let trust = Trust::log(VerifierKey::parse(key.trim()).unwrap()).unwrap();
        let trusted = read_checkpoint(&folder.join("data/CHECKPOINT"), &trust).unwrap();
        let verified = verify_directory(&folder.join("data"), None, Some(trusted)).unwrap();
        assert_eq!(verified.end.fixed, Fixed::Through(verified.end.events), "{name}");
    }
}
