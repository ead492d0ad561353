//! Data directories that cannot be used: what is said, the exit code, and that nothing in them was changed.

use std::{fs, path::Path, process::Child};

use sigeyi_tests::{
    FAILED, HELD, Place, fail, invented_certificate, sigeyi_with_input, start, succeed, text, until,
};

#[test]
fn a_directory_without_data_is_said_to_have_none_and_is_not_made() {
    let place = Place::empty();
    let number = invented_certificate(0);
    assert!(
        place.progress_fails(&[], FAILED).contains("holds no data: import something first, or check --data")
    );
    let output = sigeyi_with_input(&["history", "--data", text(&place.data())], &number);
    let said = String::from_utf8(output.stderr).expect("it says UTF-8");
    assert!(output.status.code() == Some(FAILED) && said.contains("holds no data"), "{said}");
    assert!(!place.data().exists());

    fs::create_dir(place.data()).expect("it is made");
    assert!(place.progress_fails(&[], FAILED).contains("holds no data"));
    assert!(!place.data().join("MANIFEST").exists());
}

#[test]
fn a_data_directory_that_is_a_file_is_refused() {
    let place = Place::empty();
    let roster = place.roster();
    place.file("data", "a file");
    let data = place.data();
    for said in [
        place.progress_fails(&[], FAILED),
        place.import_fails(&roster, &[], FAILED),
        fail(&["demo", "--people", "5", "--data", text(&data)], FAILED),
        fail(&["verify", "--data", text(&data)], FAILED),
        fail(&["keys", "status", "--data", text(&data)], FAILED),
    ] {
        assert!(said.contains(&format!("cannot use as a data directory {}", text(&data))), "{said}");
        assert!(said.contains("it is a file: check --data"), "{said}");
    }
    assert_eq!(fs::read_to_string(place.data()).expect("it is there"), "a file");
}

