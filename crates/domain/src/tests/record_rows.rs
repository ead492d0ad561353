//! Rows of `records.csv`.

use crate::*;

use super::examples::*;

const NUMBER: &str = "15010219900101901342";

fn today() -> Day {
    day("2024-06-30")
}

fn judge(row: RecordRow<'_>) -> Result<RecordEntry, (&'static str, &'static str)> {
    row.judge(today()).map_err(|fault| (fault.code.name(), fault.field))
}

fn row<'a>(item: &'a str, outcome: &'a str) -> RecordRow<'a> {
    RecordRow {
        serial: "NMG-1",
        certificate: NUMBER,
        item,
        date: "2023-05-01",
        outcome,
        office: "",
        voids: "",
    }
}

fn command(item: &str, outcome: &str) -> Command {
    judge(row(item, outcome)).unwrap().command
}

fn that_day() -> Option<Day> {
    Some(day("2023-05-01"))
}

#[test]
fn the_person_is_found_by_the_citizen_number_whatever_the_certificate() {
    for tail in ["42", "11", "42B7"] {
        let text = number_text("19900101", 901, tail);
        let entry = RecordRow { certificate: &text, ..row("就业服务", "职业指导") }.judge(today()).unwrap();
        assert_eq!(entry.citizen, certificate("42").citizen());
    }
}

#[test]
fn the_office_is_optional() {
    assert_eq!(judge(row("就业服务", "职业指导")).unwrap().office, None);
    let entry = judge(RecordRow { office: " 示例残联 ", ..row("就业服务", "职业指导") }).unwrap();
    assert_eq!(entry.office, Text::parse("示例残联").ok());
}

#[test]
fn a_verification_is_confirmed_or_corrected_or_an_attempt() {
    let cases = [
        ("属实", Some(VerificationOutcome::Confirmed)),
        ("更正", Some(VerificationOutcome::Corrected)),
        ("未联系上", None),
    ];
    for (label, outcome) in cases {
        let expected = Verification { outcome, on: that_day(), ..Verification::default() };
        assert_eq!(command("基础信息核对", label), Command::VerifyInfo(expected));
    }
}

#[test]
fn an_assessment_has_a_conclusion_or_was_declined() {
    let labels = ["适合就业", "支持性就业", "先培训", "先康复", "暂不适合", "拒绝评估"];
    let conclusions = AssessmentConclusion::ALL.iter().copied().map(Some).chain([None]);
    for (label, conclusion) in labels.into_iter().zip(conclusions) {
        let on = that_day();
        let expected = Command::AssessAbility { conclusion, scores: None, assessor: None, remarks: None, on };
        assert_eq!(command("职业能力评估", label), expected);
    }
}

#[test]
fn a_demand_names_needs_or_says_why_there_is_none() {
    use EmploymentNeed::{JobPlacement, OtherSupport, SkillTraining};
    let needs = |needs: &[EmploymentNeed]| Demand::Needs(NeedSet::new(needs.iter().copied()).unwrap());
    let cases = [
        ("有需求:职业介绍", needs(&[JobPlacement])),
        ("有需求:职业介绍、职业技能培训", needs(&[SkillTraining, JobPlacement])),
        ("有需求:其他帮扶、其他帮扶", needs(&[OtherSupport])),
        (
            "有需求:职业技能培训、职业介绍、农村实用技术培训、资金信贷扶持、其他帮扶",
            needs(EmploymentNeed::ALL),
        ),
        ("无需求:在校学习", Demand::NoNeed(NonEmploymentReason::InSchool)),
        ("无需求:其他", Demand::NoNeed(NonEmploymentReason::Other)),
    ];
    for (outcome, demand) in cases {
        assert_eq!(command("就业需求登记", outcome), Command::RegisterDemand { demand, on: that_day() });
    }
    let bad = [
        "",
        "有需求",
        "有需求:",
        "无需求:",
        "无需求",
        "有需求：职业介绍",
        "无需求：其他",
        "有需求:职业介绍,其他帮扶",
        "有需求:职业介绍、",
        "有需求:、职业介绍",
        "有需求:无就业技能",
        "无需求:职业介绍",
        "无需求:退休、其他",
        "职业介绍",
    ];
    for outcome in bad {
        assert_eq!(judge(row("就业需求登记", outcome)), Err(("UNKNOWN_VALUE", "结果")), "{outcome}");
    }
}

