//! Every event of the log in order: its person's chain, its commit, its time, its sealed body, its fold.

use std::path::Path;

use hashbrown::{HashMap, HashSet};
use sigeyi_domain::{Event, EventType};
use sigeyi_envelope::{EventParts, StoredEvent, Suite, associated_data};
use sigeyi_projections::{Entry, Opened, ReadModel, Secrets};
use sigeyi_proof::PersonHead;
use sigeyi_store::{FoundEvent, JournalDamage, Manifest, Mended, hash_algorithm};
use sigeyi_vault::{KeyNumber, Vault};
use uuid::Uuid;

use super::{
    handing::Found,
    heads_checks::HeadsChecks,
    report::{Fault, FaultKind, Mend, VerifyReport},
    report_checks::ReportChecks,
    snapshot_checks::SnapshotChecks,
    tree_checks::TreeChecks,
};
use crate::{keyring::VaultSecrets, writer::chain};

/// The key of whoever nothing was sealed of.
const NO_KEY: u32 = sigeyi_projections::KeyNumber::MAX;

/// The end of a person's chain.
struct End {
    position: u64,
    version: u32,
    leaf: [u8; 32],
    key: Option<u32>,
}

/// The commit that is being read.
struct Commit {
    command: Uuid,
    digest: [u8; 16],
    count: u8,
    next: u8,
}

/// Checks events in the order in which a walk finds them.
pub(super) struct EventChecks<'a> {
    pub(super) log_id: Uuid,
    suite: Suite,
    pub(super) vault: Option<&'a Vault>,
    pub(super) snapshots: SnapshotChecks,
    pub(super) tree: TreeChecks,
    pub(super) reports: ReportChecks,
    pub(super) report: &'a mut VerifyReport,
    /// The replay, as long as every event can be folded.
    pub(super) model: Option<ReadModel>,
    /// Whether a witness named `HEAD` says another root.
    pub(super) head_differs: bool,
    people: HashMap<Uuid, End>,
    keys: HashSet<u32>,
    commit: Option<Commit>,
    recorded_at: i64,
    heads: HeadsChecks,
}

impl End {
    fn head(&self, person: Uuid) -> PersonHead {
        let End { position, version, leaf, .. } = *self;
        PersonHead { person: person.into_bytes(), version, position, leaf }
    }
}

