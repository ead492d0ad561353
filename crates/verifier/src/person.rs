//! The exported history of one person.

use std::path::Path;

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{Hash, Trust, Trusted, verify_inclusion};
use uuid::Uuid;

use crate::{
    event_checks::{EventFault, Newest, follow},
    export::{Export, Kind, ParsedLine},
    fault::{At, Place, VerifyError, Wrong},
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
}

/// Checks that every event is in the tree of the checkpoint, and that the person's chain goes from the first event to the last one given. That nothing newer
/// was left out cannot be seen by this.
pub fn verify_person(path: &Path, trust: &Trust) -> Result<VerifiedPerson, VerifyError> {
    let mut export = Export::open(path, Kind::Person, trust)?;
    let (person, suite) = (export.person.unwrap_or_default(), trust.algorithm().suite());
    let mut newest: Option<Newest> = None;
    let mut events = 0;
    loop {
        let batch = export.batch()?;
        let proved = each(&batch.lines, |line| {
            let line = ParsedLine::parse(line)?;
            prove(&line, &export.trusted).map(|leaf| (line, leaf))
        });
        for (number, event) in (batch.first..).zip(proved) {
            let (line, leaf) = event.map_err(|wrong| VerifyError::wrong(export.line(number), wrong))?;
            let at = Place::Event(export.path().to_owned(), line.position, At::Line(number));
            newest = Some(
                next(&line, leaf, (person, suite), newest).map_err(|wrong| VerifyError::wrong(at, wrong))?,
            );
            events += 1;
        }
        if let Some(behind) = batch.behind {
            return Err(behind);
        }
        if batch.is_last {
            let (last_position, last_leaf) =
                newest.map_or((0, None), |newest| (newest.position.0, Some(newest.leaf)));
            return Ok(VerifiedPerson { trusted: export.trusted, person, events, last_position, last_leaf });
        }
    }
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
