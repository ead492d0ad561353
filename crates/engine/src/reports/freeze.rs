//! Freezing a report.

use sigeyi_domain::{
    ContentHash, Day, Divisions, Event, Figure, Identifier, IdentifierError, Plan, Region, RegionCounts,
    Rejection, ReportFrozen, ReportFrozenSealed, ReportTitle, code_lists_text,
};
use sigeyi_envelope::Position;
use sigeyi_projections::to_domain;
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::hash_algorithm;
use uuid::Uuid;

use crate::{
    Engine,
    answer::{AsyncTicket, CommandError, Ticket},
    commit::{Commit, OfNobody},
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

impl Freezing {
    /// The report with its number, as stored bytes behind the head of the log.
    pub(crate) fn commit(
        self,
        shared: &Shared,
        number: u64,
        at: (Position, i64),
    ) -> Result<Commit, CommandError> {
        let Freezing { command_id, content, actor, office, body } = self;
        let of = OfNobody {
            command_id,
            content,
            actor: &actor,
            office: &office,
            region: body.region.division().code,
            effective: body.as_of,
        };
        let clear = ReportFrozen { number, ..body };
        let event = Event::ReportFrozen { clear, sealed: Some(ReportFrozenSealed {}) };
        Commit::of_nobody(shared, &of, vec![event], at)
    }
}
