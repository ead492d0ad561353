//! What was done, what for, and what came of it. An entry holds the numbers; a number once given stays.

macro_rules! codes {
    ($(#[$doc:meta])* $list:ident { $($(#[$value_doc:meta])* $value:ident = $code:literal $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $list { $($(#[$value_doc])* $value,)+ }

        impl $list {
            /// Every value.
            pub const ALL: &'static [$list] = &[$($list::$value),+];

            /// The number in an entry.
            pub fn code(self) -> u8 {
                match self { $($list::$value => $code,)+ }
            }

            /// The value of a number; nothing for one of a later version.
            pub fn from_code(code: u8) -> Option<$list> {
                match code { $($code => Some($list::$value),)+ _ => None }
            }

            /// The name for programs.
            pub fn name(self) -> &'static str {
                match self { $($list::$value => stringify!($value),)+ }
            }

            /// The Chinese label, for office workers.
            pub fn label(self) -> &'static str {
                match self { $($list::$value => $label,)+ }
            }
        }
    };
}

codes! {
    /// What was done.
    AccessAction {
        /// One person was looked at by id.
        Person = 1 "查看人员",
        /// One person was looked for by certificate number.
        PersonByCertificate = 2 "按残疾人证号查找",
        /// A list of people.
        People = 3 "查看名单",
        /// Everything that was recorded of one person.
        History = 4 "查看办理经过",
        /// Events of the log.
        Events = 5 "查看事件",
        /// Sealed fields were opened.
        Reveal = 6 "查看隐藏信息",
        /// This log itself.
        AccessLog = 7 "查看访问记录",
        /// People were written to a file.
        Export = 8 "导出",
    }
}

codes! {
    /// What for.
    AccessPurpose {
        /// Nobody said.
        Unstated = 0 "未说明",
        /// A service is being delivered.
        Service = 1 "办理服务",
        /// Information is being verified.
        Verification = 2 "核对信息",
        /// An ability is being assessed.
        Assessment = 3 "能力评估",
        /// Supervision and audit.
        Supervision = 4 "监督检查",
        /// A petition or complaint.
        Petition = 5 "信访投诉",
        /// The person has asked.
        PersonsRequest = 6 "本人查询",
        /// A mistake is being corrected.
        Correction = 7 "更正信息",
        /// Something else; the reason says what.
        Other = 8 "其他",
    }
}

codes! {
    /// What came of it.
    AccessOutcome {
        /// The people were shown, what is sealed masked.
        Shown = 1 "已显示",
        /// Sealed fields of the people were shown.
        Revealed = 2 "已显示隐藏信息",
        /// It was refused.
        Denied = 3 "已拒绝",
        /// The people were counted and not shown.
        Counted = 4 "仅计数",
    }
}

/// Which sealed fields were opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RevealedFields(u32);

impl RevealedFields {
    /// None of them.
    pub const NONE: RevealedFields = RevealedFields(0);
    /// 姓名.
    pub const NAME: RevealedFields = RevealedFields(1);
    /// 残疾人证号, and with it sex, birth date, category and grade.
    pub const CERTIFICATE: RevealedFields = RevealedFields(1 << 1);
    /// 电话.
    pub const PHONE: RevealedFields = RevealedFields(1 << 2);
    /// 地址.
    pub const ADDRESS: RevealedFields = RevealedFields(1 << 3);
    /// 需求, and why there is none.
    pub const NEEDS: RevealedFields = RevealedFields(1 << 4);
    /// Remarks, scores and reasons.
    pub const REMARKS: RevealedFields = RevealedFields(1 << 5);

    /// These and others.
    pub const fn with(self, others: RevealedFields) -> RevealedFields {
        RevealedFields(self.0 | others.0)
    }

    /// Whether all of these are among them.
    pub const fn has(self, these: RevealedFields) -> bool {
        self.0 & these.0 == these.0
    }

    /// One bit each, as an entry holds them.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From the bits of an entry; those of a later version stay.
    pub const fn from_bits(bits: u32) -> RevealedFields {
        RevealedFields(bits)
    }
}
