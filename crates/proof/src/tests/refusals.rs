//! Paths that lead to a root and prove nothing all the same: whoever chooses root and path together can make them fit in all but their length.

use super::invented::*;
use crate::*;

const ALGORITHM: HashAlgorithm = HashAlgorithm::Sha256;

#[test]
fn a_path_that_goes_on_behind_the_root_is_refused() {
    let leaves = leaf_hashes(ALGORITHM, 4);
    let nodes = LeafHashes { algorithm: ALGORITHM, leaves: &leaves };
    let mut path = inclusion_path(ALGORITHM, &nodes, 3, 4).unwrap();
    let root = ALGORITHM.node(&[7; 32], &nodes.node(2, 0).unwrap());
    path.push([7; 32]);
    let refused = verify_inclusion(ALGORITHM, &leaves[3], 3, 4, &path, &root);
    assert_eq!(refused, Err(InclusionError::Length));
}

#[test]
fn a_path_that_ends_below_the_root_is_refused() {
    let leaves = leaf_hashes(ALGORITHM, 4);
    let inner = ALGORITHM.node(&leaves[0], &leaves[1]);
    let refused = verify_inclusion(ALGORITHM, &leaves[0], 0, 4, &[leaves[1]], &inner);
    assert_eq!(refused, Err(InclusionError::Length));
    // An inner node that is given out as a leaf has no path of the right length.
    let root = ALGORITHM.node(&inner, &ALGORITHM.node(&leaves[2], &leaves[3]));
    let sibling = ALGORITHM.node(&leaves[2], &leaves[3]);
    assert_eq!(verify_inclusion(ALGORITHM, &inner, 0, 4, &[sibling], &root), Err(InclusionError::Length));
}

#[test]
fn a_consistency_path_that_goes_on_behind_the_root_is_refused() {
    let leaves = leaf_hashes(ALGORITHM, 7);
    let nodes = LeafHashes { algorithm: ALGORITHM, leaves: &leaves };
    let root = |size| root_of(ALGORITHM, &nodes, size).unwrap();
    let mut path = consistency_path(ALGORITHM, &nodes, 3, 7).unwrap();
    path.push([7; 32]);
    let (earlier, later) = (ALGORITHM.node(&[7; 32], &root(3)), ALGORITHM.node(&[7; 32], &root(7)));
    let refused = verify_consistency(ALGORITHM, (3, &earlier), (7, &later), &path);
    assert_eq!(refused, Err(ConsistencyError::Length));
}

#[test]
fn a_consistency_path_that_ends_below_the_root_is_refused() {
    let leaves = leaf_hashes(ALGORITHM, 8);
    let nodes = LeafHashes { algorithm: ALGORITHM, leaves: &leaves };
    let root = |size| root_of(ALGORITHM, &nodes, size).unwrap();
    let path = consistency_path(ALGORITHM, &nodes, 2, 4).unwrap();
    let refused = verify_consistency(ALGORITHM, (2, &root(2)), (8, &root(4)), &path);
    assert_eq!(refused, Err(ConsistencyError::Length));
    let refused = verify_consistency(ALGORITHM, (2, &root(2)), (8, &root(8)), &[]);
    assert_eq!(refused, Err(ConsistencyError::Length));
}

#[test]
fn trees_of_one_size_are_consistent_only_when_they_are_the_same() {
    let verify = |from: (u64, Hash), to: (u64, Hash), path: &[Hash]| {
        verify_consistency(ALGORITHM, (from.0, &from.1), (to.0, &to.1), path)
    };
    let (one, other, empty) = ([1; 32], [2; 32], ALGORITHM.empty());
    assert_eq!(verify((5, one), (5, one), &[]), Ok(()));
    assert_eq!(verify((5, one), (5, other), &[]), Err(ConsistencyError::LaterRoot));
    assert_eq!(verify((5, one), (5, one), &[one]), Err(ConsistencyError::Length));
    assert_eq!(verify((0, empty), (5, one), &[]), Ok(()));
    assert_eq!(verify((0, other), (5, one), &[]), Err(ConsistencyError::EarlierRoot));
    assert_eq!(verify((0, empty), (5, one), &[one]), Err(ConsistencyError::Length));
    assert_eq!(verify((0, empty), (0, one), &[]), Err(ConsistencyError::LaterRoot));
}

#[test]
fn a_cosignature_has_a_time_that_the_form_can_hold() {
    let (key, text) = (witness(1).verifier_key().clone(), "text\n");
    let last = i64::MAX as u64;
    let signature = witness(1).at(last).sign(text).unwrap();
    assert_eq!(key.verify(text, &signature), Ok(Signed { at: Some(last) }));
    assert_eq!(witness(1).at(last + 1).sign(text), Err(SignError::Time));
    // Signed all the same, by whoever has the key.
    let signer = Ed25519Signer::from_seed("witness.example/1", &[101; 32]).unwrap();
    let forged = signer.sign(&format!("cosignature/v1\ntime {}\n{text}", last + 1)).unwrap();
    let forged = [&(last + 1).to_be_bytes()[..], &forged].concat();
    assert_eq!(key.verify(text, &forged), Err(SignatureError));
}

#[test]
fn a_witness_is_not_asked_to_go_back() {
    let checkpoint = signed(checkpoint_of(&leaf_hashes(ALGORITHM, 4)));
    let request = |old_size| {
        let request = WitnessRequest { old_size, path: Vec::new(), checkpoint: checkpoint.clone() };
        WitnessRequest::parse(request.to_string().as_bytes()).map(|request| request.old_size)
    };
    assert_eq!([request(0), request(4)], [Ok(0), Ok(4)]);
    assert_eq!(request(5), Err(WitnessRequestError::Shrunk));
}
