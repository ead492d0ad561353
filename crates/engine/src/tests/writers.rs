//! Many at the same time.

use proptest::prelude::*;
use sigeyi_domain::Rejection;
use uuid::Uuid;

use super::{
    any::{Ask, asks, certificate, enrolment, seventeen},
    reference::assert_one_writer_could_have_made_it,
    world::{IN_TIME, World, answers, asked, resolved},
};
use crate::{CommandError, Position, Submission, answer::Answer};

/// Each thread sends everything it has, and then waits for the answers.
fn send_at_once(world: &World, threads: &[Vec<Ask>]) -> Vec<(Submission, Answer)> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (1_u128..)
            .zip(threads)
            .map(|(thread, asks)| {
                scope.spawn(move || {
                    let mut before: Vec<Vec<Uuid>> = vec![Vec::new(); super::any::PEOPLE];
                    let mut tickets = Vec::new();
                    for (number, ask) in (0..).zip(asks) {
                        let command = resolved(ask, &before[ask.who]);
                        let submission = asked(thread << 64 | number, ask, command);
                        before[ask.who].push(submission.command_id);
                        tickets.push((submission.clone(), world.engine().submit(submission).unwrap()));
                    }
                    let wait = |(submission, ticket): (Submission, crate::Ticket)| {
                        (submission, ticket.wait(IN_TIME))
                    };
                    tickets.into_iter().map(wait).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn threads(count: usize, each: usize) -> impl Strategy<Value = Vec<Vec<Ask>>> {
    proptest::collection::vec(proptest::collection::vec(asks(), each / 2..each), count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_two_writers_made_one_could_have_made(threads in threads(2, 120)) {
        let mut world = World::new();
        let sent = send_at_once(&world, &threads);
        assert_one_writer_could_have_made_it(world.engine(), &sent);
        let before = answers(world.engine());
        world.reopen(true);
        prop_assert_eq!(answers(world.engine()), before);
    }

    #[test]
    fn what_eight_writers_made_one_could_have_made(threads in threads(8, 60)) {
        let world = World::new();
        let sent = send_at_once(&world, &threads);
        assert_one_writer_could_have_made_it(world.engine(), &sent);
    }
}

#[test]
fn of_a_thousand_enrolments_of_one_number_at_the_same_time_one_is_recorded() {
    let world = World::new();
    let command = enrolment(certificate(&seventeen(0), "42"));
    let ask = super::any::plain(0, command);
    let sent = send_at_once(&world, &vec![vec![ask; 20]; 50]);
    let recorded: Vec<_> = sent.iter().filter_map(|(_, answer)| answer.as_ref().ok()).collect();
    assert_eq!(recorded.len(), 1);
    assert!(!recorded[0].already_recorded);
    let already = Err(CommandError::Rejected(Rejection::AlreadyEnrolled));
    assert_eq!(sent.iter().filter(|(_, answer)| *answer == already).count(), 999);
    assert_eq!((world.engine().head(), world.engine().people()), (Position(1), 1));
    assert_one_writer_could_have_made_it(world.engine(), &sent);
}
