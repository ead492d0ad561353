//! Published vectors, and a token that OpenSSL has signed.

use serde_json::{Value, json};

use super::signing::*;
use crate::{jws::Jws, *};

/// The payload of a token without our header: the vectors name no key.
fn verifies(jwk: Value, token: &str) -> bool {
    let mut jwk = jwk;
    jwk["kid"] = json!("vector");
    let set = KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let key = set.key("vector").unwrap();
    let signature = base64url::decode(signature).unwrap();
    let mut other = message.as_bytes().to_vec();
    other[0] ^= 1;
    assert!(!key.verifies(&other, &signature));
    key.verifies(message.as_bytes(), &signature)
}

/// RFC 8037 appendix A.4.
#[test]
fn eddsa_as_in_rfc_8037() {
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIb\
                 QR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(verifies(jwk, token));
}

/// RFC 7515 appendix A.3.
#[test]
fn es256_as_in_rfc_7515() {
    let jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1\
                 9yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert!(verifies(jwk, token));
}

/// RFC 7515 appendix A.2.
#[test]
fn rs256_as_in_rfc_7515() {
    let modulus = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
                   T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB\
                   dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia\
                   GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1\
                 9yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YK\
                 t_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb\
                 1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8\
                 np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    assert!(verifies(json!({ "kty": "RSA", "n": modulus, "e": "AQAB" }), token));
}

/// RFC 8037 appendix A.3.
#[test]
fn the_thumbprint_of_a_key_is_that_of_rfc_8037() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("token.key");
    // The private key of appendix A.1 in PKCS #8, as OpenSSL writes it.
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    std::fs::write(&path, pem).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let key = LocalKey::open(&path).unwrap();
    assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let signature = key.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
    let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(base64url::encode(signature), expected);
}

/// A key of 2,048 bits whose private half is gone.
const RSA_MODULUS: &str = "0FoauKuTD6UPlXYxoyOkN5i0-n4hAHpk-BtPyLKfIcuiiJXijU_ShRYVzg421CZn-7E2JsOraxuIYxgcLrA0VBEo1u8ZnxcpbL_5E1soFzPYTQEOAugqPkmNjA2cq9o7jCyFjsEVdVlQSev2Ip2sgg-VIyB0AjOF74J_gnX7-qvJcp1wSyoEO2nqlez2YgjznSpDYIbU97cAHNgWFoA71Yj1eVDzs-4_usC10yygkq_o9hF86BuziaBqfXHuWRLsOXqflTVfid1g0xNkQg_If_Yx3R8RNzDnAB-55YB3Vj84Q-3U83CZn_YYp6NvOZOCuNqXXlhn8hUQUe8Q2czOmQ";
const RSA_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbInNpZ2V5aSJdLCJzdWIiOiJ3b3JrZXItNyIsIm9mZmljZSI6Im9mZmljZS0xNTA0MDIiLCJyb2xlcyI6W3sicm9sZSI6ImNvdW5zZWxsb3IiLCJyZWFkIjoiMTUwNDAyIiwid3JpdGUiOiIxNTA0MDIifV0sIm5iZiI6MTY5OTk5OTk0MCwiZXhwIjoxNzAwMDAzNjAwfQ.vp9nNAaeA55urvIVMRog4ndnCBnJd7Q5_qHdkT7K-yLvkct3STDirBdgiEJKYl3wmF6ibrKCi9hyphDU3ixo2-d3hNVVfa-mPQ1VEhXi2q_QPFmLmJRfG4H8hOHjPjxaMjy-Y-zk8M9TYn4nnGTSXowLyznNJ5l1w1VanrcK2X0yX6GeT8pgfG0n3ls503fkqk5KYneD_Zgsyr3-DF4RLnL6XyGBHKkh_mAUt25RoeXmerw-pTh42CjnYQjHWzDVh2wvQ8sERBuNyDLBPCx6ds3493MxxdZ6BKWycIFWS2954BMKqYRZ4q_TIOkdHlfRxZh0K3jL75UWChVgV41jMg";

#[test]
fn a_token_that_openssl_signed_with_rs256_is_believed() {
    let keys = json!({ "keys": [{ "kty": "RSA", "kid": "rsa-1", "use": "sig", "alg": "RS256", "n": RSA_MODULUS, "e": "AQAB" }] });
    let verifier = verifier(Fixed(keys.to_string()));
    let identity = verifier.verify(RSA_TOKEN, now()).unwrap();
    assert_eq!(identity.subject.as_str(), "worker-7");
    // The same key under another algorithm's name.
    let (header, rest) = RSA_TOKEN.split_once('.').unwrap();
    let header = String::from_utf8(base64url::decode(header).unwrap()).unwrap();
    for algorithm in ["RS512", "PS256", "HS256", "none"] {
        let other = base64url::encode(header.replace("RS256", algorithm));
        assert_eq!(refused(&verifier, &format!("{other}.{rest}")), Reason::Algorithm, "{algorithm}");
    }
}

#[test]
fn a_vector_without_a_key_id_is_no_token_of_ours() {
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.AAAA";
    assert_eq!(Jws::parse(token).err(), Some(Reason::Header));
}
