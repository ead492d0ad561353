//! Heads that a log has signed and that are not what they must be: whoever makes a log can sign anything, so nothing of them is taken on trust.

use sigeyi_envelope::{EventParts, Previous, Suite};
use sigeyi_proof::{Hash, Heads, PersonHead};
use sigeyi_verifier::{EventFault, Wrong};

use crate::heads::*;
use crate::invented::*;
use crate::written::*;

/// What is found in the first person's history when the event that commits to the heads is altered.
fn found_with(alter: impl Fn(&mut EventParts<'_>)) -> Wrong {
    let mut log = small_log();
    let body = body(11, &heads(&log[..11]));
    log.push(committing_altered(13, &body, alter));
    found(verify(&history(&log, 1))).1
}

/// What is found when the first person's head says something else, as does the tree over the heads.
fn found_of(through: u64, alter: impl Fn(&mut PersonHead)) -> Wrong {
    let mut log = small_log();
    let mut all: Vec<PersonHead> = heads_list(&log[..11]);
    alter(all.iter_mut().find(|head| head.person == person(1).into_bytes()).unwrap());
    let heads = Heads::new(SHA256, all);
    log.push(committing(13, &body(through, &heads)));
    found(verify(&history_with(&log, 1, &heads))).1
}

fn head(through: u64, what: &'static str) -> Wrong {
    Wrong::Head { through, what }
}

#[test]
fn only_an_event_of_nobody_of_this_type_schema_and_suite_commits_to_heads() {
    assert_eq!(found_with(|parts| parts.kind = 30), Wrong::HeadsBody);
    assert_eq!(found_with(|parts| parts.schema = 2), Wrong::HeadsBody);
    assert_eq!(found_with(|parts| parts.suite = Suite::Guomi), Wrong::HeadsBody);
    assert_eq!(found_with(|parts| (parts.person, parts.version) = (person(9), 1)), Wrong::HeadsBody);
    // It must say that it is of nobody in each of its fields.
    assert_eq!(found_with(|parts| parts.person = person(9)), Wrong::HeadsBody);
    assert_eq!(found_with(|parts| parts.version = 1), Wrong::HeadsBody);
    let previous = Previous { position: sigeyi_envelope::Position(12), leaf: [1; 32] };
    assert_eq!(found_with(|parts| (parts.version, parts.previous) = (2, Some(previous))), Wrong::HeadsBody);
}

#[test]
fn heads_stand_where_their_event_says() {
    let wrong = found_with(|parts| parts.position = sigeyi_envelope::Position(14));
    assert_eq!(wrong, Wrong::Event(EventFault::Position { expected: 13, found: 14 }));
}

#[test]
fn a_head_behind_the_position_of_the_heads_or_heads_behind_their_event_are_refused() {
    let behind = "its head lies behind that position";
    // The first person's head is event 11.
    assert_eq!(found_of(10, |_| {}), head(10, behind));
    for through in [13, 14] {
        assert_eq!(found_of(through, |_| {}), head(through, behind));
    }
}

#[test]
fn a_head_that_is_not_the_event_of_its_version_is_refused() {
    let another = "its event of that version is another";
    assert_eq!(found_of(11, |head| head.leaf = [7; 32]), head(11, another));
    assert_eq!(found_of(11, |head| head.position = 10), head(11, another));
    assert_eq!(found_of(11, |head| head.version = 3), head(11, another));
    assert_eq!(found_of(11, |head| head.version = 0), head(11, "newer events of the person are missing"));
    assert_eq!(found_of(11, |head| head.version = 5), head(11, "newer events of the person are missing"));
}

#[test]
fn a_head_that_leaves_out_an_event_which_was_there_is_refused() {
    // The head is the person's event before the newest one, which stands at 11.
    let log = small_log();
    let earlier =
        heads_list(&log[..10]).into_iter().find(|head| head.person == person(1).into_bytes()).unwrap();
    let wrong = found_of(11, |head| *head = earlier);
    assert_eq!(wrong, head(11, "it has an event that the log did not have then"));
}

#[test]
fn the_root_has_one_form() {
    let mut log = small_log();
    let heads = heads(&log[..11]);
    let body = body(11, &heads);
    let (before, root) = body.split_at(body.find("\"root\":\"").unwrap() + 8);
    let upper = format!("{before}{}", root.to_uppercase());
    assert_ne!(upper, body);
    log.push(committing(13, &upper));
    assert_eq!(found(verify(&history(&log, 1))).1, Wrong::HeadsBody);
}

#[test]
fn a_path_has_a_limit() {
    let log = log();
    let lines = |longer: usize| {
        let mut lines = history(&log, 1);
        let hash = "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",".repeat(longer);
        let at = lines.len() - 2;
        lines[at] = lines[at].replace("\"heads_path\":[", &format!("\"heads_path\":[{hash}"));
        found(verify(&lines)).1
    };
    // The way from the leaf has one or two hashes already.
    assert!(matches!(lines(62), Wrong::Inclusion(_)));
    assert_eq!(lines(64), Wrong::Line("that of the heads"));
}

#[test]
fn an_export_of_a_log_has_no_heads_and_no_person() {
    let log = log();
    let mut lines = log_lines(&log, &checkpoint(&log));
    lines.insert(lines.len() - 1, heads_line(&log, 12, 1, &heads(&log[..11])));
    let verify_log = |lines: &[String]| {
        found(sigeyi_verifier::verify_log(&Written::new().file(lines.concat()), &witnessed())).1
    };
    assert!(matches!(verify_log(&lines), Wrong::Event(_) | Wrong::Line(_)));
    let mut lines = log_lines(&log, &checkpoint(&log));
    lines[0] = first_line("log", Some(1), &checkpoint(&log));
    assert!(matches!(verify_log(&lines), Wrong::Line(_)));
    let mut lines = history(&log, 1);
    lines[0] = first_line("person", None, &checkpoint(&log));
    assert!(matches!(found(verify(&lines)).1, Wrong::Line(_)));
}

#[test]
fn a_hash_of_another_length_is_refused() {
    let log = log();
    let leaf: Hash = heads_list(&log[..11])[0].leaf;
    let mut lines = history(&log, 1);
    let at = lines.len() - 2;
    let text = sigeyi_proof::base64(&leaf);
    assert!(lines[at].contains(&text));
    lines[at] = lines[at].replace(&text, &sigeyi_proof::base64(&leaf[..30]));
    assert_eq!(found(verify(&lines)).1, Wrong::Line("that of the heads"));
}
