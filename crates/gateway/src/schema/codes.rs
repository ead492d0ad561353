//! The domain's code lists as enums: names and Chinese labels stand in the domain alone.

use std::{borrow::Cow, fmt::Debug};

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned,
    ServerResult, SimpleObject, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry},
};

/// The lists of the domain, those of its access rules among them.
mod domain {
    pub(super) use sigeyi_domain::{
        access::{Purpose, Role},
        *,
    };
    pub(super) use sigeyi_engine::{AccessAction, AccessOutcome, AccessPurpose};
}

/// A list of codes.
pub(crate) trait Codes: Copy + Eq + Debug + Send + Sync + 'static {
    /// Name of the enum.
    const NAME: &'static str;
    /// What the list is, in Chinese and English.
    const DESCRIPTION: &'static str;
    /// Every value, in the order of the list.
    fn all() -> &'static [Self];
    /// The name that is stored.
    fn stored_name(self) -> &'static str;
    /// The Chinese label.
    fn label(self) -> &'static str;
}

/// A value of a list, as GraphQL has it: `SCREAMING_SNAKE_CASE` of the stored name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code<T>(pub(crate) T);

/// A list of codes with its labels, for choice lists and legends. 代码表
#[derive(SimpleObject)]
pub(crate) struct CodeList {
    /// Name of the enum.
    name: &'static str,
    /// What it is.
    description: &'static str,
    /// Its values, in the order in which offices list them.
    pub(super) values: Vec<CodeLabel>,
}

/// One value of a list. 代码
#[derive(SimpleObject)]
pub(crate) struct CodeLabel {
    /// The name that is stored, as bodies of events have it; clients of this schema have no use for it.
    #[graphql(skip)]
    stored: &'static str,
    /// The enum's value.
    pub(super) code: String,
    /// The Chinese label. 名称
    label: &'static str,
}

macro_rules! code_lists {
    ($($list:ident $description:literal,)+) => {
        $(impl Codes for domain::$list {
            const NAME: &'static str = stringify!($list);
            const DESCRIPTION: &'static str = $description;

            fn all() -> &'static [Self] {
                &Self::ALL
            }

            fn stored_name(self) -> &'static str {
                self.name()
            }

            fn label(self) -> &'static str {
                self.label()
            }
        })+

        /// Every list.
        pub(crate) fn code_lists() -> Vec<CodeList> {
            vec![$(code_list::<domain::$list>()),+]
        }
    };
}

code_lists! {
    Step "四个一 The four steps, in the order of the plan's clause.",
    ServiceType "就业服务类型 Kind of employment service.",
    EmploymentForm "就业形式 Form of employment.",
    NonEmploymentReason "未就业主要原因 Main reason of not being employed.",
    EmploymentNeed "就业需求 Employment need.",
    VerificationOutcome "核对结果 Outcome of a verification that took place.",
    VerificationMethod "核对方式 How information was verified.",
    AssessmentConclusion "评估结论 Recommended path after an assessment.",
    AssessmentDimension "评估维度 Dimension of an assessment.",
    TrainingKind "培训类型 Kind of training.",
    LeaveReason "退出原因 Why somebody left the register.",
    EmployerKind "用人单位类型 Kind of employer.",
    Origin "数据来源 Where an entry about the person's data comes from.",
    CorrectedField "更正项 Which data were corrected or differed.",
    DisabilityCategory "残疾类别 Category of disability.",
    DisabilityGrade "残疾等级 Grade of disability.",
    ErasureGround "删除依据 Ground on which somebody's data are erased (个人信息保护法 第四十七条).",
    RestrictionCause "限制原因 Why somebody's data are kept and not used.",
    EventType "事件类型 What happened.",
    Figure "统计口径 What a figure of a report counts.",
    Role "角色 What somebody is for the service.",
    Purpose "用途 What something is done for.",
    AccessAction "操作 What was done, as the access log has it.",
    AccessPurpose "查阅用途 What it was done for, as the access log has it.",
    AccessOutcome "查阅结果 What came of it, as the access log has it.",
}

fn code_list<T: Codes>() -> CodeList {
    let values = T::all().iter().map(|value| {
        let value = *value;
        CodeLabel { stored: value.stored_name(), code: graphql_name(value), label: value.label() }
    });
    CodeList { name: T::NAME, description: T::DESCRIPTION, values: values.collect() }
}

/// Every list as data, for whoever reads events: each value by its stored name, with GraphQL's and with its label.
pub fn code_lists_json() -> String {
    let value = |value: &CodeLabel| serde_json::json!({ "name": value.stored, "code": value.code, "label": value.label });
    let list = |list: CodeList| {
        let values: Vec<_> = list.values.iter().map(value).collect();
        serde_json::json!({ "name": list.name, "description": list.description, "values": values })
    };
    let lists: Vec<_> = code_lists().into_iter().map(list).collect();
    let text = serde_json::to_string_pretty(&serde_json::json!({ "lists": lists })).unwrap_or_default();
    text + "\n"
}

/// `InfoVerified` as `INFO_VERIFIED`.
pub(super) fn graphql_name(value: impl Codes) -> String {
    let mut name = String::new();
    for letter in value.stored_name().chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn create_type_info<T: Codes>(registry: &mut Registry) -> String {
    registry.create_input_type::<Code<T>, _>(MetaTypeId::Enum, |_| {
        let values = T::all().iter().map(|value| {
            let name = graphql_name(*value);
            let meta = MetaEnumValue {
                name: name.clone(),
                description: Some(value.label().to_owned()),
                deprecation: Deprecation::NoDeprecated,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                directive_invocations: Vec::new(),
            };
            (name, meta)
        });
        MetaType::Enum {
            name: T::NAME.to_owned(),
            description: Some(T::DESCRIPTION.to_owned()),
            enum_values: values.collect::<IndexMap<_, _>>(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Code<T>>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    })
}

impl<T: Codes> Code<T> {
    fn value(self) -> Value {
        Value::Enum(Name::new(graphql_name(self.0)))
    }
}

impl<T: Codes> InputType for Code<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        create_type_info::<T>(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => "",
        };
        let found = T::all().iter().find(|value| graphql_name(**value) == name);
        found
            .map(|value| Code(*value))
            .ok_or_else(|| InputValueError::custom("not a value of the list: ask codeLists for its values"))
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Codes> OutputType for Code<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        create_type_info::<T>(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}
