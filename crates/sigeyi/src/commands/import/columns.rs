//! The columns of both files, and rows of them.

use sigeyi_domain::{RecordRow, RosterRow};

use crate::csv_file::Column;

/// 摸底名册.
pub(super) const ROSTER: [Column; 8] = [
    Column { name: "姓名", is_required: true },
    Column { name: "残疾人证号", is_required: true },
    Column { name: "地区代码", is_required: true },
    Column { name: "联系电话", is_required: false },
    Column { name: "就业状况", is_required: true },
    Column { name: "就业形式", is_required: true },
    Column { name: "未就业原因", is_required: true },
    Column { name: "登记日期", is_required: true },
];

/// 业务记录.
pub(super) const RECORDS: [Column; 7] = [
    Column { name: "流水号", is_required: true },
    Column { name: "残疾人证号", is_required: true },
    Column { name: "事项", is_required: true },
    Column { name: "日期", is_required: true },
    Column { name: "结果", is_required: true },
    Column { name: "经办机构", is_required: false },
    Column { name: "作废流水号", is_required: false },
];

pub(super) fn roster_row<'a>(row: &[&'a str]) -> RosterRow<'a> {
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

pub(super) fn record_row<'a>(row: &[&'a str]) -> RecordRow<'a> {
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
