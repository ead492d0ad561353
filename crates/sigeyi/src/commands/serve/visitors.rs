//! Whom a server lets in, as the command line says it.

use std::{path::Path, sync::Arc};

use sigeyi_gateway::Visitors;
use sigeyi_identity::{
    AUDIENCE, Https, HttpsError, Issuer, KeyFile, LOCAL_ISSUER, LOCAL_KEY_FILE, LocalKeyFile, Trust, Verifier,
};

use crate::{args::TrustArgs, error::CliError};

const NOT_ASKED: &str = "--issuer-ca 只用于向服务器取公钥：请用 --issuer 或 --jwks 给出 https 地址 \
    --issuer-ca is for a server that is asked for keys: give its address with --issuer or --jwks";

/// By the options. Nothing but that file is read or made before the server starts.
pub(crate) fn visitors(args: &TrustArgs, data: &Path) -> Result<Visitors, CliError> {
    if args.without_identity {
        return Ok(Visitors::ThisMachine);
    }
    let trust = Trust {
        issuer: args.issuer.as_deref().unwrap_or(LOCAL_ISSUER).into(),
        audience: args.audience.as_deref().unwrap_or(AUDIENCE).into(),
    };
    let asks_a_server = match &args.jwks {
        Some(keys) => keys.contains("://"),
        None => args.issuer.is_some(),
    };
    if args.issuer_ca.is_some() && !asks_a_server {
        return Err(CliError::Usage(NOT_ASKED.into()));
    }
    let verifier = match (&args.jwks, &args.issuer) {
        (Some(url), _) if url.contains("://") => {
            Verifier::new(trust, Issuer::with_key_set(url, https(args)?)?)
        }
        (Some(file), _) => Verifier::new(trust, KeyFile::at(file)),
        (None, Some(issuer)) => Verifier::new(trust, Issuer::with_name(issuer, https(args)?)?),
        (None, None) => of_own_key(trust, data),
    };
    Ok(Visitors::WithToken(Arc::new(verifier)))
}

/// How the issuer's server is asked.
fn https(args: &TrustArgs) -> Result<Https, HttpsError> {
    match &args.issuer_ca {
        Some(authorities) => Https::trusting(authorities),
        None => Https::new(),
    }
}

/// Whoever has a token that the directory's own key has signed.
pub(crate) fn with_own_tokens(data: &Path) -> Visitors {
    Visitors::WithToken(Arc::new(of_own_key(Trust::local(), data)))
}

fn of_own_key(trust: Trust, data: &Path) -> Verifier {
    Verifier::new(trust, LocalKeyFile::at(data.join(LOCAL_KEY_FILE)))
}
