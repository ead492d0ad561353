//! A log in memory, as a writer would write it: decided, sealed under a toy cipher, encoded.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use sigeyi_domain::{Context, DataStatus, Day, Decided, Identifier, Person, Plan, RecordRef, decide, plans};
use sigeyi_envelope::{
    ASSOCIATED_DATA_BYTES, EventParts, Position, Previous, SealedParts, Suite, associated_data, encode,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::any::{Ask, PEOPLE, Step, first_day};
use crate::{Entry, Head, KeyNumber, Opened, ReadModel, Secrets, to_domain};

pub(super) const LOG: Uuid = Uuid::from_u128(0x00c0_ffee);
const DAY_MICROS: i64 = 86_400_000_000;

/// Hides and authenticates nothing that matters, but a changed byte does not open.
#[derive(Default)]
pub(super) struct ToySecrets {
    /// Keys that were destroyed.
    pub(super) erased: HashSet<KeyNumber>,
}

/// Everything that was recorded.
pub(super) struct Log {
    pub(super) stored: Vec<Vec<u8>>,
    pub(super) entries: Vec<Entry>,
    people: Vec<Known>,
    enrolled: u32,
    now: i64,
}

#[derive(Clone, Default)]
struct Known {
    id: Uuid,
    key: KeyNumber,
    head: Option<Head>,
    person: Person,
}

fn tag(key: KeyNumber, data: &[u8], nonce: &[u8; 12], body: &[u8]) -> [u8; 16] {
    let mut hasher = DefaultHasher::new();
    (key, data, nonce, body).hash(&mut hasher);
    u128::from(hasher.finish()).to_be_bytes()
}

fn key_id(key: KeyNumber) -> [u8; 32] {
    let mut id = [9; 32];
    id[..4].copy_from_slice(&key.to_be_bytes());
    id
}

pub(super) fn leaf(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let mut leaf = [0; 32];
    leaf[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    leaf
}

impl Secrets for ToySecrets {
    fn key_number(&self, key_id: &[u8; 32]) -> Option<KeyNumber> {
        let (number, rest) = key_id.split_first_chunk::<4>()?;
        (rest == [9; 28]).then(|| u32::from_be_bytes(*number))
    }

    fn open(
        &self,
        key: KeyNumber,
        named: Option<&[u8; 32]>,
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Opened {
        assert!(named.is_none_or(|named| *named == key_id(key)));
        if self.erased.contains(&key) {
            return Opened::Erased;
        }
        let Some((body, found)) = ciphertext.split_last_chunk::<16>() else { return Opened::Refused };
        let body: Vec<u8> = body.iter().map(|byte| byte ^ 0x5a).collect();
        let fits = *found == tag(key, associated_data, nonce, &body);
        if fits { Opened::Clear(Zeroizing::new(body)) } else { Opened::Refused }
    }

    fn fingerprint(&self, command: Uuid) -> u64 {
        command.as_u64_pair().1.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

fn seal(key: KeyNumber, data: &[u8], nonce: &[u8; 12], body: &[u8]) -> Vec<u8> {
    let mut ciphertext: Vec<u8> = body.iter().map(|byte| byte ^ 0x5a).collect();
    ciphertext.extend_from_slice(&tag(key, data, nonce, body));
    ciphertext
}

impl Log {
    /// Tells a story.
    pub(super) fn of(story: &[Step]) -> Log {
        let mut log = Log {
            stored: Vec::new(),
            entries: Vec::new(),
            people: vec![Known::default(); PEOPLE],
            enrolled: 0,
            now: i64::from(first_day().days()) * DAY_MICROS,
        };
        for step in story {
            match step {
                Step::Days(days) => log.now += i64::from(*days) * DAY_MICROS,
                Step::Ask(ask) => log.ask(ask),
            }
        }
        log
    }

    /// The business day at its end, though nothing may have been recorded on it.
    pub(super) fn today(&self) -> Day {
        Day::in_china(self.now)
    }

    fn ask(&mut self, ask: &Ask) {
        self.now += 1_000;
        let mut command = ask.command.clone();
        if self.people[ask.who].person.data_status() == DataStatus::Erased && command.enrols().is_some() {
            // Nobody knows the number any more: whoever has it is somebody new.
            self.people[ask.who] = Known::default();
        }
        if let Some(record) = command.record_mut() {
            let facts = self.people[ask.who].person.facts();
            if !facts.is_empty() {
                *record = RecordRef::Position(facts[ask.record % facts.len()].recorded);
            }
        }
        let today = self.today();
        let effective = command.on().unwrap_or(today);
        let plan = plans().iter().find(|plan: &&Plan| plan.covers(effective));
        let actor = Identifier::parse(ask.actor).unwrap();
        let context = Context { today, plan, plans: plans(), actor: &actor, office: None };
        let decided = decide(&self.people[ask.who].person, &command, &context).unwrap_or_default();
        let id = Uuid::from_u128(0x1000 + self.stored.len() as u128);
        let count = decided.len() as u8;
        for (index, decided) in (0..).zip(decided) {
            self.record(ask.who, id, (index, count), &decided);
        }
    }

    fn record(&mut self, who: usize, command: Uuid, (index, count): (u8, u8), decided: &Decided) {
        let Decided { event, effective } = decided;
        let position = Position(self.stored.len() as u64 + 1);
        let known = &mut self.people[who];
        if known.head.is_none() {
            known.id = Uuid::from_u128(0xabcd_0000 + u128::from(self.enrolled));
            known.key = self.enrolled;
            self.enrolled += 1;
        }
        let kind = event.event_type() as u8;
        let data = associated_data(LOG, known.id, command, index, kind, 1);
        let nonce = std::array::from_fn(|at| position.0.wrapping_shr(at as u32) as u8);
        let ciphertext = event.sealed_json().map(|body| seal(known.key, &data, &nonce, body.as_bytes()));
        let parts = EventParts {
            suite: Suite::International,
            kind,
            schema: 1,
            position,
            person: known.id,
            version: known.head.map_or(0, |head| head.version) + 1,
            previous: known.head.map(|head| Previous { position: head.position, leaf: head.leaf }),
            effective_day: effective.days(),
            recorded_at: self.now,
            region: 150_102,
            command,
            digest: [7; 16],
            commit_index: index,
            commit_count: count,
            actor: "counsellor-1",
            office: "150102",
            clear: &event.clear_json(),
            sealed: ciphertext.as_deref().map(|ciphertext| SealedParts {
                key_id: key_id(known.key),
                nonce,
                ciphertext,
            }),
        };
        let bytes = encode(&parts).unwrap();
        let entry = Entry::decode(&bytes, leaf(&bytes), LOG, &ToySecrets::default()).unwrap();
        known.head = Some(entry.head);
        known.person.evolve(to_domain(position), *effective, event);
        self.entries.push(entry);
        self.stored.push(bytes);
    }

    /// The keys of everybody who was erased, by the last of the first events.
    pub(super) fn keys_of_erased(&self, events: usize) -> ToySecrets {
        ToySecrets { erased: self.folded(events).people().erased().map(|row| row.key).collect() }
    }

    /// The read model of the first events, not settled, as a start makes it after these keys were destroyed.
    pub(super) fn folded_without(&self, events: usize, secrets: &ToySecrets) -> ReadModel {
        let mut model = ReadModel::default();
        for bytes in &self.stored[..events] {
            model.apply(&Entry::decode(bytes, leaf(bytes), LOG, secrets).unwrap());
        }
        model
    }

    /// The read model of the first events, not settled.
    pub(super) fn folded(&self, events: usize) -> ReadModel {
        let mut model = ReadModel::default();
        self.entries[..events].iter().for_each(|entry| model.apply(entry));
        model
    }
}
