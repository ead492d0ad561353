//! Laws of what is withheld, for any figures.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};

use super::suppression_attacker::{Attacker, PARTS, counted_by};
use crate::suppression::{PUBLISHED_FROM, Published, publish};
use crate::*;

/// A remainder: often none, often small.
fn rest() -> impl Strategy<Value = u32> {
    prop_oneof![2 => Just(0), 3 => 1_u32..8, 2 => 5_u32..60]
}

/// The figures of a county, each part within its whole.
fn row() -> impl Strategy<Value = Progress> {
    let people = prop_oneof![1 => Just(0), 3 => 1_u32..9, 3 => 5_u32..100, 1 => 100_u32..4_000];
    (people, proptest::array::uniform11(rest())).prop_map(|(registered, rests)| {
        let [left, out, verified, assessed, demand, served, need, order, national, complete, ever] = rests;
        let ever_in_scope = registered.saturating_sub(left);
        let in_scope = ever_in_scope.saturating_sub(out);
        let [verified, assessed, demand, served, need, order] =
            [verified, assessed, demand, served, need, order].map(|rest| in_scope.saturating_sub(rest));
        let national = verified.saturating_sub(national);
        let complete = national.min(assessed).min(demand).min(served).saturating_sub(complete);
        let ever_complete = (complete + ever).min(ever_in_scope);
        Progress::of([
            registered,
            in_scope,
            verified,
            assessed,
            demand,
            served,
            complete,
            need,
            national,
            ever_in_scope,
            ever_complete,
            order,
        ])
    })
}

/// The figures of some counties of three leagues; those of the others are zero.
fn counties() -> impl Strategy<Value = Vec<Progress>> {
    let few: Vec<County> = divisions()
        .counties()
        .filter(|county| [1_503, 1_502, 1_529].contains(&(county.code() / 100)))
        .collect();
    btree_map(select(few), row(), 0..9).prop_map(|rows| {
        let of = |county: County| rows.get(&county).copied().unwrap_or_default();
        divisions().counties().map(of).collect()
    })
}

fn published(counties: &[Progress]) -> Published {
    publish(|region| total(counties, region))
}

fn total(counties: &[Progress], region: Region) -> Progress {
    let mut total = Progress::default();
    for county in &region.division().counties {
        total.merge(&counties[county.index() as usize]);
    }
    total
}

