//! `verify` and `repair` of the real binary: what was damaged is named with the command that mends it, mended, and answers as before.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sigeyi_tests::{
    Answers, HELD, Place, Server, answers, copy_dir, fail, files, head, import, invented_certificate,
    kill_when, sigeyi, succeed, text,
};
use tempfile::TempDir;

/// The directory is damaged.
const DAMAGED: i32 = 7;
/// So many that there is a snapshot.
const PEOPLE: usize = 3_000;

/// A directory that was imported into, with what it answers. Made once, copied for each damage.
struct Whole {
    dir: TempDir,
    answers: Answers,
}

fn whole() -> &'static Whole {
    static WHOLE: std::sync::OnceLock<Whole> = std::sync::OnceLock::new();
    WHOLE.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a temporary folder");
        import(&dir.path().join("data"), files(PEOPLE).path(), &dir.path().join("rejects.csv"));
        let kept = tempfile::tempdir().expect("a temporary folder");
        copy_dir(&dir.path().join("data"), &kept.path().join("data"));
        let answers = answers_of(&dir.path().join("data"));
        Whole { dir: kept, answers }
    })
}

fn answers_of(data: &Path) -> Answers {
    let questions: [&[&str]; 2] = [&["--as-of", "2022-12-31"], &["--as-of", "2024-12-31"]];
    answers(data, &questions, &[0, 3, 117, 2_998].map(invented_certificate))
}

/// A copy to be damaged.
struct Copy(TempDir);

impl Copy {
    fn new() -> Copy {
        let dir = tempfile::tempdir().expect("a temporary folder");
        copy_dir(&whole().dir.path().join("data"), &dir.path().join("data"));
        Copy(dir)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn edit(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.data().join(name);
        let mut bytes = fs::read(&path).expect("it is there");
        change(&mut bytes);
        fs::write(path, bytes).expect("it is written");
    }

    /// The exit code and what is printed for programs.
    fn ask(&self, args: &[&str]) -> (Option<i32>, Value) {
        let data = self.data();
        let output = sigeyi(&[args, &["--data", text(&data), "--format", "json"]].concat());
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let value = serde_json::from_str(&printed);
        (
            output.status.code(),
            value.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))),
        )
    }

    fn snapshot(&self) -> String {
        let entry =
            fs::read_dir(self.data().join("snapshots")).expect("snapshots").next().expect("one").expect("it");
        format!("snapshots/{}", entry.file_name().to_str().expect("a name"))
    }
}

const JOURNAL: &str = "journal/0000000001.log";

