//! What is said of an import, wherever it was recorded.

use std::{fs::File, io, path::Path};

use sigeyi_domain::RowCode;
use sigeyi_gateway::{ImportAnswer, RejectedRow, RowCounts};

use crate::{error::CliError, output::number};

/// The rejected rows with how to mend them.
pub(super) fn write_report(path: &Path, file: File, answer: &ImportAnswer) -> Result<(), CliError> {
    let mut writer = csv::Writer::from_writer(file);
    let mut write = || -> io::Result<()> {
        writer.write_record(["file", "line", "code", "field", "advice"])?;
        for RejectedRow { file, line, code, field } in &answer.rejects {
            let advice = RowCode::from_name(code).map_or("", RowCode::advice);
            writer.write_record([file.as_ref(), &line.to_string(), code, field, advice])?;
        }
        writer.flush()
    };
    write().map_err(|source| CliError::Output { path: path.to_owned(), source })
}

/// What became of the rows.
pub(super) fn text(answer: &ImportAnswer, report: Option<&Path>) -> String {
    let file = |name: &str, file: &RowCounts| {
        format!(
            "{name}：{} 行，新记录 {}，之前已记录 {}，退回 {}\n",
            number(file.rows),
            number(file.recorded),
            number(file.already_recorded),
            number(file.rejected)
        )
    };
    let mut text = file("摸底名册 roster", &answer.roster) + &file("业务记录 records", &answer.records);
    if answer.events == 0 {
        text.push_str("没有新内容，什么也没有记录 nothing new: nothing was recorded\n");
    } else {
        text.push_str(&format!("共记录 {} 个事件 events recorded\n", number(answer.events)));
    }
    match (answer.rejects.is_empty(), report) {
        (true, _) => {}
        (false, Some(path)) => {
            text.push_str(&format!("退回的行及改正办法见 rejected rows: {}\n", path.display()));
        }
        (false, None) => {
            text.push_str(
                "加 --report FILE 可得到退回的行及改正办法 --report FILE lists the rejected rows\n",
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> ImportAnswer {
        let reject = |file: &'static str, line, code: &'static str, field: &'static str| RejectedRow {
            file: file.into(),
            line,
            code: code.into(),
            field: field.into(),
        };
        ImportAnswer {
            roster: RowCounts { rows: 5_122, recorded: 4_999, already_recorded: 22, rejected: 101 },
            records: RowCounts::default(),
            events: 12_345,
            rejects: vec![
                reject("roster", 9, "BAD_DATE", "登记日期"),
                reject("records", 2, "NEW_CODE", "结果"),
            ],
        }
    }

    #[test]
    fn the_counts_of_both_files_are_told_and_where_the_rejected_rows_are() {
        let told = text(&answer(), Some(Path::new("rejects.csv")));
        assert_eq!(
            told,
            "摸底名册 roster：5,122 行，新记录 4,999，之前已记录 22，退回 101\n\
             业务记录 records：0 行，新记录 0，之前已记录 0，退回 0\n\
             共记录 12,345 个事件 events recorded\n\
             退回的行及改正办法见 rejected rows: rejects.csv\n"
        );
        assert!(text(&answer(), None).contains("--report FILE lists"));
        let nothing = text(&ImportAnswer::default(), None);
        assert!(nothing.contains("nothing was recorded") && !nothing.contains("--report"), "{nothing}");
    }

    #[test]
    fn a_report_has_advice_for_the_codes_that_are_known() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rejects.csv");
        write_report(&path, File::create(&path).unwrap(), &answer()).unwrap();
        let report = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines[0], "file,line,code,field,advice");
        assert_eq!(lines[1], format!("roster,9,BAD_DATE,登记日期,{}", RowCode::BadDate.advice()));
        assert_eq!(lines[2], "records,2,NEW_CODE,结果,");
    }
}
