//! The export of a whole log, up to its checkpoint.

use std::path::Path;

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{Trust, Trusted};

use crate::{
    event_checks::EventFault,
    export::{Export, Kind, ParsedLine},
    fault::{At, Place, VerifyError, Wrong},
    leaves::each,
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
        let events = each(&batch.lines, |line| {
            let line = ParsedLine::parse(line)?;
            if line.path.is_some() {
                return Err(Wrong::Line("that of an event of a whole log"));
            }
            let leaf = algorithm.leaf(&line.stored);
            Ok((line, leaf))
        });
        for (number, event) in (batch.first..).zip(events) {
            let position = walk.size() + 1;
            let checked = event.and_then(|(line, leaf)| {
                let event = StoredEvent::parse(&line.stored)?;
                if line.position != event.parts().position.0 {
                    let (expected, found) = (line.position, event.parts().position.0);
                    return Err(EventFault::Position { expected, found }.into());
                }
                if walk.size() == size {
                    return Err(Wrong::Longer { size });
                }
                walk.push(&event, leaf)
            });
            let place = || Place::Event(path.to_owned(), position, At::Line(number));
            checked.map_err(|wrong| VerifyError::wrong(place(), wrong))?;
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
