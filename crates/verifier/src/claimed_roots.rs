//! The tree over a log, and the roots that are claimed of it: by frames, and by the checkpoint.

use std::path::Path;

use sigeyi_proof::{CompactTree, Growth, Hash, HashAlgorithm};

use crate::{
    fault::{At, Place, VerifyError, Wrong},
    leaves::each_part,
};

/// A tree whose newest leaves are joined, and whose claimed roots are compared, when [`settle`](ClaimedRoots::settle) is called: many at once are quicker. A
/// root is as many hashes as its size has one-bits, and frames of a single event claim as many roots as there are events, so this is most of the work then.
pub(crate) struct ClaimedRoots {
    tree: CompactTree,
    /// Behind those of the tree.
    leaves: Vec<Hash>,
    /// In the order in which they were claimed.
    claims: Vec<Claim>,
}

struct Claim {
    by: Claimant,
    size: u64,
    root: Hash,
}

/// Who claims a root.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claimant {
    /// The frame that begins at this byte.
    Frame(u64),
    /// The checkpoint, whose last event stands there.
    Checkpoint(At),
}

impl ClaimedRoots {
    pub(crate) fn new(algorithm: HashAlgorithm) -> ClaimedRoots {
        ClaimedRoots { tree: CompactTree::new(algorithm), leaves: Vec::new(), claims: Vec::new() }
    }

    pub(crate) fn algorithm(&self) -> HashAlgorithm {
        self.tree.algorithm()
    }

    /// How many leaves the tree has.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size() + self.leaves.len() as u64
    }

    /// Appends a leaf by its hash.
    pub(crate) fn push(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
    }

    /// Somebody says that this is the root over the leaves so far.
    pub(crate) fn claim(&mut self, root: Hash, by: Claimant) {
        self.claims.push(Claim { by, size: self.size(), root });
    }

    /// The root over the leaves so far.
    pub(crate) fn root(&self) -> Hash {
        let mut tree = self.tree.clone();
        self.leaves.iter().for_each(|leaf| tree.push(*leaf));
        tree.root()
    }

    /// Computes every root that was claimed since the last time. The first one that is another is the fault.
    pub(crate) fn settle(&mut self, path: &Path) -> Result<(), VerifyError> {
        let algorithm = self.tree.algorithm();
        let leaves = std::mem::take(&mut self.leaves);
        let growth =
            Growth::new(&self.tree, leaves, |pairs| each_part(pairs, |pairs| algorithm.nodes(pairs)));
        let claims = std::mem::take(&mut self.claims);
        let are_right = each_part(&claims, |claims| {
            let sizes: Vec<u64> = claims.iter().map(|claim| claim.size).collect();
            match growth.roots(&sizes) {
                Ok(roots) => claims.iter().zip(roots).map(|(claim, root)| claim.root == root).collect(),
                // What cannot be computed is not what was claimed.
                Err(_) => vec![false; claims.len()],
            }
        });
        let tree = growth.tree();
        self.tree = tree;
        match are_right.iter().zip(claims).find(|(is_right, _)| !**is_right) {
            Some((_, Claim { by, size, .. })) => Err(by.is_wrong(path, size)),
            None => Ok(()),
        }
    }
}

impl Claimant {
    fn is_wrong(self, path: &Path, size: u64) -> VerifyError {
        let path = path.to_owned();
        match self {
            Claimant::Frame(at) => {
                let wrong = Wrong::Frame("root is not that over the events up to it");
                VerifyError::wrong(Place::Byte(path, at), wrong)
            }
            Claimant::Checkpoint(at) => {
                VerifyError::wrong(Place::Event(path, size, at), Wrong::Root { size })
            }
        }
    }
}
