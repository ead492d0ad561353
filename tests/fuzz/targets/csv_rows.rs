//! Files of offices: reading a roster or records, whichever columns there are, and judging each row. What is accepted is accepted as the
//! same when it is written again.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sigeyi_domain::{
    Command, Day, Demand, EmploymentStatus, Item, RecordEntry, RecordRow, RosterEntry, RosterRow, RowCode,
    divisions,
};

use crate::csv_file::{Column, CsvError, CsvFile};

// The reader belongs to the binary, which nothing can depend on.
#[allow(dead_code)]
#[path = "../../../crates/sigeyi/src/csv_file.rs"]
mod csv_file;

const ROSTER: [&str; 8] =
    ["姓名", "残疾人证号", "地区代码", "联系电话", "就业状况", "就业形式", "未就业原因", "登记日期"];
const RECORDS: [&str; 7] = ["流水号", "残疾人证号", "事项", "日期", "结果", "经办机构", "作废流水号"];

fuzz_target!(|bytes: &[u8]| {
    let today = Day::from_days(20_500);
    for_each_row(bytes, &ROSTER, |row| {
        let [name, certificate, region, phone, status, form, reason, registered_on] = *row else { return };
        let row = RosterRow { name, certificate, region, phone, status, form, reason, registered_on };
        match row.judge(today) {
            Ok(entry) => roster_again(&entry, region, today),
            Err(fault) => assert!(ROSTER.contains(&fault.field) && has_name(fault.code)),
        }
    });
    for_each_row(bytes, &RECORDS, |row| {
        let [serial, certificate, item, date, outcome, office, voids] = *row else { return };
        let row = RecordRow { serial, certificate, item, date, outcome, office, voids };
        match row.judge(today) {
            Ok(entry) => record_again(&entry, row, today),
            Err(fault) => assert!(RECORDS.contains(&fault.field) && has_name(fault.code)),
        }
    });
});

/// Reads a file with these columns, all of them required.
fn for_each_row(bytes: &[u8], names: &[&'static str], mut judge: impl FnMut(&[&str])) {
    let columns: Vec<_> = names.iter().map(|name| Column { name, is_required: true }).collect();
    let file = match CsvFile::parse(Path::new("f.csv"), bytes.to_vec(), &columns) {
        Ok(file) => file,
        Err(CsvError::Unreadable { .. } | CsvError::TooLarge { .. }) => panic!("nothing was opened"),
        Err(_) => return,
    };
    let (mut rows, mut read) = (file.read_rows(), 0);
    while let Some((line, values)) = rows.advance().expect("it has been read once") {
        read += 1;
        assert_eq!((line, values.len()), (read + 1, names.len()));
        assert!(values.iter().all(|value| *value == value.trim()));
        judge(&values);
    }
    assert_eq!(file.rows(), read);
}

fn has_name(code: RowCode) -> bool {
    RowCode::from_name(code.name()) == Some(code)
}

fn roster_again(entry: &RosterEntry, region: &str, today: Day) {
    let (certificate, on) = (entry.certificate.to_string(), entry.on.to_string());
    let (status, form, reason) = match entry.status {
        EmploymentStatus::Employed(form) => ("已就业", form.label(), ""),
        EmploymentStatus::NotEmployed(reason) => ("未就业", "", reason.label()),
    };
    let county = format!("{:06}", entry.county.code());
    assert_eq!(divisions().county_of(region), Some(entry.county));
    let row = RosterRow {
        name: entry.name.as_str(),
        certificate: &certificate,
        region: &county,
        phone: entry.phone.as_ref().map_or("", |phone| phone.as_str()),
        status,
        form,
        reason,
        registered_on: &on,
    };
    assert_eq!(row.judge(today).as_ref(), Ok(entry));
}

fn record_again(entry: &RecordEntry, row: RecordRow<'_>, today: Day) {
    let (item, outcome) = written(&entry.command);
    let date = entry.command.on().expect("a row has a day").to_string();
    assert!(row.certificate.to_uppercase().starts_with(&entry.citizen.to_string()));
    let office = entry.office.as_ref().map_or("", |office| office.as_str());
    let again = RecordRow { item: item.label(), date: &date, outcome: &outcome, office, ..row };
    assert_eq!(again.judge(today).as_ref(), Ok(entry));
    assert_eq!(again.voided_serial(), row.voided_serial());
}

/// The item and the outcome of a command that a row became.
fn written(command: &Command) -> (Item, String) {
    match command {
        Command::VerifyInfo(verification) => {
            let outcome = verification.outcome.map_or("未联系上", |outcome| outcome.label());
            (Item::InfoVerified, outcome.into())
        }
        Command::AssessAbility { conclusion, .. } => {
            let outcome = conclusion.map_or("拒绝评估", |conclusion| conclusion.label());
            (Item::AbilityAssessed, outcome.into())
        }
        Command::RegisterDemand { demand: Demand::Needs(needs), .. } => {
            let needs: Vec<_> = needs.iter().map(|need| need.label()).collect();
            (Item::DemandRegistered, format!("有需求:{}", needs.join("、")))
        }
        Command::RegisterDemand { demand: Demand::NoNeed(reason), .. } => {
            (Item::DemandRegistered, format!("无需求:{}", reason.label()))
        }
        Command::DeliverService { service, .. } => (Item::ServiceDelivered, service.label().into()),
        Command::StartEmployment { form, .. } => (Item::EmploymentStarted, form.label().into()),
        Command::EndEmployment { reason, .. } => (Item::EmploymentEnded, reason.label().into()),
        Command::CompleteTraining { kind, .. } => (Item::TrainingCompleted, kind.label().into()),
        Command::LeaveRegister { reason, .. } => (Item::Left, reason.label().into()),
        Command::TransferPerson { to, .. } => (Item::Transferred, format!("{:06}", to.code())),
        Command::VoidRecord { reason, .. } => {
            (Item::Voided, reason.as_ref().map_or("", |reason| reason.as_str()).into())
        }
        _ => panic!("no row asks for this"),
    }
}
