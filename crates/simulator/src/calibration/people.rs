//! Who the people are.

use sigeyi_domain::{DisabilityCategory, DisabilityGrade, EmploymentForm, NonEmploymentReason};

use crate::weighted::Weighted;

/// Residents by league or city, census of 2020 (4.1). Certificate holders by league were not found.
pub(crate) const LEAGUE_RESIDENTS: [(u32, u32); 12] = [
    (150400, 4_035_967),
    (150100, 3_446_100),
    (150500, 2_873_168),
    (150200, 2_709_378),
    (150700, 2_242_875),
    (150600, 2_153_638),
    (150900, 1_706_328),
    (150800, 1_538_715),
    (152200, 1_416_929),
    (152500, 1_107_075),
    (150300, 556_621),
    (152900, 262_361),
];

/// Weight of a county within its league, invented: 50 to 150, by its code alone.
pub(crate) fn county_weight(code: u32) -> u32 {
    50 + code * 7_919 % 101
}

/// 51.6 % of certificate holders of working age were employed on 2022-09-28 (4.1).
pub(crate) const EMPLOYED: f64 = 0.516;

/// Forms of employment, per mille, national 2025 (4.2), for those whom 辅助性就业 is not meant for: their share goes to 灵活就业.
pub(crate) const FORMS: &Weighted<EmploymentForm> = &[
    (EmploymentForm::ProportionalQuota, 113),
    (EmploymentForm::Concentrated, 24),
    (EmploymentForm::SelfEmployed, 65),
    (EmploymentForm::PublicWelfarePost, 20),
    (EmploymentForm::FarmingProcessing, 451),
    (EmploymentForm::Flexible, 327),
];

/// The same for 智力、精神和重度肢体, whom 辅助性就业 is meant for (2.3): about half of all, so twice its share of 1.8 %.
pub(crate) const FORMS_WITH_SUPPORTED: &Weighted<EmploymentForm> = &[
    (EmploymentForm::ProportionalQuota, 113),
    (EmploymentForm::Concentrated, 24),
    (EmploymentForm::SelfEmployed, 65),
    (EmploymentForm::PublicWelfarePost, 20),
    (EmploymentForm::SupportedAuxiliary, 36),
    (EmploymentForm::FarmingProcessing, 451),
    (EmploymentForm::Flexible, 291),
];

/// Share in school among those under 25 who are not employed; with those who come of age this makes about 5 % (4.4, invented).
pub(crate) const IN_SCHOOL_UNDER_25: f64 = 0.21;
/// Those who turn 16 during the plan are in school, invented.
pub(crate) const IN_SCHOOL_AT_16: f64 = 0.90;
/// Share retired among those of 50 and more who are not employed; this makes about 3 % (4.4, invented).
pub(crate) const RETIRED_FROM_50: f64 = 0.071;
/// The other reasons, per cent (4.4, invented).
pub(crate) const REASONS: &Weighted<NonEmploymentReason> = &[
    (NonEmploymentReason::NoSkills, 30),
    (NonEmploymentReason::LostLabourCapacity, 28),
    (NonEmploymentReason::NoWillingness, 17),
    (NonEmploymentReason::LandRequisitioned, 1),
    (NonEmploymentReason::Other, 16),
];

/// Categories, per mille: receivers of rehabilitation services, national 2025, a proxy (4.2).
pub(crate) const CATEGORIES: &Weighted<DisabilityCategory> = &[
    (DisabilityCategory::Physical, 474),
    (DisabilityCategory::Psychiatric, 199),
    (DisabilityCategory::Intellectual, 86),
    (DisabilityCategory::Hearing, 85),
    (DisabilityCategory::Visual, 78),
    (DisabilityCategory::Multiple, 71),
    (DisabilityCategory::Speech, 7),
];

/// Grades, per cent, invented: more severe than the 30 % of 重度 among all disabled people (4.2).
pub(crate) const GRADES: &Weighted<DisabilityGrade> = &[
    (DisabilityGrade::One, 15),
    (DisabilityGrade::Two, 30),
    (DisabilityGrade::Three, 30),
    (DisabilityGrade::Four, 25),
];

/// Men, invented.
pub(crate) const MALE: f64 = 0.57;

/// Working age begins with this birthday (3.3, and the plan's file).
pub(crate) const OF_AGE: u8 = 16;
/// And ends with this one for men.
pub(crate) const MEN_UNTIL: u8 = 60;
/// And with this one for women.
pub(crate) const WOMEN_UNTIL: u8 = 55;

/// Ages in completed years on 2022-01-01, first and last, invented. Older people are more often disabled.
pub(crate) const AGES_OF_MEN: &Weighted<(i32, i32)> =
    &[((16, 24), 7), ((25, 34), 13), ((35, 44), 19), ((45, 54), 37), ((55, 59), 24)];
/// The same for women, who leave working age at 55.
pub(crate) const AGES_OF_WOMEN: &Weighted<(i32, i32)> =
    &[((16, 24), 10), ((25, 34), 17), ((35, 44), 26), ((45, 54), 47)];

/// Share of people who turn 16 between July 2022 and November 2024 and are registered then, invented.
pub(crate) const COMES_OF_AGE: f64 = 0.015;
/// Share of people who are registered between July 2022 and November 2024 for other reasons, invented.
pub(crate) const REGISTERED_LATER: f64 = 0.025;
/// Days from the sixteenth birthday to the registration, at most, invented.
pub(crate) const COMES_OF_AGE_DAYS_MAX: i32 = 30;

/// Citizen numbers whose first six digits are another county's, invented: the first residence stays in the number for life.
pub(crate) const PREFIX_OF_ANOTHER_COUNTY: f64 = 0.04;
/// Sequence numbers of synthetic people: 900 to 999.
pub(crate) const SEQUENCE_FIRST: u32 = 900;

/// Mongolian names, invented as a share.
pub(crate) const MONGOLIAN_NAMES: f64 = 0.18;
/// Mongolian names of two parts, invented.
pub(crate) const MONGOLIAN_LONG: f64 = 0.25;
/// People whose phone is known, invented.
pub(crate) const WITH_PHONE: f64 = 0.86;
