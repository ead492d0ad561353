//! Who somebody's counsellor (就业辅导员) is. The counsellor is who looks after the person, so giving somebody one takes two people: one asks, another
//! approves. Taking one away takes one.

use crate::{
    Command, Context, Day, Event, FactKind, Identifier, Person, Position, RecordRef, Rejection, Remarks,
    event::*,
};

/// A request for a counsellor that nobody has decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounsellorRequest<'a> {
    /// Where it was recorded.
    pub position: Position,
    /// Who asked for it: somebody else approves.
    pub maker: &'a Identifier,
    /// Whom the person is to have.
    pub counsellor: &'a Identifier,
    /// From when.
    pub from: Day,
}

impl Person {
    /// The counsellor on a day, as known at a position. A voiding takes a counsellor away and gives the one before not back: that would be
    /// giving somebody a counsellor, which one alone cannot do.
    pub fn counsellor(&self, as_of: Day, known_at: Position) -> Option<&Identifier> {
        let assigned = self.facts().iter().filter(|fact| {
            fact.kind == FactKind::CounsellorAssigned && fact.recorded <= known_at && fact.day <= as_of
        });
        let latest =
            assigned.clone().filter(|fact| fact.is_known(known_at)).max_by_key(|it| (it.day, it.recorded))?;
        let was_over_it = |fact: &&crate::Fact| {
            !fact.is_known(known_at)
                && fact.voided > latest.recorded
                && (fact.day, fact.recorded) > (latest.day, latest.recorded)
        };
        if assigned.clone().any(|fact| was_over_it(&fact)) {
            return None;
        }
        self.named_at(latest.recorded)
    }

    /// The request for a counsellor that waits for somebody to decide on it. A later request takes the place of an earlier one.
    pub fn counsellor_request(&self) -> Option<CounsellorRequest<'_>> {
        // Whoever has one is named: nearly nobody need be looked through.
        if self.named().is_empty() {
            return None;
        }
        let newest = self.facts().iter().rev().find(|fact| {
            matches!(
                fact.kind,
                FactKind::CounsellorRequested | FactKind::CounsellorDeclined | FactKind::CounsellorAssigned
            )
        })?;
        if newest.kind != FactKind::CounsellorRequested {
            return None;
        }
        let mut named = self.named().iter().filter(|(position, _)| *position == newest.recorded);
        let ((_, maker), (_, counsellor)) = (named.next()?, named.next()?);
        Some(CounsellorRequest { position: newest.recorded, maker, counsellor, from: newest.day })
    }
}

/// Asks for a counsellor. None when just this is asked for already.
pub(crate) fn request(
    person: &Person,
    counsellor: Identifier,
    from: Day,
    remarks: Option<Remarks>,
    context: &Context<'_>,
) -> Option<Event> {
    let is_asked_for = person
        .counsellor_request()
        .is_some_and(|request| *request.counsellor == counsellor && request.from == from);
    (!is_asked_for).then(|| Event::CounsellorRequested {
        clear: CounsellorRequested { maker: context.actor.clone(), counsellor },
        sealed: Some(CounsellorRequestedSealed { remarks, office: context.office.cloned() }),
    })
}

/// Grants what was asked for; by somebody who did not ask for it.
pub(crate) fn approve(
    person: &Person,
    request: RecordRef,
    remarks: Option<Remarks>,
    context: &Context<'_>,
) -> Result<Event, Rejection> {
    let open = open_request(person, request)?;
    if open.maker == context.actor {
        return Err(Rejection::SecondPersonNeeded);
    }
    Ok(Event::CounsellorAssigned {
        clear: CounsellorAssigned { counsellor: open.counsellor.clone(), request: Some(open.position) },
        sealed: Some(CounsellorAssignedSealed { remarks, office: context.office.cloned() }),
    })
}

/// Refuses what was asked for, or takes it back: nobody gets anything by it, so whoever asked for it may too.
pub(crate) fn decline(
    person: &Person,
    request: RecordRef,
    reason: Remarks,
    context: &Context<'_>,
) -> Result<Event, Rejection> {
    let open = open_request(person, request)?;
    Ok(Event::CounsellorDeclined {
        clear: CounsellorDeclined { request: open.position },
        sealed: Some(CounsellorDeclinedSealed { reason, office: context.office.cloned() }),
    })
}

/// The day from which it holds, if the command is an approval: that which was asked for.
pub(crate) fn approved_from(person: &Person, command: &Command) -> Option<Day> {
    match command {
        Command::ApproveCounsellor { .. } => person.counsellor_request().map(|request| request.from),
        _ => None,
    }
}

/// The request that is meant, if it is the one that waits: whoever decides must have seen just this one.
fn open_request(person: &Person, named: RecordRef) -> Result<CounsellorRequest<'_>, Rejection> {
    let open = person.counsellor_request();
    open.filter(|open| named == RecordRef::Position(open.position)).ok_or(Rejection::RequestNotOpen)
}
