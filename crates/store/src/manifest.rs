//! Which log a directory holds: `MANIFEST` and `MANIFEST.2`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sigeyi_envelope::{FORMAT, Suite};
use uuid::Uuid;

use crate::disk::{Access, Disk, DiskError, While};
use crate::durable::{create_folder, names_if_there, read_if_there, replace_with};
use crate::ledger::CopyState;
use crate::suite::suite_of_journal;
use crate::version::OtherVersion;

const COPIES: [&str; 2] = ["MANIFEST", "MANIFEST.2"];

/// What a directory is, fixed when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Stored format.
    pub format: u8,
    /// Which preview, of format 0; zero and not written from format 1 on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub preview: u8,
    /// Which log this is. Every frame names it, so that files of two logs cannot be mixed.
    pub log_id: Uuid,
    /// Which algorithms hash and seal.
    #[serde(with = "suite_number")]
    pub suite: Suite,
    /// Made from invented people.
    pub synthetic: bool,
    /// Written under a simulated clock, once and so for ever.
    pub simulated_clock: bool,
}

/// A directory whose manifest does not let it be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Another version has made it.
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    /// It was made with algorithms that this version does not have.
    #[error("{} has suite {suite}, which this version does not know: use a later version", .dir.display())]
    SuiteUnknown {
        /// The directory.
        dir: PathBuf,
        /// Its suite.
        suite: u8,
    },
    /// Neither copy can be read, or they contradict each other.
    #[error("both copies of the manifest in {} are damaged: bring one back from a backup", .dir.display())]
    Damaged {
        /// The directory.
        dir: PathBuf,
    },
    /// Manifest and journal are of two suites: one of them was altered, or is another directory's.
    #[error(
        "the manifest in {} says suite {manifest}, but the journal is of suite {journal}; a suite never changes: bring back what belongs here from a backup",
        .dir.display()
    )]
    OtherSuite {
        /// The directory.
        dir: PathBuf,
        /// What the manifest says.
        manifest: Suite,
        /// What the journal was written with.
        journal: Suite,
    },
    /// Events without a manifest.
    #[error("{} has a journal but no manifest: bring it back from a backup", .dir.display())]
    Missing {
        /// The directory.
        dir: PathBuf,
    },
    /// A manifest is never written over.
    #[error("{} has a manifest already", .dir.display())]
    Exists {
        /// The directory.
        dir: PathBuf,
    },
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Both copies as they are, looked at without mending anything.
#[derive(Debug)]
pub struct ManifestInspection {
    /// What they say.
    pub manifest: Manifest,
    /// Each copy: where it is, and whether it is what it should be.
    pub copies: [(PathBuf, CopyState); 2],
}

type Read = (Manifest, Vec<u8>, [Option<Vec<u8>>; 2]);

fn is_zero(preview: &u8) -> bool {
    *preview == 0
}

/// The fields that every version's manifest has.
#[derive(Deserialize)]
struct Versions {
    format: u8,
    #[serde(default)]
    preview: u8,
    #[serde(default)]
    suite: u8,
}

impl Manifest {
    /// A manifest of this version for a new log.
    pub fn new(log_id: Uuid, suite: Suite, synthetic: bool, simulated_clock: bool) -> Manifest {
        Manifest { format: FORMAT, preview: 0, log_id, suite, synthetic, simulated_clock }
    }

    /// Writes both copies, synced; the folder is made if it is missing.
    pub fn create(disk: &dyn Disk, dir: &Path, manifest: &Manifest) -> Result<(), ManifestError> {
        for name in COPIES {
            let path = dir.join(name);
            if disk.exists(&path).doing("look for", &path)? {
                return Err(ManifestError::Exists { dir: dir.to_owned() });
            }
        }
        let text = manifest.text(dir)?;
        create_folder(disk, dir)?;
        for name in COPIES {
            replace_with(disk, &dir.join(name), Access::Shared, &text)?;
        }
        Ok(disk.sync_dir(dir).doing("sync", dir)?)
    }

    /// Reads both copies as [`open`](Self::open) does, and changes nothing.
    pub fn inspect(disk: &dyn Disk, dir: &Path) -> Result<Option<ManifestInspection>, ManifestError> {
        let Some((manifest, text, found)) = Manifest::read(disk, dir)? else { return Ok(None) };
        let [one, two] = found.map(|copy| match copy {
            Some(copy) if copy == text => CopyState::Whole,
            Some(_) => CopyState::Damaged,
            None => CopyState::Missing,
        });
        let [first, second] = COPIES.map(|name| dir.join(name));
        Ok(Some(ManifestInspection { manifest, copies: [(first, one), (second, two)] }))
    }

