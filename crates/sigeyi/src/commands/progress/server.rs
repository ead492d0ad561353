//! The figures as a server gives them.

use serde::Deserialize;
use serde_json::{Value, json};
use sigeyi_domain::Figure;
use sigeyi_engine::KnownAt;

use super::{
    Question,
    figures::{Figures, RegionFigures, Shown},
};
use crate::{
    error::CliError,
    output::{harmless, say_synthetic},
    remote::Client,
};

/// The whole has two levels below it.
const QUERY: &str = "
query Progress($region: ID, $plan: ID, $asOf: Date, $knownAt: KnownAt, $all: Boolean!) {
  progress(region: $region, plan: $plan, asOf: $asOf, knownAt: $knownAt) {
    plan { id title }
    asOf
    position
    ...Counts
    children {
      ...Counts
      children @include(if: $all) { ...Counts }
    }
  }
  head { position synthetic }
}
fragment Counts on Progress {
  region { code name }
  registered inScope infoVerified abilityAssessed demandRegistered serviceDelivered complete withNeed completeNational
  everInScope everComplete outOfOrder
}";

#[derive(Deserialize)]
struct Answer {
    progress: Progress,
    head: Head,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    plan: Plan,
    as_of: String,
    position: String,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Deserialize)]
struct Plan {
    id: String,
    title: String,
}

#[derive(Deserialize)]
struct Head {
    position: String,
    synthetic: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    region: Region,
    registered: u32,
    in_scope: u32,
    info_verified: u32,
    ability_assessed: u32,
    demand_registered: u32,
    service_delivered: u32,
    complete: u32,
    with_need: u32,
    complete_national: u32,
    ever_in_scope: u32,
    ever_complete: u32,
    out_of_order: u32,
    #[serde(default)]
    children: Vec<Counts>,
}

#[derive(Deserialize)]
struct Region {
    code: String,
    name: String,
}

pub(super) fn ask(client: &Client, question: &Question) -> Result<Figures, CliError> {
    let answer: Answer = client.run(QUERY, &variables(question))?;
    if answer.head.synthetic {
        say_synthetic();
    }
    Ok(figures(answer))
}

fn variables(question: &Question) -> Value {
    let region = match question.shown {
        Shown::All => None,
        Shown::WithChildren(region) => Some(region.division().code.to_string()),
    };
    json!({
        "region": region,
        "plan": question.plan.map(|plan| plan.id.as_str()),
        "asOf": question.as_of.map(|day| day.to_string()),
        "knownAt": question.known_at.map(known_at),
        "all": matches!(question.shown, Shown::All),
    })
}

fn known_at(known_at: KnownAt) -> Value {
    match known_at {
        KnownAt::Position(position) => json!({ "position": position.to_string() }),
        KnownAt::Moment(micros) => {
            // The last days that can be written lie after the last moment that can.
            let furthest = if micros < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
            let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or(furthest);
            json!({ "moment": moment.to_string() })
        }
    }
}

fn figures(Answer { progress, head }: Answer) -> Figures {
    let mut regions = Vec::new();
    flatten(progress.counts, &mut regions);
    Figures {
        plan: harmless(&progress.plan.id),
        plan_title: harmless(&progress.plan.title),
        as_of: harmless(&progress.as_of),
        position: harmless(&progress.position),
        head: harmless(&head.position),
        regions,
    }
}

/// A region, then all below it: the order of the list of divisions.
fn flatten(counts: Counts, regions: &mut Vec<RegionFigures>) {
    regions.push(RegionFigures {
        code: harmless(&counts.region.code),
        name: harmless(&counts.region.name),
        counts: Figure::ALL.map(|figure| match figure {
            Figure::Registered => counts.registered,
            Figure::InScope => counts.in_scope,
            Figure::InfoVerified => counts.info_verified,
            Figure::AbilityAssessed => counts.ability_assessed,
            Figure::DemandRegistered => counts.demand_registered,
            Figure::ServiceDelivered => counts.service_delivered,
            Figure::Complete => counts.complete,
            Figure::WithNeed => counts.with_need,
            Figure::CompleteNational => counts.complete_national,
            Figure::EverInScope => counts.ever_in_scope,
            Figure::EverComplete => counts.ever_complete,
            Figure::OutOfOrder => counts.out_of_order,
        }),
    });
    for child in counts.children {
        flatten(child, regions);
    }
}
