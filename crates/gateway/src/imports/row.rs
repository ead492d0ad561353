//! A row on the wire: one JSON object a line, `{"file":"roster","line":2,"name":…}`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sigeyi_domain::{RecordRow, RosterRow};

/// A row of one of the two files. Those of the roster come first.
#[derive(Serialize, Deserialize)]
#[serde(tag = "file", rename_all = "lowercase")]
pub enum ImportRow<'a> {
    /// A row of the roster.
    #[serde(borrow)]
    Roster(RosterLine<'a>),
    /// A row of the records.
    #[serde(borrow)]
    Records(RecordLine<'a>),
}

/// A row of the roster. What a form leaves open is empty, and may be left out where it is optional.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RosterLine<'a> {
    /// Which row of the file; the header is row 1.
    pub line: u64,
    /// 姓名.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// 残疾人证号.
    #[serde(borrow)]
    pub certificate: Cow<'a, str>,
    /// 地区代码.
    #[serde(borrow)]
    pub region: Cow<'a, str>,
    /// 联系电话.
    #[serde(borrow, default)]
    pub phone: Cow<'a, str>,
    /// 就业状况.
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    /// 就业形式.
    #[serde(borrow, default)]
    pub form: Cow<'a, str>,
    /// 未就业原因.
    #[serde(borrow, default)]
    pub reason: Cow<'a, str>,
    /// 登记日期.
    #[serde(borrow)]
    pub registered_on: Cow<'a, str>,
}

/// A row of the records.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordLine<'a> {
    /// Which row of the file; the header is row 1.
    pub line: u64,
    /// 流水号.
    #[serde(borrow)]
    pub serial: Cow<'a, str>,
    /// 残疾人证号.
    #[serde(borrow)]
    pub certificate: Cow<'a, str>,
    /// 事项.
    #[serde(borrow)]
    pub item: Cow<'a, str>,
    /// 日期.
    #[serde(borrow)]
    pub date: Cow<'a, str>,
    /// 结果.
    #[serde(borrow, default)]
    pub outcome: Cow<'a, str>,
    /// 经办机构.
    #[serde(borrow, default)]
    pub office: Cow<'a, str>,
    /// 作废流水号.
    #[serde(borrow, default)]
    pub voids: Cow<'a, str>,
}

impl<'a> RosterLine<'a> {
    /// The line for a row.
    pub fn new(line: u64, row: RosterRow<'a>) -> RosterLine<'a> {
        RosterLine {
            line,
            name: row.name.into(),
            certificate: row.certificate.into(),
            region: row.region.into(),
            phone: row.phone.into(),
            status: row.status.into(),
            form: row.form.into(),
            reason: row.reason.into(),
            registered_on: row.registered_on.into(),
        }
    }

    /// The row itself, trimmed.
    pub fn row(&self) -> RosterRow<'_> {
        RosterRow {
            name: self.name.trim(),
            certificate: self.certificate.trim(),
            region: self.region.trim(),
            phone: self.phone.trim(),
            status: self.status.trim(),
            form: self.form.trim(),
            reason: self.reason.trim(),
            registered_on: self.registered_on.trim(),
        }
    }
}

impl<'a> RecordLine<'a> {
    /// The line for a row.
    pub fn new(line: u64, row: RecordRow<'a>) -> RecordLine<'a> {
        RecordLine {
            line,
            serial: row.serial.into(),
            certificate: row.certificate.into(),
            item: row.item.into(),
            date: row.date.into(),
            outcome: row.outcome.into(),
            office: row.office.into(),
            voids: row.voids.into(),
        }
    }

    /// The row itself, trimmed.
    pub fn row(&self) -> RecordRow<'_> {
        RecordRow {
            serial: self.serial.trim(),
            certificate: self.certificate.trim(),
            item: self.item.trim(),
            date: self.date.trim(),
            outcome: self.outcome.trim(),
            office: self.office.trim(),
            voids: self.voids.trim(),
        }
    }
}