#[test]
fn every_other_item_takes_the_values_of_its_list() {
    let on = that_day();
    for service in ServiceType::ALL.iter().copied() {
        let expected = Command::DeliverService { service, provider: None, remarks: None, on };
        assert_eq!(command("就业服务", service.label()), expected);
    }
    for form in EmploymentForm::ALL.iter().copied() {
        let expected = Command::StartEmployment { form, employer_kind: None, employer: None, on };
        assert_eq!(command("就业", form.label()), expected);
    }
    for reason in NonEmploymentReason::ALL.iter().copied() {
        assert_eq!(command("离职", reason.label()), Command::EndEmployment { reason, on });
    }
    for kind in TrainingKind::ALL.iter().copied() {
        let expected = Command::CompleteTraining { kind, course: None, remarks: None, on };
        assert_eq!(command("培训", kind.label()), expected);
    }
    for reason in LeaveReason::ALL.iter().copied() {
        assert_eq!(command("退出", reason.label()), Command::LeaveRegister { reason, on });
    }
    for to in ["150102", "150102001"] {
        let expected = Command::TransferPerson { to: county("150102"), remarks: None, on };
        assert_eq!(command("迁移", to), expected);
    }
}

#[test]
fn a_voiding_takes_any_text_or_none_and_names_a_serial() {
    let voiding =
        |reason| Command::VoidRecord { record: RecordRef::None, reason, on: Some(day("2023-05-01")) };
    assert_eq!(command("作废", ""), voiding(None));
    assert_eq!(command("作废", "录入错误"), voiding(Some(remarks("录入错误"))));
    let named = RecordRow { voids: "NMG-0", ..row("作废", "") };
    assert_eq!(named.voided_serial(), Some("NMG-0"));
    assert_eq!(judge(named).unwrap().command, voiding(None));
    assert_eq!(row("作废", "").voided_serial(), None);
}

#[test]
fn a_serial_to_void_is_ignored_for_every_other_item() {
    let row = RecordRow { voids: "NMG-0", ..row("就业服务", "职业指导") };
    assert_eq!(row.voided_serial(), None);
    assert!(judge(row).is_ok());
}

#[test]
fn all_seven_columns_make_the_content_of_a_row() {
    let row = RecordRow { office: "办", voids: "NMG-0", ..row("就业服务", "职业指导") };
    let columns = ["NMG-1", NUMBER, "就业服务", "2023-05-01", "职业指导", "办", "NMG-0"];
    assert_eq!(row.columns(), columns);
}

type Spoil = fn(&mut RecordRow<'_>);

/// Every fault that a row shows by itself, in the order in which faults are looked for, with the place of its column.
fn faults() -> Vec<(&'static str, &'static str, usize, Spoil)> {
    static LONG: [u8; 501] = [b'1'; 501];
    fn long(chars: usize) -> &'static str {
        str::from_utf8(&LONG[..chars]).unwrap()
    }
    vec![
        ("MISSING_FIELD", "流水号", 0, |row| row.serial = ""),
        ("MISSING_FIELD", "残疾人证号", 1, |row| row.certificate = ""),
        ("MISSING_FIELD", "事项", 2, |row| row.item = ""),
        ("MISSING_FIELD", "日期", 3, |row| row.date = ""),
        ("TOO_LONG", "流水号", 0, |row| row.serial = long(129)),
        ("TOO_LONG", "作废流水号", 6, |row| row.voids = long(129)),
        ("TOO_LONG", "经办机构", 5, |row| row.office = long(101)),
        ("BAD_CERTIFICATE_FORMAT", "残疾人证号", 1, |row| row.certificate = "15010219900101901382"),
        ("BAD_CERTIFICATE_CHECKSUM", "残疾人证号", 1, |row| row.certificate = "15010219900101901042"),
        ("UNKNOWN_ITEM", "事项", 2, |row| row.item = "就业指导"),
        ("BAD_DATE", "日期", 3, |row| row.date = "2023-02-30"),
        ("DATE_IN_FUTURE", "日期", 3, |row| row.date = "2024-07-01"),
        ("UNKNOWN_VALUE", "结果", 4, |row| row.outcome = "胡言乱语"),
        ("UNKNOWN_VALUE", "结果", 4, |row| row.outcome = ""),
    ]
}

