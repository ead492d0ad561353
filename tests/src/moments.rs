//! Waiting for a moment by what can be seen of it, and ending a process there.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::start;

/// Nothing here takes nearly so long.
const DEADLINE: Duration = Duration::from_secs(120);
const SIGKILL: i32 = 9;

/// Waits until something can be seen.
pub fn until(what: &str, mut is_seen: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_seen() {
        assert!(Instant::now() < deadline, "{what} did not come");
        thread::yield_now();
    }
}

/// Starts the binary, and kills it as soon as something can be seen. False when it ended before that.
pub fn kill_when(args: &[&str], what: &str, mut is_seen: impl FnMut() -> bool) -> bool {
    let mut child = start(args);
    until(what, || is_seen() || child.try_wait().expect("it can be waited for").is_some());
    child.kill().expect("it can be killed");
    let status = child.wait().expect("it can be waited for");
    assert!(status.success() || status.signal() == Some(SIGKILL), "{args:?} failed by itself: {status:?}");
    !status.success()
}

/// A file's length; 0 when there is none.
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Whether a folder has a file whose name ends so.
pub fn contains_file(dir: &Path, ending: &str) -> bool {
    let Ok(entries) = fs::read_dir(dir) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(|name| name.ends_with(ending)))
}
