//! What describes a person stands nowhere in clear: not on the disk, not in what is said of rejected rows, not in errors.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;
use sigeyi_domain::{
    AssessmentConclusion, Command, EmploymentNeed, EmploymentStatus, LeaveReason, NonEmploymentReason,
};
use sigeyi_simulator::{Simulation, SimulationOptions};
use sigeyi_tests::{data, fail, history, import, sigeyi, sigeyi_with_input, succeed, text};

/// Shorter names are also parts of other words.
const NAME_CHARS_MIN: usize = 3;
/// Shorter words would be found among random bytes now and then.
const WORD_BYTES_MIN: usize = 6;
const CITIZEN_CHARS: usize = 18;

/// What must not be found, each with what it is.
#[derive(Default)]
struct Secrets {
    words: BTreeSet<(&'static str, String)>,
}

impl Secrets {
    fn add(&mut self, what: &'static str, word: &str) {
        if word.len() >= WORD_BYTES_MIN {
            self.words.insert((what, word.to_owned()));
        }
    }

    fn name(&mut self, name: &str) {
        if name.chars().count() >= NAME_CHARS_MIN {
            self.add("name", name);
        }
    }

    fn certificate(&mut self, number: &str) {
        self.add("certificate number", number);
        // Rejected numbers are as private as right ones, but not always as long.
        if let (Some(citizen), Some(birth)) = (number.get(..CITIZEN_CHARS), number.get(6..14)) {
            self.add("citizen number", citizen);
            if birth.bytes().all(|byte| byte.is_ascii_digit()) {
                self.add("birth date", birth);
                self.add("birth date", &format!("{}-{}-{}", &birth[..4], &birth[4..6], &birth[6..]));
            }
        }
    }

    /// What the words of the code lists say that are sealed, by label and by stored name.
    fn sealed_codes(&mut self) {
        for reason in NonEmploymentReason::ALL {
            self.add("reason", reason.label());
            self.add("reason", reason.name());
        }
        for need in EmploymentNeed::ALL {
            // The label of a training is also that of a need; the name is not.
            self.add("need", need.label());
            self.add("need", need.name());
        }
        for conclusion in AssessmentConclusion::ALL {
            self.add("conclusion", conclusion.label());
            self.add("conclusion", conclusion.name());
        }
        for reason in LeaveReason::ALL {
            self.add("reason of leaving", reason.label());
            self.add("reason of leaving", reason.name());
        }
    }

    /// Everybody in a folder's files, rejected or not.
    fn of_files(folder: &Path) -> Secrets {
        let mut secrets = Secrets::default();
        for row in table(&folder.join("roster.csv")) {
            secrets.name(&row("姓名"));
            secrets.certificate(&row("残疾人证号"));
            secrets.add("phone", &row("联系电话"));
        }
        for row in table(&folder.join("records.csv")) {
            secrets.certificate(&row("残疾人证号"));
            // An office that is an id is taken as it is.
            let office = row("经办机构");
            if !office.is_ascii() {
                secrets.add("office", &office);
            }
            if row("事项") == "作废" {
                secrets.add("reason of voiding", &row("结果"));
            }
        }
        secrets
    }

    /// Everybody in a demo.
    fn of_demo(options: SimulationOptions) -> Secrets {
        let mut secrets = Secrets::default();
        for simulated in Simulation::new(options).flat_map(|day| day.commands) {
            let mut remark = |text: &Option<sigeyi_domain::Remarks>| {
                if let Some(text) = text {
                    secrets.add("remark", text.as_str());
                }
            };
            match &simulated.command {
                Command::VerifyInfo(verification) => {
                    remark(&verification.remarks);
                    remark(&verification.values);
                }
                Command::AssessAbility { remarks, .. }
                | Command::DeliverService { remarks, .. }
                | Command::CompleteTraining { remarks, .. }
                | Command::TransferPerson { remarks, .. } => remark(remarks),
                Command::StartEmployment { employer, .. } => remark(employer),
                Command::ReinstatePerson { reason, .. } | Command::VoidRecord { reason, .. } => {
                    remark(reason)
                }
                Command::SurveyPerson(entry) => {
                    secrets.name(entry.name.as_str());
                    secrets.certificate(&entry.certificate.to_string());
                    if let Some(phone) = &entry.phone {
                        secrets.add("phone", phone.as_str());
                    }
                    if let EmploymentStatus::NotEmployed(reason) = entry.status {
                        secrets.add("reason", reason.name());
                    }
                }
                _ => {}
            }
        }
        secrets
    }

