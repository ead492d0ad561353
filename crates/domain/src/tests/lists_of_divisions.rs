//! 行政区划 that ship with this version.

use std::collections::HashSet;

use crate::*;

use super::examples::county;

#[test]
fn the_list_has_116_rows_12_leagues_and_cities_and_103_counties() {
    let levels: Vec<Level> = divisions().regions().map(|region| region.division().level).collect();
    let count = |level| levels.iter().filter(|it| **it == level).count();
    assert_eq!(levels.len(), 116);
    assert_eq!(count(Level::Province), 1);
    assert_eq!(count(Level::Prefecture), 12);
    assert_eq!(count(Level::County), 103);
    assert_eq!(divisions().counties().count(), 103);
    assert_eq!(Divisions::SOURCE.lines().count(), 117);
}

#[test]
fn codes_and_names_are_unique_and_found() {
    let rows: Vec<_> = divisions().regions().map(|region| (region, region.division())).collect();
    assert_eq!(rows.iter().map(|(_, row)| row.code).collect::<HashSet<_>>().len(), 116);
    assert_eq!(rows.iter().map(|(_, row)| row.name).collect::<HashSet<_>>().len(), 116);
    for (region, row) in rows {
        assert_eq!(divisions().region(row.code), Some(region));
        assert!((150_000..160_000).contains(&row.code));
    }
    assert_eq!(divisions().region(110_000), None);
}

#[test]
fn every_division_but_the_whole_has_one_above() {
    let whole = divisions().whole();
    assert_eq!(whole.division().code, 150_000);
    assert_eq!(whole.division().parent, None);
    for region in divisions().regions().filter(|region| *region != whole) {
        let parent = region.division().parent.unwrap();
        assert!(parent.division().children.contains(&region));
        let expected = match region.division().level {
            Level::County => Level::Prefecture,
            _ => Level::Province,
        };
        assert_eq!(parent.division().level, expected);
    }
}

#[test]
fn the_counties_of_the_leagues_and_cities_are_all_counties() {
    let whole = divisions().whole().division();
    assert_eq!(whole.children.len(), 12);
    assert_eq!(whole.counties.len(), 103);
    // 呼和浩特 9, 包头 9, 乌海 3, 赤峰 12, 通辽 8, 鄂尔多斯 9, 呼伦贝尔 14, 巴彦淖尔 7, 乌兰察布 11, 兴安 6, 锡林郭勒 12, 阿拉善 3.
    let sizes: Vec<usize> = whole.children.iter().map(|region| region.division().counties.len()).collect();
    assert_eq!(sizes, [9, 9, 3, 12, 8, 9, 14, 7, 11, 6, 12, 3]);
    let all: Vec<County> =
        whole.children.iter().flat_map(|region| region.division().counties.clone()).collect();
    assert_eq!(all, whole.counties);
}

#[test]
fn a_county_is_its_own_only_county() {
    for (index, county) in (0..).zip(divisions().counties()) {
        assert_eq!(county.region().division().counties, [county]);
        assert_eq!(county.region().division().children, []);
        assert_eq!((county.index(), County::from_index(index)), (index, Some(county)));
        assert_eq!(divisions().county(county.code()), Some(county));
    }
    assert_eq!(County::from_index(103), None);
    assert_eq!(County::from_index(u8::MAX), None);
}

#[test]
fn a_township_stands_for_its_county() {
    assert_eq!(county("150102001").code(), 150_102);
    let townships = include_str!("../../../../schema/divisions/townships-15.csv").lines().skip(1);
    let mut count = 0;
    for line in townships {
        let columns: Vec<&str> = line.split(',').collect();
        assert_eq!(divisions().county_of(columns[0]), divisions().county_of(columns[2]), "{line}");
        assert!(divisions().county_of(columns[0]).is_some(), "{line}");
        count += 1;
    }
    assert_eq!(count, 1_206);
}

#[test]
fn the_region_and_its_leagues_and_cities_are_no_counties() {
    assert_eq!(divisions().county_of("150000"), None);
    for region in &divisions().whole().division().children {
        let code = region.division().code;
        assert_eq!(divisions().county(code), None);
        assert_eq!(divisions().county_of(&code.to_string()), None);
    }
}

#[test]
fn statistical_zones_are_no_counties() {
    for zone in ["150172", "150271", "150571", "152571", "152971"] {
        assert_eq!(divisions().county_of(zone), None);
    }
}

#[test]
fn other_text_is_no_county() {
    let bad =
        ["", "15010", "1501020", "15010200", "150102999", "110101", "+50102", " 150102", "１５０１０２"];
    for text in bad {
        assert_eq!(divisions().county_of(text), None, "{text}");
    }
    assert_eq!(divisions().county_of("新城区"), None);
}

#[test]
fn a_county_is_stored_as_its_six_digits() {
    for county in divisions().counties() {
        let text = String::from(county);
        assert_eq!(text, county.code().to_string());
        assert_eq!(County::try_from(text), Ok(county));
    }
    for bad in ["", "150100", "150102001", "+150102", "0150102", "county"] {
        assert!(County::try_from(bad.to_owned()).is_err(), "{bad}");
    }
    assert_eq!(format!("{:?}", county("150102001")), "County(150102)");
}

#[test]
fn a_division_is_stored_by_its_code() {
    for region in divisions().regions() {
        let text = serde_json::to_string(&region).unwrap();
        assert_eq!(text, format!("\"{}\"", region.division().code));
        assert_eq!(serde_json::from_str::<Region>(&text).unwrap(), region);
    }
    for wrong in ["150999", "1501", "0150100", "15010a"] {
        assert!(serde_json::from_str::<Region>(&format!("\"{wrong}\"")).is_err(), "{wrong}");
    }
}
