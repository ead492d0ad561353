//! 限制处理, 删除, and what they need: 个人信息保护法 第四十四条至第四十七条.

use crate::*;

use super::{
    examples::*,
    harness::*,
    refusals::{commands, given_somebody},
};

const TODAY: &str = "2024-06-30";
const GROUND: ErasureGround = ErasureGround::ConsentWithdrawn;
const CAUSE: RestrictionCause = RestrictionCause::AccuracyDisputed;

fn request(ground: ErasureGround) -> Command {
    Command::RequestErasure { ground, reason: None }
}

fn restrict(cause: RestrictionCause) -> Command {
    Command::RestrictData { cause, reason: None }
}

const LIFT: Command = Command::LiftRestriction { reason: None };
const ERASE: Command = Command::EraseData { reason: None };

/// Somebody served, of whom this was recorded since.
fn given_then(events: impl IntoIterator<Item = Event>) -> Given {
    let before = [on("2022-03-01", enrolled()), on("2022-04-01", served())];
    given(before.into_iter().chain(events.into_iter().map(|event| on("2024-06-01", event))))
}

fn given_a_request() -> Given {
    given_then([erasure_requested(MAKER, GROUND)])
}

fn given_an_erasure() -> Given {
    given_then([erasure_requested(MAKER, GROUND), erased(3, GROUND)])
}

/// The plan of the example with this term, in years after 2024.
fn kept_for(retention_years: Option<u8>) -> Plan {
    Plan { retention_years, ..first_plan().clone() }
}

#[test]
fn a_request_names_its_maker_and_holds_from_today() {
    given_then([]).when(request(GROUND)).then([on(TODAY, erasure_requested(MAKER, GROUND))]);
    given_then([]).when(restrict(CAUSE)).then([on(TODAY, restricted(MAKER, CAUSE))]);
}

#[test]
fn nobody_unknown_is_restricted_or_erased() {
    for command in [request(GROUND), restrict(CAUSE), LIFT, ERASE] {
        given_nobody().when(command).then_rejected(Rejection::UnknownPerson);
    }
}

#[test]
fn nothing_is_recorded_of_somebody_whose_data_are_restricted() {
    let restrictions = [erasure_requested(MAKER, GROUND), restricted(MAKER, CAUSE)];
    for restriction in restrictions {
        for command in commands(None) {
            given_then([restriction.clone()]).when(command).then_rejected(Rejection::PersonRestricted);
        }
        let again = Command::SurveyPerson(RosterEntry {
            name: name("张示例"),
            certificate: certificate("42"),
            county: county(HERE),
            phone: None,
            status: LOOKING,
            on: day("2022-03-01"),
        });
        given_then([restriction]).when(again).then_rejected(Rejection::PersonRestricted);
    }
}

#[test]
fn everything_is_recorded_again_once_the_restriction_is_lifted() {
    let records =
        [enrolled(), left(), restricted(MAKER, CAUSE), lifted(3)].map(|event| on("2022-04-01", event));
    for (command, free) in commands(None).into_iter().zip(commands(None)) {
        let event = given_somebody().when(free).then_one();
        given(records.clone()).when(command).then([on(TODAY, event)]);
    }
}

#[test]
fn the_same_request_again_is_recorded_already_and_another_ground_or_cause_is_not() {
    given_a_request().by(CHECKER).when(request(GROUND)).then_nothing();
    given_a_request()
        .by(CHECKER)
        .when(request(ErasureGround::UnlawfulProcessing))
        .then([on(TODAY, erasure_requested(CHECKER, ErasureGround::UnlawfulProcessing))]);
    given_then([restricted(MAKER, CAUSE)]).when(restrict(CAUSE)).then_nothing();
    given_then([restricted(MAKER, CAUSE)])
        .when(restrict(RestrictionCause::UseRefused))
        .then([on(TODAY, restricted(MAKER, RestrictionCause::UseRefused))]);
    // Lifted and asked for again.
    given_then([restricted(MAKER, CAUSE), lifted(3)])
        .when(restrict(CAUSE))
        .then([on(TODAY, restricted(MAKER, CAUSE))]);
}