#[test]
fn a_directory_that_cannot_be_locked_is_not_said_to_be_held() {
    let place = Place::with_people();
    let lock = place.data().join("LOCK");
    fs::remove_file(&lock).expect("it is there");
    fs::create_dir(&lock).expect("it is made");
    for said in [
        place.progress_fails(&[], FAILED),
        fail(&["verify", "--data", text(&place.data())], FAILED),
        fail(&["repair", "--data", text(&place.data())], FAILED),
        fail(&["keys", "status", "--data", text(&place.data())], FAILED),
    ] {
        assert!(said.contains(&format!("cannot open {}", text(&lock))), "{said}");
    }
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_directory_held_by_another_process_is_left_to_it() {
    let place = Place::empty();
    let data = place.data();
    let mut demo = Running(start(&["demo", "--people", "400000", "--data", text(&data)]));
    // It is made under the lock.
    until("the manifest", || data.join("MANIFEST").exists());
    let roster = place.roster();
    let number = sigeyi_with_input(&["history", "--data", text(&data)], &invented_certificate(0));
    assert_eq!(number.status.code(), Some(HELD));
    for said in [
        place.progress_fails(&[], HELD),
        place.import_fails(&roster, &[], HELD),
        fail(&["demo", "--people", "400000", "--data", text(&data)], HELD),
        String::from_utf8(number.stderr).expect("it says UTF-8"),
    ] {
        assert!(
            said.contains("another process holds") && said.contains("stop it or use another --data"),
            "{said}"
        );
    }
    assert!(demo.0.try_wait().expect("it can be waited for").is_none(), "it was not disturbed");
    drop(demo);
    succeed(&["progress", "--data", text(&data)]);
}

/// Writes both copies of the manifest with another text and the right checksum.
fn edit_manifest(data: &Path, from: &str, to: &str) {
    let old = fs::read_to_string(data.join("MANIFEST")).expect("there is a manifest");
    let line = old.lines().next().expect("a line");
    assert!(line.contains(from), "{line}");
    let line = line.replace(from, to);
    for name in ["MANIFEST", "MANIFEST.2"] {
        let text = format!("{line}\ncrc32c {:08x}\n", crc32c::crc32c(line.as_bytes()));
        fs::write(data.join(name), text).expect("it is written");
    }
}

/// What the binary writes, in every file: its format, and behind it the preview of format 0, else zero.
const OURS: [u8; 2] = [1, 0];
/// The last preview, and what later versions may write.
const OTHERS: [[u8; 2]; 3] = [[0, 2], [2, 0], [1, 1]];
/// Where a file with a header says both.
const FORMAT_AT: usize = 8;

/// Makes the part of a file of another format, with the right checksum behind the part.
fn edit_format(path: &Path, from: usize, checksum_at: usize, format: [u8; 2]) {
    let mut bytes = fs::read(path).expect("it is there");
    let part = &mut bytes[from..];
    part[FORMAT_AT..FORMAT_AT + 2].copy_from_slice(&format);
    let checksum = crc32c::crc32c(&part[..checksum_at]);
    part[checksum_at..checksum_at + 4].copy_from_slice(&checksum.to_be_bytes());
    fs::write(path, bytes).expect("it is written");
}

/// A file of a preview is imported again; a newer one needs a later program, and nobody is told to import it again.
fn says_what_to_do(said: &str, [format, preview]: [u8; 2]) -> bool {
    match format {
        0 => {
            said.contains(&format!("made by a preview ({preview})"))
                && said.contains("import again with this version")
        }
        _ => said.contains("use a later version") && !said.contains("import again"),
    }
}

#[test]
fn a_file_of_another_format_within_a_directory_is_refused_and_a_snapshot_is_passed_over() {
    let place = Place::with_people();
    let data = place.data();
    let before = succeed(&["progress", "--data", text(&data), "--format", "csv"]);
    for other in OTHERS {
        // A file, where its headers begin, and where in them the checksum stands.
        let files: [(&[&str], &[usize], usize); 3] = [
            (&["journal/0000000001.log"], &[0], 92),
            (&["vault/keys", "vault/keys.2"], &[0], 28),
            (&["HEAD"], &[0, 512], 88),
        ];
        for (names, headers, checksum_at) in files {
            let edit = |format| {
                for name in names {
                    headers.iter().for_each(|at| edit_format(&data.join(name), *at, checksum_at, format));
                }
            };
            edit(other);
            let said = place.progress_fails(&[], FAILED);
            assert!(says_what_to_do(&said, other), "{names:?}: {said}");
            edit(OURS);
        }
        assert_eq!(succeed(&["progress", "--data", text(&data), "--format", "csv"]), before);
    }
}

#[test]
fn a_snapshot_of_another_format_is_passed_over_and_a_mirror_that_is_none_is_made_anew() {
    let place = Place::empty();
    let data = place.data();
    // Enough for a snapshot at the end.
    succeed(&["demo", "--people", "4000", "--seed", "7", "--data", text(&data), "--no-serve"]);
    let before = succeed(&["progress", "--data", text(&data), "--format", "csv"]);
    let snapshots: Vec<_> = fs::read_dir(data.join("snapshots")).expect("there are some").collect();
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        edit_format(&snapshot.expect("an entry").path(), 0, 108, [2, 0]);
    }
    fs::remove_dir_all(data.join("mirror")).expect("it is removed");
    fs::create_dir(data.join("mirror")).expect("it is made");
    fs::write(data.join("mirror/db"), b"another version's").expect("it is written");
    assert_eq!(succeed(&["progress", "--data", text(&data), "--format", "csv"]), before);
}

#[test]
fn a_directory_of_a_preview_or_a_later_format_is_refused() {
    let place = Place::with_people();
    let ours = "\"format\":1,";
    for other in OTHERS {
        let [format, preview] = other;
        let theirs = format!("\"format\":{format},\"preview\":{preview},");
        edit_manifest(&place.data(), ours, &theirs);
        let said = place.progress_fails(&[], FAILED);
        assert!(says_what_to_do(&said, other), "{said}");
        edit_manifest(&place.data(), &theirs, ours);
    }
    succeed(&["progress", "--data", text(&place.data())]);
}

