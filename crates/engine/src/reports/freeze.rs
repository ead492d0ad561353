//! Freezing a report.

use sigeyi_domain::{
    ContentHash, Day, Divisions, Event, EventType, Figure, Identifier, IdentifierError, Plan, Region,
    RegionCounts, Rejection, ReportFrozen, ReportFrozenSealed, ReportTitle, code_lists_text,
};
use sigeyi_envelope::{EncodeError, EventParts, Position, encode};
use sigeyi_projections::{Entry, Folding, Head, Row, Secrets, to_domain};
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::hash_algorithm;
use uuid::Uuid;

use super::number_fingerprint;
use crate::{
    Engine,
    answer::{AsyncTicket, CommandError, Ticket},
    commit::Commit,
    questions::{KnownAt, ProgressAnswer, QuestionError},
    sequencer::{Queued, Task},
    shared::Shared,
};

/// What somebody asks to be frozen.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// The caller's id for it. The same id with the same content gives the first answer again.
    pub command_id: Uuid,
    /// Keyed digest of the content, see [`Engine::digest`].
    pub content: [u8; 16],
    /// Who asks.
    pub actor: Identifier,
    /// For which office.
    pub office: Identifier,
    /// What the report is called.
    pub title: ReportTitle,
    /// Of this region and those right below it.
    pub region: Region,
    /// Under this plan.
    pub plan: &'static Plan,
    /// As of the end of this day; without it today, or the plan's last day if it is over.
    pub as_of: Option<Day>,
}

/// A report whose figures are known, to be recorded.
#[derive(Debug)]
pub struct Freezing {
    pub(crate) command_id: Uuid,
    pub(crate) content: [u8; 16],
    actor: Identifier,
    office: Identifier,
    body: ReportFrozen,
}

/// Why there is nothing to record.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Refused by the rules.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// A plan that cannot be named.
    #[error("the plan has no id")]
    PlanId(#[from] IdentifierError),
    /// The figures are not to be had.
    #[error("the figures of the report are not to be had")]
    Question(#[from] QuestionError),
}

impl Engine {
    /// Counts what is to be frozen, as it is known at this moment: a pass over everybody. Nothing is recorded yet.
    pub fn count_report(&self, request: ReportRequest) -> Result<Freezing, ReportError> {
        let ReportRequest { command_id, content, actor, office, title, region, plan, as_of } = request;
        let today = self.today();
        let as_of = as_of.unwrap_or(today.min(plan.to));
        if as_of > today {
            return Err(Rejection::DateInFuture(as_of).into());
        }
        let (known_at, root) = {
            let folded = self.shared.folded_whole();
            (folded.model.head(), folded.tree.root())
        };
        let answer = self.progress(plan, Some(as_of), Some(KnownAt::Position(known_at)))?;
        let algorithm = hash_algorithm(self.shared.suite);
        let body = ReportFrozen {
            // The sequencer knows how many there are.
            number: 0,
            title,
            region,
            plan: Identifier::parse(&plan.id)?,
            as_of,
            known_at: to_domain(known_at),
            root: ContentHash(root),
            plan_hash: plan_hash(algorithm, plan),
            divisions_hash: divisions_hash(algorithm),
            codes_hash: codes_hash(algorithm),
            figures: Figure::ALL.to_vec(),
            rows: rows(&answer, region),
        };
        Ok(Freezing { command_id, content, actor, office, body })
    }

    /// Records a report; refused when the queue is full.
    pub fn freeze(&self, report: Freezing) -> Result<Ticket, CommandError> {
        let (caller, answer) = oneshot::channel();
        self.try_send(Queued { task: Task::Report(Box::new(report)), caller })?;
        Ok(Ticket { answer })
    }

    /// The same, with an answer that is awaited.
    pub fn freeze_async(&self, report: Freezing) -> Result<AsyncTicket, CommandError> {
        let (caller, answer) = oneshot::async_channel();
        self.try_send(Queued { task: Task::Report(Box::new(report)), caller })?;
        Ok(AsyncTicket { answer })
    }
}

/// The figures of a region and of those right below it, in the order of [`Figure::ALL`].
pub(super) fn rows(answer: &ProgressAnswer, region: Region) -> Vec<RegionCounts> {
    let below = region.division().children.iter().copied();
    let row = |region: Region| {
        let progress = answer.counties.of(region);
        RegionCounts { region, counts: Figure::ALL.map(|figure| progress.get(figure)).to_vec() }
    };
    std::iter::once(region).chain(below).map(row).collect()
}

pub(crate) fn plan_hash(algorithm: HashAlgorithm, plan: &Plan) -> ContentHash {
    ContentHash(algorithm.digest(plan.text.as_bytes()))
}

pub(crate) fn divisions_hash(algorithm: HashAlgorithm) -> ContentHash {
    ContentHash(algorithm.digest(Divisions::SOURCE.as_bytes()))
}

pub(crate) fn codes_hash(algorithm: HashAlgorithm) -> ContentHash {
    ContentHash(algorithm.digest(code_lists_text().as_bytes()))
}

/// From a counted report to stored bytes: an event of nobody, with no chain and nothing sealed.
pub(crate) fn commit(
    shared: &Shared,
    report: Freezing,
    number: u64,
    head: Position,
    now: i64,
) -> Result<Commit, CommandError> {
    let Freezing { command_id, content, actor, office, body } = report;
    let (region, as_of) = (body.region.division().code, body.as_of);
    let event =
        Event::ReportFrozen { clear: ReportFrozen { number, ..body }, sealed: Some(ReportFrozenSealed {}) };
    let position = head.next();
    let parts = EventParts {
        suite: shared.suite,
        kind: event.event_type() as u8,
        schema: EventType::SCHEMA,
        position,
        person: Uuid::nil(),
        version: 0,
        previous: None,
        effective_day: as_of.days(),
        recorded_at: now,
        region,
        command: command_id,
        digest: content,
        commit_index: 0,
        commit_count: 1,
        actor: actor.as_str(),
        office: office.as_str(),
        clear: &event.clear_json(),
        sealed: None,
    };
    let bytes = encode(&parts).map_err(|error| match error {
        EncodeError::TooLong { .. } => CommandError::TooLong,
        other => CommandError::Stopped(other.to_string()),
    })?;
    let leaf = hash_algorithm(shared.suite).leaf(&bytes);
    let head = Head { position, leaf, version: 0 };
    let entry = Entry {
        person: Uuid::nil(),
        head,
        key: None,
        command: Some(shared.keyring.fingerprint(command_id)),
        recorded_at: now,
        effective: as_of,
        event: Folding::Report(number_fingerprint(&shared.keyring, number)),
    };
    Ok(Commit {
        stored: vec![(bytes, leaf)],
        entries: vec![entry],
        row: Row::of_nobody(head),
        digest: content,
        now,
    })
}
