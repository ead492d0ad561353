//! SM2 with SM3: the example of the standard, a signature by OpenSSL, and keys that are none.

use super::invented::{leaf_hashes, log_signer, witness};
use crate::*;

/// GB/T 32918.5-2017, appendix A: key, message `message digest`, identity 1234567812345678.
const SECRET: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const PUBLIC: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const SIGNATURE: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

/// Made with `openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678`.
const OPENSSL_PUBLIC: &str = "04e034484c307db5f2e8e7fa99538371f5ae29af366cbf3b386dd0aa68d02ee77947e1d55094db24352b96b2300ac1566cb4f550862bf5f341097275c94ee1c2cb";
const OPENSSL_SIGNATURE: &str = "70be2243f0719f625694227f0e41b34ec3a0b79d3703b32d2e1fc4b9075e85b57820847713903c0d577c58022cd1dd4dccb432dd7c488c640eb02dcc6d2bb504";
const OPENSSL_TEXT: &str = "log.example/guomi\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn key(public: &str) -> Result<VerifierKey, KeyError> {
    VerifierKey::new("log.example/guomi", SignatureType::Sm2, &unhex(public))
}

fn signer() -> Sm2Signer {
    Sm2Signer::from_secret("log.example/guomi", unhex(SECRET).as_slice().try_into().unwrap()).unwrap()
}

#[test]
fn the_key_and_the_signature_of_the_standard_hold() {
    assert_eq!(signer().verifier_key(), &key(PUBLIC).unwrap());
    let signed = key(PUBLIC).unwrap().verify("message digest", &unhex(SIGNATURE)).unwrap();
    assert_eq!(signed.at, None);
}

#[test]
fn a_signature_of_openssl_holds_and_no_other() {
    let key = key(OPENSSL_PUBLIC).unwrap();
    let signature = unhex(OPENSSL_SIGNATURE);
    key.verify(OPENSSL_TEXT, &signature).unwrap();
    for bit in 0..8 * signature.len() {
        let mut altered = signature.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(key.verify(OPENSSL_TEXT, &altered).is_err(), "bit {bit}");
    }
    for length in [0, 1, 63] {
        assert!(key.verify(OPENSSL_TEXT, &signature[..length]).is_err());
    }
    assert!(key.verify(OPENSSL_TEXT, &[&signature[..], &[0]].concat()).is_err());
    assert!(key.verify("log.example/guomi\n4\n", &signature).is_err());
    assert!(self::key(PUBLIC).unwrap().verify(OPENSSL_TEXT, &signature).is_err());
}

#[test]
fn a_checkpoint_of_a_log_of_sm3_is_signed_by_sm2_and_proves_a_leaf() {
    let (algorithm, signer) = (HashAlgorithm::Sm3, signer());
    let leaves = leaf_hashes(algorithm, 5);
    let all = LeafHashes { algorithm, leaves: &leaves };
    let checkpoint = Checkpoint {
        origin: signer.verifier_key().name().to_owned(),
        size: 5,
        root: root_of(algorithm, &all, 5).unwrap(),
    };
    let mut signed = checkpoint.sign(&signer).unwrap();
    signed.add(NoteSignature::make(signed.note().text(), &witness(1).at(60)).unwrap()).unwrap();
    let signed = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
    let trust = Trust::new(
        vec![VerifierKey::parse(&signer.verifier_key().to_string()).unwrap()],
        vec![witness(1).verifier_key().clone()],
        1,
    );
    let trust = trust.unwrap();
    assert_eq!((trust.algorithm(), trust.verify(&signed).unwrap().witnesses.len()), (algorithm, 1));
    let path = inclusion_path(algorithm, &all, 3, 5).unwrap();
    let proof = LogProof { extra: None, index: 3, path, checkpoint: signed };
    proof.verify(b"leaf 3", &trust).unwrap();
    assert!(proof.verify(b"leaf 4", &trust).is_err());
}

#[test]
fn keys_of_two_suites_are_not_one_log_and_an_sm2_key_is_no_witness() {
    let [sm2, ed25519] = [signer().verifier_key().clone(), log_signer().verifier_key().clone()];
    let same_name = VerifierKey::new(sm2.name(), SignatureType::Ed25519, ed25519.public()).unwrap();
    assert_eq!(Trust::new(vec![sm2.clone(), same_name], Vec::new(), 0).unwrap_err(), TrustError::SeveralLogs);
    let kind = TrustError::Kind(sm2.name().to_owned());
    assert_eq!(Trust::new(vec![ed25519], vec![sm2], 1).unwrap_err(), kind);
}

#[test]
fn what_is_no_key_is_refused_and_a_key_has_one_form() {
    for (altered, error) in [
        (PUBLIC[..128].to_owned(), KeyError::Length),
        (format!("{PUBLIC}00"), KeyError::Length),
        (format!("03{}", &PUBLIC[2..66]), KeyError::Length),
        (format!("06{}", &PUBLIC[2..]), KeyError::Value),
        (format!("{}14", &PUBLIC[..128]), KeyError::Value),
        (format!("04{}", "f".repeat(128)), KeyError::Value),
    ] {
        assert_eq!(key(&altered).unwrap_err(), error, "{altered}");
    }
    for secret in [[0; 32], [0xff; 32]] {
        assert_eq!(Sm2Signer::from_secret("x", &secret).unwrap_err(), KeyError::Value);
    }
    let text = key(PUBLIC).unwrap().to_string();
    assert_eq!(VerifierKey::parse(&text).unwrap(), key(PUBLIC).unwrap());
    assert!(text.len() <= KEY_TEXT_BYTES_MAX && !format!("{:?}", signer()).contains("signing"));
    // `0xff` with another identifier behind it.
    let other = text.replace("/zEu", "/zIu");
    assert_ne!(other, text);
    assert_eq!(VerifierKey::parse(&other).unwrap_err(), KeyError::Type(0xff));
}
