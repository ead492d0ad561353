//! `MANIFEST` and `MANIFEST.2`: which log a directory holds.

use std::{io::ErrorKind, path::Path};

use serde::Deserialize;
use sigeyi_envelope::FORMAT;
use sigeyi_proof::HashAlgorithm;
use uuid::Uuid;

use crate::{
    fault::{Place, VerifyError, Wrong},
    input::read,
};

const COPIES: [&str; 2] = ["MANIFEST", "MANIFEST.2"];
/// A manifest at most, in bytes.
const MANIFEST_BYTES_MAX: usize = 4 << 10;

/// What is needed of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) log_id: Uuid,
    pub(crate) algorithm: HashAlgorithm,
}

#[derive(Debug, Deserialize)]
struct Fields {
    format: u8,
    #[serde(default)]
    preview: u8,
    log_id: Uuid,
    suite: u8,
}

/// Reads both copies, which must be good and the same.
pub(crate) fn read_manifest(dir: &Path) -> Result<Manifest, VerifyError> {
    let mut known: Option<(Vec<u8>, Manifest)> = None;
    for name in COPIES {
        let path = dir.join(name);
        let wrong = |what| VerifyError::wrong(Place::File(path.clone()), Wrong::Manifest(what));
        let bytes = match read(&path, MANIFEST_BYTES_MAX) {
            Err(VerifyError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => {
                return Err(wrong("is missing"));
            }
            bytes => bytes?,
        };
        let fields = parse(&bytes).ok_or_else(|| wrong("is damaged"))?;
        let Fields { format, preview, .. } = fields;
        if (format, preview) != (FORMAT, 0) {
            return Err(VerifyError::OtherVersion { path, format, preview });
        }
        let algorithm = HashAlgorithm::of_suite(fields.suite);
        let algorithm = algorithm.ok_or_else(|| wrong("names a suite that is not known"))?;
        if known.as_ref().is_some_and(|(other, _)| *other != bytes) {
            return Err(wrong("differs from its other copy"));
        }
        known = Some((bytes, Manifest { log_id: fields.log_id, algorithm }));
    }
    let missing = || VerifyError::wrong(Place::File(dir.to_owned()), Wrong::Manifest("is missing"));
    known.map(|(_, manifest)| manifest).ok_or_else(missing)
}

/// The fields of a copy that is whole.
fn parse(bytes: &[u8]) -> Option<Fields> {
    let (json, checksum) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.split_once('\n')?;
    if checksum != format!("crc32c {:08x}", crc32c::crc32c(json.as_bytes())) {
        return None;
    }
    serde_json::from_str(json).ok()
}
