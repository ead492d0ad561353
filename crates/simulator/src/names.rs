//! Names and phones that are nobody's.

use sigeyi_domain::{PersonName, Phone, Sex, TextError};

use crate::{
    calibration::people::{MONGOLIAN_LONG, MONGOLIAN_NAMES, WITH_PHONE},
    random::Draw,
};

const FAMILY: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "高", "林", "郑", "谢", "罗", "梁", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田",
    "董", "袁", "潘", "于", "蒋", "蔡", "余", "杜", "叶", "程", "苏", "魏", "吕", "丁", "任", "沈", "姚",
    "卢", "姜", "崔", "钟", "谭", "陆", "汪", "范", "金", "石", "廖", "贾", "夏", "韦", "付", "方", "白",
    "邹", "孟", "熊", "秦", "邱", "江", "尹", "薛", "闫", "段", "雷", "侯", "龙", "史", "陶", "黎", "贺",
    "顾", "毛", "郝", "龚", "邵", "万", "钱", "严", "武", "戴",
];
const GIVEN_MALE: &[&str] = &[
    "建国", "志强", "永胜", "海军", "文斌", "国庆", "德福", "玉柱", "春生", "宝山", "立新", "伟", "军", "强",
    "勇", "磊", "刚", "明", "平", "辉", "鹏", "飞", "浩", "俊杰", "子轩", "宇航", "天佑", "少华", "长河",
    "占元", "喜才", "广义", "振东", "学文", "东升",
];
const GIVEN_FEMALE: &[&str] = &[
    "桂英", "秀兰", "玉梅", "淑珍", "凤霞", "春花", "丽华", "红梅", "海燕", "晓丽", "雪", "敏", "静", "丽",
    "艳", "芳", "娜", "娟", "霞", "玲", "婷", "雅琴", "欣怡", "思雨", "梦洁", "翠莲", "改花", "俊枝", "月娥",
    "爱莲", "彩云", "素芬", "慧敏", "美玲", "晶晶",
];
const MONGOLIAN_MALE: &[&str] = &[
    "巴特尔",
    "巴图",
    "苏和",
    "宝音",
    "朝鲁",
    "布和",
    "那顺",
    "孟和",
    "额尔敦",
    "哈斯",
    "斯琴",
    "吉日嘎拉",
    "阿拉坦",
    "特木尔",
    "格日勒图",
    "乌力吉",
    "敖特根",
    "宝力道",
    "白音",
    "牧仁",
    "满都拉",
    "呼格吉勒图",
    "朝克图",
    "恩和",
];
const MONGOLIAN_FEMALE: &[&str] = &[
    "其其格",
    "乌云",
    "萨仁",
    "娜仁",
    "托娅",
    "高娃",
    "琪琪格",
    "塔娜",
    "索龙嘎",
    "苏布达",
    "阿茹娜",
    "通拉嘎",
    "乌兰",
    "哈斯其其格",
    "萨日娜",
    "乌日娜",
    "敖登",
    "斯日古楞",
    "牡丹",
    "红霞",
    "金花",
    "玉兰",
    "娜布其",
    "格根",
];
/// Second parts of longer Mongolian names.
const MONGOLIAN_SECOND: &[&str] = &["巴雅尔", "达来", "图雅", "高勒", "塔拉", "格日勒", "仓", "毕力格"];

/// A name, or the same with one part corrected.
pub(crate) fn name(sex: Sex, corrected: bool, draw: &mut Draw) -> Result<PersonName, TextError> {
    let (given, mongolian) = match sex {
        Sex::Male => (GIVEN_MALE, MONGOLIAN_MALE),
        Sex::Female => (GIVEN_FEMALE, MONGOLIAN_FEMALE),
    };
    // The next of the list is another one, so a corrected name always differs.
    let part = |list: &[&'static str], draw: &mut Draw| {
        list[(draw.below(list.len() as u32) as usize + usize::from(corrected)) % list.len()]
    };
    let (first, second) = if draw.chance(MONGOLIAN_NAMES) {
        let first = part(mongolian, draw);
        let second = draw.chance(MONGOLIAN_LONG).then(|| draw.one_of(MONGOLIAN_SECOND));
        (first, second.unwrap_or_default())
    } else {
        (draw.one_of(FAMILY), part(given, draw))
    };
    PersonName::parse(&format!("{first}{second}"))
}

/// A phone of somebody, if it is known. It begins with 139 and zeros and has 15 digits, so nobody can be called.
pub(crate) fn phone(person: u32, draw: &mut Draw) -> Option<Phone> {
    if draw.chance(WITH_PHONE) { number(person, 0) } else { None }
}

/// The phone that a later roster row gives.
pub(crate) fn other_phone(person: u32) -> Option<Phone> {
    number(person, 1)
}

fn number(person: u32, which: u32) -> Option<Phone> {
    Phone::parse(&format!("1390000{which}{person:07}")).ok()
}
