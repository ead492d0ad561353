//! Laws: what is made is believed and read back as it was; whatever bytes come, nothing panics.

use proptest::prelude::*;

use super::invented::*;
use crate::*;

fn algorithm() -> impl Strategy<Value = HashAlgorithm> {
    prop_oneof![Just(HashAlgorithm::Sha256), Just(HashAlgorithm::Sm3)]
}

proptest! {
    #[test]
    fn every_leaf_of_every_tree_is_proved_and_no_other(algorithm in algorithm(), size in 1..300_u64, index in 0..300_u64) {
        let index = index % size;
        let leaves = leaf_hashes(algorithm, size);
        let nodes = LeafHashes { algorithm, leaves: &leaves };
        let root = root_of(algorithm, &nodes, size).unwrap();
        let path = inclusion_path(algorithm, &nodes, index, size).unwrap();
        let verify = |leaf: u64, index| {
            verify_inclusion(algorithm, &leaves[leaf as usize], index, size, &path, &root)
        };
        prop_assert_eq!(verify(index, index), Ok(()));
        let other = (index + 1) % size;
        if other != index {
            prop_assert!(verify(other, index).is_err());
            prop_assert!(verify(index, other).is_err());
        }
        prop_assert_eq!(verify(index, size), Err(InclusionError::OutOfTree { index: size, size }));
    }

    #[test]
    fn every_tree_goes_on_from_every_earlier_one_and_from_no_other(algorithm in algorithm(), from in 0..300_u64, added in 0..300_u64) {
        let to = from + added;
        let leaves = leaf_hashes(algorithm, to);
        let nodes = LeafHashes { algorithm, leaves: &leaves };
        let (earlier, later) = (root_of(algorithm, &nodes, from).unwrap(), root_of(algorithm, &nodes, to).unwrap());
        let path = consistency_path(algorithm, &nodes, from, to).unwrap();
        prop_assert!(path.len() <= CONSISTENCY_HASHES_MAX);
        prop_assert_eq!(verify_consistency(algorithm, (from, &earlier), (to, &later), &path), Ok(()));
        // A tree with one leaf altered goes on from no tree that had it.
        if from > 0 {
            let mut forked = leaves.clone();
            forked[from as usize - 1] = [0; 32];
            let forked = LeafHashes { algorithm, leaves: &forked };
            let root = root_of(algorithm, &forked, to).unwrap();
            let path = consistency_path(algorithm, &forked, from, to).unwrap();
            prop_assert!(verify_consistency(algorithm, (from, &earlier), (to, &root), &path).is_err());
        }
        if added > 0 {
            let shrunk = verify_consistency(algorithm, (to, &later), (from, &earlier), &path);
            prop_assert_eq!(shrunk, Err(ConsistencyError::Shrunk { from: to, to: from }));
        }
    }

    #[test]
    fn a_checkpoint_is_read_as_it_was_signed(origin in "[!-*,-~é]{1,40}", size: u64, root: [u8; 32], seed: [u8; 32]) {
        let signer = Ed25519Signer::from_seed(&origin, &seed).unwrap();
        let signed = Checkpoint { origin, size, root }.sign(&signer).unwrap();
        let read = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &signed);
        let trusted = Trust::log(signer.verifier_key().clone()).unwrap().verify(&read).unwrap();
        prop_assert_eq!(&trusted.checkpoint, signed.unverified());
    }

    #[test]
    fn a_proof_is_read_as_it_was_written(count in 1..50_u64, index in 0..50_u64, extra: Option<Vec<u8>>) {
        let extra = extra.filter(|extra| !extra.is_empty());
        let proof = LogProof { extra, ..proof(index % count, count) };
        prop_assert_eq!(LogProof::parse(proof.to_string().as_bytes()), Ok(proof));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "(extra |index |old |[0-9]{1,3}|[A-Za-z0-9+/=]{0,44}|— |\\n){0,30}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            let _ = Note::parse(bytes);
            let _ = SignedCheckpoint::parse(bytes);
            let _ = LogProof::parse(bytes);
            let _ = WitnessRequest::parse(bytes);
            let _ = Tile::parse(bytes);
            let text = String::from_utf8_lossy(bytes);
            let _ = VerifierKey::parse(&text);
            let _ = TileId::parse(&text);
        }
    }

    #[test]
    fn any_path_is_followed_or_refused(index: u64, size: u64, from: u64, path in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let algorithm = HashAlgorithm::Sha256;
        prop_assert!(verify_inclusion(algorithm, &[1; 32], index, size, &path, &[2; 32]).is_err());
        prop_assert!(verify_consistency(algorithm, (from, &[1; 32]), (size, &[2; 32]), &path).is_err());
    }
}
