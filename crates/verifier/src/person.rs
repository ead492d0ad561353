//! The exported history of one person.

use std::path::Path;

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{Hash, HeadPath, Trust, Trusted, verify_inclusion};
use uuid::Uuid;

use crate::{
    event_checks::{EventFault, Newest, follow},
    export::{Export, Kind, ParsedHeads, ParsedLine},
    fault::{At, Place, VerifyError, Wrong},
    heads::{HEADS_COMMITTED, day_text, stated},
    leaves::each,
};

/// A history without a gap, every event of which is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPerson {
    /// The checkpoint, and who has cosigned it.
    pub trusted: Trusted,
    /// Whose history it is.
    pub person: Uuid,
    /// Events: the person's versions 1 up to this one are there.
    pub events: u64,
    /// Position of the last one, 0 for none.
    pub last_position: u64,
    /// Leaf hash of the last one.
    pub last_leaf: Option<Hash>,
    /// Up to where nothing is missing; none where the export has no heads.
    pub through: Option<ProvedThrough>,
}

/// Up to where it is proved that nothing of the person is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedThrough {
    /// The position as of which the log has committed to everybody's newest event.
    pub position: u64,
    /// The business day of the event there, `YYYY-MM-DD`.
    pub day: String,
}

/// Checks that every event is in the tree of the checkpoint, and that the person's chain goes from the first event to the last one given. Where the export has
/// the person's place among the heads that the log has committed to, no event of the person up to that position may be missing; what came after it may be,
/// and without it what came after the last event given.
pub fn verify_person(path: &Path, trust: &Trust) -> Result<VerifiedPerson, VerifyError> {
    let mut export = Export::open(path, Kind::Person, trust)?;
    let (person, suite) = (export.person.unwrap_or_default(), trust.algorithm().suite());
    let mut history: Vec<Newest> = Vec::new();
    loop {
        let batch = export.batch()?;
        let proved = each(&batch.lines, |line| {
            let line = ParsedLine::parse(line)?;
            prove(&line, &export.trusted).map(|leaf| (line, leaf))
        });
        for (number, event) in (batch.first..).zip(proved) {
            let (line, leaf) = event.map_err(|wrong| VerifyError::wrong(export.line(number), wrong))?;
            let at = Place::Event(export.path().to_owned(), line.position, At::Line(number));
            let newest = history.last().copied();
            history.push(
                next(&line, leaf, (person, suite), newest).map_err(|wrong| VerifyError::wrong(at, wrong))?,
            );
        }
        if let Some(behind) = batch.behind {
            return Err(behind);
        }
        if batch.is_last {
            let through = match batch.heads {
                Some((number, line)) => {
                    let through = check_heads(&line, person, suite, &export.trusted, &history);
                    Some(through.map_err(|wrong| VerifyError::wrong(export.line(number), wrong))?)
                }
                None => None,
            };
            let (last_position, last_leaf) =
                history.last().map_or((0, None), |newest| (newest.position.0, Some(newest.leaf)));
            let events = history.len() as u64;
            let trusted = export.trusted;
            return Ok(VerifiedPerson { trusted, person, events, last_position, last_leaf, through });
        }
    }
}

/// Compares the history with what the log has committed to.
fn check_heads(
    line: &[u8],
    person: Uuid,
    suite: u8,
    trusted: &Trusted,
    history: &[Newest],
) -> Result<ProvedThrough, Wrong> {
    let ParsedHeads { event: line, head } = ParsedHeads::parse(line, person)?;
    prove(&line, trusted)?;
    let event = StoredEvent::parse(&line.stored)?;
    let parts = event.parts();
    let is_of_nobody = parts.person.is_nil() && parts.version == 0 && parts.previous.is_none();
    if parts.kind != HEADS_COMMITTED || !is_of_nobody || parts.suite.number() != suite {
        return Err(Wrong::HeadsBody);
    }
    if parts.position.0 != line.position {
        return Err(EventFault::Position { expected: line.position, found: parts.position.0 }.into());
    }
    let stated = stated(parts)?;
    let through = stated.through;
    let HeadPath { head, index, path } = head;
    verify_inclusion(
        trusted.algorithm,
        &head.hash(trusted.algorithm),
        index,
        stated.people,
        &path,
        &stated.root,
    )?;
    let wrong = |what| Wrong::Head { through, what };
    if head.position > through || through >= line.position {
        return Err(wrong("its head lies behind that position"));
    }
    let there = (head.version as usize).checked_sub(1).and_then(|at| history.get(at));
    let Some(there) = there else { return Err(wrong("newer events of the person are missing")) };
    if there.head(person) != head {
        return Err(wrong("its event of that version is another"));
    }
    if history.get(head.version as usize).is_some_and(|next| next.position.0 <= through) {
        return Err(wrong("it has an event that the log did not have then"));
    }
    Ok(ProvedThrough { position: through, day: day_text(stated.day) })
}

/// The leaf hash of the line's event, which is in the tree at the place that the line says.
fn prove(line: &ParsedLine, trusted: &Trusted) -> Result<Hash, Wrong> {
    let (algorithm, checkpoint) = (trusted.algorithm, &trusted.checkpoint);
    let path = line.path.as_deref().ok_or(Wrong::Line("that of an event with its path"))?;
    let index = line.position.checked_sub(1).ok_or(Wrong::Line("that of an event"))?;
    let leaf = algorithm.leaf(&line.stored);
    verify_inclusion(algorithm, &leaf, index, checkpoint.size, path, &checkpoint.root)?;
    Ok(leaf)
}

fn next(
    line: &ParsedLine,
    leaf: Hash,
    (person, suite): (Uuid, u8),
    before: Option<Newest>,
) -> Result<Newest, Wrong> {
    let event = StoredEvent::parse(&line.stored)?;
    let parts = event.parts();
    if parts.position.0 != line.position {
        return Err(EventFault::Position { expected: line.position, found: parts.position.0 }.into());
    }
    if parts.suite.number() != suite {
        return Err(EventFault::Suite { expected: suite, found: parts.suite.number() }.into());
    }
    if parts.person != person || person.is_nil() {
        return Err(EventFault::Person.into());
    }
    Ok(follow(parts, leaf, before)?)
}
