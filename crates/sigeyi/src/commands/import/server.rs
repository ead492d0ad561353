//! Imports over the wire: the rows of both files as one stream, a row a line.

use std::{
    io::{self, Read},
    time::Duration,
};

use indicatif::ProgressBar;
use sigeyi_domain::{Identifier, RecordRow, RosterRow};
use sigeyi_gateway::{ImportAnswer, ImportRow, ROW_BYTES_MAX, RecordLine, RosterLine};
use ureq::SendBody;

use super::{
    Files,
    columns::{record_row, roster_row},
};
use crate::{
    csv_file::{CsvError, Rows},
    error::CliError,
    remote::{Client, Patience, ServerError},
};

/// The server answers once everything is recorded.
const PATIENCE: Patience =
    Patience { until_begin: Duration::from_secs(15 * 60), until_end: Duration::from_secs(15 * 60) };
/// Length of an answer at most, in bytes: all rows of two files rejected.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Awaiting the go-ahead: a server that is busy says so before anything is sent.
const HEADERS: [(&str, &str); 3] =
    [("content-type", "application/x-ndjson"), ("accept", "application/json"), ("expect", "100-continue")];
/// What is sent of a value in a row that is longer than the server takes, in characters. No value that is right is nearly so long, so the
/// row is rejected as it would be with all of it.
const VALUE_CHARS_MAX: usize = 1_000;

/// Sends the rows, and gives what the server made of them.
pub(super) fn import(
    client: &Client,
    source: &Identifier,
    files: &Files,
    bar: &ProgressBar,
) -> Result<ImportAnswer, CliError> {
    let mut stream = RowStream::new(files, bar);
    let path = format!("/imports?source={source}");
    let answer = client
        .post(&path, &HEADERS, SendBody::from_reader(&mut stream), PATIENCE)
        .and_then(|response| client.json(response, ANSWER_BYTES_MAX));
    bar.finish_and_clear();
    if let Some(error) = stream.fault {
        return Err(error.into());
    }
    answer.map_err(|error| match error {
        error @ (ServerError::Unreachable { .. } | ServerError::NothingToTrust) => CliError::Server(error),
        error => CliError::ServerImport(error),
    })
}

/// The body, written as it is sent.
struct RowStream<'f> {
    roster: Option<Rows<'f>>,
    records: Option<Rows<'f>>,
    bar: &'f ProgressBar,
    line: Vec<u8>,
    sent: usize,
    fault: Option<CsvError>,
}

impl<'f> RowStream<'f> {
    fn new(files: &'f Files, bar: &'f ProgressBar) -> RowStream<'f> {
        RowStream {
            roster: files.roster.as_ref().map(|file| file.read_rows()),
            records: files.records.as_ref().map(|file| file.read_rows()),
            bar,
            line: Vec::new(),
            sent: 0,
            fault: None,
        }
    }

    /// Writes the next row; false when there is none.
    fn advance(&mut self) -> Result<bool, CsvError> {
        self.sent = 0;
        self.line.clear();
        if let Some(rows) = &mut self.roster {
            if let Some((line, row)) = rows.advance()? {
                write_roster(&mut self.line, line, roster_row(&row));
                return Ok(true);
            }
            self.roster = None;
        }
        if let Some(rows) = &mut self.records {
            if let Some((line, row)) = rows.advance()? {
                write_record(&mut self.line, line, record_row(&row));
                return Ok(true);
            }
            self.records = None;
        }
        Ok(false)
    }
}

impl Read for RowStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buffer.len() {
            if self.sent == self.line.len() {
                match self.advance() {
                    Ok(true) => self.bar.inc(1),
                    Ok(false) => {
                        self.bar.set_message("等待答复");
                        break;
                    }
                    Err(error) => {
                        self.fault = Some(error);
                        return Err(io::ErrorKind::InvalidInput.into());
                    }
                }
            }
            let rest = &self.line[self.sent..];
            let taken = rest.len().min(buffer.len() - length);
            buffer[length..length + taken].copy_from_slice(&rest[..taken]);
            self.sent += taken;
            length += taken;
        }
        Ok(length)
    }
}

fn write_roster(text: &mut Vec<u8>, line: u64, row: RosterRow<'_>) {
    write(text, &ImportRow::Roster(RosterLine::new(line, row)));
    if text.len() > ROW_BYTES_MAX {
        let row = RosterRow {
            name: cut(row.name),
            certificate: cut(row.certificate),
            region: cut(row.region),
            phone: cut(row.phone),
            status: cut(row.status),
            form: cut(row.form),
            reason: cut(row.reason),
            registered_on: cut(row.registered_on),
        };
        write(text, &ImportRow::Roster(RosterLine::new(line, row)));
    }
}

