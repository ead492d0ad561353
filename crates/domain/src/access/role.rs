//! In which role somebody acts, and what for.

use super::names::named_list;

named_list! {
    /// What somebody is for the service. One person may have several roles.
    Role {
        /// Records the four steps at an office.
        FieldWorker = "field_worker" "经办人",
        /// 就业辅导员: accompanies people into work.
        Counsellor = "counsellor" "辅导员",
        /// Answers for a region: corrects, voids, transfers, approves.
        Manager = "manager" "主管",
        /// Sends the files of another system.
        Importer = "importer" "导入员",
        /// Looks into everything, masked, and changes nothing.
        Auditor = "auditor" "审计员",
        /// Works with figures, and with a grant of its own with pseudonymous events.
        Analyst = "analyst" "分析员",
        /// Runs the service, and sees nothing about people.
        Operator = "operator" "运维员",
    }
}

named_list! {
    /// What something is done for. Personal data may be handled for a definite and stated purpose only (个人信息保护法 第六条).
    Purpose {
        /// Serving the person.
        Service = "service" "办理服务",
        /// Answering for a region.
        Management = "management" "业务管理",
        /// Looking into what was done.
        Audit = "audit" "审计监督",
        /// Statistics and studies.
        Research = "research" "统计研究",
        /// Running the service.
        Operation = "operation" "系统运维",
    }
}
