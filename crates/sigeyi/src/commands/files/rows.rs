//! Rows of a table in one of the formats.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::{
    draft::{Draft, Sum},
    table::{Cell, Column, Kind},
};
use crate::args::FileFormat;

/// Byte order mark.
const BOM: &str = "\u{feff}";

/// A file of rows that is being written.
pub(super) struct Rows {
    columns: &'static [Column],
    form: Form,
}

// Boxed, as they are of very different sizes.
enum Form {
    Lines(Box<Draft>),
    Csv(Box<csv::Writer<Draft>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::parquet_rows::ParquetRows>),
}

impl Rows {
    /// Begins with what stands before the first row.
    pub(super) fn begin(
        format: FileFormat,
        has_bom: bool,
        columns: &'static [Column],
        mut draft: Draft,
    ) -> io::Result<Rows> {
        let form = match format {
            FileFormat::Ndjson => Form::Lines(Box::new(draft)),
            FileFormat::Csv => {
                if has_bom {
                    draft.write_all(BOM.as_bytes())?;
                }
                let mut writer =
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(draft);
                writer.write_record(columns.iter().map(|column| column.name))?;
                Form::Csv(Box::new(writer))
            }
            #[cfg(feature = "parquet")]
            FileFormat::Parquet => {
                Form::Parquet(Box::new(super::parquet_rows::ParquetRows::begin(columns, draft)?))
            }
            #[cfg(not(feature = "parquet"))]
            FileFormat::Parquet => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Rows { columns, form })
    }

    /// Adds a row with a cell for each column. A file of lines has the line instead, if one is given.
    pub(super) fn row(&mut self, cells: Vec<Cell>, line: Option<&str>) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len());
        match &mut self.form {
            Form::Lines(draft) => match line {
                Some(line) => writeln!(draft, "{line}"),
                None => writeln!(draft, "{}", object(self.columns, &cells)),
            },
            Form::Csv(writer) => Ok(writer.write_record(cells.iter().map(csv_text))?),
            #[cfg(feature = "parquet")]
            Form::Parquet(rows) => rows.row(cells),
        }
    }

    /// Makes the file durable under its name.
    pub(super) fn finish(self) -> io::Result<Sum> {
        match self.form {
            Form::Lines(draft) => draft.finish(),
            Form::Csv(writer) => writer.into_inner().map_err(|error| error.into_error())?.finish(),
            #[cfg(feature = "parquet")]
            Form::Parquet(rows) => rows.finish()?.finish(),
        }
    }
}

/// A row as JSON, with null where nothing is.
fn object(columns: &[Column], cells: &[Cell]) -> Value {
    let value = |(column, cell): (&Column, &Cell)| {
        let value = match cell {
            Cell::Empty => Value::Null,
            Cell::Number(number) => (*number).into(),
            Cell::Flag(flag) => (*flag).into(),
            Cell::Text(_) | Cell::Day(_) | Cell::Moment(_) => cell.to_text().into(),
        };
        debug_assert!(column.is_optional || *cell != Cell::Empty, "{} is empty", column.name);
        debug_assert!(column.kind != Kind::Number || !value.is_string());
        (column.name.to_owned(), value)
    };
    Value::Object(columns.iter().zip(cells).map(value).collect::<Map<_, _>>())
}

/// A cell that no spreadsheet takes for a formula: what could begin one is led by an apostrophe.
fn csv_text(cell: &Cell) -> String {
    let text = cell.to_text();
    match (cell, text.bytes().next()) {
        (Cell::Text(_), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n')) => format!("'{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sigeyi_domain::Day;

    use super::*;
    use crate::commands::files::table::{filled, optional};

    const COLUMNS: [Column; 5] = [
        filled("place", Kind::Number),
        optional("words", Kind::Text),
        optional("on", Kind::Day),
        optional("at", Kind::Moment),
        optional("is", Kind::Flag),
    ];

    fn written(format: FileFormat, has_bom: bool, rows: Vec<Vec<Cell>>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::begin(folder.path(), "a").unwrap();
        let mut file = Rows::begin(format, has_bom, &COLUMNS, draft).unwrap();
        for row in rows {
            file.row(row, None).unwrap();
        }
        file.finish().unwrap();
        fs::read_to_string(folder.path().join("a")).unwrap()
    }

    fn row(words: &str) -> Vec<Cell> {
        let day = Day::parse("2024-03-05").unwrap();
        vec![7_u64.into(), Cell::text(words), day.into(), Cell::Moment(1), true.into()]
    }

    fn empty() -> Vec<Cell> {
        vec![8_u64.into(), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]
    }

    #[test]
    fn csv_is_that_of_rfc_4180_and_has_a_mark_only_where_it_is_asked_for() {
        let text = written(FileFormat::Csv, false, vec![row("a,\"b\"\n"), empty()]);
        let expected = "place,words,on,at,is\r\n\
            7,\"a,\"\"b\"\"\n\",2024-03-05,1970-01-01T00:00:00.000001Z,true\r\n8,,,,\r\n";
        assert_eq!(text, expected);
        assert_eq!(written(FileFormat::Csv, true, vec![]), "\u{feff}place,words,on,at,is\r\n");
    }

    #[test]
    fn no_cell_of_csv_begins_as_a_formula_does() {
        for words in ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"] {
            let text = written(FileFormat::Csv, false, vec![row(words)]);
            let cell = text.split_once("7,").unwrap().1.trim_start_matches('"');
            assert!(cell.starts_with(&format!("'{words}")), "{text:?}");
        }
    }

    #[test]
    fn a_line_is_an_object_with_every_column() {
        let text = written(FileFormat::Ndjson, false, vec![row("=1"), empty()]);
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected = serde_json::json!({
            "place": 7, "words": "=1", "on": "2024-03-05", "at": "1970-01-01T00:00:00.000001Z", "is": true
        });
        assert_eq!(lines[0], expected);
        assert_eq!(lines[1]["words"], Value::Null);
        assert_eq!(lines[1].as_object().unwrap().len(), COLUMNS.len());
    }
}
