//! The end of the journal: a torn write is mended by itself, a wrong one is not.

use std::{fs, ops::Range, path::PathBuf};

use sigeyi_tests::{
    Answers, answers, fail, files, frames, head, import, invented_certificate, recorded, text,
};
use tempfile::TempDir;

const SEGMENT_HEADER_BYTES: usize = 96;
const FRAME_HEADER_BYTES: usize = 88;
/// An event takes 128 bytes at least, a block of the mirror 6,144 at most.
const EVENTS_IN_A_BLOCK_MAX: u64 = 48;
/// So few that no snapshot is taken.
const PEOPLE: usize = 600;

struct Place {
    dir: TempDir,
    files: TempDir,
    whole: Vec<u8>,
    answers: Answers,
}

impl Place {
    fn new() -> Place {
        let (dir, files) = (tempfile::tempdir().expect("a temporary folder"), files(PEOPLE));
        import(&dir.path().join("data"), files.path(), &dir.path().join("rejects.csv"));
        let mut place = Place {
            dir,
            files,
            whole: Vec::new(),
            answers: Answers { head: 0, figures: vec![], histories: vec![] },
        };
        place.answers = place.answers();
        place.whole = fs::read(place.journal()).expect("there is a journal");
        place
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn journal(&self) -> PathBuf {
        self.data().join("journal/0000000001.log")
    }

    fn answers(&self) -> Answers {
        let questions: [&[&str]; 2] = [&["--as-of", "2022-12-31"], &["--as-of", "2024-12-31"]];
        answers(&self.data(), &questions, &[0, 3, 117, 598].map(invented_certificate))
    }

    /// Puts a journal there, as after a kill: what comes after it is not in the mirror either, and nothing says that it was closed.
    fn put(&self, journal: &[u8]) {
        fs::write(self.journal(), journal).expect("it is written");
        fs::remove_file(self.data().join("HEAD")).expect("there is one");
        fs::remove_dir_all(self.data().join("mirror")).expect("there is a mirror");
        assert!(!self.data().join("snapshots").exists(), "so few events make no snapshot");
    }

    /// It starts with so many events, and an import gives the same again.
    fn starts_with(&self, events: u64, what: &str) {
        assert_eq!(head(&self.data()), events, "{what}");
        let printed = import(&self.data(), self.files.path(), &self.dir.path().join("rejects.csv"));
        assert_eq!(recorded(&printed), self.answers.head - events, "{what}");
        assert_eq!(self.answers(), self.answers, "{what}");
    }
}

/// Where the last frame stands, and how many events are before it.
fn last_frame(journal: &[u8]) -> (Range<usize>, u64) {
    let last = frames(journal).pop().expect("there is a frame");
    assert_eq!(last.bytes.end, journal.len(), "it was closed");
    (last.bytes, last.first - 1)
}

#[test]
fn a_last_frame_cut_anywhere_is_dropped_and_imported_again() {
    let place = Place::new();
    let (frame, before) = last_frame(&place.whole);
    let length = frame.len();
    for kept in [0, 1, 4, 12, 44, 87, 88, 89, 90 + length / 3, length - 5, length - 4, length - 1] {
        place.put(&place.whole[..frame.start + kept]);
        place.starts_with(before, &format!("{kept} bytes of the last frame"));
    }
}

/// After an orderly end nothing can have been in the making: what is missing was acknowledged.
#[test]
fn a_journal_that_was_closed_and_is_cut_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let (frame, before) = last_frame(&place.whole);
    for kept in [0, 1, 88, frame.len() / 2, frame.len() - 1] {
        let cut = &place.whole[..frame.start + kept];
        fs::write(place.journal(), cut).expect("it is written");
        let said = fail(&["progress", "--data", text(&place.data())], 1);
        let known = place.answers.head;
        assert!(said.contains(&format!("ends at event {before}, but {known} events were durable")), "{said}");
        assert!(said.contains("sigeyi repair"), "{said}");
        assert!(fs::read(place.journal()).expect("it is there") == cut, "nothing was changed");
    }
    fs::write(place.journal(), &place.whole).expect("it is put back");
    assert_eq!(place.answers(), place.answers);
}

