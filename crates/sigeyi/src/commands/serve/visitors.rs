//! Whom a server lets in, as the command line says it.

use std::{path::Path, sync::Arc};

use sigeyi_gateway::Visitors;
use sigeyi_identity::{
    AUDIENCE, Https, Issuer, KeyFile, LOCAL_ISSUER, LOCAL_KEY_FILE, LocalKeyFile, Trust, Verifier,
};

use crate::{args::TrustArgs, error::CliError};

/// By the options. Nothing is read or made before the server starts.
pub(crate) fn visitors(args: &TrustArgs, data: &Path) -> Result<Visitors, CliError> {
    if args.without_identity {
        return Ok(Visitors::ThisMachine);
    }
    let trust = Trust {
        issuer: args.issuer.as_deref().unwrap_or(LOCAL_ISSUER).into(),
        audience: args.audience.as_deref().unwrap_or(AUDIENCE).into(),
    };
    let verifier = match (&args.jwks, &args.issuer) {
        (Some(url), _) if url.contains("://") => {
            Verifier::new(trust, Issuer::with_key_set(url, Https::new()?)?)
        }
        (Some(file), _) => Verifier::new(trust, KeyFile::at(file)),
        (None, Some(issuer)) => Verifier::new(trust, Issuer::with_name(issuer, Https::new()?)?),
        (None, None) => of_own_key(trust, data),
    };
    Ok(Visitors::WithToken(Arc::new(verifier)))
}

/// Whoever has a token that the directory's own key has signed.
pub(crate) fn with_own_tokens(data: &Path) -> Visitors {
    Visitors::WithToken(Arc::new(of_own_key(Trust::local(), data)))
}

fn of_own_key(trust: Trust, data: &Path) -> Verifier {
    Verifier::new(trust, LocalKeyFile::at(data.join(LOCAL_KEY_FILE)))
}
