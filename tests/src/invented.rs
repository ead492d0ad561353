//! People who do not exist, as many as a test needs: sequence numbers 900 to 999.

use std::{fmt::Write, fs};

use tempfile::TempDir;

const COUNTIES: [u32; 8] = [150_102, 150_103, 150_421, 150_783, 150_824, 150_902, 150_922, 152_527];
const NAMES: [&str; 5] = ["巴图尔", "乌云其木格", "王小明", "苏日娜", "李占元"];
const NEEDS: [&str; 4] =
    ["有需求:职业介绍、其他帮扶", "无需求:丧失劳动能力", "有需求:资金信贷扶持", "无需求:退休"];
/// People in one county with one birth date.
const SEQUENCES: usize = 100;

/// A citizen number with its check character (GB 11643).
pub fn citizen(region: u32, birth: u32, sequence: u32) -> String {
    let digits = format!("{region:06}{birth:08}{sequence:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// The certificate number of the n-th invented person.
pub fn invented_certificate(n: usize) -> String {
    let place = n / SEQUENCES;
    let (year, month, day) = (1965 + place / 28 % 40, 1 + place % 12, 1 + place % 28);
    let birth = (year * 10_000 + month * 100 + day) as u32;
    let sequence = 900 + (n % SEQUENCES) as u32;
    format!("{}{}{}", citizen(county(n), birth, sequence), 1 + n % 7, 1 + n % 4)
}

fn county(n: usize) -> u32 {
    COUNTIES[n / SEQUENCES % COUNTIES.len()]
}

/// A folder with a `roster.csv` of so many people and a `records.csv` of about four times as many rows: all steps, transfers,
/// voidings, rows that stand there twice, and some that are rejected.
pub fn files(people: usize) -> TempDir {
    let mut roster =
        String::from("姓名,残疾人证号,地区代码,联系电话,就业状况,就业形式,未就业原因,登记日期\n");
    let mut records = String::from("流水号,残疾人证号,事项,日期,结果,经办机构,作废流水号\n");
    for n in 0..people {
        let (certificate, county, name) = (invented_certificate(n), county(n), NAMES[n % NAMES.len()]);
        let status = if n % 4 == 0 { "已就业,灵活就业," } else { "未就业,,无就业技能" };
        let day = if n % 50 == 49 { "2022-02-30" } else { "2022-01-05" };
        writeln!(roster, "{name},{certificate},{county},138{n:08},{status},{day}")
            .expect("a string takes all");
        if n % 10 == 3 {
            writeln!(roster, "{name},{certificate},{county},139{n:08},{status},2022-03-01")
                .expect("a string takes all");
        }
    }
    for step in 0..6 {
        for n in 0..people {
            let certificate = invented_certificate(n);
            let (day, county) = (1 + n % 28, COUNTIES[n % COUNTIES.len()]);
            let row = match step {
                0 => format!("基础信息核对,2022-04-{day:02},属实,旗县残疾人联合会,"),
                1 => format!("职业能力评估,2022-08-{day:02},先培训,clf-{county},"),
                2 => format!("就业需求登记,2023-02-{day:02},{},旗县残疾人联合会,", NEEDS[n % NEEDS.len()]),
                3 => format!("就业服务,2023-11-{day:02},岗位推荐,,"),
                4 if n % 9 == 0 => format!("迁移,2023-06-{day:02},{county},,"),
                5 if n % 13 == 0 => format!("作废,2024-01-{day:02},录入错误,,S3-{n}"),
                _ => continue,
            };
            writeln!(records, "S{step}-{n},{certificate},{row}").expect("a string takes all");
            if n % 17 == 0 {
                writeln!(records, "S{step}-{n},{certificate},{row}").expect("a string takes all");
            }
        }
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("roster.csv"), roster).expect("it is written");
    fs::write(dir.path().join("records.csv"), records).expect("it is written");
    dir
}
