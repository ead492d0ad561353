//! Somebody who knows all that is published of one day, and draws bounds of what is withheld from it.

use crate::suppression::Published;
use crate::*;

/// Whoever the first counts, the second counts too, on a day of the plan.
pub(super) const PARTS: [(Figure, Figure); 15] = [
    (Figure::EverInScope, Figure::Registered),
    (Figure::InScope, Figure::EverInScope),
    (Figure::EverComplete, Figure::EverInScope),
    (Figure::InfoVerified, Figure::InScope),
    (Figure::AbilityAssessed, Figure::InScope),
    (Figure::DemandRegistered, Figure::InScope),
    (Figure::ServiceDelivered, Figure::InScope),
    (Figure::WithNeed, Figure::InScope),
    (Figure::OutOfOrder, Figure::InScope),
    (Figure::CompleteNational, Figure::InfoVerified),
    (Figure::Complete, Figure::CompleteNational),
    (Figure::Complete, Figure::AbilityAssessed),
    (Figure::Complete, Figure::DemandRegistered),
    (Figure::Complete, Figure::ServiceDelivered),
    (Figure::Complete, Figure::EverComplete),
];

/// The figures that count part of the people of this one, each once.
pub(super) fn counted_by(whole: Figure) -> Vec<Figure> {
    let mut parts: Vec<Figure> = Vec::new();
    let mut open = vec![whole];
    while let Some(at) = open.pop() {
        for (part, _) in PARTS.iter().filter(|(part, whole)| *whole == at && !parts.contains(part)) {
            open.push(*part);
        }
        if at != whole && !parts.contains(&at) {
            parts.push(at);
        }
    }
    parts
}

/// More than there are people.
const EVERYBODY: i64 = 1_000_000;

/// The least and the most that each count can be.
pub(super) struct Attacker {
    ranges: Vec<[(i64, i64); Figure::ALL.len()]>,
    has_learned: bool,
}

impl Attacker {
    pub(super) fn knowing(published: &Published) -> Attacker {
        let of_region = |region: Region| {
            let shown = published.of(region);
            Figure::ALL.map(|figure| match shown.get(figure) {
                Some(count) => (i64::from(count), i64::from(count)),
                None => (0, EVERYBODY),
            })
        };
        let ranges = divisions().regions().map(of_region).collect();
        let mut attacker = Attacker { ranges, has_learned: true };
        while std::mem::take(&mut attacker.has_learned) {
            for region in divisions().regions() {
                attacker.adds_up(region);
                attacker.nests(region);
            }
        }
        attacker
    }

    pub(super) fn range(&self, region: Region, figure: Figure) -> (i64, i64) {
        self.ranges[region.index()][figure as usize]
    }

    fn learn(&mut self, region: Region, figure: Figure, least: i64, most: i64) {
        let range = &mut self.ranges[region.index()][figure as usize];
        let better = (range.0.max(least), range.1.min(most));
        self.has_learned |= better != *range;
        *range = better;
        assert!(range.0 <= range.1, "what is published contradicts itself");
    }

    /// A region has the people of those right below it.
    fn adds_up(&mut self, region: Region) {
        let children = &region.division().children;
        if children.is_empty() {
            return;
        }
        for figure in Figure::ALL {
            let sum = |attacker: &Attacker| {
                children.iter().fold((0, 0), |(least, most), child| {
                    let range = attacker.range(*child, figure);
                    (least + range.0, most + range.1)
                })
            };
            let (least, most) = sum(self);
            self.learn(region, figure, least, most);
            for child in children {
                let (own, whole, all) = (self.range(*child, figure), self.range(region, figure), sum(self));
                self.learn(*child, figure, whole.0 - (all.1 - own.1), whole.1 - (all.0 - own.0));
            }
        }
    }

    /// No part is greater than its whole.
    fn nests(&mut self, region: Region) {
        for (part, whole) in PARTS {
            let (least, most) = (self.range(region, part).0, self.range(region, whole).1);
            self.learn(region, whole, least, EVERYBODY);
            self.learn(region, part, 0, most);
        }
    }
}
