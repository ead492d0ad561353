//! Import of files, by the binary.

use std::{fs::File, io::Write, path::Path, process::Command, time::Instant};

use sigeyi_domain::{Command as Asked, EmploymentStatus};
use sigeyi_simulator::{Simulation, SimulationOptions};

use crate::{SEED, fresh};

pub(crate) fn run(work: &Path, people: u32) {
    // A fourth of the people is enough to see a rate.
    let people = (people / 4).max(1);
    let (roster_path, records_path) = (work.join("roster.csv"), work.join("records.csv"));
    let rows = write_files(&roster_path, &records_path, people);
    let dir = fresh(&work.join("import"));
    println!("## Import of CSV files, {people} people, {rows} rows");
    for what in ["first time", "the same files again"] {
        let started = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_sigeyi"))
            .arg("import")
            .args(["--data".as_ref(), dir.as_os_str(), "--roster".as_ref(), roster_path.as_os_str()])
            .args(["--records".as_ref(), records_path.as_os_str()])
            .output()
            .expect("the binary starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{what}: {seconds:.1} s, {:.0} rows/s, start and closing snapshot included",
            rows as f64 / seconds
        );
    }
    println!();
    fresh(&dir);
    let _ = (std::fs::remove_file(roster_path), std::fs::remove_file(records_path));
}

/// Rows of the simulation's enrolments, verifications and services.
fn write_files(roster_path: &Path, records_path: &Path, people: u32) -> u64 {
    let mut roster = std::io::BufWriter::new(File::create(roster_path).expect("it can be made"));
    let mut records = std::io::BufWriter::new(File::create(records_path).expect("it can be made"));
    writeln!(roster, "姓名,残疾人证号,地区代码,联系电话,就业状况,就业形式,未就业原因,登记日期")
        .expect("it can be written");
    writeln!(records, "流水号,残疾人证号,事项,日期,结果,经办机构,作废流水号").expect("it can be written");
    let mut rows = 0;
    for simulated in Simulation::new(SimulationOptions { people, seed: SEED }).flat_map(|day| day.commands) {
        let citizen = simulated.citizen;
        rows += 1;
        let (item, outcome, on) = match simulated.command {
            Asked::SurveyPerson(entry) => {
                let (status, form, reason) = match entry.status {
                    EmploymentStatus::Employed(form) => ("已就业", form.label(), ""),
                    EmploymentStatus::NotEmployed(reason) => ("未就业", "", reason.label()),
                };
                let (name, phone) =
                    (entry.name.as_str(), entry.phone.as_ref().map_or("", |phone| phone.as_str()));
                let (certificate, county, on) = (entry.certificate, entry.county.code(), entry.on);
                writeln!(roster, "{name},{certificate},{county},{phone},{status},{form},{reason},{on}")
                    .expect("it can be written");
                continue;
            }
            Asked::VerifyInfo(it) => {
                ("基础信息核对", it.outcome.map_or("未联系上", |outcome| outcome.label()), it.on)
            }
            Asked::DeliverService { service, on, .. } => ("就业服务", service.label(), on),
            _ => {
                rows -= 1;
                continue;
            }
        };
        let on = on.expect("the simulation dates everything");
        writeln!(records, "S-{rows},{citizen}11,{item},{on},{outcome},旗县残联,").expect("it can be written");
    }
    rows
}
