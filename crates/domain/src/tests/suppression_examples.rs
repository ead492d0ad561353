//! Which figures are withheld, by hand.

use crate::suppression::{Published, publish};
use crate::*;

/// A league with three counties, one with three others, and one with more.
const WUHAI: u32 = 150_300;
const ALXA: u32 = 152_900;
const CHIFENG: u32 = 150_400;
const WHOLE: u32 = 150_000;

/// Publishes the figures of some counties; those of the others are zero.
fn given(counties: &[(u32, &[(Figure, u32)])]) -> Published {
    publish(|region| {
        let mut counts = [0; Figure::ALL.len()];
        for (_, figures) in counties.iter().filter(|(code, _)| *code == region.division().code) {
            for (figure, count) in *figures {
                counts[*figure as usize] = *count;
            }
        }
        Progress::of(counts)
    })
}

fn registered(counties: &[(u32, u32)]) -> Published {
    let rows: Vec<(u32, [(Figure, u32); 1])> =
        counties.iter().map(|(code, count)| (*code, [(Figure::Registered, *count)])).collect();
    given(&rows.iter().map(|(code, row)| (*code, &row[..])).collect::<Vec<_>>())
}

/// The codes of the regions of which a figure is withheld.
fn withheld(published: &Published, figure: Figure) -> Vec<u32> {
    let regions = divisions().regions().filter(|region| published.of(*region).get(figure).is_none());
    regions.map(|region| region.division().code).collect()
}

fn get(published: &Published, code: u32, figure: Figure) -> Option<u32> {
    published.of(divisions().region(code).unwrap()).get(figure)
}

#[test]
fn where_no_count_and_no_difference_is_small_nothing_is_withheld() {
    let published = registered(&[(150_302, 5), (150_303, 7), (152_921, 1_000)]);
    assert!(divisions().regions().all(|region| !published.of(region).is_withheld()));
    assert_eq!(get(&published, WUHAI, Figure::Registered), Some(12));
    assert_eq!(get(&published, 150_304, Figure::Registered), Some(0));
}

#[test]
fn of_two_counties_with_people_neither_is_published_when_one_is_small() {
    let published = registered(&[(150_302, 3), (150_303, 7)]);
    assert_eq!(withheld(&published, Figure::Registered), [150_302, 150_303]);
    assert_eq!(get(&published, WUHAI, Figure::Registered), Some(10));
    assert_eq!(get(&published, WHOLE, Figure::Registered), Some(10));
    // Nobody is named by a zero.
    assert_eq!(get(&published, 150_304, Figure::Registered), Some(0));
}

#[test]
fn the_next_smallest_sibling_is_withheld_beside_a_small_one() {
    let published = registered(&[(150_302, 3), (150_303, 20), (150_304, 7)]);
    assert_eq!(withheld(&published, Figure::Registered), [150_302, 150_304]);
}

#[test]
fn of_siblings_alike_the_one_with_the_lower_code_is_withheld() {
    let published = registered(&[(150_302, 7), (150_303, 3), (150_304, 7)]);
    assert_eq!(withheld(&published, Figure::Registered), [150_302, 150_303]);
}

#[test]
fn several_small_ones_hide_each_other_if_they_are_five_people_together() {
    let published = registered(&[(150_302, 2), (150_303, 3), (150_304, 20)]);
    assert_eq!(withheld(&published, Figure::Registered), [150_302, 150_303]);
    let published =
        registered(&[(150_402, 1), (150_403, 1), (150_404, 1), (150_421, 1), (150_422, 1), (150_423, 9)]);
    assert_eq!(withheld(&published, Figure::Registered), [150_402, 150_403, 150_404, 150_421, 150_422]);
    assert_eq!(get(&published, CHIFENG, Figure::Registered), Some(14));
}

#[test]
fn an_only_child_is_hidden_in_another_league() {
    let published = registered(&[(150_302, 3), (150_402, 40), (152_921, 50), (152_922, 60)]);
    // Its league is as small, so the next smallest league and a county of it are withheld with the two.
    assert_eq!(withheld(&published, Figure::Registered), [WUHAI, 150_302, CHIFENG, 150_402]);
    assert_eq!(get(&published, WHOLE, Figure::Registered), Some(153));
    assert_eq!(get(&published, ALXA, Figure::Registered), Some(110));
}

#[test]
fn where_all_are_small_the_regions_above_are_withheld_too() {
    let published = registered(&[(150_302, 1), (150_303, 2)]);
    assert_eq!(withheld(&published, Figure::Registered), [WHOLE, WUHAI, 150_302, 150_303]);
    assert_eq!(get(&published, ALXA, Figure::Registered), Some(0));
}

#[test]
fn how_many_lack_a_step_is_as_small_as_a_count() {
    let row = |in_scope, verified| {
        [
            (Figure::Registered, in_scope + 50),
            (Figure::EverInScope, in_scope),
            (Figure::InScope, in_scope),
            (Figure::InfoVerified, verified),
        ]
    };
    let published = given(&[(150_302, &row(100, 98)), (150_303, &row(500, 300)), (150_304, &row(60, 40))]);
    assert_eq!(withheld(&published, Figure::InfoVerified), [150_302, 150_304]);
    for figure in [Figure::InScope, Figure::EverInScope, Figure::Registered] {
        assert!(withheld(&published, figure).is_empty());
    }
    assert_eq!(get(&published, WUHAI, Figure::InfoVerified), Some(438));
}

#[test]
fn whoever_lacks_no_step_hides_nobody_who_does() {
    let row = |in_scope, verified| {
        [
            (Figure::Registered, in_scope),
            (Figure::EverInScope, in_scope),
            (Figure::InScope, in_scope),
            (Figure::InfoVerified, verified),
        ]
    };
    // Two of the league lack the step, all in one county: the league's count is withheld too, and hidden in another's.
    let published = given(&[(150_302, &row(100, 98)), (150_303, &row(60, 60)), (152_921, &row(80, 30))]);
    assert_eq!(withheld(&published, Figure::InfoVerified), [WUHAI, 150_302, ALXA, 152_921]);
    assert_eq!(get(&published, 150_303, Figure::InfoVerified), Some(60));
}

#[test]
fn outside_a_plan_nobody_need_have_been_in_scope_in_it() {
    let row = [(Figure::Registered, 20), (Figure::InScope, 10), (Figure::EverInScope, 7)];
    let published = given(&[(150_302, &row)]);
    // 10 less 7 is no number of people there.
    assert!(!published.of(divisions().whole()).is_withheld());
}
