//! `sigeyi import`: a roster, then what was done.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use sigeyi_domain::{Identifier, RecordRow, RosterRow};
use sigeyi_engine::{FileSummary, ImportError, ImportSummary, Importer, Options};

use crate::{
    args::ImportArgs,
    csv_file::{Column, CsvError, CsvFile},
    error::CliError,
    open::open,
    output::{number, print, progress_bar},
};

const ROSTER: [Column; 8] = [
    Column { name: "姓名", is_required: true },
    Column { name: "残疾人证号", is_required: true },
    Column { name: "地区代码", is_required: true },
    Column { name: "联系电话", is_required: false },
    Column { name: "就业状况", is_required: true },
    Column { name: "就业形式", is_required: true },
    Column { name: "未就业原因", is_required: true },
    Column { name: "登记日期", is_required: true },
];

const RECORDS: [Column; 7] = [
    Column { name: "流水号", is_required: true },
    Column { name: "残疾人证号", is_required: true },
    Column { name: "事项", is_required: true },
    Column { name: "日期", is_required: true },
    Column { name: "结果", is_required: true },
    Column { name: "经办机构", is_required: false },
    Column { name: "作废流水号", is_required: false },
];

/// Imports. Both files are read whole before anything is recorded.
pub(crate) fn run(args: &ImportArgs) -> Result<(), CliError> {
    let source = Identifier::parse(&args.source)
        .map_err(|_| CliError::Usage(format!("--source: {}", sigeyi_domain::IdentifierError)))?;
    let roster = args.roster.as_deref().map(|path| CsvFile::read(path, &ROSTER)).transpose()?;
    let records = args.records.as_deref().map(|path| CsvFile::read(path, &RECORDS)).transpose()?;
    let report =
        args.report.as_deref().map(|path| Ok::<_, CliError>((path, create(path, args)?))).transpose()?;

    let options = Options { create: true, accept_clock: args.accept_clock, ..Options::default() };
    let engine = open(&args.data, options)?;
    // The interface sends on behalf of the office; who sits in front of it is known once there is identity.
    let actor = source.clone();
    let office = source.clone();
    let mut importer = Importer::new(&engine, source, actor, office);
    let total = [&roster, &records].into_iter().flatten().map(CsvFile::rows).sum();
    let bar = progress_bar(total, "导入");
    let mut sent = Ok(());
    if let Some(roster) = &roster {
        sent = roster.each(|line, row| {
            bar.inc(1);
            Ok::<_, Stop>(importer.roster(line, &roster_row(row))?)
        });
    }
    if let (Ok(()), Some(records)) = (&sent, &records) {
        sent = records.each(|line, row| {
            bar.inc(1);
            Ok::<_, Stop>(importer.record(line, &record_row(row))?)
        });
    }
    let summary = importer.finish();
    bar.finish_and_clear();
    sent.map_err(Stop::into_error)?;
    let summary = summary?;
    if let Some((path, file)) = report {
        write_report(path, file, &summary)?;
    }
    print(&text(&summary, args.report.as_deref()))
}

enum Stop {
    Import(ImportError),
    Csv(CsvError),
}

impl Stop {
    fn into_error(self) -> CliError {
        match self {
            Stop::Import(error) => error.into(),
            Stop::Csv(error) => error.into(),
        }
    }
}

impl From<ImportError> for Stop {
    fn from(error: ImportError) -> Stop {
        Stop::Import(error)
    }
}

impl From<CsvError> for Stop {
    fn from(error: CsvError) -> Stop {
        Stop::Csv(error)
    }
}

fn roster_row<'a>(row: &[&'a str]) -> RosterRow<'a> {
    let column = |at: usize| row.get(at).copied().unwrap_or("");
    RosterRow {
        name: column(0),
        certificate: column(1),
        region: column(2),
        phone: column(3),
        status: column(4),
        form: column(5),
        reason: column(6),
        registered_on: column(7),
    }
}

fn record_row<'a>(row: &[&'a str]) -> RecordRow<'a> {
    let column = |at: usize| row.get(at).copied().unwrap_or("");
    RecordRow {
        serial: column(0),
        certificate: column(1),
        item: column(2),
        date: column(3),
        outcome: column(4),
        office: column(5),
        voids: column(6),
    }
}

/// Made before anything is recorded, so that a path that cannot be written costs nothing.
fn create(path: &Path, args: &ImportArgs) -> Result<File, CliError> {
    let is_input = |input: &PathBuf| match (input.canonicalize(), path.canonicalize()) {
        (Ok(input), Ok(report)) => input == report,
        _ => false,
    };
    if [&args.roster, &args.records].into_iter().flatten().any(is_input) {
        return Err(CliError::Usage(
            "--report: 报告会覆盖导入的文件，请另选 the report would overwrite an input file: choose another"
                .into(),
        ));
    }
    File::create(path).map_err(|source| CliError::Output { path: path.to_owned(), source })
}

fn write_report(path: &Path, file: File, summary: &ImportSummary) -> Result<(), CliError> {
    let mut writer = csv::Writer::from_writer(file);
    let mut write = || -> io::Result<()> {
        writer.write_record(["file", "line", "code", "field", "advice"])?;
        for reject in &summary.rejects {
            let fault = reject.fault;
            let line = reject.line.to_string();
            writer.write_record([
                reject.file.name(),
                &line,
                fault.code.name(),
                fault.field,
                fault.code.advice(),
            ])?;
        }
        writer.flush()
    };
    write().map_err(|source| CliError::Output { path: path.to_owned(), source })
}

fn text(summary: &ImportSummary, report: Option<&Path>) -> String {
    let file = |name: &str, file: &FileSummary| {
        format!(
            "{name}：{} 行，新记录 {}，之前已记录 {}，退回 {}\n",
            number(file.rows),
            number(file.recorded),
            number(file.already_recorded),
            number(file.rejected)
        )
    };
    let mut text = file("摸底名册 roster", &summary.roster) + &file("业务记录 records", &summary.records);
    if summary.events == 0 {
        text.push_str("没有新内容，什么也没有记录 nothing new: nothing was recorded\n");
    } else {
        text.push_str(&format!("共记录 {} 个事件 events recorded\n", number(summary.events)));
    }
    match (summary.rejects.is_empty(), report) {
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