#[test]
fn zeros_at_the_end_are_cut_and_nothing_is_lost() {
    let place = Place::new();
    let (frame, before) = last_frame(&place.whole);
    for zeros in [1, FRAME_HEADER_BYTES - 1, FRAME_HEADER_BYTES, 4_096, 1_000_000] {
        let mut journal = place.whole.clone();
        journal.resize(journal.len() + zeros, 0);
        place.put(&journal);
        place.starts_with(place.answers.head, &format!("{zeros} zeros after the last frame"));

        let mut journal = place.whole[..frame.start].to_vec();
        journal.resize(journal.len() + zeros, 0);
        place.put(&journal);
        place.starts_with(before, &format!("{zeros} zeros in place of the last frame"));
    }
}

/// The mirror has only what was synced, so a journal that ends before it has lost events that were acknowledged.
#[test]
fn a_journal_that_ends_before_its_mirror_takes_nothing_more_until_it_is_put_back() {
    let place = Place::new();
    // The last events that the mirror does not have yet are at most a block, and a small last frame may be within it.
    let (mut end, mut before) = (place.whole.len(), place.answers.head);
    while before + EVENTS_IN_A_BLOCK_MAX > place.answers.head {
        let frame;
        (frame, before) = last_frame(&place.whole[..end]);
        end = frame.start;
    }
    fs::write(place.journal(), &place.whole[..end]).expect("it is written");
    let head_file = fs::read(place.data().join("HEAD")).expect("there is one");
    fs::remove_file(place.data().join("HEAD")).expect("it is there");
    assert_eq!(head(&place.data()), before, "questions are answered from the journal");

    let (data, roster, records) =
        (place.data(), place.files.path().join("roster.csv"), place.files.path().join("records.csv"));
    let said =
        fail(&["import", "--data", text(&data), "--roster", text(&roster), "--records", text(&records)], 1);
    assert!(said.contains("the journal has lost its end: stop, and run `sigeyi repair"), "{said}");
    assert_eq!(head(&place.data()), before, "nothing was written over");
    fs::write(place.journal(), &place.whole).expect("it is put back");
    fs::write(place.data().join("HEAD"), head_file).expect("it is put back");
    assert_eq!(place.answers(), place.answers);
}

#[test]
fn a_whole_but_wrong_frame_is_refused_and_the_file_stays_as_it_is() {
    let place = Place::new();
    let (frame, _) = last_frame(&place.whole);
    let length = frame.len();
    let in_last =
        [0, 8, 11, 12, 31, 39, 43, 51, 60, 87, 88, 89, 90, length / 2, length - 5, length - 4, length - 1];
    // Also the first frame, which is no tail.
    let places = in_last.map(|at| frame.start + at).into_iter().chain([SEGMENT_HEADER_BYTES + 100]);
    for at in places {
        let mut journal = place.whole.clone();
        journal[at] ^= 0x20;
        fs::write(place.journal(), &journal).expect("it is written");
        for args in [vec!["progress"], vec!["import", "--roster"]] {
            let (data, roster) = (place.data(), place.files.path().join("roster.csv"));
            let mut args = args;
            if args[0] == "import" {
                args.push(text(&roster));
            }
            args.extend(["--data", text(&data)]);
            let said = fail(&args, 1);
            assert!(said.contains("the journal is damaged in") && said.contains("0000000001.log"), "{said}");
            assert!(said.contains("at byte"), "{said}");
        }
        assert!(fs::read(place.journal()).expect("it is there") == journal, "byte {at}: nothing was changed");
    }
}

#[test]
fn a_journal_that_ends_before_its_snapshot_is_refused() {
    let (dir, files) = (tempfile::tempdir().expect("a temporary folder"), files(3_000));
    let data = dir.path().join("data");
    import(&data, files.path(), &dir.path().join("rejects.csv"));
    assert!(data.join("snapshots").exists());
    let path = data.join("journal/0000000001.log");
    let whole = fs::read(&path).expect("there is a journal");
    let (frame, _) = last_frame(&whole);
    fs::write(&path, &whole[..frame.start]).expect("it is written");
    fs::remove_file(data.join("HEAD")).expect("there is one");
    let said = fail(&["progress", "--data", text(&data)], 1);
    assert!(said.contains("the snapshot knows"), "{said}");
    assert_eq!(fs::read(&path).expect("it is there").len(), frame.start, "nothing was changed");
}
