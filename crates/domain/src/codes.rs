//! Code lists. What is stored is the name, never a number: numbers moved between versions of the national forms.

use serde::{Deserialize, Serialize};

macro_rules! code_list {
    ($(#[$doc:meta])* $list:ident { $($(#[$value_doc:meta])* $value:ident = $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $list { $(#[doc = $label] $(#[$value_doc])* $value,)+ }

        impl $list {
            /// Every value, in the order of the list.
            pub const ALL: &'static [$list] = &[$($list::$value),+];

            /// The Chinese label, as offices write it.
            pub fn label(self) -> &'static str {
                match self { $($list::$value => $label,)+ }
            }

            /// The name that is stored.
            pub fn name(self) -> &'static str {
                match self { $($list::$value => stringify!($value),)+ }
            }

            /// The value with this Chinese label.
            pub fn from_label(label: &str) -> Option<$list> {
                match label { $($label => Some($list::$value),)+ _ => None }
            }

            /// The value at this place of the list.
            pub fn from_index(index: u8) -> Option<$list> {
                $list::ALL.get(index as usize).copied()
            }
        }
    };
}

/// Every list of what is recorded, a value a line with its stored name and its label: what a report's content hash covers.
pub fn code_lists_text() -> String {
    let mut text = String::new();
    macro_rules! write {
        ($($list:ident),+ $(,)?) => {
            $(for value in $list::ALL {
                text.push_str(concat!(stringify!($list), ","));
                text.push_str(value.name());
                text.push(',');
                text.push_str(value.label());
                text.push('\n');
            })+
        };
    }
    write!(
        Step,
        DisabilityCategory,
        DisabilityGrade,
        EmploymentForm,
        NonEmploymentReason,
        EmploymentNeed,
        ServiceType,
        VerificationOutcome,
        VerificationMethod,
        AssessmentConclusion,
        AssessmentDimension,
        TrainingKind,
        LeaveReason,
        ErasureGround,
        RestrictionCause,
        EmployerKind,
        Origin,
        CorrectedField,
        Item,
    );
    text
}

code_list! {
    /// The four steps (四个一), in the order of the clause: 内政办发〔2022〕68号 二（九）.
    Step {
        InfoVerified = "基础信息核对",
        AbilityAssessed = "职业能力评估",
        DemandRegistered = "就业需求登记",
        ServiceDelivered = "就业服务",
    }
}

code_list! {
    /// 残疾类别: the 19th character of a certificate number, 1 to 7.
    DisabilityCategory {
        Visual = "视力", Hearing = "听力", Speech = "言语", Physical = "肢体",
        Intellectual = "智力", Psychiatric = "精神", Multiple = "多重",
    }
}

code_list! {
    /// 残疾等级: the 20th character, 1 (most severe) to 4. 重度 is one and two.
    DisabilityGrade { One = "一级", Two = "二级", Three = "三级", Four = "四级", }
}

code_list! {
    /// 就业形式 (持证残疾人登记表 R17).
    EmploymentForm {
        ProportionalQuota = "按比例就业",
        Concentrated = "集中就业",
        SelfEmployed = "个体就业",
        PublicWelfarePost = "公益性岗位就业",
        SupportedAuxiliary = "辅助性就业",
        FarmingProcessing = "农村种养加",
        Flexible = "灵活就业",
    }
}

code_list! {
    /// 未就业主要原因 (R19). Also why an employment ended, and why there is no need.
    NonEmploymentReason {
        InSchool = "在校学习",
        Retired = "退休",
        NoWillingness = "无就业意愿",
        NoSkills = "无就业技能",
        LostLabourCapacity = "丧失劳动能力",
        LandRequisitioned = "土地被征用",
        Other = "其他",
    }
}

code_list! {
    /// 就业需求 (R21).
    EmploymentNeed {
        SkillTraining = "职业技能培训",
        JobPlacement = "职业介绍",
        RuralPracticalTraining = "农村实用技术培训",
        FinancialCreditSupport = "资金信贷扶持",
        OtherSupport = "其他帮扶",
    }
}

code_list! {
    /// 就业服务.
    ServiceType {
        CareerGuidance = "职业指导",
        JobReferral = "岗位推荐",
        StartupSupport = "创业扶持",
        PsychologicalCounselling = "职业心理咨询",
        JobFair = "专场招聘",
        JobCoaching = "就业辅导",
        SubsidyApplication = "补贴申请",
        FollowUp = "跟踪回访",
    }
}