#[test]
fn a_second_person_lifts_a_restriction() {
    let given = given_then([restricted(MAKER, CAUSE)]);
    given.when(LIFT).then_rejected(Rejection::SecondPersonNeeded);
    given.by(CHECKER).when(LIFT).then([on(TODAY, lifted(3))]);
}

#[test]
fn a_second_person_refuses_an_erasure_by_lifting_the_restriction() {
    given_a_request().when(LIFT).then_rejected(Rejection::SecondPersonNeeded);
    given_a_request().by(CHECKER).when(LIFT).then([on(TODAY, lifted(3))]);
    given_then([erasure_requested(MAKER, GROUND), lifted(3)])
        .by(CHECKER)
        .when(ERASE)
        .then_rejected(Rejection::NoErasureRequested);
}

#[test]
fn a_second_person_erases_on_the_ground_of_the_newest_request() {
    given_a_request().when(ERASE).then_rejected(Rejection::SecondPersonNeeded);
    given_a_request().by(CHECKER).when(ERASE).then([on(TODAY, erased(3, GROUND))]);
    given_then([erasure_requested(MAKER, GROUND), erasure_requested(MAKER, ErasureGround::PurposeOver)])
        .by(CHECKER)
        .when(ERASE)
        .then([on(TODAY, erased(4, ErasureGround::PurposeOver))]);
}

#[test]
fn whoever_asked_for_part_of_it_is_no_second_person() {
    let given = given_then([restricted(CHECKER, CAUSE), erasure_requested(MAKER, GROUND)]);
    for (command, actor) in [(LIFT, MAKER), (LIFT, CHECKER), (ERASE, MAKER), (ERASE, CHECKER)] {
        let given = given_then([restricted(CHECKER, CAUSE), erasure_requested(MAKER, GROUND)]);
        given.by(actor).when(command).then_rejected(Rejection::SecondPersonNeeded);
    }
    given.by("official-3").when(LIFT).then([on(TODAY, lifted(4))]);
}

#[test]
fn what_is_not_restricted_is_not_lifted_and_what_nobody_asked_for_is_not_erased() {
    given_then([]).when(LIFT).then_rejected(Rejection::NotRestricted);
    given_then([]).when(ERASE).then_rejected(Rejection::NoErasureRequested);
    given_then([restricted(MAKER, CAUSE)])
        .by(CHECKER)
        .when(ERASE)
        .then_rejected(Rejection::NoErasureRequested);
}

#[test]
fn nothing_is_recorded_of_somebody_whose_data_were_erased() {
    let given = given_an_erasure();
    for command in commands(None).into_iter().chain([request(GROUND), restrict(CAUSE), LIFT, ERASE]) {
        given.when(command).then_rejected(Rejection::PersonErased);
    }
}

#[test]
fn that_the_term_is_over_is_no_ground_before_it_is() {
    let term = request(ErasureGround::RetentionOver);
    // The plan ends with 2024; its data are kept for ten years more.
    for (today, is_over) in [(TODAY, false), ("2034-12-31", false), ("2035-01-01", true)] {
        let given = given_then([]).under(kept_for(Some(10))).today(today);
        let when = given.when(term.clone());
        if is_over {
            when.then([on(today, erasure_requested(MAKER, ErasureGround::RetentionOver))]);
        } else {
            when.then_rejected(Rejection::RetentionRuns(Some(day("2034-12-31"))));
        }
    }
}

#[test]
fn a_term_that_runs_when_the_second_person_decides_keeps_the_data() {
    let given = || given_then([erasure_requested(MAKER, ErasureGround::RetentionOver)]).by(CHECKER);
    given()
        .under(kept_for(Some(10)))
        .when(ERASE)
        .then_rejected(Rejection::RetentionRuns(Some(day("2034-12-31"))));
    given()
        .under(kept_for(Some(10)))
        .today("2035-01-01")
        .when(ERASE)
        .then([on("2035-01-01", erased(3, ErasureGround::RetentionOver))]);
}

#[test]
fn where_no_plan_names_a_term_it_cannot_be_over() {
    let unknown = Rejection::RetentionRuns(None);
    let term = request(ErasureGround::RetentionOver);
    given_then([]).under(kept_for(None)).today("2999-01-01").when(term.clone()).then_rejected(unknown);
    given_then([]).when(term).then_rejected(unknown);
}

