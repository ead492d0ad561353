//! What a token is to say.

use std::{path::PathBuf, time::Duration};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sigeyi_domain::{Identifier, IdentifierError, access::Role};

use super::RolesFrom;

#[derive(clap::Args)]
pub(crate) struct TokenArgs {
    /// 数据目录，用其中的密钥 Data directory whose key signs
    #[arg(long, value_name = "DIR", required_unless_present = "key", conflicts_with = "key")]
    pub(crate) data: Option<PathBuf>,
    /// 密钥文件，没有时自动生成 The key's file, which is made when it is not there
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// 角色，可重复 Role in the region; may be given several times
    #[arg(long, value_name = "ROLE", value_parser = role_parser(), required_unless_present = "jwks")]
    pub(crate) role: Vec<Role>,
    /// 可查阅的地区，六位代码，含其下各级 Region to read, with all below it
    #[arg(long, value_name = "CODE", required_unless_present = "jwks")]
    pub(crate) region: Option<u32>,
    /// 可办理的地区，默认与可查阅的相同 Region to write, within the one to read; the same without it, for roles that write
    #[arg(long, value_name = "CODE")]
    pub(crate) write_region: Option<u32>,
    /// 只可查阅 Nothing may be written
    #[arg(long, conflicts_with = "write_region")]
    pub(crate) read_only: bool,
    /// 分析员可读取假名事件流 An analyst may read the pseudonymous stream of events
    #[arg(long)]
    pub(crate) stream: bool,
    /// 人员编号（不用姓名） Who: an id, no name
    #[arg(long, value_name = "ID", value_parser = identifier, required_unless_present = "jwks")]
    pub(crate) actor: Option<Identifier>,
    /// 机构编号 For which office: an id
    #[arg(long, value_name = "ID", value_parser = identifier, required_unless_present = "jwks")]
    pub(crate) office: Option<Identifier>,
    /// 只签发角色登记所授予的；目录须未被占用 Issue only what the register of roles grants; the directory must not be held
    #[arg(long, value_enum, default_value_t = RolesFrom::Token, requires = "data")]
    pub(crate) roles: RolesFrom,
    /// 时限：数字加 s、m、h 或 d，最长 31d How long it lives: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "8h", value_parser = lifetime)]
    pub(crate) lifetime: Duration,
    /// 输出公钥（JWKS） Print the public key instead
    #[arg(long, conflicts_with_all = ["role", "region", "write_region", "read_only", "stream", "actor", "office", "lifetime"])]
    pub(crate) jwks: bool,
}

pub(super) fn role_parser() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.name()))
        .try_map(|name| Role::from_name(&name).ok_or("no such role"))
}

pub(super) fn identifier(text: &str) -> Result<Identifier, IdentifierError> {
    Identifier::parse(text)
}

/// `90s`, `15m`, `8h`, `30d`.
fn lifetime(text: &str) -> Result<Duration, &'static str> {
    const FORM: &str = "应为数字加 s、m、h 或 d give a number with s, m, h or d, such as 8h";
    let unit = text.bytes().last().ok_or(FORM)?;
    let seconds = match unit {
        b's' => 1,
        b'm' => 60,
        b'h' => 60 * 60,
        b'd' => 24 * 60 * 60,
        _ => return Err(FORM),
    };
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FORM);
    }
    let number: u64 = digits.parse().map_err(|_| FORM)?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or(FORM)
}
