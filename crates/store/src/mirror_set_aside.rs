//! Where a mirror goes that failed, and what may be deleted of it.
//!
//! A mirror may be the only copy of what the journal has lost, so it is renamed and not deleted. At most one is kept beside the new one:
//!
//! - There is none yet: the failed mirror takes the place.
//! - There is one, and a later mirror was complete since: all that the journal has was read from it again, checked and copied, and the journal
//!   reaches as far as it is known to. The older one goes, the failed one takes its place.
//! - There is one, and no later mirror was ever complete: the failed mirror was begun from nothing after it and holds copies of what the journal
//!   gave it. It goes, if it is known that the journal has not lost its end since; if not, nothing is touched.
//!
//! One that was seen not to be ahead of the journal is deleted as soon as the new mirror is complete.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// In a mirror that was set aside: a later one has been complete since.
const SUPERSEDED: &str = "SUPERSEDED";

/// Where the mirror of a folder is set aside.
pub(crate) fn set_aside_dir(mirror_dir: &Path) -> PathBuf {
    let mut name = mirror_dir.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".set-aside");
    mirror_dir.with_file_name(name)
}

/// What became of a failed mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aside {
    /// Its folder was gone.
    Gone,
    /// It was set aside.
    Kept,
    /// It was deleted: an older one keeps the place.
    Deleted,
    /// Nothing was touched: it may be the only copy of something, and so may the older one.
    Refused,
}

/// Makes room for a new mirror. `is_copy` says that everything in the failed one is known to be in the journal.
pub(crate) fn set_aside(mirror_dir: &Path, is_copy: bool) -> io::Result<Aside> {
    if !mirror_dir.try_exists()? {
        return Ok(Aside::Gone);
    }
    let aside = set_aside_dir(mirror_dir);
    if aside.try_exists()? {
        if !aside.join(SUPERSEDED).try_exists()? {
            if !is_copy {
                return Ok(Aside::Refused);
            }
            fs::remove_dir_all(mirror_dir)?;
            return sync_parent(mirror_dir).map(|()| Aside::Deleted);
        }
        fs::remove_dir_all(&aside)?;
    }
    fs::rename(mirror_dir, &aside)?;
    sync_parent(mirror_dir).map(|()| Aside::Kept)
}

/// Says that the new mirror is complete and durable. `is_copy` says that everything in the one that was set aside is known to be in the journal.
pub(crate) fn superseded(mirror_dir: &Path, is_copy: bool) -> io::Result<()> {
    let aside = set_aside_dir(mirror_dir);
    if !aside.try_exists()? {
        return Ok(());
    }
    if is_copy {
        fs::remove_dir_all(&aside)?;
        return sync_parent(&aside);
    }
    let mark = aside.join(SUPERSEDED);
    if !mark.try_exists()? {
        File::create(&mark)?.sync_all()?;
        File::open(&aside)?.sync_all()?;
    }
    Ok(())
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mirror that holds a word, in a folder of its own.
    fn mirror(dir: &Path, word: &str) -> PathBuf {
        let mirror = dir.join("mirror");
        fs::create_dir(&mirror).unwrap();
        fs::write(mirror.join("db"), word).unwrap();
        mirror
    }

    fn word_aside(mirror: &Path) -> Option<String> {
        fs::read_to_string(set_aside_dir(mirror).join("db")).ok()
    }

    #[test]
    fn the_first_one_is_kept_until_a_later_one_was_complete() {
        let dir = tempfile::tempdir().unwrap();
        let first = mirror(dir.path(), "first");
        assert_eq!(set_aside(&first, false).unwrap(), Aside::Kept);
        assert!(!first.exists());
        // Never complete: what may be ahead of the journal is left alone, a copy goes.
        let second = mirror(dir.path(), "second");
        assert_eq!(set_aside(&second, false).unwrap(), Aside::Refused);
        assert!(second.exists());
        assert_eq!(set_aside(&second, true).unwrap(), Aside::Deleted);
        assert!(!second.exists());
        assert_eq!(word_aside(&first).as_deref(), Some("first"));
        // Complete: the first one makes room.
        let third = mirror(dir.path(), "third");
        superseded(&third, false).unwrap();
        superseded(&third, false).unwrap();
        assert_eq!(word_aside(&first).as_deref(), Some("first"));
        assert_eq!(set_aside(&third, false).unwrap(), Aside::Kept);
        assert_eq!(word_aside(&first).as_deref(), Some("third"));
    }

    #[test]
    fn a_copy_of_the_journal_goes_once_there_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let first = mirror(dir.path(), "first");
        assert_eq!(set_aside(&first, true).unwrap(), Aside::Kept);
        assert_eq!(word_aside(&first).as_deref(), Some("first"));
        superseded(&first, true).unwrap();
        assert_eq!(word_aside(&first), None);
        assert_eq!(set_aside(&first, true).unwrap(), Aside::Gone);
    }
}