    fn search(&self) -> Search {
        let words: Vec<_> = self.words.iter().cloned().collect();
        let patterns = AhoCorasick::new(words.iter().map(|(_, word)| word)).expect("they fit");
        Search { words, patterns }
    }
}

struct Search {
    words: Vec<(&'static str, String)>,
    patterns: AhoCorasick,
}

impl Search {
    /// Nothing is found in the bytes.
    fn finds_nothing(&self, bytes: &[u8], place: &str) {
        if let Some(found) = self.patterns.find(bytes) {
            let (what, word) = &self.words[found.pattern().as_usize()];
            panic!("a {what}, {word}, stands in {place} at byte {}", found.start());
        }
    }

    /// The words that are found, each of which may lie within another.
    fn found(&self, bytes: &[u8]) -> usize {
        let found: BTreeSet<usize> =
            self.patterns.find_overlapping_iter(bytes).map(|found| found.pattern().as_usize()).collect();
        found.len()
    }

    /// Nothing is found in any file below a folder, nor in the names of the files.
    fn finds_nothing_below(&self, dir: &Path) {
        let files = files_below(dir);
        for part in ["journal/", "mirror/", "vault/", "snapshots/", "MANIFEST"] {
            let is_of_part = |path: &&PathBuf| {
                text(path).contains(part) && fs::metadata(path).is_ok_and(|data| data.len() > 0)
            };
            assert!(files.iter().any(|path| is_of_part(&path)), "there is something in {part}");
        }
        for path in files {
            self.finds_nothing(text(&path).as_bytes(), "the name of a file");
            self.finds_nothing(&fs::read(&path).expect("it can be read"), text(&path));
        }
    }

    /// The search finds every single word where it stands in clear among other bytes.
    fn finds_all_in_a_control(&self) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let control = dir.path().join("control");
        let mut bytes = Vec::new();
        for (_, word) in &self.words {
            bytes.extend_from_slice(&[0xff, 0x00, 0xe5]);
            bytes.extend_from_slice(word.as_bytes());
        }
        fs::write(&control, bytes).expect("it is written");
        assert_eq!(self.found(&fs::read(&control).expect("it is there")), self.words.len());
    }
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("it can be listed") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// The rows of a file, each as a function from a column's name to its trimmed value.
fn table(path: &Path) -> Vec<impl Fn(&str) -> String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).expect("it is there");
    let header = reader.headers().expect("there is a header").clone();
    let header: Vec<String> =
        header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
    reader
        .records()
        .map(|row| {
            let (row, header) = (row.expect("it is CSV"), header.clone());
            move |name: &str| {
                let place = header.iter().position(|column| column == name);
                place.and_then(|place| row.get(place)).unwrap_or("").trim().to_owned()
            }
        })
        .collect()
}

fn count(secrets: &Secrets, what: &str) -> usize {
    secrets.words.iter().filter(|(is, _)| *is == what).count()
}

#[test]
fn after_an_import_nothing_that_describes_a_person_stands_on_the_disk() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut secrets = Secrets::of_files(&data("sample"));
    secrets.sealed_codes();
    assert!(count(&secrets, "name") > 100 && count(&secrets, "certificate number") > 4_000);
    assert!(count(&secrets, "birth date") > 5_000 && count(&secrets, "phone") > 4_000);
    assert_eq!(count(&secrets, "office"), 2);
    for word in [
        "丧失劳动能力",
        "NoWillingness",
        "LostLabourCapacity",
        "资金信贷扶持",
        "FinancialCreditSupport",
        "旗县残联",
    ] {
        assert!(secrets.words.iter().any(|(_, is)| is == word), "{word} is looked for");
    }
    let search = secrets.search();
    search.finds_all_in_a_control();
    let rows = fs::read(data("sample").join("roster.csv")).expect("it is there");
    assert!(search.found(&rows) > 9_000, "they stand in the files that are imported");

    for suite in ["international", "guomi"] {
        let data_dir = dir.path().join(suite);
        let [roster, records] = ["roster.csv", "records.csv"].map(|name| data("sample").join(name));
        let files = ["--roster", text(&roster), "--records", text(&records)];
        succeed(&[&["import", "--data", text(&data_dir), "--suite", suite], &files[..]].concat());
        search.finds_nothing_below(&data_dir);

        let shown = history(&data_dir, "15078219980628925044").to_string();
        assert!(search.found(shown.as_bytes()) > 4, "it is shown to who may ask");
        import(&data_dir, &data("sample"), &dir.path().join("rejects.csv"));
        search.finds_nothing_below(&data_dir);
    }
}

