//! 摸底调查: one row a person.

use crate::{
    CertificateNumber, County, Day, EmploymentForm, EmploymentStatus, NonEmploymentReason, PersonName, Phone,
};

use super::row::{RowCode, RowFault, certificate, county, day, fault, required, text};

/// The columns of a row, trimmed.
#[derive(Debug, Clone, Copy, Default)]
pub struct RosterRow<'a> {
    /// 姓名.
    pub name: &'a str,
    /// 残疾人证号.
    pub certificate: &'a str,
    /// 地区代码.
    pub region: &'a str,
    /// 联系电话, may be empty.
    pub phone: &'a str,
    /// 就业状况.
    pub status: &'a str,
    /// 就业形式, for 已就业.
    pub form: &'a str,
    /// 未就业原因, for 未就业.
    pub reason: &'a str,
    /// 登记日期.
    pub registered_on: &'a str,
}

/// An accepted row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// 姓名.
    pub name: PersonName,
    /// 残疾人证号.
    pub certificate: CertificateNumber,
    /// The county of 地区代码.
    pub county: County,
    /// 联系电话.
    pub phone: Option<Phone>,
    /// 就业状况 with form or reason.
    pub status: EmploymentStatus,
    /// 登记日期: the day of entry, or the day from which what is new holds.
    pub on: Day,
}

const EMPLOYED: &str = "已就业";
const NOT_EMPLOYED: &str = "未就业";

impl RosterRow<'_> {
    /// Judges the row by itself. The first fault counts, in the order of the file's rules: missing, too long, certificate format,
    /// certificate checksum, region, value, date, future.
    pub fn judge(&self, today: Day) -> Result<RosterEntry, RowFault> {
        required(&[
            (self.name, "姓名"),
            (self.certificate, "残疾人证号"),
            (self.region, "地区代码"),
            (self.status, "就业状况"),
            (self.registered_on, "登记日期"),
        ])?;
        match self.status {
            EMPLOYED => required(&[(self.form, "就业形式")])?,
            NOT_EMPLOYED => required(&[(self.reason, "未就业原因")])?,
            _ => {}
        }
        let Some(name) = text(self.name, "姓名")? else { return fault(RowCode::MissingField, "姓名") };
        let phone = text(self.phone, "联系电话")?;
        let certificate = certificate(self.certificate, today)?;
        let county = county(self.region, "地区代码")?;
        let status = match self.status {
            EMPLOYED => {
                EmploymentForm::from_label(self.form).map(EmploymentStatus::Employed).ok_or("就业形式")
            }
            NOT_EMPLOYED => NonEmploymentReason::from_label(self.reason)
                .map(EmploymentStatus::NotEmployed)
                .ok_or("未就业原因"),
            _ => Err("就业状况"),
        };
        let status = status.or_else(|field| fault(RowCode::UnknownValue, field))?;
        let on = day(self.registered_on, "登记日期", today)?;
        Ok(RosterEntry { name, certificate, county, phone, status, on })
    }
}