#[test]
fn a_manifest_has_a_second_copy_and_a_journal_without_any_is_refused() {
    let place = Place::with_people();
    let (one, two) = (place.data().join("MANIFEST"), place.data().join("MANIFEST.2"));
    let right = fs::read(&one).expect("there is a manifest");
    fs::remove_file(&one).expect("it is removed");
    succeed(&["progress", "--data", text(&place.data())]);
    assert_eq!(fs::read(&one).expect("it was mended"), right);

    fs::write(&two, "damaged").expect("it is written");
    succeed(&["progress", "--data", text(&place.data())]);
    assert_eq!(fs::read(&two).expect("it was mended"), right);

    fs::write(&one, "damaged").expect("it is written");
    fs::write(&two, "damaged").expect("it is written");
    assert!(place.progress_fails(&[], FAILED).contains("both copies of the manifest"));

    fs::remove_file(&one).expect("it is removed");
    fs::remove_file(&two).expect("it is removed");
    let roster = place.roster();
    for said in [place.progress_fails(&[], FAILED), place.import_fails(&roster, &[], FAILED)] {
        assert!(said.contains("has a journal but no manifest: bring it back from a backup"), "{said}");
    }
    assert!(!one.exists() && !two.exists(), "none is made up");
}

#[test]
fn without_the_right_root_key_nothing_is_opened_and_no_other_key_is_made() {
    let place = Place::with_people();
    let path = place.data().join("vault/root.key");
    let right = fs::read_to_string(&path).expect("there is a root key");
    fs::remove_file(&path).expect("it is removed");
    let said = place.progress_fails(&[], FAILED);
    assert!(said.contains("put the right one back") && said.contains("root.key"), "{said}");
    assert!(!path.exists(), "no other key is made");

    let other = right.replace(|_: char| true, "a");
    for (wrong, says) in [
        (format!("{}\n", &other[..64]), "the root key does not open this vault"),
        ("short\n".to_owned(), "a root key is 64 hexadecimal digits"),
        (format!("{}\n", "g".repeat(64)), "only hexadecimal digits"),
    ] {
        fs::write(&path, &wrong).expect("it is written");
        let said = place.progress_fails(&[], FAILED);
        assert!(said.contains(says) && !said.contains(wrong.trim()), "{said}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), wrong, "it is left as it is");
    }
    fs::write(&path, &right).expect("it is written");
    succeed(&["progress", "--data", text(&place.data())]);
}

#[test]
fn events_whose_keys_are_lost_are_refused_until_one_copy_is_put_back() {
    let place = Place::with_people();
    let vault = place.data().join("vault");
    let before = succeed(&["progress", "--data", text(&place.data()), "--format", "csv"]);
    let keys = fs::read(vault.join("keys")).expect("there are keys");
    for name in ["keys", "keys.2", "root.key"] {
        fs::copy(vault.join(name), place.data().join(format!("kept-{name}"))).expect("it is kept");
        fs::remove_file(vault.join(name)).expect("it is removed");
    }
    let roster = place.roster();
    for said in [place.progress_fails(&[], FAILED), place.import_fails(&roster, &[], FAILED)] {
        assert!(said.contains("both copies of their keys") && said.contains("put one back"), "{said}");
        assert!(!vault.join("root.key").exists(), "no other root key is made");
    }
    for name in ["keys.2", "root.key"] {
        fs::copy(place.data().join(format!("kept-{name}")), vault.join(name)).expect("it is put back");
    }
    assert_eq!(succeed(&["progress", "--data", text(&place.data()), "--format", "csv"]), before);
    assert_eq!(fs::read(vault.join("keys")).expect("it is mended"), keys);
}
