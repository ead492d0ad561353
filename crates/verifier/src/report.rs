//! What is said when everything is as it must be.

use std::{fmt::Write, time::Duration};

use sigeyi_proof::Trusted;
use sigeyi_verifier::{
    Fixed, LogEnd, VerifiedDirectory, VerifiedEvent, VerifiedLog, VerifiedPerson, threads,
};

pub(crate) fn event(event: &VerifiedEvent) -> String {
    let mut said = String::from("已验证 verified: the event is in the log\n");
    line(&mut said, "position", event.position);
    line(&mut said, "person", event.person);
    line(&mut said, "version", event.version);
    line(&mut said, "type", event.kind);
    line(&mut said, "effective day", format!("{} days after 1970-01-01", event.effective_day));
    line(&mut said, "recorded", format!("{} µs after 1970-01-01T00:00:00Z", event.recorded_at));
    line(&mut said, "actor", &event.actor);
    line(&mut said, "office", &event.office);
    line(&mut said, "clear body", &event.clear);
    checkpoint(&mut said, &event.trusted);
    said
}

pub(crate) fn person(person: &VerifiedPerson) -> String {
    let mut said =
        String::from("已验证 verified: every event is in the log, and none is missing before the last one\n");
    line(&mut said, "person", person.person);
    line(&mut said, "events", person.events);
    line(&mut said, "last position", person.last_position);
    if let Some(leaf) = person.last_leaf {
        line(&mut said, "last leaf hash", hex(&leaf));
    }
    checkpoint(&mut said, &person.trusted);
    match &person.through {
        Some(through) => {
            line(&mut said, "complete through position", through.position);
            line(&mut said, "by the heads of", &through.day);
            said.push_str(
                "not proved: that the person has no event behind that position but those that are here\n",
            );
        }
        None => said.push_str("not proved: that the person has no newer event than the last one\n"),
    }
    said
}

pub(crate) fn log(log: &VerifiedLog) -> String {
    let mut said = String::from("已验证 verified: the export is the whole log up to its checkpoint\n");
    end(&mut said, &log.end);
    checkpoint(&mut said, &log.trusted);
    said
}

pub(crate) fn directory(directory: &VerifiedDirectory) -> String {
    let mut said = match directory.end.fixed {
        Fixed::Through(_) => String::from("已验证 verified: the journal is the log of the checkpoint\n"),
        Fixed::Nowhere => String::from("自洽 the journal fits itself; it was compared with no checkpoint\n"),
    };
    end(&mut said, &directory.end);
    line(&mut said, "segments", directory.segments);
    line(&mut said, "bytes", directory.bytes);
    if let Some(trusted) = &directory.trusted {
        checkpoint(&mut said, trusted);
    }
    match directory.end.fixed {
        Fixed::Through(size) if size < directory.end.events => {
            let _ = writeln!(
                said,
                "not proved: events {} to {}, which came after it",
                size + 1,
                directory.end.events
            );
        }
        Fixed::Through(_) => {}
        Fixed::Nowhere => {
            said.push_str("not proved: that this is the history that anybody has seen before\n")
        }
    }
    said
}

/// How fast a check was, and under which conditions.
pub(crate) fn timing(end: &LogEnd, suite: u8, took: Duration) -> String {
    let build = if cfg!(debug_assertions) { "with debug assertions" } else { "release" };
    let speed = end.events as f64 / took.as_secs_f64();
    format!(
        "timing: {} leaves in {:.3} s, {speed:.0} a second; suite {suite}, {} threads, built {build}, {} {}\n",
        end.events,
        took.as_secs_f64(),
        threads(),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}

fn end(said: &mut String, end: &LogEnd) {
    line(said, "events", end.events);
    line(said, "people", end.people);
    line(said, "committed heads", end.heads);
    line(said, "root", hex(&end.root));
}

fn checkpoint(said: &mut String, trusted: &Trusted) {
    let checkpoint = &trusted.checkpoint;
    line(said, "checkpoint", format!("{} at {} events", checkpoint.origin, checkpoint.size));
    for (name, at) in &trusted.witnesses {
        line(said, "cosigned", format!("{name}, {at} s after 1970-01-01T00:00:00Z"));
    }
}

fn line(said: &mut String, name: &str, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = writeln!(said, "  {name}: {value}");
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
