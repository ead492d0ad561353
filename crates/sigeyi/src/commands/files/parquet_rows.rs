//! Rows as [Parquet](https://parquet.apache.org/docs/file-format/), by columns.

use std::{
    io::{self, Error},
    sync::Arc,
};

use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};

use super::{
    draft::Draft,
    table::{Cell, Column, Kind},
};

/// A group of rows is held in memory until it is written: so many at most, and so many bytes of text.
const ROWS_OF_A_GROUP: usize = 65_536;
const TEXT_BYTES_OF_A_GROUP: usize = 16 << 20;
/// What the file says wrote it, so that the version of the library changes no bytes.
const CREATED_BY: &str = "sigeyi";

/// A file that is being written.
pub(super) struct ParquetRows {
    columns: &'static [Column],
    writer: SerializedFileWriter<Draft>,
    /// A group, by columns.
    group: Vec<Vec<Cell>>,
    rows: usize,
    text_bytes: usize,
}

impl ParquetRows {
    pub(super) fn begin(columns: &'static [Column], draft: Draft) -> io::Result<ParquetRows> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(CREATED_BY.to_owned())
            .build();
        let writer = SerializedFileWriter::new(draft, schema(columns).map_err(failed)?, Arc::new(properties));
        Ok(ParquetRows {
            columns,
            writer: writer.map_err(failed)?,
            group: vec![Vec::new(); columns.len()],
            rows: 0,
            text_bytes: 0,
        })
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        for (column, cell) in self.group.iter_mut().zip(cells) {
            if let Cell::Text(text) = &cell {
                self.text_bytes += text.len();
            }
            column.push(cell);
        }
        self.rows += 1;
        if self.rows == ROWS_OF_A_GROUP || self.text_bytes >= TEXT_BYTES_OF_A_GROUP {
            self.write_group().map_err(failed)?;
        }
        Ok(())
    }

    /// Writes what is left, and the end.
    pub(super) fn finish(mut self) -> io::Result<Draft> {
        if self.rows > 0 {
            self.write_group().map_err(failed)?;
        }
        self.writer.into_inner().map_err(failed)
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (column, cells) in self.columns.iter().zip(&mut self.group) {
            write_column(&mut group, column, cells)?;
            cells.clear();
        }
        group.close()?;
        (self.rows, self.text_bytes) = (0, 0);
        Ok(())
    }
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Number => (Physical::INT64, None),
            Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
            Kind::Moment => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        let repetition = if column.is_optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let field = Type::primitive_type_builder(column.name, physical);
        field.with_repetition(repetition).with_logical_type(logical).build().map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("row").with_fields(fields).build()?))
}

fn write_column(
    group: &mut SerializedRowGroupWriter<'_, Draft>,
    column: &Column,
    cells: &[Cell],
) -> Result<(), ParquetError> {
    match column.kind {
        Kind::Text => write::<ByteArrayType>(group, column, cells, |cell| match cell {
            Cell::Text(text) => Some(ByteArray::from(text.as_str())),
            _ => None,
        }),
        Kind::Number => write::<Int64Type>(group, column, cells, |cell| match cell {
            Cell::Number(number) => i64::try_from(*number).ok(),
            _ => None,
        }),
        Kind::Day => write::<Int32Type>(group, column, cells, |cell| match cell {
            Cell::Day(day) => Some(day.days()),
            _ => None,
        }),
        Kind::Moment => write::<Int64Type>(group, column, cells, |cell| match cell {
            Cell::Moment(micros) => Some(*micros),
            _ => None,
        }),
        Kind::Flag => write::<BoolType>(group, column, cells, |cell| match cell {
            Cell::Flag(flag) => Some(*flag),
            _ => None,
        }),
    }
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Draft>,
    column: &Column,
    cells: &[Cell],
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let found: Vec<Option<T::T>> = cells.iter().map(value).collect();
    // Of a column that is filled throughout there is nothing to say.
    let is_there: Option<Vec<i16>> =
        column.is_optional.then(|| found.iter().map(|value| i16::from(value.is_some())).collect());
    let values: Vec<T::T> = found.into_iter().flatten().collect();
    let Some(mut writer) = group.next_column()? else {
        return Err(ParquetError::General(format!("no column {}", column.name)));
    };
    writer.typed::<T>().write_batch(&values, is_there.as_deref(), None)?;
    writer.close()
}

fn failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(error) => Error::other(error),
        error => Error::other(error),
    }
}