#[test]
fn the_other_grounds_do_not_wait_for_the_term_of_a_plan() {
    for ground in ErasureGround::ALL.iter().filter(|ground| **ground != ErasureGround::RetentionOver) {
        given_then([])
            .under(kept_for(Some(10)))
            .when(request(*ground))
            .then([on(TODAY, erasure_requested(MAKER, *ground))]);
    }
}

#[test]
fn what_the_use_of_the_data_rests_on_is_not_voided() {
    let records = [restricted(MAKER, CAUSE), lifted(3), erasure_requested(MAKER, GROUND), lifted(5)];
    for position in 3..=6 {
        let command =
            Command::VoidRecord { record: RecordRef::Position(Position(position)), reason: None, on: None };
        given_then(records.clone()).when(command).then_rejected(Rejection::NotVoidable(Position(position)));
    }
}

#[test]
fn somebody_with_as_many_records_as_one_can_have_is_still_restricted_and_erased() {
    let full = || [enrolled()].into_iter().chain(std::iter::repeat_with(served)).take(Person::FACTS_MAX);
    let given_full = |more: Vec<Event>| given(full().chain(more).map(|event| on("2022-03-01", event)));
    given_full(Vec::new()).when(request(GROUND)).then([on(TODAY, erasure_requested(MAKER, GROUND))]);
    let position = Person::FACTS_MAX as u64 + 1;
    given_full(vec![erasure_requested(MAKER, GROUND)])
        .by(CHECKER)
        .when(ERASE)
        .then([on(TODAY, erased(position, GROUND))]);
    let restrictions = std::iter::repeat_n(restricted(MAKER, CAUSE), Person::FACTS_OF_USE_MAX);
    given_full(restrictions.collect()).when(request(GROUND)).then_rejected(Rejection::TooManyRecords);
    let restrictions = std::iter::repeat_n(erasure_requested(MAKER, GROUND), Person::FACTS_OF_USE_MAX);
    given_full(restrictions.collect())
        .by(CHECKER)
        .when(ERASE)
        .then([on(TODAY, erased(position + 255, GROUND))]);
}

#[test]
fn a_restricted_person_counts_as_before() {
    let before = person([on("2022-03-01", enrolled()), on("2022-04-01", served())]);
    let restricted = person([
        on("2022-03-01", enrolled()),
        on("2022-04-01", served()),
        on("2022-05-01", restricted(MAKER, CAUSE)),
        on("2022-05-02", erasure_requested(MAKER, GROUND)),
    ]);
    assert_eq!(restricted.data_status(), DataStatus::Restricted);
    let why: Vec<Cause> = restricted.restrictions().map(|restriction| restriction.cause).collect();
    assert_eq!(why, [Cause::Erasure(GROUND), Cause::Restriction(CAUSE)]);
    for view in ["2022-04-15", "2022-12-31", TODAY].map(|text| View::latest(day(text))) {
        assert_eq!(restricted.standing(first_plan(), view), before.standing(first_plan(), view));
    }
}

#[test]
fn an_erased_person_counts_in_no_past_and_nothing_is_left_but_when_and_where() {
    let erased = person([
        on("2022-03-01", enrolled()),
        on("2022-04-01", transferred(Origin::Office, Some(HERE), THERE)),
        on("2022-05-01", assigned("counsellor-9")),
        on("2022-06-01", erasure_requested(MAKER, GROUND)),
        on("2022-06-02", super::examples::erased(4, GROUND)),
    ]);
    for known_at in [Position(1), Position(3), Position::LATEST] {
        let view = View { as_of: day("2022-05-15"), known_at };
        assert_eq!(erased.standing(first_plan(), view), Standing::ABSENT);
        assert_eq!(erased.county(view.as_of, known_at), None);
        assert_eq!(erased.counsellor(view.as_of, known_at), None);
        assert_eq!(erased.pipeline(first_plan(), view), Pipeline::default());
    }
    assert_eq!((erased.citizen(), erased.named(), erased.facts().len()), (None, &[][..], 2));
    let left = Erased { enrolled: Position(1), erased: Position(5), county: Some(county(THERE)) };
    assert_eq!(erased.erased(), Some(left));
}
