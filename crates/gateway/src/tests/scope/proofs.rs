//! Proofs hold stored bytes: they are for those who answer for a region, and those who audit it.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;

use super::places::{HERE, Places, everybody_here, subject};
use crate::{subject::Subject, tests::world::everybody};

const EVENT: &str = "query($at: Position!) { event(position: $at) { region { code } proof } }";
const CHECKPOINT: &str = "{ checkpoint { origin size root note publicKey } }";
const CONSISTENCY: &str =
    "query($from: Position!, $to: Position!) { consistencyProof(from: $from, to: $to) { from to path } }";

fn may_prove(subject: &Subject) -> bool {
    subject.grants.roles().any(|role| matches!(role.role(), Role::Manager | Role::Auditor))
}

async fn places() -> (Places, u64) {
    let places = Places::new().await;
    let size = places.world.engine.sign_checkpoint().unwrap().unwrap().checkpoint().size;
    (places, size)
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_and_auditors_prove_the_events_of_their_region_and_nobody_else_proves_any() {
    let (places, size) = places().await;
    let (mut proved, mut refused) = (0, 0);
    for position in 1..=size {
        let at = json!({ "at": position.to_string() });
        let whole = places.world.answer_to(&everybody(), EVENT, at.clone()).await;
        let is_here = whole["data"]["event"]["region"]["code"] == HERE;
        let expected = &whole["data"]["event"]["proof"];
        assert!(expected.as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1\n"), "{whole}");
        for subject in everybody_here() {
            let answer = places.world.answer_to(&subject, EVENT, at.clone()).await;
            let proof = &answer["data"]["event"]["proof"];
            if may_prove(&subject) && is_here {
                assert_eq!(proof, expected);
                proved += 1;
            } else {
                assert_eq!(proof, &Value::Null, "{:?} {answer}", subject.actor);
                refused += 1;
            }
        }
    }
    assert!(proved > 0 && refused > proved, "{proved} {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_and_how_they_go_on_are_for_those_who_may_read_proofs() {
    let (places, size) = places().await;
    let sizes = json!({ "from": "1", "to": size.to_string() });
    for subject in everybody_here() {
        let checkpoint = places.world.answer_to(&subject, CHECKPOINT, json!({})).await;
        let path = places.world.answer_to(&subject, CONSISTENCY, sizes.clone()).await;
        if may_prove(&subject) {
            assert_eq!(checkpoint["data"]["checkpoint"]["size"], size.to_string(), "{checkpoint}");
            assert!(path["data"]["consistencyProof"]["path"].as_array().is_some_and(|path| !path.is_empty()));
        } else {
            for answer in [checkpoint, path] {
                assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
            }
        }
    }
    let auditor = subject(Role::Auditor, HERE);
    for (from, to) in [(1, size + 1), (2, 1), (0, 1)] {
        let sizes = json!({ "from": from.to_string(), "to": to.to_string() });
        let answer = places.world.answer_to(&auditor, CONSISTENCY, sizes).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NO_PROOF", "{answer}");
    }
}
