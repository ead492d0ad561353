//! What may be done with somebody's data: 个人信息保护法 第四十四条至第四十七条. Restricted data are kept and counted, and neither shown nor changed;
//! erased data are gone. Asking for it and deciding on it is for two people.

use crate::{
    Context, County, Day, ErasureGround, Event, Fact, FactKind, Identifier, OfficeName, Person, Plan,
    Position, Rejection, Remarks, RestrictionCause, event::*,
};

/// What may be done with the data of one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DataStatus {
    /// Whatever the rules allow.
    #[default]
    Open,
    /// 限制处理: they are kept and counted, and neither shown nor changed.
    Restricted,
    /// 删除: they are gone, and counted nowhere.
    Erased,
}

/// One record that restricts the data, as long as nothing lifts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction<'a> {
    /// Where it was recorded.
    pub position: Position,
    /// Who asked for it.
    pub maker: &'a Identifier,
    /// Why.
    pub cause: Cause,
}

/// Why data are restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Their erasure is asked for, on this ground.
    Erasure(ErasureGround),
    /// They are to be kept, for this cause.
    Restriction(RestrictionCause),
}

/// What is still known of somebody whose data were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Where the enrolment was recorded.
    pub enrolled: Position,
    /// Where the erasure was recorded.
    pub erased: Position,
    /// The county as known then.
    pub county: Option<County>,
}

impl DataStatus {
    /// What it is once a fact of this kind has been added.
    pub(crate) fn after(self, kind: FactKind) -> DataStatus {
        match kind {
            FactKind::ErasureRequested | FactKind::Restricted => DataStatus::Restricted,
            FactKind::Lifted => DataStatus::Open,
            FactKind::Erased => DataStatus::Erased,
            _ => self,
        }
    }
}

impl Person {
    /// What restricts the data, newest first.
    pub fn restrictions(&self) -> impl Iterator<Item = Restriction<'_>> {
        let facts = self.facts().iter().rev().take_while(|fact| fact.kind != FactKind::Lifted);
        let facts = facts.filter(|_| self.data_status() == DataStatus::Restricted);
        facts.filter_map(|fact| {
            let cause = match fact.kind {
                FactKind::ErasureRequested => Cause::Erasure(fact.detail.erasure_ground()?),
                FactKind::Restricted => Cause::Restriction(fact.detail.restriction_cause()?),
                _ => return None,
            };
            Some(Restriction { position: fact.recorded, maker: self.named_at(fact.recorded)?, cause })
        })
    }

    /// What is still known of somebody whose data were erased; none of anybody else.
    pub fn erased(&self) -> Option<Erased> {
        match self.facts() {
            [Fact { recorded: enrolled, .. }, Fact { kind: FactKind::Erased, recorded, county, .. }] => {
                Some(Erased { enrolled: *enrolled, erased: *recorded, county: County::from_index(*county) })
            }
            _ => None,
        }
    }

    /// The newest request for erasure that stands.
    fn erasure_request(&self) -> Option<(Position, ErasureGround)> {
        self.restrictions().find_map(|restriction| match restriction.cause {
            Cause::Erasure(ground) => Some((restriction.position, ground)),
            Cause::Restriction(_) => None,
        })
    }
}

/// 第四十七条: 个人有权请求删除. None when the same is asked for already.
pub(crate) fn request_erasure(
    person: &Person,
    ground: ErasureGround,
    reason: Option<Remarks>,
    context: &Context<'_>,
) -> Result<Option<Event>, Rejection> {
    may_be_erased(person, ground, context)?;
    let is_asked_for = person.erasure_request().is_some_and(|(_, asked)| asked == ground);
    Ok((!is_asked_for).then(|| Event::ErasureRequested {
        clear: ErasureRequested { maker: context.actor.clone(), ground },
        sealed: Some(ErasureRequestedSealed { reason, office: office(context) }),
    }))
}

/// 第四十四条: 有权限制或者拒绝. None when it is restricted for this cause already.
pub(crate) fn restrict(
    person: &Person,
    cause: RestrictionCause,
    reason: Option<Remarks>,
    context: &Context<'_>,
) -> Option<Event> {
    let mut restrictions = person.restrictions();
    let is_restricted = restrictions.any(|standing| standing.cause == Cause::Restriction(cause));
    (!is_restricted).then(|| Event::DataRestricted {
        clear: DataRestricted { maker: context.actor.clone(), cause },
        sealed: Some(DataRestrictedSealed { reason, office: office(context) }),
    })
}

/// Everything that restricts the data ends at once, a request for their erasure with it.
pub(crate) fn lift(
    person: &Person,
    reason: Option<Remarks>,
    context: &Context<'_>,
) -> Result<Event, Rejection> {
    let newest = person.restrictions().next().ok_or(Rejection::NotRestricted)?;
    by_a_second_person(person, context)?;
    Ok(Event::RestrictionLifted {
        clear: RestrictionLifted { restriction: newest.position },
        sealed: Some(RestrictionLiftedSealed { reason, office: office(context) }),
    })
}

/// What was asked for is granted, on its own ground.
pub(crate) fn erase(
    person: &Person,
    reason: Option<Remarks>,
    context: &Context<'_>,
) -> Result<Event, Rejection> {
    let (request, ground) = person.erasure_request().ok_or(Rejection::NoErasureRequested)?;
    by_a_second_person(person, context)?;
    may_be_erased(person, ground, context)?;
    Ok(Event::DataErased {
        clear: DataErased { request, ground },
        sealed: Some(DataErasedSealed { reason, office: office(context) }),
    })
}

/// 第四十七条（二）: 保存期限已届满 is a ground only when it is so. The other grounds do not wait for a plan's term: what must be kept in spite of
/// them says a law or an administrative regulation (第二款), and then the data are restricted, not erased.
fn may_be_erased(person: &Person, ground: ErasureGround, context: &Context<'_>) -> Result<(), Rejection> {
    match ground {
        ErasureGround::RetentionOver => match kept_through(person, context.plans) {
            Some(last) if last < context.today => Ok(()),
            term => Err(Rejection::RetentionRuns(term)),
        },
        ErasureGround::PurposeOver
        | ErasureGround::ServiceEnded
        | ErasureGround::ConsentWithdrawn
        | ErasureGround::UnlawfulProcessing
        | ErasureGround::OtherByLaw => Ok(()),
    }
}

/// The last day on which the data are kept: that of the plans under which something was recorded of the person. None when one of them, or
/// all there is, names no term.
fn kept_through(person: &Person, plans: &[Plan]) -> Option<Day> {
    let concerns = |plan: &&Plan| person.facts().iter().any(|fact| plan.covers(fact.day));
    let terms: Option<Vec<Day>> = plans.iter().filter(concerns).map(Plan::kept_through).collect();
    terms?.into_iter().max()
}

/// Four eyes: nobody decides on what he or she asked for.
fn by_a_second_person(person: &Person, context: &Context<'_>) -> Result<(), Rejection> {
    if person.restrictions().any(|restriction| restriction.maker == context.actor) {
        return Err(Rejection::SecondPersonNeeded);
    }
    Ok(())
}

fn office(context: &Context<'_>) -> Option<OfficeName> {
    context.office.cloned()
}
