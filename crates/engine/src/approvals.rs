//! What waits for a second person to decide on it.

use sigeyi_domain::{Cause, County, DataStatus, Day, ErasureGround, Identifier, Region, View};
use sigeyi_envelope::Position;
use sigeyi_projections::{Row, from_domain, to_domain};
use uuid::Uuid;

use crate::reading::{At, Look, Reading};

/// One request about somebody that nobody has decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where it was recorded.
    pub position: Position,
    /// Whom it is about.
    pub person: Uuid,
    /// Where the person is registered now.
    pub county: County,
    /// The number of the person's events.
    pub version: u32,
    /// Who asked: somebody else decides.
    pub maker: Identifier,
    /// What for.
    pub asked: AskedFor,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedFor {
    /// That the person have this counsellor from a day on.
    Counsellor(Identifier, Day),
    /// That the person's data be erased on this ground.
    Erasure(ErasureGround),
}

/// A page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPage {
    /// Longest waiting first.
    pub waiting: Vec<Waiting>,
    /// Whether others follow.
    pub has_next: bool,
    /// As known here.
    pub at: At,
}

impl Reading {
    /// What waits for a decision about people who are registered in one of these regions now, and was asked for behind a position.
    pub fn waiting(&self, within: &[Region], first: usize, after: Position) -> WaitingPage {
        let (folded, at) = self.look_at_newest();
        let is_here = |row: &Row| county(row).filter(|county| within.iter().any(|it| it.contains(*county)));
        let mut erasures = erasures(&folded, after, is_here);
        erasures.sort_unstable_by_key(|waiting| waiting.position);
        let mut erasures = erasures.into_iter().peekable();
        let requests = folded.model.people().counsellor_requests(to_domain(after));
        let mut counsellors = requests.filter_map(|row| counsellor_request(row, is_here(row)?)).peekable();
        let mut waiting = Vec::with_capacity(first.min(1_024));
        while waiting.len() <= first {
            let is_erasure = match (erasures.peek(), counsellors.peek()) {
                (Some(erasure), Some(counsellor)) => erasure.position < counsellor.position,
                (erasure, _) => erasure.is_some(),
            };
            let Some(next) = (if is_erasure { erasures.next() } else { counsellors.next() }) else { break };
            waiting.push(next);
        }
        let has_next = waiting.len() > first;
        waiting.truncate(first);
        WaitingPage { waiting, has_next, at }
    }
}

/// What is asked for somebody whose data are restricted for another reason waits until they are open again, and is shown to nobody until then.
fn counsellor_request(row: &Row, county: County) -> Option<Waiting> {
    let request = row.person.counsellor_request().filter(|_| row.is_shown())?;
    Some(Waiting {
        position: from_domain(request.position),
        person: row.id,
        county,
        version: row.head.version,
        maker: request.maker.clone(),
        asked: AskedFor::Counsellor(request.counsellor.clone(), request.from),
    })
}

/// Of one person the newest request for erasure: that is the one that is granted.
fn erasures(folded: &Look<'_>, after: Position, is_here: impl Fn(&Row) -> Option<County>) -> Vec<Waiting> {
    let restricted =
        folded.model.people().withheld().filter(|row| row.person.data_status() == DataStatus::Restricted);
    let erasure = |row: &Row| {
        let (restriction, ground) = row.person.restrictions().find_map(|it| match it.cause {
            Cause::Erasure(ground) => Some((it, ground)),
            Cause::Restriction(_) => None,
        })?;
        Some(Waiting {
            position: from_domain(restriction.position),
            person: row.id,
            county: is_here(row)?,
            version: row.head.version,
            maker: restriction.maker.clone(),
            asked: AskedFor::Erasure(ground),
        })
    };
    restricted.filter_map(erasure).filter(|waiting| waiting.position > after).collect()
}

fn county(row: &Row) -> Option<County> {
    let now = View::latest(Day::MAX);
    row.person.county(now.as_of, now.known_at)
}