#[test]
fn each_fault_has_its_code_and_names_its_column() {
    for (code, field, _, spoil) in faults() {
        let mut row = row("就业服务", "职业指导");
        spoil(&mut row);
        assert_eq!(judge(row), Err((code, field)));
    }
}

#[test]
fn of_two_faults_the_first_in_order_is_reported() {
    let faults = faults();
    for (at, (code, field, column, first)) in faults.iter().enumerate() {
        for (_, _, other, second) in &faults[at + 1..] {
            let mut row = row("就业服务", "职业指导");
            second(&mut row);
            first(&mut row);
            if column != other {
                assert_eq!(judge(row), Err((*code, *field)));
            }
        }
    }
}

#[test]
fn a_transfer_to_what_is_no_county_is_an_unknown_region() {
    for outcome in ["", "150100", "150000", "110101", "新城区"] {
        assert_eq!(judge(row("迁移", outcome)), Err(("UNKNOWN_REGION", "结果")), "{outcome}");
    }
    let future = RecordRow { date: "2024-07-01", ..row("迁移", "150100") };
    assert_eq!(judge(future), Err(("DATE_IN_FUTURE", "日期")));
}

#[test]
fn values_of_other_lists_are_unknown() {
    for item in Item::ALL.iter().filter(|item| !matches!(item, Item::Voided | Item::Transferred)) {
        for outcome in ["", "无", "作废", "150102"] {
            assert_eq!(judge(row(item.label(), outcome)), Err(("UNKNOWN_VALUE", "结果")));
        }
    }
    assert_eq!(judge(row("基础信息核对", "拒绝评估")), Err(("UNKNOWN_VALUE", "结果")));
    assert_eq!(judge(row("职业能力评估", "未联系上")), Err(("UNKNOWN_VALUE", "结果")));
    assert_eq!(judge(row("培训", "职业介绍")), Err(("UNKNOWN_VALUE", "结果")));
}

#[test]
fn a_reason_of_a_voiding_has_a_limit() {
    let long = "错".repeat(501);
    assert_eq!(judge(row("作废", &long)), Err(("TOO_LONG", "结果")));
    // Elsewhere a long text is just not on the list.
    assert_eq!(judge(row("就业服务", &long)), Err(("UNKNOWN_VALUE", "结果")));
}

#[test]
fn what_only_shows_when_a_row_is_recorded_has_a_code_too() {
    let cases = [
        (Rejection::UnknownPerson, "UNKNOWN_PERSON", "残疾人证号"),
        (Rejection::UnknownRecord, "UNKNOWN_RECORD", "作废流水号"),
        (Rejection::NotVoidable(Position(3)), "UNKNOWN_RECORD", "作废流水号"),
        (Rejection::DateInFuture(today()), "DATE_IN_FUTURE", "日期"),
        (Rejection::TooManyRecords, "TOO_MANY_RECORDS", "残疾人证号"),
        (Rejection::OutOfOrder(Step::InfoVerified), "OUT_OF_ORDER", "事项"),
        (Rejection::PersonRestricted, "PERSON_RESTRICTED", "残疾人证号"),
        (Rejection::PersonErased, "UNKNOWN_PERSON", "残疾人证号"),
    ];
    for (rejection, code, field) in cases {
        let fault = RowCode::of_rejection(&rejection);
        assert_eq!((fault.code.name(), fault.field), (code, field));
    }
    assert_eq!(RowCode::SerialConflict.name(), "SERIAL_CONFLICT");
}

#[test]
fn every_code_says_how_to_mend_the_row() {
    let codes = [
        RowCode::MissingField,
        RowCode::TooLong,
        RowCode::BadCertificateFormat,
        RowCode::BadCertificateChecksum,
        RowCode::UnknownRegion,
        RowCode::UnknownItem,
        RowCode::UnknownValue,
        RowCode::BadDate,
        RowCode::DateInFuture,
        RowCode::UnknownPerson,
        RowCode::SerialConflict,
        RowCode::UnknownRecord,
        RowCode::TooManyRecords,
        RowCode::OutOfOrder,
        RowCode::PersonRestricted,
        RowCode::OutsideRegion,
    ];
    let advice: std::collections::HashSet<&str> = codes.iter().map(|code| code.advice()).collect();
    assert_eq!(advice.len(), codes.len());
}
