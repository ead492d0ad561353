//! Looking outside one's region for a while, declared with a reason.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, ID, InputObject, OneofObject, Result, SimpleObject, Union};
use sigeyi_domain::access::{Action, BreakGlass, Purpose};
use sigeyi_engine::RevealedFields;
use uuid::Uuid;

use super::{
    codes::Code,
    errors::rate_limited,
    mutation::Rejected,
    parse,
    people::unknown_region,
    refusal::Refusal,
    region::{self, Region},
    scalars::DateTime,
    service::Service,
};
use crate::{
    glass::{Broken, TooMany},
    scope::{Justified, Scope},
};

/// Whom one must see. 查阅对象
#[derive(OneofObject)]
pub(crate) enum GlassTarget {
    /// One person, by id, whether there is one or not. 人员
    PersonId(ID),
    /// Everybody in a county, by its code. 地区
    Region(ID),
}

/// Whom one must see outside one's region, and why. 紧急查阅
#[derive(InputObject)]
pub(crate) struct BreakTheGlassInput {
    /// Whom. 查阅对象
    target: GlassTarget,
    /// What for: it must go with one of the roles, and is written down. 用途
    purpose: Code<Purpose>,
    /// Why, in 4 to 500 characters; it is written down, and shown to those who answer for the region. 理由
    reason: String,
}

/// What became of it. 结果
#[derive(Union)]
pub(crate) enum BreakTheGlassResult {
    /// It is in force.
    Broken(GlassBroken),
    /// It was refused.
    Rejected(Rejected),
}

/// Whom it names may be looked at, masked, and revealed where the role reveals, until then. 已生效
#[derive(SimpleObject)]
pub(crate) struct GlassBroken {
    /// The end of the three hours; a restart of the server ends it too. 截止时间
    until: DateTime,
}

/// Somebody looks into a region that is not his or her own. 紧急查阅记录
#[derive(SimpleObject)]
pub(crate) struct BrokenGlass {
    /// Who. 经办人
    actor: String,
    /// For which office. 经办机构
    office: String,
    /// At whom, if at one person. 人员
    person_id: Option<ID>,
    /// At which county, if at all of it. 地区
    region: Option<Region>,
    /// Why, in the words of whoever declared it. 理由
    reason: String,
    /// Since when. 起始时间
    since: DateTime,
    /// Until when. 截止时间
    until: DateTime,
}

/// Declares it. That it is written down is seen to where the answer leaves.
pub(crate) fn break_the_glass(ctx: &Context<'_>, input: BreakTheGlassInput) -> Result<BreakTheGlassResult> {
    let scope = Scope::of(ctx)?;
    let glass = &ctx.data::<Arc<Service>>()?.glass;
    let (what, reason) = match checked(&input) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(BreakTheGlassResult::Rejected(Rejected::of(refusal))),
    };
    let person = match what {
        BreakGlass::Person(id) => Some(id),
        BreakGlass::Region(_) => None,
    };
    let (purpose, fields) = (input.purpose.0, RevealedFields::NONE);
    scope.break_glass(person, Justified { purpose, reason: reason.clone(), fields })?;
    let subject = scope.subject();
    let broken = glass.declare(&subject.actor, &subject.office, what, reason);
    let broken = broken.map_err(|TooMany { again_after_micros }| {
        rate_limited(Duration::from_micros(again_after_micros.unsigned_abs()))
    })?;
    Ok(BreakTheGlassResult::Broken(GlassBroken { until: DateTime { micros: broken.until } }))
}

fn checked(input: &BreakTheGlassInput) -> Result<(BreakGlass, String), Refusal> {
    let what = match &input.target {
        GlassTarget::PersonId(id) => {
            let unknown = |_| Refusal::from(sigeyi_domain::Rejection::UnknownPerson);
            BreakGlass::Person(Uuid::parse_str(id).map_err(unknown)?)
        }
        GlassTarget::Region(code) => BreakGlass::Region(parse::county("region", code)?.region()),
    };
    Ok((what, parse::reason(&input.reason)?))
}

/// What is in force about a region and the people in it now.
pub(crate) fn in_region(ctx: &Context<'_>, code: &ID) -> Result<Vec<BrokenGlass>> {
    let region = region::find(code).ok_or_else(unknown_region)?.0;
    let scope = Scope::of(ctx)?;
    scope.shown().changes_by_itself();
    scope.region(Action::ReadAccessByUser, region)?;
    let service = ctx.data::<Arc<Service>>()?;
    let reading = service.engine.read();
    let is_there = |broken: &Broken| match broken.what {
        BreakGlass::Region(county) => region.covers(county),
        BreakGlass::Person(id) => {
            let county = reading.person(id).and_then(|person| person.county);
            county.is_some_and(|county| region.contains(county))
        }
    };
    Ok(service.glass.all().into_iter().filter(is_there).map(BrokenGlass::of).collect())
}

impl BrokenGlass {
    fn of(Broken { actor, office, what, reason, since, until }: Broken) -> BrokenGlass {
        let (person_id, region) = match what {
            BreakGlass::Person(id) => (Some(id.into()), None),
            BreakGlass::Region(region) => (None, Some(Region(region))),
        };
        BrokenGlass {
            actor: actor.to_string(),
            office: office.to_string(),
            person_id,
            region,
            reason,
            since: DateTime { micros: since },
            until: DateTime { micros: until },
        }
    }
}
