//! The export of a whole log, up to its checkpoint.

use std::path::Path;

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{Trust, Trusted};

use crate::{
    event_checks::EventFault,
    export::{Export, Kind, ParsedLine},
    fault::{At, Place, VerifyError, Wrong},
    leaves::each_part,
    log_walk::{LogEnd, LogWalk},
};

/// A log that is as its checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLog {
    /// The checkpoint, and who has cosigned it.
    pub trusted: Trusted,
    /// What was walked through.
    pub end: LogEnd,
}

/// Checks every event, every chain, and the root over all.
pub fn verify_log(path: &Path, trust: &Trust) -> Result<VerifiedLog, VerifyError> {
    let mut export = Export::open(path, Kind::Log, trust)?;
    let (algorithm, size) = (trust.algorithm(), export.trusted.checkpoint.size);
    let mut walk = LogWalk::new(algorithm, Some(export.trusted.checkpoint.clone()));
    loop {
        let batch = export.batch()?;
        let lines = each_part(&batch.lines, |part| {
            let lines: Vec<Result<ParsedLine, Wrong>> = part.iter().map(|line| parse(line)).collect();
            // Of what is no line the hash is of nothing, and nobody looks at it.
            let stored: Vec<&[u8]> =
                lines.iter().map(|line| line.as_ref().map_or(&[][..], |line| &line.stored)).collect();
            let leaves = algorithm.leaves(&stored);
            lines.into_iter().zip(leaves).collect()
        });
        let mut fault = None;
        for (number, (line, leaf)) in (batch.first..).zip(lines) {
            let (position, at) = (walk.size() + 1, At::Line(number));
            let checked = line.and_then(|line| {
                let event = StoredEvent::parse(&line.stored)?;
                if line.position != event.parts().position.0 {
                    let (expected, found) = (line.position, event.parts().position.0);
                    return Err(EventFault::Position { expected, found }.into());
                }
                if walk.size() == size {
                    return Err(Wrong::Longer { size });
                }
                walk.push(&event, leaf, at)
            });
            if let Err(wrong) = checked {
                fault = Some(VerifyError::wrong(Place::Event(path.to_owned(), position, at), wrong));
                break;
            }
        }
        // The root of the checkpoint comes before an event that is wrong behind it.
        walk.settle(path)?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        if let Some(behind) = batch.behind {
            return Err(behind);
        }
        if batch.is_last {
            let end = walk.end().map_err(|wrong| VerifyError::wrong(Place::File(path.to_owned()), wrong))?;
            return Ok(VerifiedLog { trusted: export.trusted, end });
        }
    }
}

/// A line that has no path.
fn parse(line: &[u8]) -> Result<ParsedLine, Wrong> {
    let line = ParsedLine::parse(line)?;
    if line.path.is_some() { Err(Wrong::Line("that of an event of a whole log")) } else { Ok(line) }
}
