//! The 103 counties: how many people, how good the work, when the first survey is entered.

use sigeyi_domain::{County, Step, divisions};

use crate::{
    calibration::{
        people::{LEAGUE_RESIDENTS, county_weight},
        recording::SURVEY_BEGINS_MAX,
        services::{COUNTY_SHARE_MAX, COUNTY_SHARE_MIN, STEP_SHARES},
    },
    random::Draw,
};

/// Every county with its weight and its conditions.
#[derive(Debug)]
pub(crate) struct Counties {
    weights: Vec<(County, u32)>,
    conditions: Vec<Conditions>,
}

/// What depends on the county.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    /// Share of people in scope who get each step.
    step_shares: [f64; 4],
    /// First day on which the first survey is entered.
    pub(crate) survey_begins: i32,
}

impl Counties {
    pub(crate) fn new(mut draw: Draw) -> Counties {
        let weights = weights();
        // The median of three is Beta(2, 2), without a function that differs between platforms.
        let quality: Vec<f64> = weights
            .iter()
            .map(|_| {
                let mut three = [draw.unit(), draw.unit(), draw.unit()];
                three.sort_by(f64::total_cmp);
                three[1]
            })
            .collect();
        let tilts = STEP_SHARES.map(|share| tilt_for(share, &weights, &quality));
        let conditions = quality
            .iter()
            .map(|quality| Conditions {
                step_shares: tilts.map(|tilt| step_share(*quality, tilt)),
                survey_begins: draw.between(0, SURVEY_BEGINS_MAX),
            })
            .collect();
        Counties { weights, conditions }
    }

    /// A county, as often as it has people.
    pub(crate) fn pick(&self, draw: &mut Draw) -> County {
        draw.pick(&self.weights)
    }

    /// Another county, of the same league if so wanted and there is one.
    pub(crate) fn another(&self, county: County, in_league: bool, draw: &mut Draw) -> County {
        let league = |county: County| county.region().division().parent;
        let others: Vec<(County, u32)> = self
            .weights
            .iter()
            .copied()
            .filter(|(other, _)| *other != county && (!in_league || league(*other) == league(county)))
            .collect();
        draw.pick(&others)
    }

    pub(crate) fn conditions(&self, county: County) -> &Conditions {
        &self.conditions[usize::from(county.index())]
    }
}

impl Conditions {
    pub(crate) fn step_share(&self, step: Step) -> f64 {
        self.step_shares[step as usize]
    }
}

/// The residents of each league, shared out among its counties.
fn weights() -> Vec<(County, u32)> {
    let mut weights = Vec::with_capacity(divisions().counties().count());
    for county in divisions().counties() {
        let parent = county.region().division().parent.unwrap_or(divisions().whole()).division();
        let residents = LEAGUE_RESIDENTS.iter().find(|(code, _)| *code == parent.code);
        let residents = residents.map_or(0, |(_, residents)| u64::from(*residents));
        let of = |county: &County| u64::from(county_weight(county.code()));
        let of_all: u64 = parent.counties.iter().map(of).sum();
        // A share of the residents fits.
        weights.push((county, (residents * of(&county) / of_all) as u32));
    }
    weights
}

/// The better the county, the more people have the step; the greater the tilt, the fewer.
fn step_share(quality: f64, tilt: f64) -> f64 {
    let tilted = quality / (quality + tilt * (1.0 - quality));
    COUNTY_SHARE_MIN + (COUNTY_SHARE_MAX - COUNTY_SHARE_MIN) * tilted
}

/// The tilt with which the share comes out for all counties together: halved until nothing is left to halve.
fn tilt_for(share: f64, weights: &[(County, u32)], quality: &[f64]) -> f64 {
    let total: f64 = weights.iter().map(|(_, weight)| f64::from(*weight)).sum();
    let mean = |tilt| {
        let parts = weights.iter().zip(quality);
        let sum: f64 =
            parts.map(|((_, weight), quality)| f64::from(*weight) * step_share(*quality, tilt)).sum();
        sum / total
    };
    let (mut low, mut high) = (0.0, 1_024.0);
    for _ in 0..64 {
        let middle = (low + high) / 2.0;
        if mean(middle) > share { low = middle } else { high = middle }
    }
    low
}
