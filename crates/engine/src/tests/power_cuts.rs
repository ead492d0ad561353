//! The power is cut, or the process killed, while commands come: every answer that was given holds.
//!
//! Threads of the engine take turns as they like, so a seed gives the same cuts but not always the same moment for each.

use sigeyi_store::simulated_disk::seeds;

use super::outages::Office;

#[test]
fn a_cut_at_every_boundary_of_the_first_start_loses_nothing_that_was_answered() {
    let boundaries = {
        let mut office = Office::new(1);
        office.live(2);
        office.disk.operations()
    };
    for boundary in 1..=boundaries {
        for is_killed in [false, true] {
            let mut office = Office::new(boundary);
            office.disk.freeze_at(boundary);
            office.live(2);
            // The process that follows a kill finds what is not on the disk, and makes promises on it.
            if is_killed {
                office.kill();
                office.live(1);
            }
            office.cut();
            office.live(1);
        }
    }
}

#[test]
fn whatever_becomes_of_many_processes_one_after_the_other_every_answer_holds() {
    for seed in seeds(16) {
        let mut office = Office::new(seed.number);
        for _ in 0..5 {
            if office.dice.percent(80) {
                office.disk.freeze_at(office.disk.operations() + 1 + office.dice.below(60));
            }
            let groups = office.dice.below(16);
            office.live(groups);
            if office.dice.percent(70) { office.cut() } else { office.kill() }
        }
        office.live(4);
        office.assert_answers_are_those_of_a_replay();
    }
}