fn write_record(text: &mut Vec<u8>, line: u64, row: RecordRow<'_>) {
    write(text, &ImportRow::Records(RecordLine::new(line, row)));
    if text.len() > ROW_BYTES_MAX {
        let row = RecordRow {
            serial: cut(row.serial),
            certificate: cut(row.certificate),
            item: cut(row.item),
            date: cut(row.date),
            outcome: cut(row.outcome),
            office: cut(row.office),
            voids: cut(row.voids),
        };
        write(text, &ImportRow::Records(RecordLine::new(line, row)));
    }
}

fn write(text: &mut Vec<u8>, row: &ImportRow<'_>) {
    text.clear();
    // Values are strings, and memory takes all of them, so this cannot fail.
    let _ = serde_json::to_writer(&mut *text, row);
    text.push(b'\n');
}

fn cut(value: &str) -> &str {
    value.char_indices().nth(VALUE_CHARS_MAX).map_or(value, |(end, _)| &value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::import::columns::{RECORDS, ROSTER},
        csv_file::{Column, CsvFile},
    };

    fn file(columns: &[Column], rows: &str) -> Option<CsvFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file.csv");
        let header: Vec<&str> = columns.iter().map(|column| column.name).collect();
        std::fs::write(&path, format!("{}\n{rows}", header.join(","))).unwrap();
        Some(CsvFile::read(&path, columns).unwrap())
    }

    /// What is sent, read in pieces of so many bytes.
    fn sent(files: &Files, piece_bytes: usize) -> Vec<u8> {
        let bar = ProgressBar::hidden();
        let mut stream = RowStream::new(files, &bar);
        let mut text = Vec::new();
        let mut piece = vec![0; piece_bytes];
        loop {
            match stream.read(&mut piece).unwrap() {
                0 => break,
                length => text.extend_from_slice(&piece[..length]),
            }
        }
        assert_eq!(stream.read(&mut piece).unwrap(), 0, "the end stays the end");
        text
    }

    #[test]
    fn both_files_are_one_stream_however_it_is_read() {
        let files = Files {
            roster: file(&ROSTER, "甲,1,150102,,未就业,,其他,2022-01-05\n"),
            records: file(&RECORDS, "R-1,1,就业服务,2022-06-01,\"职业\"\"指导\",,\nR-2,1\n"),
        };
        let text = String::from_utf8(sent(&files, 1_000_000)).unwrap();
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                r#"{"file":"roster","line":2,"name":"甲","certificate":"1","region":"150102","phone":"","status":"未就业","form":"","reason":"其他","registeredOn":"2022-01-05"}"#,
                r#"{"file":"records","line":2,"serial":"R-1","certificate":"1","item":"就业服务","date":"2022-06-01","outcome":"职业\"指导","office":"","voids":""}"#,
                r#"{"file":"records","line":3,"serial":"R-2","certificate":"1","item":"","date":"","outcome":"","office":"","voids":""}"#,
            ]
        );
        for piece_bytes in [1, 7, 100] {
            assert_eq!(sent(&files, piece_bytes), text.as_bytes());
        }
        assert!(sent(&Files { roster: None, records: file(&RECORDS, "") }, 10).is_empty());
    }

    #[test]
    fn a_row_that_is_too_long_for_the_server_is_cut_and_rejected_as_it_would_be() {
        let long = "某".repeat(ROW_BYTES_MAX);
        let files = Files {
            roster: file(&ROSTER, &format!("{long},1,150102,,未就业,,其他,2022-01-05\n")),
            records: file(&RECORDS, &format!("R-1,1,作废,2022-06-01,{long},,R-0\n")),
        };
        let text = sent(&files, 1_000);
        let lines: Vec<&[u8]> = text.trim_ascii_end().split(|byte| *byte == b'\n').collect();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.len() <= ROW_BYTES_MAX));
        let today = sigeyi_domain::Day::MAX;
        match (serde_json::from_slice(lines[0]).unwrap(), serde_json::from_slice(lines[1]).unwrap()) {
            (ImportRow::Roster(person), ImportRow::Records(record)) => {
                assert_eq!(person.row().judge(today).unwrap_err().field, "姓名");
                assert_eq!(record.row().judge(today).unwrap_err().field, "结果");
            }
            _ => panic!("the roster comes first"),
        }
        // Values of nothing but characters that JSON writes longest still fit.
        let longest = "\u{1}".repeat(ROW_BYTES_MAX);
        let row = RosterRow {
            name: &longest,
            certificate: &longest,
            region: &longest,
            phone: &longest,
            status: &longest,
            form: &longest,
            reason: &longest,
            registered_on: &longest,
        };
        let mut text = Vec::new();
        write_roster(&mut text, u64::MAX, row);
        assert!(text.len() <= ROW_BYTES_MAX, "{}", text.len());
    }
}
