//! `sigeyi token`: what it prints, for whom it makes a key, and what it refuses. Whether tokens are believed is tested in `identity`.

use std::{fs, os::unix::fs::MetadataExt};

use serde_json::Value;
use sigeyi_tests::{FAILED, Place, USAGE, fail, sigeyi, succeed, text};

const WHO: [&str; 4] = ["--actor", "worker-7", "--office", "office-150402"];

fn decoded(part: &str) -> Value {
    let digit = |byte| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => panic!("{part} is no base64url"),
    };
    let mut bytes = Vec::new();
    for four in part.as_bytes().chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(digit(*byte)));
        let bits = bits << (6 * (4 - four.len()));
        bytes.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    serde_json::from_slice(&bytes).expect("it is JSON")
}

/// Header and claims of a token that was printed.
fn parts(printed: &str) -> (Value, Value) {
    let token = printed.strip_suffix('\n').expect("one line");
    assert!(!token.contains(char::is_whitespace), "{token}");
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    (decoded(parts[0]), decoded(parts[1]))
}

#[test]
fn a_token_is_printed_alone_and_signed_by_the_key_of_the_directory() {
    let place = Place::with_people();
    let data = place.data();
    let args =
        [&["token", "--data", text(&data), "--role", "manager", "--region", "150400"], &WHO[..]].concat();
    let output = sigeyi(&args);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).expect("it says UTF-8");
    assert!(said.contains("a new key was made"), "{said}");
    let (header, claims) = parts(&String::from_utf8(output.stdout).expect("it prints UTF-8"));

    let keys: Value =
        serde_json::from_str(&succeed(&["token", "--data", text(&data), "--jwks"])).expect("JSON");
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(header["kid"], keys["keys"][0]["kid"]);
    assert_eq!(keys["keys"][0].get("d"), None);
    assert_eq!(fs::metadata(data.join("identity/token.key")).expect("it is there").mode() & 0o777, 0o600);

    assert_eq!((&claims["iss"], &claims["aud"]), (&"sigeyi-local".into(), &"sigeyi".into()));
    assert_eq!((&claims["sub"], &claims["office"]), (&"worker-7".into(), &"office-150402".into()));
    let roles = serde_json::json!([{ "role": "manager", "read": "150400", "write": "150400" }]);
    assert_eq!(claims["roles"], roles);
    assert_eq!(claims["stream"], false);
    let time = |name: &str| claims[name].as_u64().expect("a number");
    assert_eq!(time("exp") - time("nbf"), 8 * 3_600);

    // The directory is as good as before.
    succeed(&["verify", "--data", text(&data)]);
}

#[test]
fn roles_regions_and_lifetimes_are_as_they_were_given() {
    let place = Place::empty();
    let key = place.path("token.key");
    let claims =
        |more: &[&str]| parts(&succeed(&[&["token", "--key", text(&key)], more, &WHO[..]].concat())).1;
    let several = claims(&[
        "--role",
        "field_worker",
        "--role",
        "auditor",
        "--region",
        "150400",
        "--write-region",
        "150402",
    ]);
    assert_eq!(
        several["roles"],
        serde_json::json!([
            { "role": "field_worker", "read": "150400", "write": "150402" },
            { "role": "auditor", "read": "150400", "write": null },
        ])
    );
    let reading = claims(&["--role", "counsellor", "--region", "150402", "--read-only"]);
    assert_eq!(reading["roles"][0]["write"], Value::Null);
    let analyst = claims(&["--role", "analyst", "--stream", "--region", "150000", "--lifetime", "30d"]);
    assert_eq!(analyst["stream"], true);
    let time = |name: &str| analyst[name].as_u64().expect("a number");
    assert_eq!(time("exp") - time("nbf"), 30 * 86_400);
}

#[test]
fn what_makes_no_sense_is_refused_before_a_key_is_made() {
    let place = Place::empty();
    let key = place.path("token.key");
    let cases: [(&[&str], &str); 11] = [
        (&["--role", "admin", "--region", "150400"], "field_worker"),
        (&["--region", "150400"], "--role"),
        (&["--role", "manager"], "--region"),
        (&["--role", "manager", "--region", "110000"], "150000 is the whole"),
        (&["--role", "manager", "--region", "150402", "--write-region", "150400"], "must lie within"),
        (&["--role", "auditor", "--region", "150400", "--write-region", "150402"], "write nothing"),
        (&["--role", "operator", "--region", "150400"], "give 150000"),
        (&["--role", "manager", "--region", "150400", "--stream"], "analysts only"),
        (&["--role", "manager", "--region", "150400", "--lifetime", "8"], "such as 8h"),
        (&["--role", "manager", "--region", "150400", "--lifetime", "8h", "--jwks"], "--jwks"),
        (
            &["--role", "manager", "--region", "150400", "--read-only", "--write-region", "150402"],
            "--read-only",
        ),
    ];
    for (more, says) in cases {
        let said = fail(&[&["token", "--key", text(&key)], more, &WHO[..]].concat(), USAGE);
        assert!(said.contains(says), "{more:?}: {said}");
    }
    let nobody = ["token", "--key", text(&key), "--role", "manager", "--region", "150400"];
    assert!(fail(&nobody, USAGE).contains("--actor"));
    let named = [&nobody[..], &["--actor", "乌云其木格", "--office", "o"]].concat();
    assert!(fail(&named, USAGE).contains("1 to 64 letters"));
    assert!(!key.exists(), "no key was made");
}

#[test]
fn a_token_has_an_end() {
    let place = Place::empty();
    let key = place.path("token.key");
    for lifetime in ["0s", "32d", "99999999999999999999d", "18446744073709551615d"] {
        let args =
            ["token", "--key", text(&key), "--role", "auditor", "--region", "150000", "--lifetime", lifetime];
        fail(&[&args[..], &WHO[..]].concat(), USAGE);
    }
}

#[test]
fn a_directory_that_is_none_gets_no_key() {
    let place = Place::empty();
    let said = fail(&["token", "--data", text(&place.data()), "--jwks"], USAGE);
    assert!(said.contains("is no data directory"), "{said}");
    assert!(!place.data().exists());
    let neither = fail(&["token", "--jwks"], USAGE);
    assert!(neither.contains("--data"), "{neither}");
}

#[test]
fn a_key_that_others_can_read_signs_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::empty();
    let key = place.path("token.key");
    succeed(&["token", "--key", text(&key), "--jwks"]);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("they are set");
    let said = fail(&["token", "--key", text(&key), "--jwks"], FAILED);
    assert!(said.contains("others than the owner"), "{said}");
}
