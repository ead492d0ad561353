//! Everything that somebody may want to do.

use super::names::named_list;
use crate::Command;

named_list! {
    /// Everything that the system does for somebody who asks.
    Action {
        // One person.
        /// Summary, steps and standing.
        ReadPerson = "read_person" "查看个人概况",
        /// Every event, also as known on an earlier day.
        ReadHistory = "read_history" "查看个人全部记录",
        /// Ask who has this certificate number. Somebody outside one's region must be answered as nobody is.
        LookUpByNumber = "look_up_by_number" "按残疾人证号查找",
        /// Show name, certificate number, phone, address, or sealed details. Each time with a reason, which is recorded.
        RevealPersonalData = "reveal_personal_data" "显示个人信息",
        // Many persons.
        /// Lists and work lists.
        ListPeople = "list_people" "查看名单",
        /// Counts.
        ReadFigures = "read_figures" "查看统计数字",
        /// Keep counts of a region for ever, as they are known now.
        FreezeReport = "freeze_report" "固定报表",
        /// The events of a region, stored or as they come.
        ReadEvents = "read_events" "读取事件",
        /// The events under pseudonyms.
        ReadPseudonymousStream = "read_pseudonymous_stream" "读取假名事件流",
        /// Take masked data away in a file.
        Export = "export" "导出",
        // Trust.
        /// Heads, checkpoints, and proofs that an event is in the log.
        ReadProofs = "read_proofs" "读取存证",
        /// Who looked at a person.
        ReadAccessOfPerson = "read_access_of_person" "查看某人被谁查阅",
        /// Whom a user looked at.
        ReadAccessByUser = "read_access_by_user" "查看用户查阅了谁",
        // The steps and facts of one person.
        /// 基础信息核对.
        RecordVerification = "record_verification" "记录基础信息核对",
        /// 职业能力评估.
        RecordAssessment = "record_assessment" "记录职业能力评估",
        /// 就业需求登记.
        RecordDemand = "record_demand" "记录就业需求登记",
        /// 就业服务.
        RecordService = "record_service" "记录就业服务",
        /// 就业 or 离职.
        RecordEmployment = "record_employment" "记录就业或离职",
        /// 培训.
        RecordTraining = "record_training" "记录培训",
        // Who is in the register, where, and what it says.
        /// Enter somebody in the register.
        EnrolPerson = "enrol_person" "登记人员",
        /// 信息更正.
        CorrectPerson = "correct_person" "更正信息",
        /// 作废.
        VoidRecord = "void_record" "作废记录",
        /// 迁移: the right is needed where the person is; the target may lie outside.
        TransferPerson = "transfer_person" "迁移人员",
        /// 指派就业辅导员: asking for it.
        AssignCounsellor = "assign_counsellor" "指派辅导员",
        /// 退出.
        RecordLeaving = "record_leaving" "记录退出",
        /// 恢复登记.
        ReinstatePerson = "reinstate_person" "恢复登记",
        // Files.
        /// Record a row of a file, whatever it says. Each row is decided for its own person or county.
        Import = "import" "导入",
        /// The report of an import. That it is one's own is for the caller to see.
        ReadOwnImportReport = "read_own_import_report" "查看本人导入的报告",
        // What takes two: that the two are different people is for the caller to see.
        /// Ask that somebody's data be shown to nobody.
        RequestRestriction = "request_restriction" "申请限制处理",
        /// Grant it.
        ApproveRestriction = "approve_restriction" "批准限制处理",
        /// Ask that somebody's data be erased.
        RequestErasure = "request_erasure" "申请删除",
        /// Grant it.
        ApproveErasure = "approve_erasure" "批准删除",
        /// Ask that somebody get or lose a role. The resource is the region of the role; a role with two regions is decided for both.
        RequestRoleChange = "request_role_change" "申请变更角色",
        /// Grant it.
        ApproveRoleChange = "approve_role_change" "批准变更角色",
        /// Grant or refuse the assignment of a counsellor.
        ApproveCounsellor = "approve_counsellor" "批准指派辅导员",
        /// Declare that one must see somebody or some region outside one's own. The only right that reaches outside.
        BreakGlass = "break_glass" "紧急查阅",
        // The machine.
        /// Details of how the service runs.
        ReadMetrics = "read_metrics" "查看运行指标",
        /// Copy the directory, or check it.
        RunBackup = "run_backup" "备份与核查",
        /// Turn keys.
        ManageKeys = "manage_keys" "管理密钥",
    }
}

impl Action {
    /// What recording a command is. A row of a file is [`Action::Import`], whatever command it makes.
    pub fn of(command: &Command) -> Action {
        match command {
            Command::EnrolPerson { .. } => Action::EnrolPerson,
            // Only a row of a roster says this.
            Command::SurveyPerson(_) => Action::Import,
            Command::VerifyInfo(_) => Action::RecordVerification,
            Command::AssessAbility { .. } => Action::RecordAssessment,
            Command::RegisterDemand { .. } => Action::RecordDemand,
            Command::DeliverService { .. } => Action::RecordService,
            Command::StartEmployment { .. } | Command::EndEmployment { .. } => Action::RecordEmployment,
            Command::CompleteTraining { .. } => Action::RecordTraining,
            Command::TransferPerson { .. } => Action::TransferPerson,
            Command::RequestCounsellor { .. } => Action::AssignCounsellor,
            Command::ApproveCounsellor { .. } | Command::DeclineCounsellor { .. } => {
                Action::ApproveCounsellor
            }
            Command::LeaveRegister { .. } => Action::RecordLeaving,
            Command::ReinstatePerson { .. } => Action::ReinstatePerson,
            Command::CorrectPerson(_) => Action::CorrectPerson,
            Command::VoidRecord { .. } => Action::VoidRecord,
            Command::RequestErasure { .. } => Action::RequestErasure,
            Command::RestrictData { .. } => Action::RequestRestriction,
            Command::LiftRestriction { .. } => Action::ApproveRestriction,
            Command::EraseData { .. } => Action::ApproveErasure,
        }
    }

    /// Whether the purpose must be stated by whoever asks, with a reason, and may not be taken from the role.
    pub fn must_be_justified(self) -> bool {
        matches!(self, Action::RevealPersonalData | Action::Export | Action::BreakGlass)
    }
}
