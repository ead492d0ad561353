//! The suite of a directory: chosen when it is made, said by whoever looks at it, and never changed.

use sigeyi_tests::{FAILED, Place, USAGE, fail, succeed, text};

#[test]
fn a_directory_of_sm3_and_sm4_is_made_said_and_not_taken_for_another() {
    let place = Place::empty();
    let (data, roster) = (place.data(), place.roster());
    let import = ["import", "--data", text(&data), "--roster", text(&roster)];
    let in_suite = |suite| [&import[..], &["--suite", suite]].concat();

    fail(&in_suite("2"), USAGE);
    assert!(!data.exists());
    succeed(&in_suite("guomi"));
    succeed(&import);
    succeed(&in_suite("guomi"));
    let said = fail(&in_suite("international"), FAILED);
    assert!(said.contains("suite 2 (guomi)") && said.contains("never changes"), "{said}");

    let verify = ["verify", "--data", text(&data)];
    let verified = succeed(&verify);
    assert!(verified.contains("suite 2 (guomi)") && verified.contains("SM3, SM4-GCM"), "{verified}");
    let json = succeed(&[&verify[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&json["sound"], &json["suite"]), (&true.into(), &"guomi".into()));
    let keys = succeed(&["keys", "status", "--data", text(&data)]);
    assert!(keys.contains("suite     2 (guomi)"), "{keys}");
}

#[test]
fn without_a_word_a_directory_is_of_the_international_suite() {
    let place = Place::empty();
    succeed(&["import", "--data", text(&place.data()), "--roster", text(&place.roster())]);
    let verified = succeed(&["verify", "--data", text(&place.data())]);
    assert!(verified.contains("suite 1 (international)"), "{verified}");
}
