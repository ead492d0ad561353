//! Why a row is rejected, and the checks that both files share.

use crate::{CertificateError, CertificateNumber, County, Day, Rejection, Text, TextError, divisions};

/// One code a row: the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum RowCode {
    MissingField,
    TooLong,
    BadCertificateFormat,
    BadCertificateChecksum,
    UnknownRegion,
    UnknownItem,
    UnknownValue,
    BadDate,
    DateInFuture,
    UnknownPerson,
    SerialConflict,
    UnknownRecord,
    TooManyRecords,
    OutOfOrder,
    PersonRestricted,
    OutsideRegion,
}

/// A rejected row: what is wrong with which column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowFault {
    /// Stable code.
    pub code: RowCode,
    /// Column name.
    pub field: &'static str,
}

impl RowCode {
    /// Every code.
    pub const ALL: [RowCode; 16] = [
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

    /// Stable code, as reports give it.
    pub fn name(self) -> &'static str {
        match self {
            RowCode::MissingField => "MISSING_FIELD",
            RowCode::TooLong => "TOO_LONG",
            RowCode::BadCertificateFormat => "BAD_CERTIFICATE_FORMAT",
            RowCode::BadCertificateChecksum => "BAD_CERTIFICATE_CHECKSUM",
            RowCode::UnknownRegion => "UNKNOWN_REGION",
            RowCode::UnknownItem => "UNKNOWN_ITEM",
            RowCode::UnknownValue => "UNKNOWN_VALUE",
            RowCode::BadDate => "BAD_DATE",
            RowCode::DateInFuture => "DATE_IN_FUTURE",
            RowCode::UnknownPerson => "UNKNOWN_PERSON",
            RowCode::SerialConflict => "SERIAL_CONFLICT",
            RowCode::UnknownRecord => "UNKNOWN_RECORD",
            RowCode::TooManyRecords => "TOO_MANY_RECORDS",
            RowCode::OutOfOrder => "OUT_OF_ORDER",
            RowCode::PersonRestricted => "PERSON_RESTRICTED",
            RowCode::OutsideRegion => "OUTSIDE_REGION",
        }
    }

    /// The code with this name.
    pub fn from_name(name: &str) -> Option<RowCode> {
        RowCode::ALL.into_iter().find(|code| code.name() == name)
    }

    /// How to mend it, for the office that sent the file.
    pub fn advice(self) -> &'static str {
        match self {
            RowCode::MissingField => "必填项为空，请补填",
            RowCode::TooLong => "内容过长，请缩短",
            RowCode::BadCertificateFormat => {
                "残疾人证号格式不对：18位公民身份号码+类别(1-7)+等级(1-4)，补发的再加B和序号；出生日期须真实"
            }
            RowCode::BadCertificateChecksum => "公民身份号码的校验位不对，请核对证件",
            RowCode::UnknownRegion => "地区代码不是本区的旗县（6位）或苏木乡镇（9位）代码",
            RowCode::UnknownItem => "没有这个事项，请从事项表中选择",
            RowCode::UnknownValue => "不在可选值之内，请从选项表中选择",
            RowCode::BadDate => "日期须写成 YYYY-MM-DD，并且真实存在",
            RowCode::DateInFuture => "日期在今天之后，请填写实际发生的日期",
            RowCode::UnknownPerson => "此人未登记，请先在摸底名册中登记",
            RowCode::SerialConflict => "同一流水号已用于另一内容，请换新的流水号或改回原内容",
            RowCode::UnknownRecord => "作废流水号不是此人之前已接收的记录，或该记录不能作废",
            RowCode::TooManyRecords => "此人的记录已达上限，请联系管理员",
            RowCode::OutOfOrder => "本方案要求按顺序办理，前面的环节还没有记录",
            RowCode::PersonRestricted => "此人的信息已限制处理，解除限制之前不能记录",
            RowCode::OutsideRegion => "此人不在您负责导入的地区，请由所在地区办理",
        }
    }

    /// The code for a refusal by the rules.
    pub fn of_rejection(rejection: &Rejection) -> RowFault {
        let (code, field) = match rejection {
            Rejection::DateInFuture(_) => (RowCode::DateInFuture, "日期"),
            Rejection::UnknownRecord | Rejection::NotVoidable(_) => (RowCode::UnknownRecord, "作废流水号"),
            Rejection::TooManyRecords => (RowCode::TooManyRecords, "残疾人证号"),
            Rejection::OutOfOrder(_) => (RowCode::OutOfOrder, "事项"),
            Rejection::PersonRestricted => (RowCode::PersonRestricted, "残疾人证号"),
            Rejection::UnknownPerson
            | Rejection::AlreadyEnrolled
            | Rejection::NotLeft
            | Rejection::NothingToCorrect
            | Rejection::OtherCitizenNumber
            // No row asks for what these refuse, and whoever is erased is not found by a number.
            | Rejection::PersonErased
            | Rejection::NotRestricted
            | Rejection::NoErasureRequested
            | Rejection::SecondPersonNeeded
            | Rejection::RequestNotOpen
            | Rejection::RetentionRuns(_) => (RowCode::UnknownPerson, "残疾人证号"),
        };
        RowFault { code, field }
    }
}

pub(super) fn fault<T>(code: RowCode, field: &'static str) -> Result<T, RowFault> {
    Err(RowFault { code, field })
}

pub(super) fn required(fields: &[(&str, &'static str)]) -> Result<(), RowFault> {
    fields
        .iter()
        .find(|(value, _)| value.is_empty())
        .map_or(Ok(()), |(_, field)| fault(RowCode::MissingField, field))
}

pub(super) fn text<const MAX: usize>(
    value: &str,
    field: &'static str,
) -> Result<Option<Text<MAX>>, RowFault> {
    match Text::parse(value) {
        Ok(text) => Ok(Some(text)),
        Err(TextError::Empty) => Ok(None),
        Err(TextError::TooLong { .. }) => fault(RowCode::TooLong, field),
    }
}

pub(super) fn certificate(value: &str, today: Day) -> Result<CertificateNumber, RowFault> {
    CertificateNumber::parse(value, today).or_else(|error| match error {
        CertificateError::Format => fault(RowCode::BadCertificateFormat, "残疾人证号"),
        CertificateError::Checksum => fault(RowCode::BadCertificateChecksum, "残疾人证号"),
    })
}

pub(super) fn county(value: &str, field: &'static str) -> Result<County, RowFault> {
    divisions().county_of(value).map_or_else(|| fault(RowCode::UnknownRegion, field), Ok)
}

pub(super) fn day(value: &str, field: &'static str, today: Day) -> Result<Day, RowFault> {
    match Day::parse(value) {
        Err(_) => fault(RowCode::BadDate, field),
        Ok(day) if day > today => fault(RowCode::DateInFuture, field),
        Ok(day) => Ok(day),
    }
}
