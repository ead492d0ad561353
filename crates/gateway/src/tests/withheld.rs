//! Figures as readers see them who may not see the small ones.

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use serde_json::Value;
use sigeyi_domain::{Day, Figure, Plan, Region, access::Mask, divisions, suppression};
use sigeyi_engine::ProgressAnswer;

use super::world::{PLAN, World};
use crate::schema::Progress;

/// The figures of the whole under a mask.
struct Masked {
    answer: Arc<ProgressAnswer>,
    mask: Mask,
}

#[Object]
impl Masked {
    async fn progress(&self) -> Progress {
        Progress::new(divisions().whole(), self.answer.clone(), self.mask)
    }
}

const QUERY: &str = "{ progress { ...F children { ...F children { ...F } } } }
    fragment F on Progress {
        region { code } suppressed
        registered inScope infoVerified abilityAssessed demandRegistered serviceDelivered complete withNeed completeNational
        everInScope everComplete outOfOrder
    }";

const NAMES: [&str; Figure::ALL.len()] = [
    "registered",
    "inScope",
    "infoVerified",
    "abilityAssessed",
    "demandRegistered",
    "serviceDelivered",
    "complete",
    "withNeed",
    "completeNational",
    "everInScope",
    "everComplete",
    "outOfOrder",
];

/// Few people in many counties, so that much is small.
fn few() -> Arc<ProgressAnswer> {
    let world = World::of(600);
    let day = Day::parse("2023-06-30").unwrap();
    Arc::new(world.engine.progress(Plan::find(PLAN).unwrap(), Some(day), None).unwrap())
}

/// What a reader is told of every region.
async fn told(answer: &Arc<ProgressAnswer>, mask: Mask) -> Vec<(Region, Value)> {
    let root = Masked { answer: answer.clone(), mask };
    let schema = Schema::new(root, EmptyMutation, EmptySubscription);
    let response = schema.execute(QUERY).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let mut open = vec![response.data.into_json().unwrap()["progress"].take()];
    let mut regions = Vec::new();
    while let Some(mut progress) = open.pop() {
        if let Value::Array(children) = progress["children"].take() {
            open.extend(children);
        }
        let code = progress["region"]["code"].as_str().unwrap().parse().unwrap();
        regions.push((divisions().region(code).unwrap(), progress));
    }
    assert_eq!(regions.len(), 116);
    regions
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withheld_is_null_and_all_else_is_the_figure() {
    let answer = few();
    let published = suppression::publish(|region| answer.counties.of(region));
    let (mut withheld, mut shown) = (0, 0);
    for (region, progress) in told(&answer, Mask::SuppressedFigures).await {
        let expected = published.of(region);
        assert_eq!(progress["suppressed"], expected.is_withheld());
        for (figure, name) in Figure::ALL.into_iter().zip(NAMES) {
            match expected.get(figure) {
                Some(count) => {
                    assert_eq!(progress[name], count);
                    assert!(count == 0 || count >= suppression::PUBLISHED_FROM);
                    shown += usize::from(count > 0);
                }
                None => {
                    assert_eq!(progress[name], Value::Null);
                    withheld += 1;
                }
            }
        }
    }
    assert!(withheld > 50 && shown > 50, "{withheld} withheld, {shown} shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_see_people_or_figures_sees_every_figure() {
    let answer = few();
    for mask in [Mask::Figures, Mask::Masked, Mask::Clear] {
        for (region, progress) in told(&answer, mask).await {
            assert_eq!(progress["suppressed"], false);
            for (figure, name) in Figure::ALL.into_iter().zip(NAMES) {
                assert_eq!(progress[name], answer.counties.of(region).get(figure));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_see_nothing_about_people_sees_no_figure() {
    for (_, progress) in told(&few(), Mask::NoPeople).await {
        assert_eq!(progress["suppressed"], true);
        assert!(NAMES.iter().all(|name| progress[*name].is_null()));
    }
}
