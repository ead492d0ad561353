//! The same for ever, in order, and complete.

use std::collections::HashMap;

use sigeyi_domain::{Command, RecordRef};

use super::world::days;
use crate::{Simulated, SimulatedDay, Simulation, SimulationOptions};

#[test]
fn the_same_seed_gives_the_same_sequence_and_another_seed_another() {
    let first = days(300, 1);
    assert_eq!(first, days(300, 1));
    let other = days(300, 2);
    assert_ne!(first, other);
    let ids = |days: &[SimulatedDay]| {
        days.iter().flat_map(|day| &day.commands).map(|given| given.command_id).collect::<Vec<_>>()
    };
    assert!(ids(&first).iter().all(|id| !ids(&other).contains(id)));
}

/// Whoever changes this changes every figure that was ever made from a seed. The list of counties is part of it.
#[test]
fn a_seed_means_what_it_always_meant() {
    let simulation = Simulation::new(SimulationOptions { people: 500, seed: 42 });
    let mut lines: Vec<String> = simulation.entries.iter().map(|entry| format!("{entry:?}")).collect();
    for SimulatedDay { day, commands } in simulation {
        lines.extend(commands.iter().map(|given| {
            let Simulated { command_id, citizen, actor, office, command } = given;
            format!("{day} {command_id} {citizen} {actor} {office} {:?}", command.on())
        }));
    }
    // FNV-1a.
    let hash = lines
        .iter()
        .flat_map(|line| line.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    assert_eq!((lines.len(), hash), (4_768, 729_207_278_866_581_908));
}

#[test]
fn days_come_in_order_and_no_fact_lies_after_its_recording() {
    let days = days(2_000, 3);
    assert!(days.windows(2).all(|pair| pair[0].day < pair[1].day));
    assert!(days.iter().all(|day| !day.commands.is_empty()));
    assert!(days[0].day >= Simulation::first_day());
    assert!(days[days.len() - 1].day <= Simulation::last_day());
    assert_eq!(Simulation::first_day().to_string(), "2022-01-01");
    assert_eq!(Simulation::last_day().to_string(), "2024-12-31");
    for day in &days {
        for given in &day.commands {
            let on = given.command.on();
            let is_approval = matches!(given.command, Command::ApproveCounsellor { .. });
            assert!(on.is_some() || is_approval, "every other command names its day");
            assert!(on.is_none_or(|on| on <= day.day), "{on:?} was recorded on {}", day.day);
        }
    }
}

#[test]
fn a_voiding_names_an_earlier_command_of_the_same_person() {
    let mut earlier = HashMap::new();
    let mut voidings = 0;
    for day in days(5_000, 4) {
        for given in day.commands {
            if let Command::VoidRecord { record, .. } = &given.command {
                let RecordRef::Command(id) = record else { panic!("a voiding names a command") };
                assert_eq!(earlier.get(id), Some(&given.citizen));
                voidings += 1;
            }
            earlier.insert(given.command_id, given.citizen);
        }
    }
    assert!(voidings > 10, "{voidings} voidings");
}

#[test]
fn an_approval_names_a_request_of_somebody_else_for_the_same_person() {
    let mut requests = HashMap::new();
    let mut approvals = 0;
    for day in days(2_000, 4) {
        for given in day.commands {
            if let Command::ApproveCounsellor { request, .. } = &given.command {
                let RecordRef::Command(id) = request else { panic!("an approval names a command") };
                let (citizen, maker) = &requests[id];
                assert_eq!(*citizen, given.citizen);
                assert_ne!(*maker, given.actor);
                approvals += 1;
            }
            if let Command::RequestCounsellor { .. } = &given.command {
                requests.insert(given.command_id, (given.citizen, given.actor));
            }
        }
    }
    assert!(approvals > 10 && approvals <= requests.len(), "{approvals} of {}", requests.len());
}

#[test]
fn a_command_that_is_sent_again_is_the_same_and_few_are() {
    let mut first = HashMap::new();
    let (mut all, mut again) = (0, 0);
    for day in days(5_000, 5) {
        for given in day.commands {
            assert_eq!(given.command_id.get_version_num(), 4);
            all += 1;
            if let Some(before) = first.insert(given.command_id, given.clone()) {
                assert_eq!(before, given);
                again += 1;
            }
        }
    }
    let share = f64::from(again) / f64::from(all);
    assert!((0.003..0.007).contains(&share), "{share}");
}

#[test]
fn as_many_commands_come_as_were_promised() {
    for people in [1, 2, 100, 3_000] {
        let simulation = Simulation::new(SimulationOptions { people, seed: 6 });
        let promised = simulation.commands();
        let given: usize = simulation.map(|day| day.commands.len()).sum();
        assert_eq!(given as u64, promised);
    }
}

#[test]
fn a_simulation_has_at_least_one_person() {
    assert!(Simulation::new(SimulationOptions { people: 0, seed: 6 }).commands() > 0);
    assert_eq!(SimulationOptions::default().people, 368_000);
}

#[test]
fn the_plan_of_a_simulation_is_small() {
    assert!(size_of::<crate::entry::Entry>() <= 12);
    assert!(size_of::<crate::person::Person>() <= 16);
}
