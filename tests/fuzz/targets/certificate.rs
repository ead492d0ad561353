//! Certificate numbers: what is taken is written again as it was, and exactly one check character is right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sigeyi_domain::{CertificateError, CertificateNumber, CitizenNumber, Day};

fuzz_target!(|text: &str| {
    let today = Day::from_days(20_000);
    match CertificateNumber::parse(text, today) {
        Ok(number) => taken(text, number, today),
        Err(CertificateError::Checksum) => one_check_character_is_right(text, today),
        Err(CertificateError::Format) => {}
    }
    if let Ok(citizen) = CitizenNumber::parse(text, today) {
        assert_eq!(citizen.to_string(), text.to_uppercase());
        assert_eq!(citizen.sequence() % 2 == 1, citizen.sex() == sigeyi_domain::Sex::Male);
    }
});

fn taken(text: &str, number: CertificateNumber, today: Day) {
    let written = number.to_string();
    assert_eq!(written, text.to_uppercase());
    assert_eq!(CertificateNumber::parse(&written, today), Ok(number));
    let (year, month, day) = number.citizen().birth();
    assert!(Day::new(year, month, day).is_ok_and(|birth| birth <= today));
    let json = serde_json::to_string(&number).expect("a number is a string");
    assert_eq!(serde_json::from_str::<CertificateNumber>(&json).expect("its own JSON"), number);
    assert!(!format!("{number:?}").contains(&written[..17]), "what is shown to a log says nothing");
    one_check_character_is_right(text, today);
}

fn one_check_character_is_right(text: &str, today: Day) {
    let right = "0123456789X".chars().filter(|check| {
        let other = format!("{}{check}{}", &text[..17], &text[18..]);
        CertificateNumber::parse(&other, today).is_ok()
    });
    assert_eq!(right.count(), 1);
}
