//! Answers that are kept are those that would be found anew.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{streams::deliver, world::World};
use crate::executor::{Answer, Executor};

const PROGRESS: &str =
    "{ progress(plan: \"nmg-2022-2024\") { position serviceDelivered children { complete } } }";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_is_seen_by_the_next_question_however_often_it_was_asked() {
    let world = World::of(200);
    for number in 0..20 {
        let before = world.data(PROGRESS, json!({})).await;
        assert_eq!(world.data(PROGRESS, json!({})).await, before);
        deliver(&world, number).await;
        let after = world.data(PROGRESS, json!({})).await;
        assert_eq!(after["progress"]["position"], world.engine.head().to_string());
        assert_ne!(after["progress"]["position"], before["progress"]["position"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_found_once_for_all_who_ask_the_same() {
    let world = World::of(200);
    let kept = async |query: &str, variables: Value| match world
        .gateway
        .execute(world.asked(query, variables))
        .await
    {
        Answer::Kept(json) => json,
        Answer::Ran(response) => panic!("it is not kept: {response:?}"),
    };
    let first = kept(PROGRESS, json!({})).await;
    let second = kept(PROGRESS, json!({})).await;
    assert_eq!(first.as_ptr(), second.as_ptr(), "the same bytes");
    // Other variables, or other words, are another question.
    let query = "query($code: ID!) { region(code: $code) { name } }";
    let names =
        [kept(query, json!({ "code": "150100" })).await, kept(query, json!({ "code": "150200" })).await];
    assert_ne!(names[0], names[1]);
    let two = "query A { head { position } } query B { plans { id } }";
    let mut seen = Vec::new();
    for name in ["A", "B"] {
        let asked = world.asked_by_name(two, name);
        let id = asked.id();
        seen.push(world.gateway.execute(asked).await.item(id).json);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_an_error_is_kept_for_nobody() {
    let world = World::of(0);
    for _ in 0..2 {
        let asked = world.asked("{ regions(parent: \"999999\") { code } }", json!({}));
        assert!(matches!(world.gateway.execute(asked).await, Answer::Ran(response) if response.is_err()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_waited_for_a_position_is_not_the_answer_of_the_one_before() {
    let world = Arc::new(World::of(200));
    let head = world.engine.head().0;
    let query = "query($min: Position) { head(minPosition: $min) { position } }";
    let waiting = {
        let world = world.clone();
        tokio::spawn(async move { world.data(query, json!({ "min": (head + 1).to_string() })).await })
    };
    let before = world.data("{ head { position } }", json!({})).await;
    assert_eq!(before["head"]["position"], head.to_string());
    deliver(&world, 1).await;
    let after = waiting.await.unwrap();
    assert_eq!(after["head"]["position"], (head + 1).to_string());
}
