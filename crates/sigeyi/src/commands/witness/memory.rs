//! What a witness remembers, a file for each log: the newest checkpoint that it has cosigned. It is durable before the cosignature leaves.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use parking_lot::Mutex;
use sigeyi_proof::{
    Checkpoint, CheckpointError, Cosigner, Hash, HashAlgorithm, NoteSignature, SignedCheckpoint, Trust,
    TrustError, VerifierKey, WitnessRequest, sha256, verify_consistency,
};

use super::refusal::Refusal;
use crate::output::hex;

/// Logs and witness in one.
pub(super) struct Memory {
    cosigner: Cosigner,
    logs: Vec<Log>,
}

struct Log {
    trust: Trust,
    algorithm: HashAlgorithm,
    path: PathBuf,
    /// Size and root of the newest one; of nothing at first.
    newest: Mutex<(u64, Hash)>,
}

/// Why a witness cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MemoryError {
    /// The file or its folder.
    #[error("{path} 不能使用 cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What it remembers cannot be read: a witness that has forgotten would cosign a fork.
    #[error(
        "{path} 已损坏，见证方不记得已会签的存证点 is damaged, and the witness does not know what it has cosigned"
    )]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: CheckpointError,
    },
    /// Two keys of one log, or one that is none.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl Memory {
    /// What is remembered in a folder of the logs with these keys, one key each.
    pub(super) fn open(
        folder: &Path,
        cosigner: Cosigner,
        keys: Vec<VerifierKey>,
    ) -> Result<Memory, MemoryError> {
        let mut logs = Vec::new();
        for key in keys {
            let (origin, algorithm) = (key.name().to_owned(), key.algorithm());
            // A name may have signs that no file name has.
            let path = folder.join(format!("{}.checkpoint", hex(&sha256(origin.as_bytes()))));
            let newest = match fs::read(&path) {
                Ok(bytes) => {
                    let found = SignedCheckpoint::parse(&bytes);
                    let found =
                        found.map_err(|source| MemoryError::Damaged { path: path.clone(), source })?;
                    (found.unverified().size, found.unverified().root)
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => (0, algorithm.empty()),
                Err(source) => return Err(MemoryError::Io { path, source }),
            };
            logs.push(Log { trust: Trust::log(key)?, algorithm, path, newest: Mutex::new(newest) });
        }
        Ok(Memory { cosigner, logs })
    }

    /// Cosigns a checkpoint that goes on from the newest one; the lines of the signature, for whoever has sent it.
    pub(super) fn add(&self, body: &[u8], now: u64) -> Result<String, Refusal> {
        let request = WitnessRequest::parse(body).map_err(Refusal::Request)?;
        let origin = &request.checkpoint.unverified().origin;
        let log = self.logs.iter().find(|log| log.trust.origin() == origin).ok_or(Refusal::UnknownLog)?;
        let trusted = log.trust.verify(&request.checkpoint).map_err(Refusal::Distrusted)?;
        let Checkpoint { size, root, .. } = trusted.checkpoint;
        // Held until the new one is durable: two requests at once must not both go on from the same.
        let mut newest = log.newest.lock();
        let (known, known_root) = *newest;
        if request.old_size != known {
            return Err(Refusal::OtherSize { known });
        }
        if size == known && root != known_root {
            return Err(Refusal::OtherRoot { known });
        }
        verify_consistency(log.algorithm, (known, &known_root), (size, &root), &request.path)
            .map_err(Refusal::Inconsistent)?;
        let text = request.checkpoint.note().text();
        let signature = NoteSignature::make(text, &self.cosigner.at(now)).map_err(|_| Refusal::Internal)?;
        if size > known {
            log.remember(&request.checkpoint).map_err(Refusal::Forgetful)?;
            *newest = (size, root);
        }
        Ok(signature.to_string())
    }
}

