//! The tree over the newest event of everybody: whoever has its root can tell that somebody's newest events were left out. `docs/format.md` draws a leaf.

use crate::{CompactTree, Growth, Hash, HashAlgorithm, inclusion_path};

/// A leaf before it is hashed, in bytes.
pub const PERSON_HEAD_BYTES: usize = 60;

/// A person's id.
pub type PersonId = [u8; 16];

/// Somebody's newest event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonHead {
    /// Whose.
    pub person: PersonId,
    /// How many events the person has with it.
    pub version: u32,
    /// Where it stands.
    pub position: u64,
    /// Its leaf hash in the tree of the log.
    pub leaf: Hash,
}

/// Everybody's newest events as of one position, by the bytes of their ids.
#[derive(Debug, Clone)]
pub struct Heads {
    algorithm: HashAlgorithm,
    sorted: Vec<PersonHead>,
}

/// That somebody's newest event is a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadPath {
    /// What the leaf says.
    pub head: PersonHead,
    /// Which leaf it is, from 0.
    pub index: u64,
    /// From the leaf's sibling to the root's child.
    pub path: Vec<Hash>,
}

impl PersonHead {
    /// Person (16 bytes), version (4), position (8), leaf hash (32), numbers big-endian.
    pub fn encode(&self) -> [u8; PERSON_HEAD_BYTES] {
        let mut bytes = [0; PERSON_HEAD_BYTES];
        bytes[..16].copy_from_slice(&self.person);
        bytes[16..20].copy_from_slice(&self.version.to_be_bytes());
        bytes[20..28].copy_from_slice(&self.position.to_be_bytes());
        bytes[28..].copy_from_slice(&self.leaf);
        bytes
    }

    /// The hash of the leaf.
    pub fn hash(&self, algorithm: HashAlgorithm) -> Hash {
        algorithm.leaf(&self.encode())
    }
}

impl Heads {
    /// Of people in any order, each of whom is there once.
    pub fn new(algorithm: HashAlgorithm, mut heads: Vec<PersonHead>) -> Heads {
        heads.sort_unstable_by_key(|head| head.person);
        Heads { algorithm, sorted: heads }
    }

    /// How many people there are.
    pub fn len(&self) -> u64 {
        self.sorted.len() as u64
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The root over all of them.
    pub fn root(&self) -> Hash {
        let none = CompactTree::new(self.algorithm);
        self.tree(&none).tree().root()
    }

    /// Somebody's leaf and its path; none for whoever has none.
    pub fn path_of(&self, person: &PersonId) -> Option<HeadPath> {
        let at = self.sorted.binary_search_by_key(person, |head| head.person).ok()?;
        let none = CompactTree::new(self.algorithm);
        let path = inclusion_path(self.algorithm, &self.tree(&none), at as u64, self.len()).ok()?;
        Some(HeadPath { head: self.sorted[at], index: at as u64, path })
    }

    /// All its nodes, above a tree without leaves.
    fn tree<'a>(&self, none: &'a CompactTree) -> Growth<'a> {
        let leaves: Vec<[u8; PERSON_HEAD_BYTES]> = self.sorted.iter().map(PersonHead::encode).collect();
        Growth::new(none, self.algorithm.leaves(&leaves), |pairs| self.algorithm.nodes(pairs))
    }
}
