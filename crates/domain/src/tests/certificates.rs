//! 残疾人证号 and 公民身份号码.

use proptest::prelude::*;

use crate::*;

use super::{
    any::certificates,
    examples::{check_character, day, number, number_text},
};

fn parse(text: &str) -> Result<CertificateNumber, CertificateError> {
    CertificateNumber::parse(text, day("2024-06-30"))
}

#[test]
fn known_citizen_numbers_are_read() {
    for text in ["11010519491231002X", "440524188001010014", "150102199001010019", "15042919850615102X"] {
        let citizen = CitizenNumber::parse(text, day("2024-06-30")).unwrap();
        assert_eq!(citizen.to_string(), text);
    }
}

#[test]
fn a_certificate_says_birth_sex_category_grade_and_reissue() {
    let text = number_text("19691105", 902, "73B12");
    let certificate = parse(&text).unwrap();
    assert_eq!(certificate.citizen().birth(), (1969, 11, 5));
    assert_eq!(certificate.citizen().sequence(), 902);
    assert_eq!(certificate.category(), DisabilityCategory::Multiple);
    assert_eq!(certificate.grade(), DisabilityGrade::Three);
    assert_eq!(certificate.reissue(), 12);
    assert_eq!(certificate.to_string(), text);
    assert_eq!(parse(&text[..20]).unwrap().reissue(), 0);
}

#[test]
fn an_odd_sequence_number_is_a_man() {
    assert_eq!(number("19900101", 901, "11").citizen().sex(), Sex::Male);
    assert_eq!(number("19900101", 999, "11").citizen().sex(), Sex::Male);
    assert_eq!(number("19900101", 900, "11").citizen().sex(), Sex::Female);
    assert_eq!(number("19900101", 998, "11").citizen().sex(), Sex::Female);
}

#[test]
fn a_lower_case_x_is_read_as_upper_case() {
    let lower = parse("11010519491231002x42").unwrap();
    assert_eq!(lower, parse("11010519491231002X42").unwrap());
    assert_eq!(lower.to_string(), "11010519491231002X42");
}

#[test]
fn every_category_and_grade_of_the_lists_and_no_other() {
    for category in 0..=9 {
        for grade in 0..=9 {
            let text = number_text("19900101", 901, &format!("{category}{grade}"));
            let listed = (1..=7).contains(&category) && (1..=4).contains(&grade);
            assert_eq!(parse(&text).is_ok(), listed, "{category}{grade}");
        }
    }
}

#[test]
fn a_reissue_mark_is_an_upper_case_b_and_a_number_from_one() {
    for good in ["42", "42B1", "42B2", "42B10", "42B987654321"] {
        let text = number_text("19900101", 901, good);
        assert_eq!(parse(&text).map(|number| number.to_string()), Ok(text));
    }
    for bad in ["42B", "42B0", "42B01", "42b1", "42C1", "42B-1", "42B+1", "42B1 ", "42B1B1", "421", "42B1x"] {
        let text = number_text("19900101", 901, bad);
        assert_eq!(parse(&text), Err(CertificateError::Format), "{bad}");
    }
}

#[test]
fn a_reissue_mark_that_is_absurdly_long_is_refused() {
    for nines in [10, 20, 1_000] {
        let text = number_text("19900101", 901, &format!("42B{}", "9".repeat(nines)));
        assert_eq!(parse(&text), Err(CertificateError::Format));
    }
}

#[test]
fn a_birth_date_that_does_not_exist_is_a_wrong_format() {
    for birth in
        ["19900230", "19900431", "19901301", "19900001", "19900100", "19900132", "00000101", "19000229"]
    {
        assert_eq!(parse(&number_text(birth, 901, "42")), Err(CertificateError::Format), "{birth}");
    }
    assert!(parse(&number_text("20000229", 901, "42")).is_ok());
}

#[test]
fn a_birth_date_in_the_future_is_a_wrong_format() {
    assert!(parse(&number_text("20240630", 901, "42")).is_ok());
    assert_eq!(parse(&number_text("20240701", 901, "42")), Err(CertificateError::Format));
}

