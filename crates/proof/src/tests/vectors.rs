//! Trees, proofs and texts that were computed without this crate, by `vectors/make.py`, and published values.

use serde_json::Value;

use crate::*;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/vectors.json")).unwrap()
}

fn unhex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hash(text: &Value) -> Hash {
    unhex(text).try_into().unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn roots_and_paths_are_those_of_the_definition() {
    let vectors = vectors();
    for tree in list(&vectors["trees"]) {
        let algorithm = HashAlgorithm::of_suite(tree["suite"].as_u64().unwrap() as u8).unwrap();
        let leaves: Vec<Hash> =
            list(&tree["leaves"]).iter().map(|leaf| algorithm.leaf(&unhex(leaf))).collect();
        let nodes = LeafHashes { algorithm, leaves: &leaves };
        let root = |size| root_of(algorithm, &nodes, size).unwrap();
        for entry in list(&tree["roots"]) {
            let size = entry["size"].as_u64().unwrap();
            let mut compact = CompactTree::new(algorithm);
            leaves[..size as usize].iter().for_each(|leaf| compact.push(*leaf));
            assert_eq!([root(size), compact.root()], [hash(&entry["root"]); 2], "size {size}");
        }
        for entry in list(&tree["inclusion"]) {
            let (index, size) = (entry["index"].as_u64().unwrap(), entry["size"].as_u64().unwrap());
            let path: Vec<Hash> = list(&entry["path"]).iter().map(hash).collect();
            assert_eq!(inclusion_path(algorithm, &nodes, index, size).unwrap(), path, "{index} in {size}");
            let leaf = &leaves[index as usize];
            assert_eq!(verify_inclusion(algorithm, leaf, index, size, &path, &root(size)), Ok(()));
        }
        for entry in list(&tree["consistency"]) {
            let (from, to) = (entry["from"].as_u64().unwrap(), entry["to"].as_u64().unwrap());
            let path: Vec<Hash> = list(&entry["path"]).iter().map(hash).collect();
            assert_eq!(consistency_path(algorithm, &nodes, from, to).unwrap(), path, "{from} to {to}");
            let (earlier, later) = (root(from), root(to));
            assert_eq!(verify_consistency(algorithm, (from, &earlier), (to, &later), &path), Ok(()));
        }
    }
}

#[test]
fn the_tree_of_eight_leaves_has_the_published_roots() {
    let published = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let vectors = vectors();
    let roots: Vec<&str> =
        list(&vectors["trees"][0]["roots"]).iter().map(|entry| entry["root"].as_str().unwrap()).collect();
    assert_eq!(roots, published);
}

#[test]
fn texts_are_made_and_read_as_they_were_put_together_by_hand() {
    let vectors = vectors();
    let text = |name: &str| vectors["texts"][name].as_str().unwrap();
    let seed = |name: &str| <[u8; 32]>::try_from(unhex(&vectors["texts"][name])).unwrap();
    let log = Ed25519Signer::from_seed("log.example/sigeyi", &seed("log_seed")).unwrap();
    let witness = Cosigner::from_seed("witness.example/w1", &seed("witness_seed")).unwrap();
    assert_eq!(log.verifier_key().to_string(), text("log_key"));
    assert_eq!(witness.verifier_key().to_string(), text("witness_key"));

    let read = SignedCheckpoint::parse(text("checkpoint").as_bytes()).unwrap();
    let mut made = read.unverified().clone().sign(&log).unwrap();
    let at = vectors["texts"]["witness_time"].as_u64().unwrap();
    made.add(NoteSignature::make(made.note().text(), &witness.at(at)).unwrap()).unwrap();
    assert_eq!(made.to_string(), text("checkpoint"));

    let key = |name| VerifierKey::parse(text(name)).unwrap();
    let trust = Trust::new(vec![key("log_key")], vec![key("witness_key")], 1).unwrap();
    let trusted = trust.verify(&read).unwrap();
    assert_eq!(
        (trusted.checkpoint.size, trusted.witnesses),
        (7, vec![("witness.example/w1".to_owned(), at)])
    );

    let proof = LogProof::parse(text("proof").as_bytes()).unwrap();
    assert_eq!(proof.to_string(), text("proof"));
    let leaf = proof.extra.clone().unwrap();
    assert_eq!(proof.verify(&leaf, &trust).unwrap().checkpoint, trusted.checkpoint);

    let request = WitnessRequest::parse(text("request").as_bytes()).unwrap();
    assert_eq!(request.to_string(), text("request"));
    let roots = &vectors["trees"][0]["roots"];
    let (earlier, later) = (hash(&roots[3]["root"]), hash(&roots[7]["root"]));
    let consistent = verify_consistency(HashAlgorithm::Sha256, (3, &earlier), (7, &later), &request.path);
    assert_eq!((request.old_size, consistent), (3, Ok(())));
}

/// The example of `c2sp.org/signed-note`, and the one that the format's first implementation documents.
#[test]
fn published_notes_are_signed_by_their_published_keys() {
    let published = [
        (
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "This is an example message.\n\n— example.com/foo \
             Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
        ),
        (
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "If you think cryptography is the answer to your problem,\n\
             then you don't know what your problem is.\n\n— PeterNeumann \
             x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
        ),
    ];
    for (key, note) in published {
        let (key, note) = (VerifierKey::parse(key).unwrap(), Note::parse(note.as_bytes()).unwrap());
        assert_eq!(note.verify(&key), Some(Ok(Signed { at: None })));
    }
}
