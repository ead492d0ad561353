//! What the tests of the real binary share: building it, running it, and people who do not exist.

mod answers;
mod certified;
mod exporting;
mod frames;
mod invented;
mod moments;
mod place;
mod relaying;
mod server;

pub use answers::{Answers, answers, head, history, recorded};
pub use certified::certified;
pub use exporting::{contents, entries, export, export_args, manifest, number, read, restrict, story};
pub use frames::{FrameAt, frames, frames_end};
pub use invented::{citizen, files, invented_certificate};
pub use moments::{contains_file, kill_when, length, until};
pub use place::{Place, RECORDS, ROSTER, roster_row};
pub use relaying::{Act, Receiver, Relay, Request, SECRET, all, once, position};
pub use server::Server;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

/// Exit code: failed.
pub const FAILED: i32 = 1;
/// Exit code: wrong usage.
pub const USAGE: i32 = 2;
/// Exit code: held by another process.
pub const HELD: i32 = 3;
/// Exit code: an input file cannot be used.
pub const INPUT: i32 = 4;

/// The binary, built as these tests were: once, and by cargo, so that it is never an old one.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| built("sigeyi", "sigeyi"))
}

/// The program of auditors, built in the same way.
fn verifier() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| built("sigeyi-verifier", "sigeyi-verify"))
}

fn built(package: &str, name: &str) -> PathBuf {
    // target/<profile>/deps/<test>
    let test = std::env::current_exe().expect("the test has a path");
    let profile_dir = test.parent().and_then(Path::parent).expect("tests are built in target/<profile>/deps");
    let target = profile_dir.parent().expect("a profile lies in the target directory");
    let profile = match profile_dir.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", package, "--bin", name, "--profile", profile, "--target-dir"])
        .arg(target)
        .args(if cfg!(feature = "parquet") && package == "sigeyi" {
            &["--features", "parquet"][..]
        } else {
            &[]
        })
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo starts");
    assert!(built.success(), "the binary is built");
    profile_dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Runs the program of auditors to its end.
pub fn sigeyi_verify(args: &[&str]) -> Output {
    Command::new(verifier()).args(args).stdin(Stdio::null()).output().expect("the binary starts")
}

/// Runs the binary to its end.
pub fn sigeyi(args: &[&str]) -> Output {
    Command::new(binary()).args(args).stdin(Stdio::null()).output().expect("the binary starts")
}

/// Starts the binary and leaves it running.
pub fn start(args: &[&str]) -> Child {
    Command::new(binary())
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Runs the binary with text on standard input.
pub fn sigeyi_with_input(args: &[&str], input: &str) -> Output {
    use std::io::Write;
    let mut child = Command::new(binary())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    child
        .stdin
        .take()
        .expect("standard input is piped")
        .write_all(input.as_bytes())
        .expect("it reads its input");
    child.wait_with_output().expect("the binary ends")
}

/// Runs the binary, which must succeed, and gives what it printed.
pub fn succeed(args: &[&str]) -> String {
    let output = sigeyi(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Runs the binary, which must fail with this exit code, and gives what it said.
pub fn fail(args: &[&str], code: i32) -> String {
    let output = sigeyi(args);
    let said = String::from_utf8(output.stderr).expect("it says UTF-8");
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    said
}

/// A file of the tests' data.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// Copies a folder with all that is in it.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("it is made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            copy_dir(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("it is copied");
        }
    }
}

/// Imports a folder's `roster.csv` and `records.csv`, and gives what was printed.
pub fn import(data_dir: &Path, files: &Path, report: &Path) -> String {
    let (roster, records) = (files.join("roster.csv"), files.join("records.csv"));
    let data_dir = text(data_dir);
    succeed(&[
        "import",
        "--data",
        data_dir,
        "--roster",
        text(&roster),
        "--records",
        text(&records),
        "--report",
        text(report),
    ])
}

/// The rows of a CSV text, cut to the first columns.
pub fn rows(text: &str, columns: usize) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader
        .records()
        .map(|row| row.expect("it is CSV").iter().take(columns).map(str::to_owned).collect())
        .collect()
}
