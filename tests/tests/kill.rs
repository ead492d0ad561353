//! A process that is killed at any moment: the next one goes on, and nothing is missing or there twice.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use sigeyi_domain::CertificateNumber;
use sigeyi_simulator::{Simulation, SimulationOptions};
use sigeyi_tests::{
    Answers, answers, contains_file, files, frames_end, head, import, invented_certificate, kill_when,
    length, recorded, sigeyi, succeed, text,
};
use tempfile::TempDir;

const PEOPLE: usize = 3_000;
const QUESTIONS: [&[&str]; 3] =
    [&["--as-of", "2022-06-30"], &["--as-of", "2023-11-30"], &["--as-of", "2024-12-31"]];

/// A directory to be killed on, beside the files that are imported into it.
struct Place {
    dir: TempDir,
    files: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { dir: tempfile::tempdir().expect("a temporary folder"), files: files(PEOPLE) }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn import(&self) -> u64 {
        recorded(&import(&self.data(), self.files.path(), &self.dir.path().join("rejects.csv")))
    }

    fn kill_when(&self, what: &str, is_seen: impl FnMut() -> bool) {
        assert!(self.is_killed_when(what, is_seen), "it ended before it could be killed at {what}");
    }

    fn is_killed_when(&self, what: &str, is_seen: impl FnMut() -> bool) -> bool {
        let (roster, records) = (self.files.path().join("roster.csv"), self.files.path().join("records.csv"));
        let data = self.data();
        let args = ["import", "--data", text(&data), "--roster", text(&roster), "--records", text(&records)];
        kill_when(&args, what, is_seen)
    }

    /// How many events a start after a kill finds. A directory that was not finished has none, and is no data yet.
    fn head_after_kill(&self) -> u64 {
        let output = sigeyi(&["progress", "--data", text(&self.data())]);
        if output.status.success() {
            return head(&self.data());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains("holds no data"), "{said}");
        assert_eq!(length(&journal(&self.data())), 0);
        0
    }

    fn answers(&self) -> Answers {
        answers(&self.data(), &QUESTIONS, &[0, 3, 9, 13, 17, 117, 2_998].map(invented_certificate))
    }

    /// Imports once more: what the killed one recorded and what this one records are together what one alone records.
    fn is_completed(&self) {
        let (whole, _) = whole();
        let before = self.head_after_kill();
        assert_eq!(before + self.import(), whole.head);
        assert_eq!(self.answers(), *whole);
        assert_eq!(self.import(), 0, "nothing is left to record");
    }
}

fn journal(data: &Path) -> PathBuf {
    data.join("journal/0000000001.log")
}

/// What an import answers that was never killed, and where its frames end.
fn whole() -> &'static (Answers, u64) {
    static WHOLE: OnceLock<(Answers, u64)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let place = Place::new();
        let recorded = place.import();
        let answers = place.answers();
        assert!(recorded > 12_000 && recorded == answers.head);
        (answers, frames_end(&journal(&place.data())))
    })
}

#[test]
fn an_import_killed_as_the_journal_grows_is_completed_by_the_next() {
    let (_, bytes) = whole();
    for percent in [1, 10, 35, 60, 85] {
        let place = Place::new();
        let path = journal(&place.data());
        place.kill_when("the journal", || frames_end(&path) > bytes * percent / 100);
        // The first frame may be a large one, of which only a part is there yet.
        assert!(percent < 85 || place.head_after_kill() > 0, "killed after the first events");
        place.is_completed();
    }
}

#[test]
fn an_import_killed_after_its_first_frame_has_the_keys_of_all_that_is_in_it() {
    for _ in 0..3 {
        let place = Place::new();
        let path = journal(&place.data());
        place.kill_when("the first frame", || frames_end(&path) > 0);
        assert!(place.head_after_kill() > 0);
        place.is_completed();
    }
}