    /// Reads the manifest, mending one copy from the other. `None` for a directory without manifest and without events.
    pub fn open(disk: &dyn Disk, dir: &Path) -> Result<Option<Manifest>, ManifestError> {
        let Some((manifest, text, found)) = Manifest::read(disk, dir)? else { return Ok(None) };
        let mut mended = false;
        for (name, found) in COPIES.iter().zip(&found) {
            if found.as_ref() != Some(&text) {
                replace_with(disk, &dir.join(name), Access::Shared, &text)?;
                mended = true;
            }
        }
        if mended {
            disk.sync_dir(dir).doing("sync", dir)?;
        }
        Ok(Some(manifest))
    }

    /// Refuses a journal that was written with another suite than the manifest says, before anything is made of either.
    pub fn check_suite(&self, disk: &dyn Disk, dir: &Path, journal_dir: &Path) -> Result<(), ManifestError> {
        match suite_of_journal(disk, journal_dir, self.log_id)? {
            Some(journal) if journal != self.suite => {
                Err(ManifestError::OtherSuite { dir: dir.to_owned(), manifest: self.suite, journal })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The manifest, what both copies should be, and what they are.
    fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<Read>, ManifestError> {
        let [one, two] = COPIES.map(|name| read_if_there(disk, &dir.join(name)));
        let texts = [one?, two?];
        let whole: Vec<&[u8]> = texts.iter().flatten().filter_map(|text| checked_line(text)).collect();
        let line = match whole[..] {
            [] if texts.iter().any(Option::is_some) => {
                return Err(ManifestError::Damaged { dir: dir.to_owned() });
            }
            [] if has_journal(disk, dir)? => return Err(ManifestError::Missing { dir: dir.to_owned() }),
            [] => return Ok(None),
            [first, second, ..] if first != second => {
                return Err(ManifestError::Damaged { dir: dir.to_owned() });
            }
            [first, ..] => first,
        };
        let manifest = Manifest::parse(line, dir)?;

        let text = with_checksum(line);
        Ok(Some((manifest, text, texts)))
    }

    fn parse(line: &[u8], dir: &Path) -> Result<Manifest, ManifestError> {
        let damaged = |_| ManifestError::Damaged { dir: dir.to_owned() };
        let versions: Versions = serde_json::from_slice(line).map_err(damaged)?;
        OtherVersion::refuse(versions.format, versions.preview)?;
        if Suite::from_number(versions.suite).is_none() {
            return Err(ManifestError::SuiteUnknown { dir: dir.to_owned(), suite: versions.suite });
        }
        serde_json::from_slice(line).map_err(damaged)
    }

    fn text(&self, dir: &Path) -> Result<Vec<u8>, ManifestError> {
        let line = serde_json::to_vec(self).map_err(|_| ManifestError::Damaged { dir: dir.to_owned() })?;
        Ok(with_checksum(&line))
    }
}

/// A suite is written as its number.
mod suite_number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use sigeyi_envelope::Suite;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over so")]
    pub(super) fn serialize<S: Serializer>(suite: &Suite, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(suite.number())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Suite, D::Error> {
        let number = u8::deserialize(deserializer)?;
        Suite::from_number(number).ok_or_else(|| D::Error::custom("an unknown suite"))
    }
}

/// The checksum is over the first line without its line feed.
fn with_checksum(line: &[u8]) -> Vec<u8> {
    let mut text = line.to_vec();
    text.extend_from_slice(format!("\ncrc32c {:08x}\n", crc32c::crc32c(line)).as_bytes());
    text
}

fn checked_line(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    (with_checksum(&text[..end]) == text).then_some(&text[..end])
}

/// An empty folder is no journal: it may be where another disk is mounted.
fn has_journal(disk: &dyn Disk, dir: &Path) -> Result<bool, DiskError> {
    Ok(names_if_there(disk, &dir.join("journal"))?.iter().any(|name| name.ends_with(".log")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::RealDisk;

    fn made() -> (tempfile::TempDir, Manifest) {
        let dir = tempfile::tempdir().unwrap();
        let manifest = Manifest::new(Uuid::from_u128(7), Suite::International, true, false);
        Manifest::create(&RealDisk, dir.path(), &manifest).unwrap();
        (dir, manifest)
    }

    #[test]
    fn what_was_written_is_read() {
        let (dir, manifest) = made();
        assert_eq!(Manifest::open(&RealDisk, dir.path()).unwrap(), Some(manifest.clone()));
        let text = fs::read_to_string(dir.path().join("MANIFEST")).unwrap();
        let line = r#"{"format":1,"log_id":"00000000-0000-0000-0000-000000000007","suite":1,"synthetic":true,"simulated_clock":false}"#;
        assert_eq!(text, format!("{line}\ncrc32c {:08x}\n", crc32c::crc32c(line.as_bytes())));
        let again = Manifest::create(&RealDisk, dir.path(), &manifest).unwrap_err();
        assert!(matches!(again, ManifestError::Exists { .. }));
    }

    #[test]
    fn a_copy_that_is_missing_or_damaged_is_mended_from_the_other() {
        let (dir, manifest) = made();
        let good = fs::read(dir.path().join("MANIFEST")).unwrap();
        for name in COPIES {
            let path = dir.path().join(name);
            fs::remove_file(&path).unwrap();
            assert_eq!(Manifest::open(&RealDisk, dir.path()).unwrap(), Some(manifest.clone()));
            assert_eq!(fs::read(&path).unwrap(), good);
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 1;
                fs::write(&path, &bad).unwrap();
                assert_eq!(Manifest::open(&RealDisk, dir.path()).unwrap(), Some(manifest.clone()));
                assert_eq!(fs::read(&path).unwrap(), good, "byte {at}");
            }
        }
    }

    #[test]
    fn two_bad_copies_are_refused_and_kept() {
        let (dir, _) = made();
        fs::write(dir.path().join("MANIFEST"), "{").unwrap();
        fs::remove_file(dir.path().join("MANIFEST.2")).unwrap();
        let error = Manifest::open(&RealDisk, dir.path()).unwrap_err();
        assert!(matches!(error, ManifestError::Damaged { .. }));
        assert_eq!(fs::read(dir.path().join("MANIFEST")).unwrap(), b"{");
    }

    #[test]
    fn copies_of_two_logs_are_refused() {
        let (dir, _) = made();
        let (other, _) = made();
        fs::remove_file(other.path().join("MANIFEST")).unwrap();
        fs::remove_file(other.path().join("MANIFEST.2")).unwrap();
        let manifest = Manifest::new(Uuid::from_u128(8), Suite::International, true, false);
        Manifest::create(&RealDisk, other.path(), &manifest).unwrap();
        fs::copy(other.path().join("MANIFEST"), dir.path().join("MANIFEST.2")).unwrap();
        assert!(matches!(Manifest::open(&RealDisk, dir.path()).unwrap_err(), ManifestError::Damaged { .. }));
    }

    #[test]
    fn a_directory_of_a_preview_or_a_later_format_is_refused() {
        let (dir, _) = made();
        for (format, preview) in [(0, 1), (0, 2), (0, 99), (1, 1), (2, 0)] {
            // A later manifest may have other fields.
            let line = format!(r#"{{"format":{format},"preview":{preview},"log":"x"}}"#);
            for name in COPIES {
                fs::write(dir.path().join(name), with_checksum(line.as_bytes())).unwrap();
            }
            let error = Manifest::open(&RealDisk, dir.path()).unwrap_err();
            let other = OtherVersion { format, preview };
            assert!(matches!(error, ManifestError::OtherVersion(found) if found == other), "{error}");
        }
    }

    #[test]
    fn a_suite_is_kept_and_one_that_is_not_known_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = Manifest::new(Uuid::from_u128(7), Suite::Guomi, true, false);
        Manifest::create(&RealDisk, dir.path(), &manifest).unwrap();
        assert_eq!(Manifest::open(&RealDisk, dir.path()).unwrap(), Some(manifest.clone()));
        let line = String::from_utf8(serde_json::to_vec(&manifest).unwrap()).unwrap();
        assert!(line.contains(r#""suite":2,"#), "{line}");
        for name in COPIES {
            let later = line.replace(r#""suite":2,"#, r#""suite":3,"#);
            fs::write(dir.path().join(name), with_checksum(later.as_bytes())).unwrap();
        }
        let error = Manifest::open(&RealDisk, dir.path()).unwrap_err();
        assert!(matches!(error, ManifestError::SuiteUnknown { suite: 3, .. }), "{error}");
    }

    #[test]
    fn a_journal_without_a_manifest_is_refused_and_an_empty_directory_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::open(&RealDisk, &dir.path().join("absent")).unwrap(), None);
        fs::create_dir(dir.path().join("journal")).unwrap();
        assert_eq!(Manifest::open(&RealDisk, dir.path()).unwrap(), None);
        fs::write(dir.path().join("journal/0000000001.log"), "").unwrap();
        assert!(matches!(Manifest::open(&RealDisk, dir.path()).unwrap_err(), ManifestError::Missing { .. }));
    }
}
