//! `sigeyi token`: issues a token, or prints the public key with which it is checked.

use sigeyi_domain::{
    Identifier, Region,
    access::{Grants, Role, RoleGrant},
    divisions,
};
use sigeyi_engine::Options;
use sigeyi_identity::{Claims, LOCAL_KEY_FILE, LocalKey, Now, Trust};

use crate::{
    args::{DataArgs, RolesFrom, TokenArgs},
    error::CliError,
    open::open,
    output::{print, say},
};

/// Prints the token, or the key set, and nothing else on standard output.
pub(crate) fn run(args: &TokenArgs) -> Result<(), CliError> {
    // Before a key is made.
    let claims = if args.jwks { None } else { Some(claims(args)?) };
    let key = key(args)?;
    match claims {
        None => print(&format!("{}\n", key.key_set())),
        Some(claims) => {
            granted(args, &claims)?;
            let token = key.issue(&claims, &Trust::local(), args.lifetime, Now::read().since_epoch)?;
            print(&format!("{token}\n"))
        }
    }
}

/// Where the register of roles is what counts, a token that says more would only deceive whoever holds it.
fn granted(args: &TokenArgs, claims: &Claims) -> Result<(), CliError> {
    let (RolesFrom::Register, Some(data)) = (args.roles, &args.data) else { return Ok(()) };
    let data = DataArgs { data: data.clone(), journal: None, keep_free: None, key_command: None };
    let engine = open(&data, Options::default())?;
    let registered = engine.roles().granted(&claims.subject, engine.today());
    let asked = Grants::of(claims.roles.iter().copied());
    if asked.limited_to(&registered) == asked {
        return Ok(());
    }
    Err(usage(
        "角色登记没有授予这么多：见 sigeyi roles list the register of roles does not grant all of this: see sigeyi roles list",
    ))
}

fn key(args: &TokenArgs) -> Result<LocalKey, CliError> {
    let path = match (&args.key, &args.data) {
        (Some(path), _) => path.clone(),
        // A key in a directory that is none would sign tokens which nobody believes.
        (None, Some(data)) if data.join("MANIFEST").exists() => data.join(LOCAL_KEY_FILE),
        (None, Some(data)) => {
            return Err(CliError::Usage(format!("{} 不是数据目录 is no data directory", data.display())));
        }
        (None, None) => return Err(usage("--data 与 --key 须选其一 give either --data or --key")),
    };
    let is_new = !path.exists();
    let key = LocalKey::open_or_make(&path)?;
    if is_new {
        say(&format!("已生成密钥 a new key was made: {}", path.display()));
    }
    Ok(key)
}

fn claims(args: &TokenArgs) -> Result<Claims, CliError> {
    let id = |id: &Option<Identifier>| id.clone().ok_or_else(|| usage("缺少编号 an id is missing"));
    let reads = region(args.region)?.ok_or_else(|| usage("缺少地区 a region is missing"))?;
    let writes = region(args.write_region)?;
    if args.role.contains(&Role::Operator) && reads != divisions().whole() {
        return Err(usage(
            "运维员负责整个服务，地区须为 150000 an operator runs the service as a whole: give 150000 as the region",
        ));
    }
    if args.stream && !args.role.contains(&Role::Analyst) {
        return Err(usage("--stream 只用于分析员 is for analysts only"));
    }
    if writes.is_some() && !args.role.iter().any(|role| role.writes()) {
        return Err(usage("这些角色不能办理 these roles write nothing: leave out --write-region"));
    }
    let grant = |role: &Role| {
        let writes = (role.writes() && !args.read_only).then(|| writes.unwrap_or(reads));
        RoleGrant::new(*role, reads, writes).map_err(|_| {
            usage("可办理的地区须在可查阅的地区之内 the region to write must lie within the one to read")
        })
    };
    Ok(Claims {
        subject: id(&args.actor)?,
        office: id(&args.office)?,
        roles: args.role.iter().map(grant).collect::<Result<_, _>>()?,
        stream: args.stream,
    })
}

fn region(code: Option<u32>) -> Result<Option<Region>, CliError> {
    let known = |code| {
        divisions().region(code).ok_or_else(|| {
            CliError::Usage(format!(
                "{code}: 不是本区的六位代码 no division of the region has this code (150000 is the whole)"
            ))
        })
    };
    code.map(known).transpose()
}

fn usage(text: &str) -> CliError {
    CliError::Usage(text.into())
}