#[test]
fn a_wrong_check_character_is_a_wrong_checksum() {
    let right = number_text("19900101", 901, "42");
    for check in "0123456789X".chars().filter(|check| !right[17..].starts_with(*check)) {
        let wrong = format!("{}{check}42", &right[..17]);
        assert_eq!(parse(&wrong), Err(CertificateError::Checksum), "{check}");
    }
}

#[test]
fn the_format_is_judged_before_the_checksum() {
    let right = number_text("19900101", 901, "42");
    let wrong_check = if right[17..].starts_with('0') { '1' } else { '0' };
    for tail in ["82", "45", "42B0"] {
        assert_eq!(parse(&format!("{}{wrong_check}{tail}", &right[..17])), Err(CertificateError::Format));
    }
}

#[test]
fn the_first_six_digits_are_not_looked_up() {
    for region in ["000000", "152223", "999999"] {
        let seventeen = format!("{region}19900101901");
        let text = format!("{seventeen}{}42", check_character(&seventeen));
        assert_eq!(parse(&text).map(|number| number.to_string()), Ok(text));
    }
}

#[test]
fn another_length_or_other_characters_are_a_wrong_format() {
    let right = number_text("19900101", 901, "42");
    let full_width: String = right.replacen('1', "１", 1);
    for bad in
        ["", "42", &right[..17], &right[..18], &right[..19], &full_width, "证号", "一二三四五六七八九十"]
    {
        assert_eq!(parse(bad), Err(CertificateError::Format), "{bad}");
    }
    assert_eq!(parse(&format!(" {right}")), Err(CertificateError::Format));
    assert_eq!(parse(&right.replace("19900101", "1990-1-1")), Err(CertificateError::Format));
    assert_eq!(parse(&right.replacen('1', "X", 1)), Err(CertificateError::Format));
}

#[test]
fn a_citizen_number_has_exactly_18_characters() {
    let text = &number_text("19900101", 901, "42")[..18];
    assert!(CitizenNumber::parse(text, day("2024-06-30")).is_ok());
    for bad in ["", &text[..17], &format!("{text}4"), &format!("{text}42"), &format!("{text} ")] {
        assert_eq!(CitizenNumber::parse(bad, day("2024-06-30")), Err(CertificateError::Format), "{bad}");
    }
}

#[test]
fn debug_shows_nothing_of_the_number() {
    let certificate = number("19900101", 901, "42");
    assert_eq!(format!("{certificate:?}"), "CertificateNumber(…)");
    assert_eq!(format!("{:?}", certificate.citizen()), "CitizenNumber(…)");
}

#[test]
fn errors_have_codes_and_show_nothing_of_the_number() {
    assert_eq!(CertificateError::Format.code(), "BAD_CERTIFICATE_FORMAT");
    assert_eq!(CertificateError::Checksum.code(), "BAD_CERTIFICATE_CHECKSUM");
    assert!(!parse("4405241880010100142").unwrap_err().to_string().contains("1880"));
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(number in certificates()) {
        let text = number.to_string();
        prop_assert_eq!(CertificateNumber::parse(&text, Day::MAX), Ok(number));
        prop_assert_eq!(text.chars().nth(17), Some(check_character(&text[..17])));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
        let _ = parse(&text);
    }

    #[test]
    fn text_that_is_nearly_a_number_is_read_or_refused(number in certificates(), at in 0_usize..20, with in any::<char>()) {
        let mut characters: Vec<char> = number.to_string().chars().collect();
        characters[at] = with;
        let text: String = characters.into_iter().collect();
        let read = parse(&text);
        prop_assert!(read.is_err() || read.is_ok_and(|read| read.to_string() == text.to_uppercase()));
    }

    #[test]
    fn every_wrong_digit_is_noticed(number in certificates(), at in 0_usize..18, with in 0_u8..10) {
        let right = number.to_string();
        let mut bytes = right.clone().into_bytes();
        bytes[at] = b'0' + with;
        let text = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(CertificateNumber::parse(&text, Day::MAX).is_ok(), text == right);
    }
}
