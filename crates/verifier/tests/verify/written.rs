//! Files as the service writes them for an auditor.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{Hash, LeafHashes, LogProof, SignedCheckpoint, inclusion_path};

use crate::invented::{SHA256, checkpoint, leaves, person};

/// A file in a folder of its own.
pub(crate) struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    pub(crate) fn new() -> Written {
        Written { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

pub(crate) fn path_of(log: &[Vec<u8>], index: usize) -> Vec<Hash> {
    let leaves = leaves(log);
    let nodes = LeafHashes { algorithm: SHA256, leaves: &leaves };
    inclusion_path(SHA256, &nodes, index as u64, log.len() as u64).unwrap()
}

/// The proof of an event, which it carries.
pub(crate) fn proof(log: &[Vec<u8>], index: usize) -> LogProof {
    let path = path_of(log, index);
    LogProof { extra: Some(log[index].clone()), index: index as u64, path, checkpoint: checkpoint(log) }
}

pub(crate) fn first_line(kind: &str, of: Option<u128>, checkpoint: &SignedCheckpoint) -> String {
    let of = of.map(|number| format!("\"person\":\"{}\",", person(number))).unwrap_or_default();
    let checkpoint = serde_json::to_string(&checkpoint.to_string()).unwrap();
    format!("{{\"sigeyi_export\":\"{kind}\",\"version\":1,\"suite\":1,{of}\"checkpoint\":{checkpoint}}}\n")
}

/// The lines of a whole log: the first, one for each event, the last.
pub(crate) fn log_lines(log: &[Vec<u8>], checkpoint: &SignedCheckpoint) -> Vec<String> {
    let event = |stored: &Vec<u8>| {
        let position = StoredEvent::parse(stored).unwrap().parts().position;
        format!("{{\"position\":{position},\"stored\":\"{}\"}}\n", STANDARD.encode(stored))
    };
    let last = format!("{{\"end\":{}}}\n", log.len());
    std::iter::once(first_line("log", None, checkpoint)).chain(log.iter().map(event)).chain([last]).collect()
}

/// The lines of one person's history.
pub(crate) fn person_lines(log: &[Vec<u8>], of: u128) -> Vec<String> {
    let mut lines = vec![first_line("person", Some(of), &checkpoint(log))];
    for (index, stored) in log.iter().enumerate() {
        if StoredEvent::parse(stored).unwrap().parts().person == person(of) {
            let path: Vec<String> = path_of(log, index).iter().map(|hash| STANDARD.encode(hash)).collect();
            let (stored, path) = (STANDARD.encode(stored), serde_json::to_string(&path).unwrap());
            lines.push(format!("{{\"position\":{},\"stored\":\"{stored}\",\"path\":{path}}}\n", index + 1));
        }
    }
    lines.push(format!("{{\"end\":{}}}\n", lines.len() - 1));
    lines
}

/// Every text that differs in one byte: bits of it turned, or the byte gone.
pub(crate) fn altered(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len()).flat_map(move |at| {
        [1_u8, 0x20, 0].map(|bits| {
            let mut bytes = bytes.to_vec();
            match bits {
                0 => drop(bytes.remove(at)),
                _ => bytes[at] ^= bits,
            }
            (at, bytes)
        })
    })
}
