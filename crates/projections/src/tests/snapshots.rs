//! What a snapshot keeps, and what it does not believe.

use proptest::{prelude::*, sample::Index};
use sigeyi_envelope::{Position, StoredEvent};
use uuid::Uuid;

use super::{
    any::{PEOPLE, Step, certificate, enrolment, erasure, plain, seventeen, stories, verification},
    log::{LOG, Log, ToySecrets, leaf},
    same::assert_same,
};
use crate::{
    Entry, ReadModel, Snapshot, SnapshotError, SnapshotHeader, SnapshotWriter, without, write_sealed,
};

const DIVISIONS: [u8; 32] = [3; 32];
const TREE: &[u8] = b"a tree";
/// Where the checksum of the header stands.
const HEADER_CRC: usize = 108;

/// A snapshot at `position`, whose rows were copied in slices while the log grew: `rows` tells how far it was at each slice.
fn snapshot(log: &Log, position: usize, rows: &[usize]) -> Vec<u8> {
    let model = log.folded(position);
    let mut header = SnapshotHeader {
        log_id: LOG,
        position: model.head(),
        touched_through: model.head(),
        divisions: DIVISIONS,
        recorded_at: model.recorded_at(),
    };
    let commands = model.snapshot_commands();
    let mut people = Vec::new();
    let mut grown = position;
    for (from, rows) in rows.iter().chain([&0; PEOPLE]).enumerate() {
        grown = (grown + rows).min(log.entries.len());
        let model = log.folded(grown);
        model.snapshot_rows(from..from + 1, &mut people);
        header.touched_through = model.head();
        if from + 1 >= model.people().len() {
            break;
        }
    }
    let model = log.folded(grown);
    let mut out = Vec::new();
    let mut writer =
        SnapshotWriter::new(&mut out, &header, TREE, &commands, &people, &model.snapshot_roles()).unwrap();
    for bytes in &log.stored[..grown] {
        let stored = StoredEvent::parse(bytes).unwrap();
        let number = model.people().find(stored.parts().person).unwrap();
        let mut part = Vec::new();
        let row = model.people().row(number).unwrap();
        if row.person.erased().is_none() {
            write_sealed(&mut part, number, row.key, &stored);
        }
        writer.sealed(&part).unwrap();
    }
    writer.finish().unwrap();
    out
}

fn parse(bytes: Vec<u8>) -> Result<Snapshot<Vec<u8>>, SnapshotError> {
    Snapshot::parse(bytes, LOG, DIVISIONS)
}

fn blocks(snapshot: &Snapshot<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let kept = snapshot.sealed(|block| {
        blocks.push(block.to_vec());
        Ok(())
    });
    kept.unwrap();
    blocks
}

fn restore(bytes: Vec<u8>) -> Result<ReadModel, SnapshotError> {
    parse(bytes)?.restore(&ToySecrets::default())
}

fn a_log() -> Log {
    let story = enrolment(certificate(&seventeen(0), "42"));
    let need = sigeyi_domain::Demand::NoNeed(sigeyi_domain::NonEmploymentReason::Other);
    let asks = [
        story,
        verification(),
        sigeyi_domain::Command::RegisterDemand { demand: need, on: None },
        sigeyi_domain::Command::RequestCounsellor {
            counsellor: sigeyi_domain::Identifier::parse("c-1").unwrap(),
            remarks: None,
            on: None,
        },
    ];
    let steps = asks.map(|command| Step::Ask(plain(0, command)));
    Log::of(&steps)
}

/// Where the sealed section begins: behind the other sections and their checksums.
fn sealed_at(bytes: &[u8]) -> usize {
    let length = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    HEADER_CRC + 4 + length(84) + length(92) + length(100) + 3 * 4
}

/// Whether a byte belongs to the length or checksum of a sealed block, or to the mark at the end.
fn is_block_head(bytes: &[u8], at: usize) -> bool {
    let mut head = sealed_at(bytes);
    while head < bytes.len() {
        if (head..head + 8).contains(&at) {
            return true;
        }
        let length = u32::from_be_bytes(bytes[head..head + 4].try_into().unwrap());
        head = head.saturating_add(8).saturating_add(length as usize);
    }
    false
}