#[test]
fn after_a_demo_nothing_that_describes_a_person_stands_on_the_disk() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data_dir = dir.path().join("data");
    let mut secrets = Secrets::of_demo(SimulationOptions { people: 2_000, seed: 7 });
    secrets.sealed_codes();
    assert!(count(&secrets, "certificate number") >= 2_000 && count(&secrets, "remark") > 20);
    let search = secrets.search();
    search.finds_all_in_a_control();

    let args = ["demo", "--people", "2000", "--seed", "7", "--data", text(&data_dir)];
    let output = sigeyi(&args);
    assert!(output.status.success());
    // So few events make no snapshot by themselves, so records are added until there is one.
    if !data_dir.join("snapshots").exists() {
        import(&data_dir, &data("sample"), &dir.path().join("rejects.csv"));
    }
    search.finds_nothing_below(&data_dir);
    search.finds_nothing(&output.stdout, "what the demo prints");
    search.finds_nothing(&output.stderr, "what the demo says");
}

#[test]
fn neither_the_report_nor_what_is_said_repeats_what_stands_in_the_files() {
    for folder in ["sample", "by-hand"] {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (data_dir, report) = (dir.path().join("data"), dir.path().join("rejects.csv"));
        let (roster, records) = (data(folder).join("roster.csv"), data(folder).join("records.csv"));
        let search = Secrets::of_files(&data(folder)).search();
        for _ in 0..2 {
            let output = sigeyi(&[
                "import",
                "--data",
                text(&data_dir),
                "--roster",
                text(&roster),
                "--records",
                text(&records),
                "--report",
                text(&report),
            ]);
            assert!(output.status.success());
            search.finds_nothing(&output.stdout, "what is printed");
            search.finds_nothing(&output.stderr, "what is said");
            let report = fs::read(&report).expect("the report was written");
            assert!(report.len() > 1_000);
            search.finds_nothing(&report, "the report");
        }
    }
}

#[test]
fn errors_do_not_repeat_what_stands_in_a_file() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data_dir = dir.path().join("data");
    let search = Secrets::of_files(&data("sample")).search();
    let right = fs::read(data("sample").join("roster.csv")).expect("it is there");
    let header = right.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
    let not_utf8 = [&right[..], b"\xce\xda\xd4\xc6"].concat();
    let unclosed = [&right[..header], b"\"", &right[header..]].concat();
    // The first person stands where the header should.
    let headless = &right[header..];
    let doubled = [b"\xe5\xa7\x93\xe5\x90\x8d,", &right[..]].concat();
    for (name, bytes) in
        [("not-utf8", &not_utf8[..]), ("unclosed", &unclosed), ("headless", headless), ("doubled", &doubled)]
    {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("it is written");
        let said = fail(&["import", "--data", text(&data_dir), "--roster", text(&path)], 4);
        search.finds_nothing(said.as_bytes(), name);
    }

    // A directory that cannot be read does not say who is in it.
    import(&data_dir, &data("sample"), &dir.path().join("rejects.csv"));
    let journal = data_dir.join("journal/0000000001.log");
    let mut bytes = fs::read(&journal).expect("there is a journal");
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    fs::write(&journal, bytes).expect("it is written");
    let said = fail(&["progress", "--data", text(&data_dir)], 1);
    search.finds_nothing(said.as_bytes(), "a damaged journal");
}

#[test]
fn a_certificate_number_is_no_argument_and_is_never_repeated() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data_dir = dir.path().join("data");
    import(&data_dir, &data("sample"), &dir.path().join("rejects.csv"));
    let data_dir = text(&data_dir);
    let number = "15078219980628925044";
    for number in [number, &number[..18], &number[..17], "1507821998062892504X", "15078219980628925044B1"] {
        let said = fail(&["history", "--data", data_dir, number], 2);
        assert!(said.contains("A certificate number is never an argument"), "{said}");
        assert!(!said.contains(&number[..17]) && !said.contains(&number[6..14]), "{said}");
    }
    let said = fail(&["history", "--data", data_dir, "--certificate", number], 2);
    assert!(!said.contains(number), "{said}");

    // Nor is one that is typed wrongly.
    for wrong in ["15078219980628925144", "1507821998062892504", "刘海龙", ""] {
        let output = sigeyi_with_input(&["history", "--data", data_dir], wrong);
        let said = String::from_utf8(output.stderr).expect("it says UTF-8");
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("残疾人证号不对") && (wrong.is_empty() || !said.contains(wrong)), "{said}");
    }
    let output = sigeyi_with_input(&["history", "--data", data_dir], number);
    assert!(output.status.success() && output.stderr.is_empty());
    succeed(&["progress", "--data", data_dir]);
}
