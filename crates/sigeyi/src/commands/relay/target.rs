//! Where events go, as `--to` says it.

use std::{path::PathBuf, str::FromStr};

use ureq::http::Uri;

use crate::remote::ServerUrl;

/// `https://…`, `http://` on this machine, or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TargetArg {
    Webhook { address: String, is_encrypted: bool },
    File(PathBuf),
}

/// Text that is no such place.
#[derive(Debug, thiserror::Error)]
#[error(
    "应为 https://… 、本机的 http://… 或 file:路径 give https://…, http://… on this machine, or file:PATH; no user, no password, no fragment"
)]
pub(crate) struct TargetError;

impl FromStr for TargetArg {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<TargetArg, TargetError> {
        if let Some(path) = text.strip_prefix("file:") {
            return if path.is_empty() { Err(TargetError) } else { Ok(TargetArg::File(path.into())) };
        }
        let uri: Uri = text.parse().map_err(|_| TargetError)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(TargetError);
        };
        let origin: ServerUrl = format!("{scheme}://{authority}").parse().map_err(|_| TargetError)?;
        // What is sent is about people, and the signature hides nothing.
        if origin.is_exposed() || text.contains('#') {
            return Err(TargetError);
        }
        Ok(TargetArg::Webhook { address: text.to_owned(), is_encrypted: origin.is_encrypted() })
    }
}

impl TargetArg {
    /// What it is called in the state. What stands behind the path of an address may be a secret, and is left out.
    pub(super) fn name(&self) -> String {
        match self {
            TargetArg::Webhook { address, .. } => {
                address.split_once('?').map_or(address.as_str(), |(before, _)| before).to_owned()
            }
            TargetArg::File(path) => format!("file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_over_a_network_in_clear() {
        for good in
            ["https://a.example/hook?key=1", "http://127.0.0.1:80/hook", "http://localhost/", "file:a"]
        {
            assert!(good.parse::<TargetArg>().is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/hook",
            "ftp://a",
            "a",
            "",
            "file:",
            "https://u:p@a.example/",
            "https://a.example/#x",
        ] {
            assert!(bad.parse::<TargetArg>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_state_does_not_name_what_may_be_a_secret() {
        let target: TargetArg = "https://a.example/hook?key=1".parse().unwrap();
        assert_eq!(target.name(), "https://a.example/hook");
    }
}
