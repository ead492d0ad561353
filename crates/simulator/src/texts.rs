//! Remarks, as clerks type them. None says anything of a real person.

/// After a verification.
pub(crate) const VERIFIED: &[&str] =
    &["与登记信息一致", "家属代为确认", "电话核对", "村委会协助核对", "已核对残疾人证原件"];
/// When nobody was reached.
pub(crate) const NOT_REACHED: &[&str] = &["电话无人接听", "外出务工，择日再访", "家中无人", "号码停机"];
/// After an assessment.
pub(crate) const ASSESSED: &[&str] = &["本人配合", "家属陪同", "建议六个月后复评", "需辅助器具"];
/// When it was declined.
pub(crate) const DECLINED: &[&str] = &["本人不愿参加", "身体不适，暂缓", "家属不同意"];
/// After a service.
pub(crate) const SERVED: &[&str] =
    &["推荐附近岗位", "介绍扶持政策", "现场咨询", "协助填写材料", "约定下次联系时间", "企业现场招聘"];
/// After a training.
pub(crate) const TRAINED: &[&str] = &["考核合格", "结业", "取得结业证书", "嘎查集中授课"];
/// Employers, invented.
pub(crate) const EMPLOYERS: &[&str] = &[
    "某家政服务部",
    "某乳业公司（示例）",
    "某合作社（示例）",
    "某物业公司（示例）",
    "某超市（示例）",
    "某按摩店（示例）",
    "某绒毛制品厂（示例）",
    "某养殖场（示例）",
];
/// Moves.
pub(crate) const MOVED: &[&str] = &["户口迁移", "随子女居住", "租房居住"];
/// Why a record is void.
pub(crate) const VOIDED: &[&str] = &["日期填错", "录入错误", "重复录入", "登记到他人名下"];
/// Why somebody is in the register again.
pub(crate) const CAME_BACK: &[&str] = &["重新办理残疾人证", "户口迁回", "核实后恢复"];
