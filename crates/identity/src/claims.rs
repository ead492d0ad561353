//! What a token claims (RFC 7519 section 4), and our own claims: `office`, `roles` and `stream`.

use std::time::Duration;

use serde_json::{Map, Value};
use sigeyi_domain::{
    Identifier, Region,
    access::{Grants, Role, RoleGrant},
    divisions,
};

use crate::{AUDIENCES_MAX, Identity, LEEWAY, ROLES_MAX, Reason, TOKEN_ID_BYTES_MAX, Trust, object::Object};

/// Makes an identity of a signed payload.
pub(crate) fn identity(claims: &Object, trust: &Trust, since_epoch: Duration) -> Result<Identity, Reason> {
    if text(claims, "iss")? != trust.issuer {
        return Err(Reason::Issuer);
    }
    if !audiences(claims)?.any(|audience| audience == trust.audience) {
        return Err(Reason::Audience);
    }
    let expires_at = time(claims, "exp")?;
    if since_epoch >= expires_at.saturating_add(LEEWAY) {
        return Err(Reason::Expired);
    }
    if since_epoch.saturating_add(LEEWAY) < time(claims, "nbf")? {
        return Err(Reason::NotYetValid);
    }
    if claims.get("iat").is_some() {
        time(claims, "iat")?;
    }
    Ok(Identity {
        subject: identifier(claims, "sub")?,
        office: identifier(claims, "office")?,
        grants: grants(claims)?,
        expires_at,
        token_id: token_id(claims)?,
    })
}

fn text<'c>(claims: &'c Object, name: &'static str) -> Result<&'c str, Reason> {
    claims.text(name).ok_or(Reason::Claim(name))
}

fn identifier(claims: &Object, name: &'static str) -> Result<Identifier, Reason> {
    Identifier::parse(text(claims, name)?).map_err(|_| Reason::Claim(name))
}

/// Whole seconds since 1970. A number in quotation marks is none.
fn time(claims: &Object, name: &'static str) -> Result<Duration, Reason> {
    claims.get(name).and_then(Value::as_u64).map(Duration::from_secs).ok_or(Reason::Claim(name))
}

/// One text, or several.
fn audiences(claims: &Object) -> Result<impl Iterator<Item = &str>, Reason> {
    const NAME: &str = "aud";
    let several = match claims.get(NAME) {
        Some(one @ Value::String(_)) => std::slice::from_ref(one),
        Some(Value::Array(several)) if several.len() <= AUDIENCES_MAX => several.as_slice(),
        _ => return Err(Reason::Claim(NAME)),
    };
    if several.iter().all(Value::is_string) {
        Ok(several.iter().filter_map(Value::as_str))
    } else {
        Err(Reason::Claim(NAME))
    }
}

fn token_id(claims: &Object) -> Result<Option<Box<str>>, Reason> {
    const NAME: &str = "jti";
    match claims.get(NAME) {
        None => Ok(None),
        Some(Value::String(id))
            if (1..=TOKEN_ID_BYTES_MAX).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Some(id.as_str().into()))
        }
        Some(_) => Err(Reason::Claim(NAME)),
    }
}

fn grants(claims: &Object) -> Result<Grants, Reason> {
    const ROLES: &str = "roles";
    let entries = claims.get(ROLES).and_then(Value::as_array).ok_or(Reason::Claim(ROLES))?;
    if entries.len() > ROLES_MAX {
        return Err(Reason::Claim(ROLES));
    }
    let roles: Vec<RoleGrant> =
        entries.iter().map(role).collect::<Option<_>>().ok_or(Reason::Claim(ROLES))?;
    let grants = Grants::of(roles.iter().copied());
    // An issuer that says the same twice has a fault, which must be seen.
    if grants.roles().count() != roles.len() {
        return Err(Reason::Claim(ROLES));
    }
    match claims.get("stream") {
        None | Some(Value::Bool(false)) => Ok(grants),
        Some(Value::Bool(true)) => Ok(grants.with_pseudonymous_stream()),
        Some(_) => Err(Reason::Claim("stream")),
    }
}

/// `{"role": "manager", "read": "150400", "write": "150400"}`, with null or nothing for no region to write. What else stands in it is not
/// understood and may restrict the role, so it is refused.
fn role(entry: &Value) -> Option<RoleGrant> {
    let entry: &Map<String, Value> = entry.as_object()?;
    if entry.keys().any(|name| !matches!(name.as_str(), "role" | "read" | "write")) {
        return None;
    }
    let role = Role::from_name(entry.get("role")?.as_str()?)?;
    let reads = region(entry.get("read")?)?;
    let writes = match entry.get("write") {
        None | Some(Value::Null) => None,
        Some(code) => Some(region(code)?),
    };
    RoleGrant::new(role, reads, writes).ok()
}

/// Six digits.
fn region(code: &Value) -> Option<Region> {
    let code =
        code.as_str().filter(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()))?;
    divisions().region(code.parse().ok()?)
}