#[test]
fn an_import_killed_again_and_again_gets_to_its_end() {
    let (_, bytes) = whole();
    let place = Place::new();
    let path = journal(&place.data());
    let mut heads = Vec::new();
    for percent in [5, 20, 40, 60, 80] {
        place.kill_when("the journal", || frames_end(&path) > bytes * percent / 100);
        heads.push(place.head_after_kill());
    }
    assert!(heads.is_sorted() && heads[4] > 0, "{heads:?}");
    place.is_completed();
}

#[test]
fn an_import_killed_while_its_directory_is_made_is_completed_by_the_next() {
    let made = [
        "LOCK",
        "MANIFEST",
        "MANIFEST.2",
        "vault",
        "vault/keys",
        "vault/keys.2",
        "vault/root.key",
        "journal",
        "journal/0000000001.log",
        "mirror",
        "mirror/db",
    ];
    for name in made {
        let place = Place::new();
        let path = place.data().join(name);
        place.kill_when(name, || path.exists());
        place.is_completed();
    }
}

#[test]
fn an_import_killed_while_keys_are_made_is_completed_by_the_next() {
    // Beginning of the first record, within the first bucket, and when the second copy has less than the first.
    for (file, bytes) in [
        ("keys", 32),
        ("keys", 200),
        ("keys", 131_300),
        ("keys", 262_500),
        ("keys.2", 200),
        ("keys.2", 131_300),
    ] {
        let place = Place::new();
        let path = place.data().join("vault").join(file);
        place.kill_when("keys", || length(&path) > bytes);
        place.is_completed();
    }
}

#[test]
fn an_import_killed_while_a_snapshot_is_written_is_completed_by_the_next() {
    // It is there for a few milliseconds only, so a busy machine may miss it.
    let is_caught = (0..20).any(|_| {
        let place = Place::new();
        let snapshots = place.data().join("snapshots");
        place.is_killed_when("a snapshot that is not whole", || contains_file(&snapshots, ".new"));
        let is_caught = contains_file(&snapshots, ".new");
        assert_eq!(place.head_after_kill(), whole().0.head, "all was recorded before");
        place.is_completed();
        is_caught
    });
    assert!(is_caught, "no import was killed while it wrote a snapshot");
}

const DEMO_PEOPLE: u32 = 3_000;
const DEMO_SEED: u64 = 7;
const DEMO_QUESTIONS: [&[&str]; 3] = [
    &["--as-of", "2022-12-31"],
    &["--as-of", "2023-11-30", "--known-at", "2023-11-30"],
    &["--as-of", "2024-12-31"],
];

fn demo(data: &Path) -> Vec<String> {
    let (people, seed) = (DEMO_PEOPLE.to_string(), DEMO_SEED.to_string());
    ["demo", "--people", &people, "--seed", &seed, "--data", text(data)].map(str::to_owned).to_vec()
}

#[test]
fn a_demo_killed_on_the_way_and_started_again_ends_with_the_same_figures() {
    let certificates: Vec<String> =
        Simulation::new(SimulationOptions { people: DEMO_PEOPLE, seed: DEMO_SEED })
            .flat_map(|day| day.commands)
            .filter_map(|simulated| simulated.command.enrols())
            .step_by(500)
            .map(|certificate: CertificateNumber| certificate.to_string())
            .collect();
    let run = |data: &Path| {
        let args = demo(data);
        succeed(&args.iter().map(String::as_str).collect::<Vec<_>>());
        answers(data, &DEMO_QUESTIONS, &certificates)
    };

    let dir = tempfile::tempdir().expect("a temporary folder");
    let untouched = dir.path().join("untouched");
    let expected = run(&untouched);
    assert!(expected.head > 10_000 && certificates.len() > 5);
    let bytes = frames_end(&journal(&untouched));

    for percent in [0, 5, 40, 90] {
        let data = dir.path().join(format!("killed-at-{percent}"));
        let args = demo(&data);
        let path = journal(&data);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        assert!(kill_when(&args, "the journal", || frames_end(&path) > bytes * percent / 100));
        assert_eq!(run(&data), expected, "killed at {percent} %");
    }
}
