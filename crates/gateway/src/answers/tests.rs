//! One answer for those who ask the same at the same position, and for nobody else.

use std::task::Poll;

use futures_util::{FutureExt, poll};
use sigeyi_domain::Day;
use sigeyi_engine::Position;

use super::*;
use crate::tests::world::question;

impl From<&'static str> for Kept {
    fn from(json: &'static str) -> Kept {
        Kept { json: json.into(), shown: Arc::new([]) }
    }
}

impl From<Vec<u8>> for Kept {
    fn from(json: Vec<u8>) -> Kept {
        Kept { json: json.into(), shown: Arc::new([]) }
    }
}

fn at(position: u64, day: i32) -> At {
    At { position: Position(position), today: Day::from_days(day) }
}

fn asking(answers: &Arc<Answers>, at: At, question: &Question) -> Answering {
    match answers.turn(at, question.clone()) {
        Turn::Ask(answering) => answering,
        _ => panic!("somebody has asked before"),
    }
}

fn kept(answers: &Arc<Answers>, at: At, question: &Question) -> Option<Kept> {
    match answers.turn(at, question.clone()) {
        Turn::Kept(kept) => Some(kept),
        _ => None,
    }
}

#[test]
fn an_answer_is_kept_for_its_position_and_day_alone() {
    let answers = Arc::new(Answers::default());
    let one = question("local", 1, "{}");
    asking(&answers, at(5, 7), &one).done("five".into());
    assert_eq!(kept(&answers, at(5, 7), &one), Some("five".into()));
    asking(&answers, at(5, 8), &one).done("the next day".into());
    asking(&answers, at(6, 8), &one).done("six".into());
    assert_eq!(kept(&answers, at(6, 8), &one), Some("six".into()));
    assert!(
        matches!(answers.turn(at(5, 8), one.clone()), Turn::Alone),
        "what was before is not asked for all"
    );
    assert_eq!(kept(&answers, at(6, 8), &one), Some("six".into()));
}

#[test]
fn another_subject_another_operation_and_other_variables_have_answers_of_their_own() {
    let answers = Arc::new(Answers::default());
    asking(&answers, at(1, 1), &question("local", 1, "{}")).done("mine".into());
    for other in
        [question("somebody", 1, "{}"), question("local", 2, "{}"), question("local", 1, "{\"id\":1}")]
    {
        assert_eq!(kept(&answers, at(1, 1), &other), None, "{other:?}");
    }
}

#[tokio::test]
async fn those_who_ask_meanwhile_get_the_answer_of_the_first() {
    let answers = Arc::new(Answers::default());
    let one = question("local", 1, "{}");
    let first = asking(&answers, at(1, 1), &one);
    let Turn::Follow(second) = answers.turn(at(1, 1), one.clone()) else { panic!("it is asked twice") };
    let mut second = second.answer(FOLLOWED_FOR).boxed();
    assert_eq!(poll!(&mut second), Poll::Pending);
    first.done("for all".into());
    assert_eq!(second.await, Some("for all".into()));
}

#[tokio::test]
async fn when_the_first_gives_up_each_asks_alone_and_the_question_is_open_again() {
    let answers = Arc::new(Answers::default());
    let one = question("local", 1, "{}");
    let first = asking(&answers, at(1, 1), &one);
    let Turn::Follow(second) = answers.turn(at(1, 1), one.clone()) else { panic!("it is asked twice") };
    drop(first);
    assert_eq!(second.answer(FOLLOWED_FOR).await, None);
    asking(&answers, at(1, 1), &one).done("now".into());
    // One that gives up after the position has moved on takes nothing away there.
    let late = asking(&answers, at(2, 1), &one);
    asking(&answers, at(3, 1), &one).done("three".into());
    drop(late);
    assert_eq!(kept(&answers, at(3, 1), &one), Some("three".into()));
}

#[tokio::test]
async fn nobody_waits_long_for_the_first() {
    let answers = Arc::new(Answers::default());
    let one = question("local", 1, "{}");
    let _first = asking(&answers, at(1, 1), &one);
    let Turn::Follow(second) = answers.turn(at(1, 1), one.clone()) else { panic!("it is asked twice") };
    assert_eq!(second.answer(Duration::from_millis(10)).await, None);
}

#[test]
fn memory_is_bounded() {
    let answers = Arc::new(Answers::default());
    let long = question("local", 0, "{}");
    asking(&answers, at(1, 1), &long).done(vec![b'x'; ANSWER_BYTES_MAX + 1].into());
    assert_eq!(kept(&answers, at(1, 1), &long), None);
    for number in 1..1_000 {
        let json = vec![b'x'; ANSWER_BYTES_MAX];
        asking(&answers, at(1, 1), &question("local", number, "{}")).done(json.into());
        let newest = answers.newest.lock();
        let held: usize = newest
            .answers
            .iter()
            .map(|(question, known)| match known {
                Known::Answer(kept) => question.bytes() + kept.bytes(),
                Known::Asked(_) => 0,
            })
            .sum();
        assert_eq!(held, newest.bytes);
        assert!(held <= KEPT_BYTES_MAX, "{held}");
    }
    assert!(kept(&answers, at(1, 1), &question("local", 999, "{}")).is_some());
}
