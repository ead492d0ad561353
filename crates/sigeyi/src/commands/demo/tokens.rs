//! A token of each role for the demo, to be pasted.

use std::{path::Path, time::Duration};

use sigeyi_domain::{
    Identifier,
    access::{Role, RoleGrant},
    divisions,
};
use sigeyi_identity::{Claims, LOCAL_KEY_FILE, LocalKey, Now, Trust};

use crate::error::CliError;

/// A day at work.
const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// The office of everybody in the demo.
const OFFICE: &str = "demo";

/// One line for each role, over the whole region.
pub(super) fn of_each_role(data: &Path) -> Result<String, CliError> {
    let key = LocalKey::open_or_make(&data.join(LOCAL_KEY_FILE))?;
    let now = Now::read().since_epoch;
    let mut text = "\n各角色的令牌，12 小时有效 a token of each role, for 12 hours:\n".to_owned();
    for role in Role::ALL.iter().copied() {
        let token = key.issue(&claims(role)?, &Trust::local(), LIFETIME, now)?;
        text.push_str(&format!("\n{} {}\nBearer {token}\n", title(role), role.name()));
    }
    text.push_str(
        "\n在 /graphiql 的 Headers 中粘贴 paste it into Headers at /graphiql: {\"Authorization\": \"Bearer …\"}\n\n",
    );
    Ok(text)
}

fn claims(role: Role) -> Result<Claims, CliError> {
    let id = |text: &str| Identifier::parse(text).map_err(|error| CliError::Demo(format!("{text}: {error}")));
    let whole = divisions().whole();
    let granted = RoleGrant::new(role, whole, role.writes().then_some(whole))
        .map_err(|error| CliError::Demo(format!("{}: {error}", role.name())))?;
    Ok(Claims {
        subject: id(&format!("demo-{}", role.name()))?,
        office: id(OFFICE)?,
        roles: vec![granted],
        stream: role == Role::Analyst,
    })
}

/// As `docs/security.md` calls them.
fn title(role: Role) -> &'static str {
    match role {
        Role::FieldWorker => "经办人",
        Role::Counsellor => "辅导员",
        Role::Manager => "主管",
        Role::Importer => "导入员",
        Role::Auditor => "审计员",
        Role::Analyst => "分析员",
        Role::Operator => "运维员",
    }
}