fn is_small(people: u32) -> bool {
    (1..PUBLISHED_FROM).contains(&people)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_small_count_and_no_two_figures_that_differ_by_few_are_published(counties in counties()) {
        let published = published(&counties);
        for region in divisions().regions() {
            let shown = published.of(region);
            for figure in Figure::ALL {
                prop_assert!(!shown.get(figure).is_some_and(is_small));
                for part in counted_by(figure) {
                    if let (Some(whole), Some(part)) = (shown.get(figure), shown.get(part)) {
                        // What lacks nobody is the count itself.
                        prop_assert!(!is_small(whole - part));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_published_is_true_and_zero_is_always_published(counties in counties()) {
        let published = published(&counties);
        for region in divisions().regions() {
            let progress = total(&counties, region);
            for figure in Figure::ALL {
                match published.of(region).get(figure) {
                    Some(count) => prop_assert_eq!(count, progress.get(figure)),
                    None => prop_assert_ne!(progress.get(figure), 0),
                }
            }
        }
    }

    /// By bounds that are drawn from one count to the next until nothing moves.
    #[test]
    fn an_attacker_cannot_rule_out_any_number_from_none_to_five(counties in counties()) {
        let attacker = Attacker::knowing(&published(&counties));
        for region in divisions().regions() {
            let progress = total(&counties, region);
            for figure in Figure::ALL {
                if is_small(progress.get(figure)) {
                    let range = attacker.range(region, figure);
                    prop_assert!(range.0 == 0 && range.1 >= 5, "{region:?} {figure:?} {range:?}");
                }
                for part in counted_by(figure) {
                    if progress.get(part) > 0 && is_small(progress.get(figure) - progress.get(part)) {
                        let (least, most) = (attacker.range(region, figure), attacker.range(region, part));
                        prop_assert!(least.0 <= most.1, "{region:?} {figure:?} {part:?}");
                        prop_assert!(least.1 - most.0 >= 5, "{region:?} {figure:?} {part:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_same_figures_are_published_the_same(counties in counties()) {
        let (first, second) = (published(&counties), published(&counties));
        for region in divisions().regions() {
            prop_assert_eq!(first.of(region), second.of(region));
        }
    }

    #[test]
    fn where_everything_is_five_or_more_nothing_is_withheld(counts in vec(5_u32..500, 103)) {
        let counties: Vec<Progress> = counts
            .iter()
            .map(|count| {
                let mut steps = [0; Figure::ALL.len()];
                for figure in Figure::ALL {
                    // Each part lacks at least five of its whole.
                    steps[figure as usize] = count + 5 * above(figure);
                }
                Progress::of(steps)
            })
            .collect();
        let published = published(&counties);
        for region in divisions().regions() {
            prop_assert!(!published.of(region).is_withheld());
        }
    }
}

/// How many figures lie one below the other under this one, at most.
fn above(figure: Figure) -> u32 {
    PARTS.iter().filter(|(_, whole)| *whole == figure).map(|(part, _)| above(*part) + 1).max().unwrap_or(0)
}

/// Every table of a league with three counties and two figures is tried, so that nothing that an attacker could think of is left out.
#[test]
fn every_number_from_none_to_five_has_a_whole_table_that_fits() {
    let rows = [
        [(2, 0), (9, 4), (6, 6)],
        [(8, 6), (7, 7), (9, 2)],
        [(1, 1), (1, 1), (8, 3)],
        [(9, 8), (9, 7), (5, 0)],
    ];
    for row in rows {
        let mut counties = vec![Progress::default(); divisions().counties().count()];
        let league = divisions().region(150_300).unwrap();
        for (county, (registered, ever)) in league.division().counties.iter().zip(row) {
            let mut counts = [0; Figure::ALL.len()];
            counts[Figure::Registered as usize] = registered;
            counts[Figure::EverInScope as usize] = ever;
            counties[county.index() as usize] = Progress::of(counts);
        }
        let published = published(&counties);
        let own: Vec<Region> = league.division().counties.iter().map(|county| county.region()).collect();
        let pairs: Vec<(u32, u32)> =
            (0..15).flat_map(|whole| (0..=whole).map(move |part| (whole, part))).collect();
        let fits = |region: Region, (registered, ever): (u32, u32)| {
            let shown = published.of(region);
            shown.get(Figure::Registered).is_none_or(|count| count == registered)
                && shown.get(Figure::EverInScope).is_none_or(|count| count == ever)
        };
        let possible: Vec<Vec<(u32, u32)>> = own
            .iter()
            .map(|region| pairs.iter().copied().filter(|pair| fits(*region, *pair)).collect())
            .collect();
        let mut seen = [[[false; 15]; 3]; 3];
        for a in &possible[0] {
            for b in &possible[1] {
                for c in &possible[2] {
                    let sum = (a.0 + b.0 + c.0, a.1 + b.1 + c.1);
                    if fits(league, sum) && fits(divisions().whole(), sum) {
                        for (at, (whole, part)) in [a, b, c].into_iter().enumerate() {
                            seen[at][0][*whole as usize] = true;
                            seen[at][1][*part as usize] = true;
                            seen[at][2][(whole - part) as usize] = true;
                        }
                    }
                }
            }
        }
        for (at, (whole, part)) in row.into_iter().enumerate() {
            for (what, people) in [whole, part, whole - part].into_iter().enumerate() {
                if is_small(people) {
                    assert!(seen[at][what][..=5].iter().all(|seen| *seen), "{row:?} {at} {what}");
                }
            }
        }
    }
}