/// Every file with its length and content.
fn content(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.push((path.clone(), fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

/// What somebody does to the bytes of a file.
type Damaging = Box<dyn Fn(&mut Vec<u8>)>;

#[test]
fn a_whole_directory_is_said_to_be_sound_and_not_a_byte_of_it_is_changed() {
    let copy = Copy::new();
    let before = content(&copy.data());
    let printed = succeed(&["verify", "--data", text(&copy.data())]);
    assert!(printed.contains("完好 sound") && printed.contains("快照"), "{printed}");
    let (code, report) = copy.ask(&["verify"]);
    assert_eq!(
        (code, &report["sound"], &report["head"]),
        (Some(0), &true.into(), &whole().answers.head.to_string().into())
    );
    assert_eq!(report["checked"]["events"], whole().answers.head);
    assert_eq!(report["checked"]["snapshots"], 1);
    let printed = succeed(&["repair", "--data", text(&copy.data())]);
    assert!(printed.contains("nothing was changed"), "{printed}");
    assert!(content(&copy.data()) == before, "something was changed");
}

#[test]
fn one_bit_a_block_a_cut_and_a_missing_file_are_each_mended_and_everything_is_there_again() {
    let snapshot = Copy::new().snapshot();
    let length = fs::metadata(Copy::new().data().join(JOURNAL)).expect("it is there").len() as usize;
    let damages: [(&str, &str, Damaging); 9] = [
        ("journal", JOURNAL, Box::new(|bytes| bytes[40] ^= 1)),
        ("journal", JOURNAL, Box::new(move |bytes| bytes[length / 2] ^= 0x10)),
        ("journal", JOURNAL, Box::new(move |bytes| bytes[length - 2] ^= 0x10)),
        ("journal", JOURNAL, Box::new(|bytes| bytes[1 << 20..(1 << 20) + 4_096].fill(0))),
        ("manifest", "MANIFEST.2", Box::new(|bytes| bytes.truncate(30))),
        ("vault", "vault/keys", Box::new(|bytes| bytes[200_000] ^= 1)),
        ("head", "HEAD", Box::new(|bytes| bytes.fill(0))),
        ("mirror", "mirror/conf", Box::new(|bytes| bytes.fill(9))),
        ("snapshot", &snapshot, Box::new(|bytes| bytes[10_000] ^= 2)),
    ];
    for (kind, file, damage) in damages {
        let copy = Copy::new();
        copy.edit(file, |bytes| damage(bytes));
        let (code, report) = copy.ask(&["verify"]);
        assert_eq!(code, Some(DAMAGED), "{file}: {report:#}");
        let faults = report["faults"].as_array().expect("faults");
        assert!(faults.iter().any(|fault| fault["kind"] == kind), "{file}: {report:#}");
        assert!(faults.iter().all(|fault| fault["mend"] == "repair"), "{file}: {report:#}");
        let output = sigeyi(&["progress", "--data", text(&copy.data())]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let names_command = said.contains(&format!("sigeyi repair --data {}", copy.data().display()));
        assert!(output.status.success() || names_command, "{file}: {said}");
        // A start may have mended it, or begun to.
        let copy = Copy::new();
        copy.edit(file, |bytes| damage(bytes));
        let (code, report) = copy.ask(&["repair"]);
        assert_eq!((code, &report["after"]["sound"]), (Some(0), &true.into()), "{file}: {report:#}");
        assert!(Path::new(report["set_aside"].as_str().expect("a folder")).is_dir(), "{file}");
        assert!(answers_of(&copy.data()) == whole().answers, "{file}: other answers");
    }
}

#[test]
fn what_nobody_has_any_more_is_told_by_count_and_position_before_it_is_given_up() {
    let copy = Copy::new();
    fs::remove_dir_all(copy.data().join("journal")).expect("it is removed");
    let before = content(&copy.data());
    let (code, report) = copy.ask(&["repair"]);
    assert_eq!((code, &report["after"]), (Some(DAMAGED), &Value::Null), "{report:#}");
    let lost = &report["before"]["lost"];
    let position =
        |name: &str| lost[name].as_str().and_then(|text| text.parse::<u64>().ok()).expect("a position");
    assert_eq!(position("last"), whole().answers.head);
    assert!(
        whole().answers.head - position("first") < 64
            && position("mirrored_through") + 64 > position("first")
    );
    assert!(content(&copy.data()) == before, "nothing was changed");
    let said = fail(&["repair", "--data", text(&copy.data())], DAMAGED);
    assert!(said.contains("--accept-loss"), "{said}");

    let printed = succeed(&["repair", "--data", text(&copy.data()), "--accept-loss"]);
    assert!(printed.contains("无法找回") && printed.contains("完好 sound"), "{printed}");
    assert_eq!(head(&copy.data()), position("first") - 1);
    // What was given up can be sent again.
    import(&copy.data(), files(PEOPLE).path(), &copy.0.path().join("rejects.csv"));
    assert_eq!(head(&copy.data()), whole().answers.head);
}

#[test]
fn a_repair_killed_again_and_again_gets_to_its_end() {
    let copy = Copy::new();
    // The mirror is not to be read, so the journal must be mended from itself.
    copy.edit(JOURNAL, |bytes| bytes[1 << 20] ^= 0x20);
    copy.edit("vault/keys.2", |bytes| bytes.truncate(100_000));
    copy.edit("mirror/conf", |bytes| bytes.fill(9));
    let data = copy.data();
    let aside = data.join("set-aside");
    let marks: [PathBuf; 5] = [
        aside.clone(),
        aside.join("0002/vault"),
        data.join("vault/keys.2.new"),
        data.join("journal/0000000001.log.new"),
        data.join("mirror/db"),
    ];
    for mark in marks {
        let was_there = mark.exists();
        // It may be over before it is seen: then there is nothing left to kill.
        kill_when(&["repair", "--data", text(&data)], "a mark", || mark.exists() && !was_there);
    }
    let (code, report) = copy.ask(&["repair"]);
    assert_eq!((code, &report["after"]["sound"]), (Some(0), &true.into()), "{report:#}");
    assert!(answers_of(&data) == whole().answers);
}

#[test]
fn a_directory_that_a_server_holds_is_left_to_it() {
    let place = Place::with_people();
    let data = place.data();
    let server = Server::of(&data);
    for command in ["verify", "repair"] {
        let said = fail(&[command, "--data", text(&data)], HELD);
        assert!(said.contains("another process holds"), "{said}");
    }
    drop(server);
    succeed(&["verify", "--data", text(&data)]);
}
