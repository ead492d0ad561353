//! Code lists: the labels of `import-format.md`, literally.

use std::collections::HashSet;

use crate::*;

/// Labels in the order of the list, found again by label, name and place.
macro_rules! list {
    ($test:ident, $list:ident, [$($label:literal),+ $(,)?]) => {
        #[test]
        fn $test() {
            let labels = [$($label),+];
            assert_eq!($list::ALL.iter().map(|value| value.label()).collect::<Vec<_>>(), labels);
            let mut names = HashSet::new();
            for (index, value) in (0_u8..).zip($list::ALL) {
                assert_eq!($list::from_label(value.label()), Some(*value));
                assert_eq!($list::from_index(index), Some(*value));
                assert!(names.insert(value.name()));
                // What is stored is the name.
                let stored = serde_json::to_string(value).unwrap();
                assert_eq!(stored, format!("\"{}\"", value.name()));
                assert_eq!(serde_json::from_str::<$list>(&stored).unwrap(), *value);
            }
            assert_eq!($list::from_index(labels.len() as u8), None);
            for other in ["", "无", "InfoVerified", concat!($($label),+, "。")] {
                assert_eq!($list::from_label(other), None);
            }
            assert!(serde_json::from_str::<$list>("0").is_err());
        }
    };
}

list!(the_four_steps, Step, ["基础信息核对", "职业能力评估", "就业需求登记", "就业服务"]);
list!(
    items,
    Item,
    [
        "基础信息核对",
        "职业能力评估",
        "就业需求登记",
        "就业服务",
        "就业",
        "离职",
        "培训",
        "迁移",
        "退出",
        "作废"
    ]
);
list!(
    forms_of_employment,
    EmploymentForm,
    ["按比例就业", "集中就业", "个体就业", "公益性岗位就业", "辅助性就业", "农村种养加", "灵活就业"]
);
list!(
    reasons_of_non_employment,
    NonEmploymentReason,
    ["在校学习", "退休", "无就业意愿", "无就业技能", "丧失劳动能力", "土地被征用", "其他"]
);
list!(outcomes_of_a_verification, VerificationOutcome, ["属实", "更正"]);
list!(
    conclusions_of_an_assessment,
    AssessmentConclusion,
    ["适合就业", "支持性就业", "先培训", "先康复", "暂不适合"]
);
list!(
    employment_needs,
    EmploymentNeed,
    ["职业技能培训", "职业介绍", "农村实用技术培训", "资金信贷扶持", "其他帮扶"]
);
list!(
    employment_services,
    ServiceType,
    ["职业指导", "岗位推荐", "创业扶持", "职业心理咨询", "专场招聘", "就业辅导", "补贴申请", "跟踪回访"]
);
list!(trainings, TrainingKind, ["职业技能培训", "农村实用技术培训"]);
list!(reasons_of_leaving, LeaveReason, ["死亡", "证件注销", "迁出自治区"]);
list!(
    grounds_of_an_erasure,
    ErasureGround,
    [
        "处理目的已实现、无法实现或者不再必要",
        "停止提供服务",
        "保存期限届满",
        "撤回同意",
        "违反法律、行政法规或者违反约定处理",
        "法律、行政法规规定的其他情形"
    ]
);
list!(
    causes_of_a_restriction,
    RestrictionCause,
    ["限制或者拒绝处理", "对信息的准确性、完整性有异议", "法定保存期限未届满或者难以删除"]
);
list!(categories_of_disability, DisabilityCategory, ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"]);
list!(grades_of_disability, DisabilityGrade, ["一级", "二级", "三级", "四级"]);
list!(ways_to_verify, VerificationMethod, ["入户", "见面", "电话", "数据比对"]);
list!(
    dimensions_of_an_assessment,
    AssessmentDimension,
    ["身体功能", "职业潜能", "功能性学业能力", "社会适应性", "耐力", "职业兴趣"]
);
list!(kinds_of_employers, EmployerKind, ["机关", "事业单位", "国有企业", "民营企业", "社会组织", "自主经营"]);
list!(origins, Origin, ["摸底调查", "机构登记", "工伤伤残职工"]);
list!(corrected_fields, CorrectedField, ["姓名", "联系电话", "联系地址", "就业状况", "地区", "残疾人证号"]);

#[test]
fn the_digits_of_a_certificate_number() {
    assert_eq!(DisabilityCategory::from_digit(b'1'), Some(DisabilityCategory::Visual));
    assert_eq!(DisabilityCategory::from_digit(b'7'), Some(DisabilityCategory::Multiple));
    assert_eq!(DisabilityGrade::from_digit(b'1'), Some(DisabilityGrade::One));
    assert_eq!(DisabilityGrade::from_digit(b'4'), Some(DisabilityGrade::Four));
    for digit in [0, b'0', b'8', b'9', b'A', 255] {
        assert_eq!(DisabilityCategory::from_digit(digit), None);
    }
    for digit in [0, b'0', b'5', b'9', 255] {
        assert_eq!(DisabilityGrade::from_digit(digit), None);
    }
}

#[test]
fn reasons_that_leave_no_need() {
    let none: Vec<&str> = NonEmploymentReason::ALL
        .iter()
        .filter(|reason| !reason.leaves_need())
        .map(|reason| reason.label())
        .collect();
    assert_eq!(none, ["在校学习", "退休", "无就业意愿", "丧失劳动能力"]);
}

#[test]
fn figures_have_the_columns_of_the_report() {
    let columns = "registered,in_scope,info_verified,ability_assessed,demand_registered,service_delivered,complete,\
                   with_need,complete_national,ever_in_scope,ever_complete,out_of_order";
    assert_eq!(Figure::ALL.map(Figure::name).join(","), columns);
    assert_eq!(Figure::ALL.map(Figure::label).into_iter().collect::<HashSet<_>>().len(), Figure::ALL.len());
    for (place, figure) in Figure::ALL.into_iter().enumerate() {
        assert_eq!(figure as usize, place);
    }
}

#[test]
fn each_step_has_a_figure() {
    let names: Vec<&str> = Step::ALL.iter().map(|step| Figure::of_step(*step).name()).collect();
    assert_eq!(names, ["info_verified", "ability_assessed", "demand_registered", "service_delivered"]);
}
