//! A small log about people who do not exist, its keys and checkpoints.

use sigeyi_envelope::{EventParts, Position, Previous, SealedParts, Suite, encode};
use sigeyi_proof::{
    Checkpoint, CompactTree, Cosigner, Ed25519Signer, Hash, HashAlgorithm, NoteSignature, NoteSigner,
    SignedCheckpoint, Trust, Trusted,
};
use sigeyi_verifier::{Place, VerifyError, Wrong};
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "log.example/sigeyi";
pub(crate) const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

/// What an event says; the chain is added.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// 0 for nobody.
    pub(crate) person: u128,
    pub(crate) command: u128,
    pub(crate) index: u8,
    pub(crate) count: u8,
    pub(crate) sealed: Vec<u8>,
}

/// Whose events a log is made of.
pub(crate) fn person(number: u128) -> Uuid {
    if number == 0 { Uuid::nil() } else { Uuid::from_u128(number << 64 | 0xabcdef) }
}

/// Twelve events: of three people, one of nobody, two commits of two events.
pub(crate) fn drafts() -> Vec<Draft> {
    let people = [1, 2, 1, 3, 3, 0, 2, 1, 2, 2, 1, 3];
    let draft = |(at, person): (usize, &u128)| {
        let (first, count) = match at {
            3 | 4 => (3, 2),
            8 | 9 => (8, 2),
            _ => (at, 1),
        };
        let (command, index) = (first as u128 + 1_000, (at - first) as u8);
        let sealed = if *person == 0 { Vec::new() } else { format!("{at:0>20} sealed").into_bytes() };
        Draft { person: *person, command, index, count, sealed }
    };
    people.iter().enumerate().map(draft).collect()
}

/// The stored bytes of a log whose positions, versions and chains are as they must be.
pub(crate) fn written(algorithm: HashAlgorithm, drafts: &[Draft]) -> Vec<Vec<u8>> {
    let mut log: Vec<Vec<u8>> = Vec::new();
    let mut newest = std::collections::HashMap::<u128, (u32, Previous)>::new();
    for (at, draft) in drafts.iter().enumerate() {
        let position = Position(at as u64 + 1);
        let before = newest.get(&draft.person).copied().filter(|_| draft.person != 0);
        let version = if draft.person == 0 { 0 } else { before.map_or(0, |(version, _)| version) + 1 };
        let sealed = SealedParts {
            key_id: [draft.person as u8; 32],
            nonce: [at as u8; 12],
            ciphertext: &draft.sealed,
        };
        let bytes = encode(&EventParts {
            suite: Suite::from_number(algorithm.suite()).unwrap(),
            kind: 4,
            schema: 1,
            position,
            person: person(draft.person),
            version,
            previous: before.map(|(_, previous)| previous),
            effective_day: 19_000,
            recorded_at: 1_700_000_000_000_000 + at as i64 / 2,
            region: 150_102,
            command: Uuid::from_u128(draft.command),
            digest: [draft.command as u8; 16],
            commit_index: draft.index,
            commit_count: draft.count,
            actor: "field-1",
            office: "office-1",
            clear: "{\"origin\":\"visit\"}",
            sealed: (!draft.sealed.is_empty()).then_some(sealed),
        })
        .unwrap();
        newest.insert(draft.person, (version, Previous { position, leaf: algorithm.leaf(&bytes) }));
        log.push(bytes);
    }
    log
}

/// The small log of suite 1.
pub(crate) fn small_log() -> Vec<Vec<u8>> {
    written(SHA256, &drafts())
}

pub(crate) fn leaves(log: &[Vec<u8>]) -> Vec<Hash> {
    log.iter().map(|event| SHA256.leaf(event)).collect()
}

pub(crate) fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

pub(crate) fn witness() -> Cosigner {
    Cosigner::from_seed("witness.example/1", &[9; 32]).unwrap()
}

/// The log's key alone.
pub(crate) fn trust() -> Trust {
    Trust::log(signer().verifier_key().clone()).unwrap()
}

/// The log's key, and the witness's, who must have cosigned.
pub(crate) fn witnessed() -> Trust {
    Trust::new(vec![signer().verifier_key().clone()], vec![witness().verifier_key().clone()], 1).unwrap()
}

pub(crate) fn tree(log: &[Vec<u8>]) -> CompactTree {
    let mut tree = CompactTree::new(SHA256);
    leaves(log).into_iter().for_each(|leaf| tree.push(leaf));
    tree
}

/// Signed by the log for these events, and cosigned.
pub(crate) fn checkpoint(log: &[Vec<u8>]) -> SignedCheckpoint {
    let (size, root) = (log.len() as u64, tree(log).root());
    let mut signed = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer()).unwrap();
    let cosignature = NoteSignature::make(signed.note().text(), &witness().at(1_700_000_000)).unwrap();
    signed.add(cosignature).unwrap();
    signed
}

pub(crate) fn trusted(log: &[Vec<u8>]) -> Trusted {
    trust().verify(&checkpoint(log)).unwrap()
}

/// What is wrong, and where, without the name of the folder.
pub(crate) fn found<T: std::fmt::Debug>(result: Result<T, VerifyError>) -> (String, Wrong) {
    let name = |path: std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    match result.unwrap_err() {
        VerifyError::Wrong { place, wrong } => match place {
            Place::File(path) => (name(path), wrong),
            Place::Line(path, line) => (format!("{} {line}", name(path)), wrong),
            Place::Byte(path, _) => (name(path), wrong),
            Place::Event(_, position, _) => (format!("event {position}"), wrong),
        },
        error => panic!("{error}"),
    }
}
