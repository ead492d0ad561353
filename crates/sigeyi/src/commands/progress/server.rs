//! The figures as a server gives them.

use serde::Deserialize;
use serde_json::{Value, json};
use sigeyi_domain::Figure;

use super::{
    Question,
    figures::{Figures, RegionFigures, Shown},
};
use crate::{
    commands::times::known_at,
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
    registered: Option<u32>,
    in_scope: Option<u32>,
    info_verified: Option<u32>,
    ability_assessed: Option<u32>,
    demand_registered: Option<u32>,
    service_delivered: Option<u32>,
    complete: Option<u32>,
    with_need: Option<u32>,
    complete_national: Option<u32>,
    ever_in_scope: Option<u32>,
    ever_complete: Option<u32>,
    out_of_order: Option<u32>,
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
        "asOf": question.times.as_of.map(|day| day.to_string()),
        "knownAt": question.times.known_at.map(known_at),
        "all": matches!(question.shown, Shown::All),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_the_server_withholds_is_none_and_children_follow_their_region() {
        let counts = |code: &str, complete: Value, children: Value| {
            json!({
                "region": { "code": code, "name": "某地" }, "registered": 20, "inScope": 18, "infoVerified": 9,
                "abilityAssessed": 9, "demandRegistered": 9, "serviceDelivered": 9, "complete": complete, "withNeed": 9,
                "completeNational": 9, "everInScope": 18, "everComplete": 9, "outOfOrder": 0, "children": children,
            })
        };
        let mut progress = counts("150300", json!(8), json!([counts("150302", Value::Null, json!([]))]));
        progress["plan"] = json!({ "id": "nmg-2022-2024", "title": "方案" });
        progress["asOf"] = json!("2023-11-30");
        progress["position"] = json!("7");
        let answer = json!({ "progress": progress, "head": { "position": "9", "synthetic": false } });
        let figures = figures(serde_json::from_value(answer).unwrap());
        let complete: Vec<(&str, Option<u32>)> = figures
            .regions
            .iter()
            .map(|region| (region.code.as_str(), region.counts[Figure::Complete as usize]))
            .collect();
        assert_eq!(complete, [("150300", Some(8)), ("150302", None)]);
        assert_eq!(figures.regions[1].counts[Figure::OutOfOrder as usize], Some(0));
    }
}
