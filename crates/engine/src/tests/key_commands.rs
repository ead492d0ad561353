//! Root keys that a program holds.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sigeyi_vault::{KeyProvider, KeyProviderError, RootId, VaultError};
use tempfile::TempDir;

use super::{
    any::{PEOPLE, certificate, enrolment, seventeen, verification},
    world::{answers, send, submission},
};
use crate::{
    Engine, KeyCommandError, KeySource, KeysOptions, OpenError, Options, VerifyOptions, keys_status,
    root_keys::KeyCommand, rotate_buckets, rotate_root, verify,
};

/// The sample program of the documentation, under another name so that it has root keys of its own.
fn sample(dir: &Path) -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/key-command");
    let link = dir.join("key-command");
    symlink(program, &link).unwrap();
    link
}

/// A program that does what its name says.
fn failing(dir: &TempDir, name: &str) -> KeyCommand {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/data/key-command-that-fails");
    let link = dir.path().join(name);
    symlink(program, &link).unwrap();
    KeyCommand::new(&link).unwrap()
}

fn roots_of(program: &Path) -> Vec<String> {
    let folder = program.with_file_name("key-command.roots");
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_sample_program_keeps_to_the_protocol() {
    let dir = tempfile::tempdir().unwrap();
    let program = sample(dir.path());
    let command = KeyCommand::new(&program).unwrap();
    let roots = [command.new_root().unwrap(), command.new_root().unwrap()];
    for root in roots {
        for key in [&[7; 32][..], &[9; 64]] {
            let wrapped = command.wrap(root, b"aad", key).unwrap();
            assert_eq!(wrapped.len(), key.len() + 28);
            assert_ne!(wrapped, command.wrap(root, b"aad", key).unwrap());
            assert_eq!(*command.unwrap(root, b"aad", &wrapped).unwrap(), key);
            let refused = |root, aad, wrapped: &[u8]| {
                let unwrapped = command.unwrap(root, aad, wrapped);
                assert!(matches!(unwrapped, Err(KeyProviderError::Refused)), "{unwrapped:?}");
            };
            refused(root, b"other", &wrapped);
            refused(roots[usize::from(root == roots[0])], b"aad", &wrapped);
            refused(root, b"aad", &wrapped[1..]);
            let mut flipped = wrapped;
            flipped[20] ^= 1;
            refused(root, b"aad", &flipped);
        }
    }
    for _ in 0..2 {
        command.destroy(roots[0]).unwrap();
    }
    assert!(
        matches!(command.wrap(roots[0], b"", &[0; 32]), Err(KeyProviderError::RootUnknown(root)) if root == roots[0])
    );
    assert_eq!(roots_of(&program), [roots[1].to_string()]);
}

#[test]
fn a_program_that_does_not_answer_as_it_should_is_never_taken_for_damage() {
    let dir = tempfile::tempdir().unwrap();
    let root = RootId([3; 32]);
    let said = |name: &str| match failing(&dir, name).wrap(root, b"aad", &[7; 32]).unwrap_err() {
        KeyProviderError::Unavailable(error) => *error.downcast::<KeyCommandError>().unwrap(),
        other => panic!("{name}: {other:?}"),
    };
    for name in ["silent", "garbled", "odd", "other-word", "chatty"] {
        let error = said(name);
        assert!(matches!(error, KeyCommandError::Answer { verb: "wrap", .. }), "{name}: {error:?}");
    }
    for (name, code) in [("failing", Some(7)), ("refusing", Some(2)), ("killed", None)] {
        match said(name) {
            KeyCommandError::Failed { code: found, said, .. } => {
                assert_eq!(found, code, "{name}");
                assert!(
                    !said.contains("0707") && (name != "failing" || said.ends_with("the token is locked")),
                    "{said}"
                );
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    let unknown = failing(&dir, "unknowing").unwrap(root, b"aad", &[7; 60]);
    assert!(matches!(unknown, Err(KeyProviderError::RootUnknown(found)) if found == root));
    // Of a length that no vault takes, which the vault says.
    assert_eq!(failing(&dir, "short").wrap(root, b"aad", &[7; 32]).unwrap(), [0]);
    assert!(failing(&tempfile::tempdir().unwrap(), "short").new_root().is_err());
}

#[test]
fn a_program_that_takes_too_long_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let started = Instant::now();
    for name in ["late", "deaf"] {
        let command = failing(&dir, name).with_answer_time_max(Duration::from_millis(300));
        match command.new_root().unwrap_err() {
            KeyProviderError::Unavailable(error) => {
                let error = *error.downcast::<KeyCommandError>().unwrap();
                assert!(matches!(error, KeyCommandError::Late { verb: "new-root", .. }), "{name}: {error:?}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(started.elapsed() < Duration::from_secs(30), "they would have taken a minute each");
}

#[test]
fn a_program_is_a_file_by_its_path() {
    let dir = tempfile::tempdir().unwrap();
    assert!(KeyCommand::new(dir.path()).is_err());
    assert!(KeyCommand::new(Path::new("sh")).is_err(), "it is not looked for along PATH");
    assert!(KeyCommand::new(&dir.path().join("sh -c true")).is_err());
}

struct Place {
    dir: TempDir,
    program: PathBuf,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let program = sample(dir.path());
        Place { dir, program }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn by_program(&self) -> KeySource {
        KeySource { command: Some(self.program.clone()), to_file: false }
    }

    fn open(&self, keys: KeySource) -> Result<Engine, OpenError> {
        Engine::open(&self.data(), Options { create: true, keys, ..Options::default() })
    }

    /// Everybody enrolled and verified; everything that can be asked.
    fn tell(&self, keys: KeySource) -> Vec<String> {
        let engine = self.open(keys).unwrap();
        for who in 0..PEOPLE {
            let number = who as u128 * 10;
            let command = enrolment(certificate(&seventeen(who), "42"));
            send(&engine, &submission(number + 1, who, command)).unwrap();
            send(&engine, &submission(number + 2, who, verification())).unwrap();
        }
        answers(&engine)
    }

    fn keys(&self, source: KeySource) -> KeysOptions {
        KeysOptions { data: self.data(), source, also: Vec::new() }
    }
}

#[test]
fn a_directory_whose_root_key_a_program_holds_opens_with_it_and_with_nothing_else() {
    let place = Place::new();
    let before = place.tell(place.by_program());
    assert!(!place.data().join("vault/root.key").exists());
    assert_eq!(answers(&place.open(place.by_program()).unwrap()), before);
    let alone = place.open(KeySource::default()).map(|_| ()).unwrap_err();
    assert!(matches!(alone, OpenError::RootKey { .. }), "{alone:?}");
    assert!(alone.to_string().contains("--key-command"), "{alone}");
    let status = keys_status(&place.keys(place.by_program())).unwrap();
    assert_eq!(roots_of(&place.program), [status.root.to_string()]);
    assert_eq!(status.holder, place.program.display().to_string());
    assert!(
        verify(
            &place.data(),
            &VerifyOptions { keys: place.by_program(), ..VerifyOptions::default() },
            |_, _| ()
        )
        .unwrap()
        .is_sound()
    );
    // Another program has other root keys.
    let other = Place::new();
    let wrong = place.open(other.by_program()).map(|_| ()).unwrap_err();
    assert!(matches!(wrong, OpenError::Vault(VaultError::WrongRootKey)), "{wrong:?}");
}

#[test]
fn a_root_key_goes_from_a_file_into_a_programs_keeping_and_back() {
    let place = Place::new();
    let before = place.tell(KeySource::default());
    let root_key = place.data().join("vault/root.key");
    let first = fs::read(&root_key).unwrap();

    let moved = rotate_root(&place.keys(place.by_program()), |done, total| assert!(done <= total)).unwrap();
    assert!(!root_key.exists(), "the file is gone");
    assert_eq!(moved.keys.generation, 1);
    assert_eq!(roots_of(&place.program), [moved.keys.root.to_string()]);
    assert_eq!(answers(&place.open(place.by_program()).unwrap()), before);
    assert!(place.open(KeySource::default()).is_err());

    let rotated = rotate_buckets(&place.keys(place.by_program()), |_, _| ()).unwrap();
    assert_eq!((rotated.keys.generation, rotated.keys.root), (2, moved.keys.root));

    let back =
        rotate_root(&place.keys(KeySource { to_file: true, ..place.by_program() }), |_, _| ()).unwrap();
    assert_eq!(back.keys.holder, "file");
    assert_eq!(back.root_before, moved.keys.root);
    assert!(roots_of(&place.program).is_empty(), "it is destroyed");
    assert_ne!(fs::read(&root_key).unwrap(), first);
    assert_eq!(answers(&place.open(KeySource::default()).unwrap()), before);
    assert!(verify(&place.data(), &VerifyOptions::default(), |_, _| ()).unwrap().is_sound());
}
