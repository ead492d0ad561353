//! Restriction and erasure: who asks for it, who decides, and what is left to be seen.

use serde_json::{Value, json};
use sigeyi_domain::{Identifier, access::Role};
use uuid::Uuid;

use super::places::{HERE, Places, Seen, THERE, everybody_here, row, seen, subject};
use crate::subject::Subject;

async fn send(places: &Places, subject: &Subject, name: &str, person: &str, more: Value) -> Value {
    let mut input = json!({ "commandId": Uuid::new_v4(), "personId": person });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($i: {input_type}!) {{ {name}(input: $i) {{ __typename ... on Rejected {{ code message field }} }} }}"
    );
    places.world.answer_to(subject, &query, json!({ "i": input })).await
}

async fn status(places: &Places, subject: &Subject, person: &str) -> Value {
    let query = "query($id: ID!) { useOfData(personId: $id) { status keyDestroyed restrictions { maker ground cause } } }";
    places.world.answer_to(subject, query, json!({ "id": person })).await["data"]["useOfData"].clone()
}

fn manager(name: &str) -> Subject {
    Subject { actor: Identifier::parse(name).unwrap(), ..subject(Role::Manager, HERE) }
}

fn request() -> Value {
    json!({ "ground": "CONSENT_WITHDRAWN", "reason": "本人申请" })
}

/// Field worker, counsellor, manager, importer, auditor, analyst, operator, analyst with the stream.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_write_ask_for_an_erasure_and_managers_decide_and_nobody_outside() {
    let places = Places::new().await;
    for (name, more, inside) in [
        ("requestErasure", request(), "SSSNFNNN"),
        ("restrictData", json!({ "cause": "ACCURACY_DISPUTED" }), "SSSNFNNN"),
    ] {
        for (person, expected) in [(&places.there[0], "NNNNNNNN"), (&places.here[0], inside)] {
            let mut found = Vec::new();
            for subject in everybody_here() {
                let answer = send(&places, &subject, name, person, more.clone()).await;
                places.tells_of_nobody_there(&answer);
                found.push(seen(&answer, name));
                // So that the next one finds somebody.
                if found.last() == Some(&Seen::Shown) {
                    let lifted =
                        send(&places, &manager("second"), "liftRestriction", person, json!({})).await;
                    assert_eq!(seen(&lifted, "liftRestriction"), Seen::Shown, "{lifted}");
                }
            }
            assert_eq!(found, row(expected), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_restricted_is_seen_by_those_who_decide_alone_and_a_second_person_erases() {
    let places = Places::new().await;
    let (first, second, elsewhere) = (manager("first"), manager("second"), subject(Role::Manager, THERE));
    let person = places.here[0].as_str();
    assert_eq!(status(&places, &first, person).await["status"], "OPEN");
    assert_eq!(
        seen(&send(&places, &first, "requestErasure", person, request()).await, "requestErasure"),
        Seen::Shown
    );

    let restricted = json!({
        "status": "RESTRICTED", "keyDestroyed": false,
        "restrictions": [{ "maker": "first", "ground": "CONSENT_WITHDRAWN", "cause": null }],
    });
    assert_eq!(status(&places, &second, person).await, restricted);
    for subject in [&elsewhere, &subject(Role::FieldWorker, HERE), &subject(Role::Auditor, HERE)] {
        assert_eq!(status(&places, subject, person).await, Value::Null);
        let list = places.world.answer_to(subject, "{ restricted { personId } }", Value::Null).await;
        assert_eq!(list["data"]["restricted"], json!([]));
    }
    let list = places.world.answer_to(&second, "{ restricted { personId } }", Value::Null).await;
    assert_eq!(list["data"]["restricted"], json!([{ "personId": person }]));
    let question = json!({ "id": person });
    let shown =
        places.world.answer_to(&second, "query($id: ID!) { person(id: $id) { id } }", question.clone()).await;
    assert_eq!(shown["data"]["person"], Value::Null);

    let alone = send(&places, &first, "eraseData", person, json!({})).await;
    assert_eq!(alone["data"]["eraseData"]["code"], "SECOND_PERSON_NEEDED", "{alone}");
    let dated = send(&places, &second, "eraseData", person, json!({ "effectiveOn": "2023-01-01" })).await;
    assert_eq!(dated["data"]["eraseData"]["code"], "DATE_NOT_TAKEN", "{dated}");
    let erased = send(&places, &second, "eraseData", person, json!({})).await;
    assert_eq!(erased["data"]["eraseData"]["__typename"], "Recorded", "{erased}");

    let found = status(&places, &second, person).await;
    assert_eq!((&found["status"], &found["restrictions"]), (&json!("ERASED"), &json!([])));
    let shown = places.world.answer_to(&second, "query($id: ID!) { person(id: $id) { id } }", question).await;
    assert_eq!(shown["data"]["person"], Value::Null);
    let again = send(&places, &second, "verifyInfo", person, json!({ "outcome": "CONFIRMED" })).await;
    // In no county any more, so as if there were nobody.
    assert_eq!(again["data"]["verifyInfo"]["code"], "UNKNOWN_PERSON", "{again}");
}