impl<'a> EventChecks<'a> {
    pub(super) fn new(
        manifest: &Manifest,
        vault: Option<&'a Vault>,
        (snapshots, tree, reports): (SnapshotChecks, TreeChecks, ReportChecks),
        report: &'a mut VerifyReport,
    ) -> EventChecks<'a> {
        EventChecks {
            log_id: manifest.log_id,
            suite: manifest.suite,
            vault,
            snapshots,
            tree,
            reports,
            report,
            model: vault.map(|_| ReadModel::default()),
            head_differs: false,
            people: HashMap::new(),
            keys: HashSet::new(),
            commit: None,
            recorded_at: i64::MIN,
            heads: HeadsChecks::new(hash_algorithm(manifest.suite)),
        }
    }

    fn fault(&mut self, found: &FoundEvent<'_>, kind: FaultKind, what: String) {
        // These bytes are what was written, by their tree root: nothing in the directory says better.
        self.report.fault(Fault {
            kind,
            file: found.path.to_owned(),
            offset: Some(found.offset),
            position: Some(found.position),
            what,
            mend: Mend::Backup,
        });
    }

    fn check_commit(&mut self, found: &FoundEvent<'_>, parts: &EventParts<'_>) {
        let open = self.commit.take();
        let goes_on = open.as_ref().is_some_and(|open| {
            (open.command, open.digest, open.count, open.next)
                == (parts.command, parts.digest, parts.commit_count, parts.commit_index)
        });
        if !goes_on && (open.is_some() || parts.commit_index != 0) {
            self.fault(
                found,
                FaultKind::Commit,
                "the commit before or around this event is not whole".to_owned(),
            );
        }
        let next = parts.commit_index + 1;
        if next == parts.commit_count {
            self.report.checked.commits += 1;
        } else if found.ends_frame {
            self.fault(found, FaultKind::Commit, "a commit goes on behind its frame".to_owned());
        } else {
            let (command, digest, count) = (parts.command, parts.digest, parts.commit_count);
            self.commit = Some(Commit { command, digest, count, next });
        }
    }

    fn check_time(&mut self, found: &FoundEvent<'_>, parts: &EventParts<'_>) {
        if parts.recorded_at < self.recorded_at {
            self.fault(
                found,
                FaultKind::RecordedTime,
                "it was recorded before the event before it".to_owned(),
            );
        }
        self.recorded_at = self.recorded_at.max(parts.recorded_at);
    }

    fn check_chain(&mut self, found: &FoundEvent<'_>, parts: &EventParts<'_>, key: Option<u32>) {
        if parts.person.is_nil() {
            if parts.version != 0 || parts.previous.is_some() {
                self.fault(found, FaultKind::Chain, "an event of nobody has a chain".to_owned());
            }
            return;
        }
        let before = self.people.get(&parts.person);
        let expected = before.map_or((1, None), |end| (end.version + 1, Some((end.position, end.leaf))));
        let stated = (parts.version, parts.previous.map(|previous| (previous.position.0, previous.leaf)));
        let known_key = before.and_then(|end| end.key);
        if stated != expected {
            let what = format!(
                "it says version {} after event {}, where version {} after event {} is due, or the leaf hash of that event is another",
                stated.0,
                stated.1.map_or(0, |(position, _)| position),
                expected.0,
                expected.1.map_or(0, |(position, _)| position),
            );
            self.fault(found, FaultKind::Chain, what);
        }
        match (known_key, key) {
            (Some(known), Some(key)) if known != key => {
                self.fault(
                    found,
                    FaultKind::SealedBody,
                    "it is sealed with another key than its person's".to_owned(),
                );
            }
            (None, Some(key)) if !self.keys.insert(key) => {
                self.fault(
                    found,
                    FaultKind::SealedBody,
                    "it is sealed with the key of somebody else".to_owned(),
                );
            }
            _ => {}
        }
        let key = known_key.or(key);
        let end = End { position: found.position, version: parts.version, leaf: found.leaf, key };
        self.people.insert(parts.person, end);
    }

    /// Before the event is its person's newest.
    fn check_heads(&mut self, found: &FoundEvent<'_>, parts: &EventParts<'_>) {
        let newest = self.people.iter().map(|(person, end)| end.head(*person));
        match self.heads.check(parts, newest) {
            Ok(is_committed) => self.report.checked.heads_committed += u64::from(is_committed),
            Err(what) => self.fault(found, FaultKind::PersonHeads, what),
        }
        let before = self.people.get(&parts.person).map(|end| end.head(parts.person));
        self.heads.push(parts, before);
    }

    /// Opens the sealed body, reads both bodies and folds them. Gives the number of the key.
    fn check_bodies(&mut self, found: &FoundEvent<'_>, parts: &EventParts<'_>) -> Option<u32> {
        let secrets = VaultSecrets(self.vault?);
        if let Some(sealed) = parts.sealed
            && !EventType::from_number(parts.kind).is_some_and(EventType::folds_sealed)
        {
            // Folding does not need it, so that decoding leaves it closed.
            let data = associated_data(
                self.log_id,
                parts.person,
                parts.command,
                parts.commit_index,
                parts.kind,
                parts.schema,
            );
            let opened = secrets.key_number(&sealed.key_id).map_or(Opened::Refused, |key| {
                secrets.open(key, Some(&sealed.key_id), &data, &sealed.nonce, sealed.ciphertext)
            });
            let body = match &opened {
                Opened::Clear(body) => Some(body.as_slice()),
                Opened::Erased => None,
                Opened::Refused => {
                    let what = "the sealed body does not open with the key that it names".to_owned();
                    self.fault(found, FaultKind::SealedBody, what);
                    None
                }
            };
            if let Err(error) = Event::from_json(parts.kind, parts.schema, parts.clear, body) {
                self.fault(found, FaultKind::Event, chain(&error));
            }
        }
        match Entry::decode(found.stored, found.leaf, self.log_id, &secrets) {
            Ok(entry) => {
                self.report.checked.sealed_bodies += u64::from(entry.key.is_some());
                if let Some(model) = &mut self.model {
                    model.apply(&entry);
                    self.snapshots.apply(&entry);
                }
                entry.key
            }
            Err(error) => {
                let kind = match &error {
                    sigeyi_projections::FoldError::Sealed { .. } => FaultKind::SealedBody,
                    _ => FaultKind::Event,
                };
                self.fault(found, kind, chain(&error));
                self.model = None;
                None
            }
        }
    }

    /// How many people there are.
    pub(super) fn people(&self) -> u64 {
        self.people.len() as u64
    }

    /// Takes in what a walk has found.
    pub(super) fn take(&mut self, found: Found) {
        match found {
            Found::Events(batch) => batch.each(|event| self.event(event)),
            Found::Damage(damage) => self.damage(damage),
            Found::Differs(name) => {
                self.head_differs |= name == super::verify::HEAD;
                self.snapshots.differs(&name);
            }
            Found::SegmentGone => self.model = None,
        }
    }

    /// A key is destroyed only of whoever an event says was erased, and of all of them.
    pub(super) fn compare_erasures(&mut self, keys_file: &Path) {
        let (Some(vault), Some(model)) = (self.vault, &self.model) else { return };
        let erased: HashSet<u32> = model.people().erased().map(|row| row.key).collect();
        let destroyed = |key: u32| vault.is_erased(KeyNumber(key));
        let mut without_event: Vec<u64> = self
            .people
            .values()
            .filter(|end| end.key.is_some_and(|key| destroyed(key) && !erased.contains(&key)))
            .map(|end| end.position)
            .collect();
        without_event.sort_unstable();
        for position in without_event {
            self.report.fault(Fault {
                kind: FaultKind::Vault,
                file: keys_file.to_owned(),
                offset: None,
                position: Some(position),
                what: "the key of the person of this event was destroyed, and no event says that their data were erased".to_owned(),
                mend: Mend::Backup,
            });
        }
        let left = erased.iter().filter(|key| **key != NO_KEY && !destroyed(**key)).count();
        if left > 0 {
            self.report.notes.push(format!(
                "the keys of {left} people whose data were erased are not destroyed yet; the next start destroys them"
            ));
        }
    }

    fn event(&mut self, found: &FoundEvent<'_>) {
        self.report.checked.events += 1;
        self.tree.leaf(found.position, found.leaf, self.report);
        match StoredEvent::parse(found.stored) {
            Ok(stored) => {
                let parts = stored.parts();
                if parts.suite != self.suite {
                    let what = format!("it is of suite {}, but the log of suite {}", parts.suite, self.suite);
                    self.fault(found, FaultKind::Event, what);
                }
                self.check_commit(found, parts);
                self.check_time(found, parts);
                self.reports.event(found, parts, &self.tree, self.report);
                let key = self.check_bodies(found, parts);
                self.check_heads(found, parts);
                self.check_chain(found, parts, key);
            }
            Err(error) => {
                self.fault(found, FaultKind::Event, chain(&error));
                self.model = None;
            }
        }
    }

    fn damage(&mut self, damage: JournalDamage) {
        let how = match damage.mended {
            Some(Mended::Itself) => "; what is left of it says what it was",
            Some(Mended::OneBit) => "; one bit is wrong, and it is known which",
            Some(Mended::Mirror) => "; the mirror has what belongs here",
            None => "",
        };
        let mend = if damage.mended.is_some() { Mend::Repair } else { Mend::AcceptLoss };
        self.report.fault(Fault {
            kind: FaultKind::Journal,
            file: damage.path,
            offset: Some(damage.offset),
            position: Some(damage.position),
            what: format!("{}{how}", chain(&damage.fault)),
            mend,
        });
    }
}
