//! Whatever is altered in a checkpoint or a proof is found, and so is whoever is not trusted.

use super::invented::*;
use crate::*;

const ALGORITHM: HashAlgorithm = HashAlgorithm::Sha256;

/// Every text that differs in one byte, which is raised by one, or has a bit turned, or is gone.
fn altered(text: &str) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..text.len()).flat_map(move |at| {
        [1_u8, 0x20, 0x80, 0].map(|bits| {
            let mut bytes = text.as_bytes().to_vec();
            match bits {
                0 => drop(bytes.remove(at)),
                _ => bytes[at] ^= bits,
            }
            (at, bytes)
        })
    })
}

#[test]
fn every_altered_byte_of_a_checkpoint_is_found() {
    let signed = signed(checkpoint_of(&leaf_hashes(ALGORITHM, 11)));
    assert!(trust().verify(&signed).is_ok());
    for (at, bytes) in altered(&signed.to_string()) {
        let believed = SignedCheckpoint::parse(&bytes).is_ok_and(|read| trust().verify(&read).is_ok());
        assert!(!believed, "byte {at}: {}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn every_altered_byte_of_a_proof_is_found() {
    let proof = proof(6, 11);
    let is_proved = |bytes: &[u8]| {
        LogProof::parse(bytes)
            .is_ok_and(|proof| proof.extra.as_ref().is_some_and(|leaf| proof.verify(leaf, &trust()).is_ok()))
    };
    let text = proof.to_string();
    assert!(is_proved(text.as_bytes()));
    for (at, bytes) in altered(&text) {
        assert!(!is_proved(&bytes), "byte {at}: {}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn every_altered_bit_of_a_key_is_found() {
    let text = log_signer().verifier_key().to_string();
    for (at, bytes) in altered(&text) {
        let read = std::str::from_utf8(&bytes).map(VerifierKey::parse);
        assert!(!matches!(read, Ok(Ok(_))), "byte {at}");
    }
}

#[test]
fn a_checkpoint_of_another_origin_is_refused() {
    let other = Ed25519Signer::from_seed("other.example/log", &[1; 32]).unwrap();
    let checkpoint = Checkpoint { origin: "other.example/log".to_owned(), size: 1, root: [1; 32] };
    let refused = trust().verify(&checkpoint.clone().sign(&other).unwrap()).unwrap_err();
    let (expected, found) = (ORIGIN.to_owned(), "other.example/log".to_owned());
    assert_eq!(refused, Distrust::Origin { expected, found });
    // And the log's own key signs for its own origin only.
    let refused = checkpoint.sign(&log_signer()).unwrap_err();
    let (key, origin) = (ORIGIN.to_owned(), "other.example/log".to_owned());
    assert_eq!(refused, SignError::Origin { key, origin });
}

#[test]
fn a_checkpoint_of_an_unknown_key_is_refused() {
    let other = Ed25519Signer::from_seed(ORIGIN, &[2; 32]).unwrap();
    let signed = checkpoint_of(&leaf_hashes(ALGORITHM, 3)).sign(&other).unwrap();
    let refused = trust().verify(&signed).unwrap_err();
    assert_eq!(refused, Distrust::Unsigned { origin: ORIGIN.to_owned() });
}

#[test]
fn a_known_key_whose_signature_does_not_hold_is_not_made_good_by_another() {
    let signed = signed(checkpoint_of(&leaf_hashes(ALGORITHM, 3)));
    let other = checkpoint_of(&leaf_hashes(ALGORITHM, 4)).sign(&log_signer()).unwrap();
    let line = other.note().signatures()[0].to_string();
    let both = SignedCheckpoint::parse(format!("{signed}{line}").as_bytes()).unwrap();
    assert_eq!(trust().verify(&both).unwrap_err(), Distrust::Signature { name: ORIGIN.to_owned() });
}

#[test]
fn a_cosignature_counts_once_and_only_of_a_trusted_witness() {
    let log = || vec![log_signer().verifier_key().clone()];
    let keys =
        |numbers: &[u8]| numbers.iter().map(|number| witness(*number).verifier_key().clone()).collect();
    let mut signed = checkpoint_of(&leaf_hashes(ALGORITHM, 3)).sign(&log_signer()).unwrap();
    for (number, seconds) in [(1, 50), (1, 60), (3, 70)] {
        let cosignature = NoteSignature::make(signed.note().text(), &witness(number).at(seconds)).unwrap();
        signed.add(cosignature).unwrap();
    }
    assert_eq!(signed.note().signatures().len(), 3, "the newer one is in the place of the older one");
    let two = Trust::new(log(), keys(&[1, 2]), 2).unwrap();
    assert_eq!(two.verify(&signed).unwrap_err(), Distrust::Witnesses { wanted: 2, found: 1 });
    let one = Trust::new(log(), keys(&[1, 2]), 1).unwrap();
    assert_eq!(one.verify(&signed).unwrap().witnesses, [("witness.example/1".to_owned(), 60)]);
}

#[test]
fn keys_that_do_not_belong_together_are_not_trusted() {
    let (log, other) = (
        log_signer().verifier_key().clone(),
        VerifierKey::new("b", SignatureType::Ed25519, &[1; 32]).unwrap(),
    );
    let first = witness(1).verifier_key().clone();
    let renamed = VerifierKey::new("c", SignatureType::Cosignature, first.public()).unwrap();
    let trust = |log: &[&VerifierKey], witnesses: &[&VerifierKey], min| {
        let owned = |keys: &[&VerifierKey]| keys.iter().map(|key| (*key).clone()).collect();
        Trust::new(owned(log), owned(witnesses), min).unwrap_err()
    };
    assert_eq!(trust(&[], &[], 0), TrustError::NoLogKey);
    assert_eq!(trust(&[&log, &other], &[], 0), TrustError::SeveralLogs);
    assert_eq!(trust(&[&first], &[], 0), TrustError::Kind("witness.example/1".to_owned()));
    assert_eq!(trust(&[&log], &[&log], 0), TrustError::Kind(ORIGIN.to_owned()));
    assert_eq!(trust(&[&log], &[&first, &renamed], 1), TrustError::Twice("c".to_owned()));
    assert_eq!(trust(&[&log], &[&first], 2), TrustError::TooFewKeys { wanted: 2, known: 1 });
    assert_eq!(trust(&[&log], &[&first; TRUSTED_KEYS_MAX + 1], 0), TrustError::TooManyKeys);
}

#[test]
fn texts_beyond_the_limits_are_refused() {
    let line = signed(checkpoint_of(&leaf_hashes(ALGORITHM, 3))).note().signatures()[0].to_string();
    let note = |count: usize| Note::parse(format!("text\n\n{}", line.repeat(count)).as_bytes());
    assert!(note(NOTE_SIGNATURES_MAX).is_ok());
    assert_eq!(note(NOTE_SIGNATURES_MAX + 1), Err(NoteError::TooManySignatures));
    let long = vec![b'x'; NOTE_BYTES_MAX + 1];
    assert_eq!(Note::parse(&long), Err(NoteError::TooLong { bytes: long.len() }));
    let long = vec![b'x'; PROOF_BYTES_MAX + 1];
    assert_eq!(LogProof::parse(&long), Err(LogProofError::TooLong { bytes: long.len() }));
    let with_path = |count: usize| LogProof { path: vec![[0; 32]; count], ..proof(0, 1) }.to_string();
    assert!(LogProof::parse(with_path(PATH_HASHES_MAX).as_bytes()).is_ok());
    assert_eq!(LogProof::parse(with_path(PATH_HASHES_MAX + 1).as_bytes()), Err(LogProofError::Path));
    let with_extra = |length: usize| LogProof { extra: Some(vec![0; length]), ..proof(0, 1) }.to_string();
    assert!(LogProof::parse(with_extra(EXTRA_BYTES_MAX).as_bytes()).is_ok());
    assert_eq!(LogProof::parse(with_extra(EXTRA_BYTES_MAX + 1).as_bytes()), Err(LogProofError::Extra));
}

#[test]
fn what_a_checkpoint_may_not_hold_is_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let parse = |text: &str| Checkpoint::parse(text);
    assert!(parse(&format!("a\n0\n{root}\n")).is_ok());
    assert_eq!(parse(&format!("a\n0\n{root}\nextension\n")), Err(CheckpointError::Lines));
    assert_eq!(parse(&format!("a\n0\n{root}")), Err(CheckpointError::Lines));
    assert_eq!(parse(&format!("a b\n0\n{root}\n")), Err(CheckpointError::Origin));
    assert_eq!(parse(&format!("\n0\n{root}\n")), Err(CheckpointError::Origin));
    assert_eq!(parse(&format!("a\n00\n{root}\n")), Err(CheckpointError::Size));
    assert_eq!(parse("a\n0\nAQ==\n"), Err(CheckpointError::Root));
    let text = |note: &str| Note::parse(note.as_bytes());
    assert_eq!(text("text\r\n\n— a AAAAAAE=\n"), Err(NoteError::Characters));
    assert_eq!(text("text\n\n"), Err(NoteError::Form));
    assert_eq!(text("\n\n— a AAAAAAE=\n"), Err(NoteError::Form));
    assert_eq!(text("text\n\n— a AAAAAA==\n"), Err(NoteError::SignatureLine { line: 1 }), "a key id alone");
    assert_eq!(text("text\n\n— a AAAAAAE=\n- a AAAAAAE=\n"), Err(NoteError::SignatureLine { line: 2 }));
}