/// Makes every checksum right again, as damage never does.
fn with_checksums(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = crc32c::crc32c(&bytes[..HEADER_CRC]);
    bytes[HEADER_CRC..HEADER_CRC + 4].copy_from_slice(&crc.to_be_bytes());
    let length = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let lengths = [length(84), length(92), length(100)];
    let mut at = HEADER_CRC + 4;
    for length in lengths {
        let crc = crc32c::crc32c(&bytes[at..at + length]);
        bytes[at + length..at + length + 4].copy_from_slice(&crc.to_be_bytes());
        at += length + 4;
    }
    while bytes[at..at + 4] != [0xff; 4] {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let crc = crc32c::crc32c(&bytes[at + 8..at + 8 + length]);
        bytes[at + 4..at + 8].copy_from_slice(&crc.to_be_bytes());
        at += 8 + length;
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_taken_while_the_log_grows_and_the_log_after_it_are_a_replay(
        story in stories(60), position in any::<Index>(), rows in proptest::collection::vec(1_usize..6, 0..7)
    ) {
        let log = Log::of(&story);
        let position = position.index(log.entries.len() + 1);
        let bytes = snapshot(&log, position, &rows);
        let parsed = parse(bytes.clone()).unwrap();
        prop_assert_eq!(parsed.header().position, Position(position as u64));
        prop_assert_eq!(parsed.tree(), TREE);
        let mut restored = restore(bytes).unwrap();
        log.entries[position..].iter().for_each(|entry| restored.apply(entry));
        restored.settle(log.today());
        let mut replayed = log.folded(log.entries.len());
        replayed.settle(log.today());
        assert_same(&restored, &replayed);
    }

    #[test]
    fn of_somebody_whose_key_was_erased_a_snapshot_and_a_replay_know_the_same(
        story in stories(60), position in any::<Index>(), erased in 0..PEOPLE as u32
    ) {
        let log = Log::of(&story);
        let position = position.index(log.entries.len() + 1);
        let secrets = ToySecrets { erased: [erased].into() };
        let decode = |bytes: &Vec<u8>| Entry::decode(bytes, leaf(bytes), LOG, &secrets).unwrap();
        // Taken before the key was erased, which takes nothing away from what others have.
        let mut restored = parse(snapshot(&log, position, &[])).unwrap().restore(&secrets).unwrap();
        log.stored[position..].iter().for_each(|bytes| restored.apply(&decode(bytes)));
        let mut replayed = ReadModel::default();
        log.stored.iter().for_each(|bytes| replayed.apply(&decode(bytes)));
        let whole = log.folded(log.entries.len());
        for (row, whole) in replayed.people().rows().iter().zip(whole.people().rows()) {
            prop_assert_eq!((row.id, row.key, row.head), (whole.id, whole.key, whole.head));
            let is_gone = row.key == erased || row.person.erased().is_some();
            prop_assert_eq!(is_gone, row.person.citizen().is_none());
            prop_assert!(row.key == erased || row.person == whole.person);
        }
        restored.settle(log.today());
        replayed.settle(log.today());
        assert_same(&restored, &replayed);
    }

    #[test]
    fn the_sealed_section_of_one_snapshot_begins_the_next(story in stories(60), position in any::<Index>()) {
        let log = Log::of(&story);
        let before = parse(snapshot(&log, position.index(log.entries.len() + 1), &[])).unwrap();
        let after = parse(snapshot(&log, log.entries.len(), &[])).unwrap();
        // Less what was kept of people who were erased since.
        let people = log.folded(log.entries.len());
        let is_erased = |number| people.people().row(number).unwrap().person.erased().is_some();
        let blocks_before = blocks(&before);
        let kept = blocks_before.iter().map(|block| without(block, is_erased).unwrap());
        let kept: Vec<Vec<u8>> = kept.filter(|block| !block.is_empty()).collect();
        prop_assert!(blocks(&after).starts_with(&kept));
    }

    #[test]
    fn no_snapshot_gives_back_what_was_erased_and_each_is_brought_up_to_the_end_of_the_log(
        story in stories(80), position in any::<Index>(), rows in proptest::collection::vec(1_usize..6, 0..7)
    ) {
        let log = Log::of(&story);
        let end = log.entries.len();
        let position = position.index(end + 1);
        let bytes = snapshot(&log, position, &rows);
        let secrets = log.keys_of_erased(end);
        let mut restored = parse(bytes).unwrap().restore(&secrets).unwrap();
        for row in restored.people().rows() {
            prop_assert!(row.person.citizen().is_none() || !secrets.erased.contains(&row.key));
        }
        let replayed = log.folded_without(end, &secrets);
        for stored in &log.stored[position..] {
            restored.apply(&Entry::decode(stored, leaf(stored), LOG, &secrets).unwrap());
        }
        restored.settle(log.today());
        let mut replayed = replayed;
        replayed.settle(log.today());
        assert_same(&restored, &replayed);
    }
}

#[test]
fn every_flipped_byte_and_every_cut_is_refused() {
    let bytes = snapshot(&a_log(), 4, &[]);
    restore(bytes.clone()).unwrap();
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut flipped = bytes.clone();
            flipped[at] ^= flip;
            assert!(restore(flipped).is_err(), "byte {at} flipped by {flip}");
        }
        // A cut is told by the checksum, or where that fits by chance, by what is then missing.
        assert!(restore(bytes[..at].to_vec()).is_err(), "cut at {at}");
        let mut zeroed = bytes.clone();
        zeroed[at..].fill(0);
        assert!(zeroed == bytes || restore(zeroed).is_err(), "zeros from {at}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(restore(longer).is_err());
}

#[test]
fn a_byte_that_was_changed_with_its_checksum_never_panics() {
    let bytes = snapshot(&a_log(), 4, &[]);
    let sealed = sealed_at(&bytes);
    // Lengths are left alone where `with_checksums` itself would look elsewhere.
    for at in (0..84).chain(HEADER_CRC + 4..sealed).chain(sealed + 8..bytes.len()) {
        if is_block_head(&bytes, at) {
            continue;
        }
        for flip in [1, 0x80, 0xff] {
            let mut forged = bytes.clone();
            forged[at] ^= flip;
            let _ = restore(with_checksums(forged));
        }
    }
}

#[test]
fn a_sealed_body_that_was_changed_with_its_checksum_does_not_open() {
    let log = a_log();
    let bytes = snapshot(&log, 4, &[]);
    let sealed = sealed_at(&bytes) + 8;
    let clear = StoredEvent::parse(&log.stored[0]).unwrap().parts().clear.len();
    // Key number, command id, commit index, type and schema; then nonce; then the ciphertext of the first event.
    let (names, nonce) = (sealed + 28..sealed + 51, sealed + 53 + clear..sealed + 65 + clear);
    let ciphertext = StoredEvent::parse(&log.stored[0]).unwrap().parts().sealed.unwrap().ciphertext.len();
    for at in names.chain(nonce.clone()).chain(nonce.end + 2..nonce.end + 2 + ciphertext) {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        assert!(restore(with_checksums(forged)).is_err(), "byte {at}");
    }
}

#[test]
fn a_snapshot_of_another_log_division_list_or_format_is_refused() {
    let bytes = snapshot(&a_log(), 4, &[]);
    let other_log = Snapshot::parse(bytes.clone(), Uuid::from_u128(1), DIVISIONS);
    assert_eq!(other_log.err(), Some(SnapshotError::Other("log")));
    let other_list = Snapshot::parse(bytes.clone(), LOG, [4; 32]);
    assert_eq!(other_list.err(), Some(SnapshotError::Other("division list")));
    // At 10 stands whether there is a roles section: 0 or 1.
    for (at, change) in [(0, 1), (8, 1), (9, 1), (10, 2), (11, 1)] {
        let mut other = bytes.clone();
        other[at] ^= change;
        assert_eq!(parse(with_checksums(other)).err(), Some(SnapshotError::Other("format")));
    }
}

#[test]
fn no_sealed_bytes_of_an_erased_person_are_kept() {
    let others = [1, 2].map(|who| Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42")))));
    let first = Step::Ask(plain(0, enrolment(certificate(&seventeen(0), "42"))));
    let [request, erase] = erasure(0).map(Step::Ask);
    let log = Log::of(&[[first].as_slice(), &others, &[request, erase]].concat());
    let sealed = |position: usize| StoredEvent::parse(&log.stored[position]).unwrap().parts().sealed.unwrap();
    let holds = |snapshot: &Snapshot<Vec<u8>>, position: usize| {
        let ciphertext = sealed(position).ciphertext;
        blocks(snapshot).concat().windows(ciphertext.len()).any(|window| window == ciphertext)
    };
    let before = parse(snapshot(&log, 3, &[])).unwrap();
    let after = parse(snapshot(&log, 5, &[])).unwrap();
    assert_eq!([0, 1, 2].map(|position| holds(&before, position)), [true; 3]);
    assert_eq!([0, 1, 2].map(|position| holds(&after, position)), [false, true, true]);
}

#[test]
fn nothing_personal_stands_in_a_snapshot() {
    let bytes = snapshot(&a_log(), 4, &[]);
    let number = certificate(&seventeen(0), "42").to_string();
    for personal in ["张示例", &number, &number[..17], "NoSkills"] {
        let found = bytes.windows(personal.len()).any(|window| window == personal.as_bytes());
        assert!(!found, "{personal} stands in clear");
    }
}
