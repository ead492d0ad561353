//! Titles of reports, and what their hashes cover.

use crate::*;

fn parse(text: &str) -> Result<String, ReportTitleError> {
    ReportTitle::parse(text).map(|title| title.as_str().to_owned())
}

#[test]
fn a_title_says_what_is_reported() {
    for text in [
        "2023年11月 四个一进度",
        "赤峰市（150400）2023-11-30",
        "《方案》2022-2024 中期",
        "Q3/2024: league report",
        "20231130",
        "ᠦᠪᠦᠷ ᠮᠣᠩᠭᠣᠯ",
    ] {
        assert_eq!(parse(text).as_deref(), Ok(text));
    }
    assert_eq!(parse("  月报  ").as_deref(), Ok("月报"));
}

#[test]
fn a_title_is_short_and_has_something_in_it() {
    assert_eq!(parse(" \u{3000} "), Err(ReportTitleError::Empty));
    assert!(parse(&"报".repeat(60)).is_ok());
    assert_eq!(parse(&"报".repeat(61)), Err(ReportTitleError::TooLong));
}

#[test]
fn a_number_that_could_be_somebodys_is_no_part_of_a_title() {
    for text in [
        "13800000000",
        "0471-1234567",
        "张 138 0000 0000",
        "150102 1990 0101 900 1",
        "１３８００００００００",
        "150102199001019001",
        "1380·000·0000",
    ] {
        assert_eq!(parse(text), Err(ReportTitleError::Number), "{text}");
    }
}

#[test]
fn control_direction_and_markup_characters_are_no_part_of_a_title() {
    for text in ["a\nb", "a\u{202e}b", "<b>", "=1+1", "a\u{200b}b", "@x", "a\tb", "\"x\""] {
        assert_eq!(parse(text), Err(ReportTitleError::Characters), "{text:?}");
    }
}

#[test]
fn a_hash_is_written_in_one_way() {
    let hash = ContentHash([0xa5; 32]);
    let text = serde_json::to_string(&hash).unwrap();
    assert_eq!(text, format!("\"{}\"", "a5".repeat(32)));
    assert_eq!(serde_json::from_str::<ContentHash>(&text).unwrap(), hash);
    for wrong in ["a5".repeat(31), "A5".repeat(32), "a5".repeat(33), "zz".repeat(32), "é".repeat(32)] {
        assert!(serde_json::from_str::<ContentHash>(&format!("\"{wrong}\"")).is_err(), "{wrong}");
    }
}

#[test]
fn counts_are_found_by_the_list_that_they_come_with() {
    let region = divisions().whole();
    let row = RegionCounts { region, counts: vec![7, 8] };
    let listed = [Figure::Complete, Figure::Registered];
    assert_eq!(row.get(&listed, Figure::Registered), Some(8));
    assert_eq!(row.get(&listed, Figure::InScope), None);
}

#[test]
fn the_text_of_the_code_lists_has_every_value_of_every_list() {
    let text = code_lists_text();
    let lines: std::collections::BTreeSet<&str> = text.lines().collect();
    assert_eq!(lines.len(), text.lines().count());
    for line in ["Step,InfoVerified,基础信息核对", "LeaveReason,MovedAway,迁出自治区"] {
        assert!(lines.contains(line), "{line}");
    }
    let lists = include_str!("../codes.rs").matches("\ncode_list! {").count();
    let named: std::collections::BTreeSet<&str> =
        lines.iter().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(named.len(), lists);
}

#[test]
fn a_plan_keeps_the_text_that_it_was_read_from() {
    for plan in plans() {
        assert_eq!(Plan::parse(&plan.text).as_ref(), Ok(plan));
    }
}