impl Log {
    fn remember(&self, checkpoint: &SignedCheckpoint) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(checkpoint.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use sigeyi_proof::{CompactTree, Ed25519Signer, LeafHashes, NoteSigner, consistency_path};

    use super::*;

    const SHA: HashAlgorithm = HashAlgorithm::Sha256;

    fn leaves(size: u64, salt: u8) -> Vec<Hash> {
        (0..size)
            .map(|n| SHA.leaf(&[&n.to_be_bytes()[..], &[if n < 5 { 0 } else { salt }]].concat()))
            .collect()
    }

    fn signer() -> Ed25519Signer {
        Ed25519Signer::from_seed("log.example/x", &[1; 32]).unwrap()
    }

    fn cosigner() -> Cosigner {
        Cosigner::from_seed("witness.example/w", &[2; 32]).unwrap()
    }

    fn memory(folder: &Path) -> Memory {
        Memory::open(folder, cosigner(), vec![signer().verifier_key().clone()]).unwrap()
    }

    /// The history with this salt, from a size to a size.
    fn request(from: u64, to: u64, salt: u8) -> Vec<u8> {
        let leaves = leaves(to, salt);
        let mut tree = CompactTree::new(SHA);
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        let checkpoint = Checkpoint { origin: "log.example/x".into(), size: to, root: tree.root() };
        let nodes = LeafHashes { algorithm: SHA, leaves: &leaves };
        let path = consistency_path(SHA, &nodes, from, to).unwrap();
        WitnessRequest { old_size: from, path, checkpoint: checkpoint.sign(&signer()).unwrap() }
            .to_string()
            .into_bytes()
    }

    #[test]
    fn what_goes_on_is_cosigned_and_remembered_through_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let lines = memory(folder.path()).add(&request(0, 7, 1), 1_700_000_000).unwrap();
        let body = request(0, 7, 1);
        let mut checkpoint = WitnessRequest::parse(&body).unwrap().checkpoint;
        checkpoint.add(NoteSignature::parse_lines(&lines).unwrap().remove(0)).unwrap();
        let signed = checkpoint.note().verify(cosigner().verifier_key()).unwrap().unwrap();
        assert_eq!(signed.at, Some(1_700_000_000));
        let again = memory(folder.path());
        again.add(&request(7, 7, 1), 1).unwrap();
        again.add(&request(7, 20, 1), 1).unwrap();
        assert!(matches!(again.add(&request(7, 20, 1), 1), Err(Refusal::OtherSize { known: 20 })));
    }

    #[test]
    fn a_fork_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let memory = memory(folder.path());
        memory.add(&request(0, 7, 1), 1).unwrap();
        // Of the same size, of a larger one, and of a smaller one that would begin again.
        assert!(matches!(memory.add(&request(7, 7, 2), 1), Err(Refusal::OtherRoot { .. })));
        assert!(matches!(memory.add(&request(7, 9, 2), 1), Err(Refusal::Inconsistent(_))));
        assert!(matches!(memory.add(&request(0, 6, 2), 1), Err(Refusal::OtherSize { known: 7 })));
        assert!(matches!(memory.add(&request(5, 6, 2), 1), Err(Refusal::OtherSize { known: 7 })));
        memory.add(&request(7, 9, 1), 1).unwrap();
    }

    #[test]
    fn logs_and_signatures_that_are_not_known_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let memory = memory(folder.path());
        let sign = |name: &str, seed: u8| {
            let signer = Ed25519Signer::from_seed(name, &[seed; 32]).unwrap();
            let checkpoint = Checkpoint { origin: name.into(), size: 0, root: SHA.empty() };
            let checkpoint = checkpoint.sign(&signer).unwrap();
            WitnessRequest { old_size: 0, path: Vec::new(), checkpoint }.to_string().into_bytes()
        };
        assert!(matches!(memory.add(&sign("log.example/y", 1), 1), Err(Refusal::UnknownLog)));
        assert!(matches!(memory.add(&sign("log.example/x", 9), 1), Err(Refusal::Distrusted(_))));
        assert!(matches!(memory.add(b"old 0\n", 1), Err(Refusal::Request(_))));
    }

    #[test]
    fn a_witness_whose_memory_is_damaged_does_not_begin() {
        let folder = tempfile::tempdir().unwrap();
        memory(folder.path()).add(&request(0, 7, 1), 1).unwrap();
        let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        fs::write(file, "half of").unwrap();
        let keys = vec![signer().verifier_key().clone()];
        let opened = Memory::open(folder.path(), cosigner(), keys);
        assert!(matches!(opened, Err(MemoryError::Damaged { .. })));
    }
}
