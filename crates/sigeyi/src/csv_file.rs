//! Reading an office's CSV file: UTF-8, columns by name, values trimmed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A file at most, in bytes: it is read as a whole, so that nothing is recorded from one that turns out unreadable.
const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Byte order mark.
const BOM: &str = "\u{feff}";

/// A file that has been read and whose columns have been found.
pub(crate) struct CsvFile {
    path: PathBuf,
    text: String,
    columns: Vec<Option<usize>>,
    rows: u64,
}

/// Why a file cannot be used. Nothing was recorded from it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CsvError {
    /// It cannot be read.
    #[error("不能读取 cannot read {path}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is too large.
    #[error("{path} 超过 1 GiB，请分成几个文件 is larger than 1 GiB: split it")]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// It has another encoding.
    #[error(
        "{path} 第 {line} 行不是 UTF-8：请另存为“CSV UTF-8” line {line} is not UTF-8: save the file as CSV UTF-8"
    )]
    NotUtf8 {
        /// Which file.
        path: PathBuf,
        /// Physical line, from 1.
        line: usize,
    },
    /// A column is missing.
    #[error(
        "{path} 缺少列“{column}”，第一行应为列名 the column {column} is missing; the first row must be the header"
    )]
    MissingColumn {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: &'static str,
    },
    /// A column stands there twice.
    #[error("{path} 的列“{column}”出现两次，请删去一个 the column {column} stands there twice")]
    DoubleColumn {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: &'static str,
    },
    /// A value in quotes that is not closed, or goes on after its closing quote.
    #[error(
        "{path} 第 {line} 行的引号没有配对 the quotes of the value that begins on line {line} do not match: close them, and double a quote within"
    )]
    Quotes {
        /// Which file.
        path: PathBuf,
        /// Physical line on which the value begins, from 1.
        line: usize,
    },
    /// The reader does not take it.
    #[error("{path} 不是有效的 CSV is not valid CSV")]
    NotCsv {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: csv::Error,
    },
}

/// A column, and whether the file must have it.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
}

impl CsvFile {
    /// Reads a file and finds the columns, in the order in which they are asked for.
    pub(crate) fn read(path: &Path, columns: &[Column]) -> Result<CsvFile, CsvError> {
        let unreadable = |source| CsvError::Unreadable { path: path.to_owned(), source };
        if fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(CsvError::TooLarge { path: path.to_owned() });
        }
        CsvFile::parse(path, fs::read(path).map_err(unreadable)?, columns)
    }

    /// The same of what stands in the file.
    pub(crate) fn parse(path: &Path, bytes: Vec<u8>, columns: &[Column]) -> Result<CsvFile, CsvError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            CsvError::NotUtf8 { path: path.to_owned(), line }
        })?;
        if let Some(line) = unmatched_quotes(&text) {
            return Err(CsvError::Quotes { path: path.to_owned(), line });
        }
        let mut file = CsvFile { path: path.to_owned(), text, columns: Vec::new(), rows: 0 };
        let mut reader = file.reader();
        let header = reader.headers().map_err(|source| file.not_csv(source))?.clone();
        let mut found = Vec::new();
        for column in columns {
            let mut places = header.iter().enumerate().filter(|(_, name)| name.trim() == column.name);
            let place = places.next().map(|(place, _)| place);
            if places.next().is_some() {
                return Err(CsvError::DoubleColumn { path: file.path, column: column.name });
            }
            if place.is_none() && column.is_required {
                return Err(CsvError::MissingColumn { path: file.path, column: column.name });
            }
            found.push(place);
        }
        let mut record = csv::StringRecord::new();
        let mut rows = 0;
        while reader.read_record(&mut record).map_err(|source| file.not_csv(source))? {
            rows += 1;
        }
        file.rows = rows;
        file.columns = found;
        Ok(file)
    }

    /// How many rows it has, without the header.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The rows, from top to bottom.
    pub(crate) fn read_rows(&self) -> Rows<'_> {
        Rows { file: self, reader: self.reader(), record: csv::StringRecord::new(), line: 1 }
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        let text = without_bom(&self.text);
        // A row that is too short or too long is judged by its values.
        csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes())
    }

    fn not_csv(&self, source: csv::Error) -> CsvError {
        CsvError::NotCsv { path: self.path.clone(), source }
    }
}

/// A file's rows, one after the other.
pub(crate) struct Rows<'f> {
    file: &'f CsvFile,
    reader: csv::Reader<&'f [u8]>,
    record: csv::StringRecord,
    line: u64,
}

impl Rows<'_> {
    /// The next row: its line, counted in rows with the header as 1, and its columns, trimmed; what is absent is empty.
    pub(crate) fn advance(&mut self) -> Result<Option<(u64, Vec<&str>)>, CsvError> {
        if !self.reader.read_record(&mut self.record).map_err(|source| self.file.not_csv(source))? {
            return Ok(None);
        }
        self.line += 1;
        let value =
            |place: &Option<usize>| place.and_then(|place| self.record.get(place)).unwrap_or("").trim();
        Ok(Some((self.line, self.file.columns.iter().map(value).collect())))
    }
}

fn without_bom(text: &str) -> &str {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// The line of a value whose quotes do not match. The reader would take it, and swallow every row up to the next quote.
fn unmatched_quotes(text: &str) -> Option<usize> {
    enum Place {
        Start,
        Plain,
        Quoted,
        AfterQuote,
    }
    let (mut place, mut line, mut begun) = (Place::Start, 1, 1);
    for char in without_bom(text).chars() {
        place = match (place, char) {
            (Place::Quoted, '"') => Place::AfterQuote,
            (Place::Quoted, _) | (Place::AfterQuote, '"') => Place::Quoted,
            (_, ',' | '\r' | '\n') => Place::Start,
            (Place::Start, '"') => {
                begun = line;
                Place::Quoted
            }
            (Place::AfterQuote, char) if char.is_whitespace() => Place::AfterQuote,
            (Place::AfterQuote, _) => return Some(begun),
            (Place::Start | Place::Plain, _) => Place::Plain,
        };
        line += usize::from(char == '\n');
    }
    matches!(place, Place::Quoted).then_some(begun)
}
