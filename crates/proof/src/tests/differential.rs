//! The same as other implementations: `ct-merkle` for trees, `signed_note` for notes.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::{Note as OtherNote, Signer, StandardSigner, StandardVerifier, Verifier, VerifierList};

use super::invented::{ORIGIN, checkpoint_of, leaf_bytes, leaf_hashes, log_signer};
use crate::*;

const ALGORITHM: HashAlgorithm = HashAlgorithm::Sha256;

fn other_tree(count: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    leaf_bytes(count).into_iter().for_each(|leaf| tree.push(leaf));
    tree
}

#[test]
fn roots_and_proofs_are_those_of_another_implementation() {
    let leaves = leaf_hashes(ALGORITHM, 70);
    let nodes = LeafHashes { algorithm: ALGORITHM, leaves: &leaves };
    for size in 1..=70_u64 {
        let other = other_tree(size);
        let root = root_of(ALGORITHM, &nodes, size).unwrap();
        assert_eq!(root[..], other.root().as_bytes()[..]);
        for index in 0..size {
            let path = inclusion_path(ALGORITHM, &nodes, index, size).unwrap();
            assert_eq!(path.as_flattened(), other.prove_inclusion(index as usize).as_bytes());
        }
        for from in 1..size {
            let path = consistency_path(ALGORITHM, &nodes, from, size).unwrap();
            let expected = other.prove_consistency((size - from) as usize);
            assert_eq!(path.as_flattened(), expected.as_bytes(), "{from} to {size}");
        }
    }
}

/// What becomes of a path: a hash more, less, exchanged, or altered.
fn altered(mut path: Vec<Hash>, how: u8, at: usize) -> Vec<Hash> {
    let at = at.checked_rem(path.len()).unwrap_or(0);
    match how {
        1 => path.push([7; 32]),
        2 => drop(path.pop()),
        3 => path.reverse(),
        4 if !path.is_empty() => path[at][31] ^= 1,
        5 if !path.is_empty() => drop(path.remove(at)),
        6 => path.clear(),
        _ => {}
    }
    path
}

proptest! {
    #[test]
    fn what_is_included_for_one_is_included_for_the_other(
        size in 1..80_u64, index in 0..80_u64, said_index in 0..80_u64, said_size in 1..80_u64,
        is_true in any::<bool>(), how in 0..8_u8, at: usize,
    ) {
        let index = index % size;
        let (said_index, said_size) = if is_true { (index, size) } else { (said_index, said_size) };
        let leaves = leaf_hashes(ALGORITHM, size);
        let nodes = LeafHashes { algorithm: ALGORITHM, leaves: &leaves };
        let path = altered(inclusion_path(ALGORITHM, &nodes, index, size).unwrap(), how, at);
        let root = root_of(ALGORITHM, &nodes, size).unwrap();
        let ours = verify_inclusion(ALGORITHM, &leaves[index as usize], said_index, said_size, &path, &root);
        let other_root = RootHash::<Sha256>::new(root.into(), said_size);
        let leaf = leaf_bytes(size).swap_remove(index as usize);
        let other = InclusionProof::try_from_bytes(path.as_flattened().to_vec())
            .and_then(|proof| other_root.verify_inclusion(&leaf, said_index, &proof));
        prop_assert_eq!(ours.is_ok(), other.is_ok(), "{:?} {:?}", ours, other);
    }

    #[test]
    fn what_is_consistent_for_one_is_consistent_for_the_other(
        from in 1..80_u64, added in 1..80_u64, said_from in 1..80_u64, said_added in 1..80_u64,
        is_true in any::<bool>(), how in 0..8_u8, at: usize,
    ) {
        let to = from + added;
        let (said_from, said_to) = if is_true { (from, to) } else { (said_from, said_from + said_added) };
        let leaves = leaf_hashes(ALGORITHM, to);
        let nodes = LeafHashes { algorithm: ALGORITHM, leaves: &leaves };
        let root = |size| root_of(ALGORITHM, &nodes, size).unwrap();
        let path = altered(consistency_path(ALGORITHM, &nodes, from, to).unwrap(), how, at);
        let ours = verify_consistency(ALGORITHM, (said_from, &root(from)), (said_to, &root(to)), &path);
        let (earlier, later) = (RootHash::<Sha256>::new(root(from).into(), said_from), RootHash::new(root(to).into(), said_to));
        let other = ConsistencyProof::try_from_bytes(path.as_flattened().to_vec())
            .and_then(|proof| later.verify_consistency(&earlier, &proof));
        prop_assert_eq!(ours.is_ok(), other.is_ok(), "{:?} {:?}", ours, other);
    }
}

#[test]
fn a_note_signed_here_is_opened_there() {
    let signer = log_signer();
    let note = checkpoint_of(&leaf_hashes(ALGORITHM, 9)).sign(&signer).unwrap().to_string();
    let verifier = StandardVerifier::new(&signer.verifier_key().to_string()).unwrap();
    let list = VerifierList::new(vec![Box::new(verifier)]);
    let (known, unknown) = OtherNote::from_bytes(note.as_bytes()).unwrap().verify(&list).unwrap();
    assert_eq!((known.len(), unknown.len()), (1, 0));
}

#[test]
fn a_note_signed_there_is_opened_here() {
    let secret = [&[1][..], &[1; 32]].concat();
    let key = log_signer().verifier_key().clone();
    let secret = format!("PRIVATE+KEY+{ORIGIN}+{:08x}+{}", key.id(), crate::words::base64(&secret));
    let signer = StandardSigner::new(&secret).unwrap();
    assert_eq!((signer.name(), signer.key_id()), (key.name(), key.id()));
    let checkpoint = checkpoint_of(&leaf_hashes(ALGORITHM, 9));
    let mut note = OtherNote::new(checkpoint.to_string().as_bytes(), &[]).unwrap();
    note.add_sigs(&[&signer]).unwrap();
    let read = SignedCheckpoint::parse(&note.to_bytes()).unwrap();
    assert_eq!(Trust::log(key).unwrap().verify(&read).unwrap().checkpoint, checkpoint);
    assert_eq!(read, checkpoint.sign(&log_signer()).unwrap());
}

proptest! {
    #[test]
    fn a_key_that_is_read_here_is_read_there(name in "[a-z+ ./é]{0,8}", seed: [u8; 32], bad in 0..6_u8) {
        let Ok(signer) = Ed25519Signer::from_seed(&name, &seed) else {
            prop_assert!(name.is_empty() || name.contains(['+', ' ']));
            return Ok(());
        };
        let mut text = signer.verifier_key().to_string();
        match bad {
            1 => text.push('A'),
            2 => drop(text.pop()),
            3 => text = text.replacen('+', "+0", 1),
            4 => text.insert(0, 'a'),
            _ => {}
        }
        let (here, there) = (VerifierKey::parse(&text), StandardVerifier::new(&text));
        prop_assert_eq!(here.is_ok(), there.is_ok(), "{}", text);
        if let (Ok(here), Ok(there)) = (here, there) {
            prop_assert_eq!((here.name(), here.id()), (there.name(), there.key_id()));
        }
    }
}
