//! Rows of `roster.csv`.

use crate::*;

use super::examples::*;

fn today() -> Day {
    day("2024-06-30")
}

fn judge(row: RosterRow<'_>) -> Result<RosterEntry, (&'static str, &'static str)> {
    row.judge(today()).map_err(|fault| (fault.code.name(), fault.field))
}

const NUMBER: &str = "15010219900101901342";

fn good() -> RosterRow<'static> {
    RosterRow {
        name: "张示例",
        certificate: NUMBER,
        region: "150102",
        phone: "13900000001",
        status: "未就业",
        form: "",
        reason: "无就业技能",
        registered_on: "2023-05-01",
    }
}

#[test]
fn a_good_row_says_who_where_and_since_when() {
    let entry = RosterEntry {
        name: name("张示例"),
        certificate: CertificateNumber::parse(NUMBER, today()).unwrap(),
        county: county("150102"),
        phone: Some(phone("13900000001")),
        status: LOOKING,
        on: day("2023-05-01"),
    };
    assert_eq!(judge(good()), Ok(entry));
}

#[test]
fn the_phone_is_optional() {
    assert_eq!(judge(RosterRow { phone: "", ..good() }).unwrap().phone, None);
}

#[test]
fn every_form_of_employment_is_taken_and_the_reason_ignored() {
    for form in EmploymentForm::ALL {
        for reason in ["", "无就业技能", "胡言乱语"] {
            let row = RosterRow { status: "已就业", form: form.label(), reason, ..good() };
            assert_eq!(judge(row).unwrap().status, EmploymentStatus::Employed(*form));
        }
    }
}

#[test]
fn every_reason_of_non_employment_is_taken_and_the_form_ignored() {
    for reason in NonEmploymentReason::ALL {
        for form in ["", "灵活就业", "胡言乱语"] {
            let row = RosterRow { form, reason: reason.label(), ..good() };
            assert_eq!(judge(row).unwrap().status, EmploymentStatus::NotEmployed(*reason));
        }
    }
}

#[test]
fn a_township_counts_for_its_county() {
    assert_eq!(judge(RosterRow { region: "150102001", ..good() }).unwrap().county, county("150102"));
}

#[test]
fn today_is_not_in_the_future() {
    assert_eq!(judge(RosterRow { registered_on: "2024-06-30", ..good() }).unwrap().on, today());
}

#[test]
fn white_space_around_free_text_is_no_part_of_it() {
    let row = RosterRow { name: " 张示例 ", phone: " 13900000001\u{3000}", ..good() };
    assert_eq!(judge(row), judge(good()));
    assert_eq!(judge(RosterRow { phone: "  ", ..good() }).unwrap().phone, None);
}

type Spoil = fn(&mut RosterRow<'static>);

/// Every fault, in the order in which faults are looked for.
fn faults() -> Vec<(&'static str, &'static str, Spoil)> {
    // 101 and 41 characters.
    const LONG: &str = "张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张\
                        张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张张\
                        张张张张张张张张张张张张张张张张张张张";
    const DIGITS: &str = "13900000001390000000113900000001390000000";
    vec![
        ("MISSING_FIELD", "姓名", |row| row.name = ""),
        ("MISSING_FIELD", "残疾人证号", |row| row.certificate = ""),
        ("MISSING_FIELD", "地区代码", |row| row.region = ""),
        ("MISSING_FIELD", "就业状况", |row| row.status = ""),
        ("MISSING_FIELD", "登记日期", |row| row.registered_on = ""),
        ("MISSING_FIELD", "就业形式", |row| (row.status, row.form) = ("已就业", "")),
        ("MISSING_FIELD", "未就业原因", |row| (row.status, row.reason) = ("未就业", "")),
        ("TOO_LONG", "姓名", |row| row.name = LONG),
        ("TOO_LONG", "联系电话", |row| row.phone = DIGITS),
        ("BAD_CERTIFICATE_FORMAT", "残疾人证号", |row| row.certificate = "15010219900101901382"),
        ("BAD_CERTIFICATE_CHECKSUM", "残疾人证号", |row| row.certificate = "15010219900101901042"),
        ("UNKNOWN_REGION", "地区代码", |row| row.region = "150100"),
        ("UNKNOWN_VALUE", "就业状况", |row| row.status = "就业"),
        ("UNKNOWN_VALUE", "未就业原因", |row| (row.status, row.reason) = ("未就业", "无")),
        ("UNKNOWN_VALUE", "就业形式", |row| (row.status, row.form) = ("已就业", "无")),
        ("BAD_DATE", "登记日期", |row| row.registered_on = "2023-02-30"),
        ("DATE_IN_FUTURE", "登记日期", |row| row.registered_on = "2024-07-01"),
    ]
}

#[test]
fn each_fault_has_its_code_and_names_its_column() {
    for (code, field, spoil) in faults() {
        let mut row = good();
        spoil(&mut row);
        assert_eq!(judge(row), Err((code, field)));
    }
}

/// The columns that a fault touches.
fn touched(spoil: Spoil) -> Vec<usize> {
    let columns = |row: RosterRow<'static>| {
        [
            row.name,
            row.certificate,
            row.region,
            row.phone,
            row.status,
            row.form,
            row.reason,
            row.registered_on,
        ]
    };
    let mut row = RosterRow { form: "灵活就业", ..good() };
    let before = columns(row);
    spoil(&mut row);
    (0..8).filter(|at| columns(row)[*at] != before[*at]).collect()
}

#[test]
fn of_two_faults_the_first_in_order_is_reported() {
    let faults = faults();
    for (at, (code, field, first)) in faults.iter().enumerate() {
        for (_, _, second) in &faults[at + 1..] {
            // Both faults can stand in one row only if they do not spoil the same column.
            let is_employment = |spoil| touched(spoil).iter().any(|column| (4..7).contains(column));
            let shared = touched(*first).iter().any(|column| touched(*second).contains(column));
            if shared || is_employment(*first) && is_employment(*second) {
                continue;
            }
            let mut row = good();
            second(&mut row);
            first(&mut row);
            assert_eq!(judge(row), Err((*code, *field)));
        }
    }
}

#[test]
fn regions_that_are_no_county_are_unknown() {
    for region in ["150000", "150100", "152200", "110101", "150172", "150102999", "15010", "新城区"] {
        assert_eq!(judge(RosterRow { region, ..good() }), Err(("UNKNOWN_REGION", "地区代码")), "{region}");
    }
}

#[test]
fn a_certificate_with_a_future_birth_date_is_a_wrong_format() {
    let text = number_text("20240701", 901, "42");
    let fault = RosterRow { certificate: &text, ..good() }.judge(today()).unwrap_err();
    assert_eq!(fault.code, RowCode::BadCertificateFormat);
}

#[test]
fn dates_are_written_exactly_one_way() {
    for date in ["2023/05/01", "20230501", "2023-5-1", "2023-02-29", "2023年5月1日", "２０２３-０５-０１"]
    {
        assert_eq!(
            judge(RosterRow { registered_on: date, ..good() }),
            Err(("BAD_DATE", "登记日期")),
            "{date}"
        );
    }
}