code_list! {
    /// Outcome of a verification that took place.
    VerificationOutcome { Confirmed = "属实", Corrected = "更正", }
}

code_list! {
    /// How information was verified.
    VerificationMethod { HomeVisit = "入户", InPerson = "见面", Phone = "电话", DataMatch = "数据比对", }
}

code_list! {
    /// Recommended path after an assessment.
    AssessmentConclusion {
        OpenEmployment = "适合就业",
        SupportedEmployment = "支持性就业",
        TrainingFirst = "先培训",
        RehabilitationFirst = "先康复",
        NotCurrentlyFit = "暂不适合",
    }
}

code_list! {
    /// Dimensions of an assessment, after local practice; no national standard was found.
    AssessmentDimension {
        BodyFunction = "身体功能",
        VocationalPotential = "职业潜能",
        FunctionalAcademics = "功能性学业能力",
        SocialAdaptation = "社会适应性",
        WorkEndurance = "耐力",
        VocationalInterest = "职业兴趣",
    }
}

code_list! {
    /// 培训.
    TrainingKind { Vocational = "职业技能培训", RuralPractical = "农村实用技术培训", }
}

code_list! {
    /// 退出 the register.
    LeaveReason { Died = "死亡", CertificateCancelled = "证件注销", MovedAway = "迁出自治区", }
}

code_list! {
    /// Why the data of somebody are erased: 个人信息保护法 第四十七条.
    ErasureGround {
        PurposeOver = "处理目的已实现、无法实现或者不再必要",
        ServiceEnded = "停止提供服务",
        RetentionOver = "保存期限届满",
        ConsentWithdrawn = "撤回同意",
        UnlawfulProcessing = "违反法律、行政法规或者违反约定处理",
        OtherByLaw = "法律、行政法规规定的其他情形",
    }
}

code_list! {
    /// Why the data of somebody are kept and not used: 个人信息保护法 第四十四条, 第四十六条, 第四十七条第二款.
    RestrictionCause {
        UseRefused = "限制或者拒绝处理",
        AccuracyDisputed = "对信息的准确性、完整性有异议",
        MustBeKept = "法定保存期限未届满或者难以删除",
    }
}

code_list! {
    /// Kind of employer (二（一）–（五）).
    EmployerKind {
        Government = "机关",
        PublicInstitution = "事业单位",
        StateOwned = "国有企业",
        Private = "民营企业",
        SocialOrganisation = "社会组织",
        SelfRun = "自主经营",
    }
}

code_list! {
    /// Where an entry about the person's data comes from.
    Origin { Roster = "摸底调查", Office = "机构登记", WorkInjury = "工伤伤残职工", }
}

code_list! {
    /// Which data were corrected or differed.
    CorrectedField {
        Name = "姓名", Phone = "联系电话", Address = "联系地址", Employment = "就业状况", Region = "地区", Certificate = "残疾人证号",
    }
}

code_list! {
    /// 事项 of a record row.
    Item {
        InfoVerified = "基础信息核对",
        AbilityAssessed = "职业能力评估",
        DemandRegistered = "就业需求登记",
        ServiceDelivered = "就业服务",
        EmploymentStarted = "就业",
        EmploymentEnded = "离职",
        TrainingCompleted = "培训",
        Transferred = "迁移",
        Left = "退出",
        Voided = "作废",
    }
}

impl DisabilityCategory {
    /// From the ASCII digit in a certificate number.
    pub fn from_digit(digit: u8) -> Option<Self> {
        Self::from_index(digit.checked_sub(b'1')?)
    }
}

impl DisabilityGrade {
    /// From the ASCII digit in a certificate number.
    pub fn from_digit(digit: u8) -> Option<Self> {
        Self::from_index(digit.checked_sub(b'1')?)
    }
}

impl NonEmploymentReason {
    /// Whether somebody who gives this reason is taken to need employment, as long as no demand has been registered: the national survey
    /// skips the questions about needs for those in school, retired, unwilling or without capacity to work.
    pub fn leaves_need(self) -> bool {
        match self {
            Self::InSchool | Self::Retired | Self::NoWillingness | Self::LostLabourCapacity => false,
            Self::NoSkills | Self::LandRequisitioned | Self::Other => true,
        }
    }
}
