//! The token that goes with every request, and where it is found: never on the command line, which every user of the machine can read.

use std::{env, fmt, fs::File, io::Read, path::Path};

use sigeyi_identity::TOKEN_BYTES_MAX;
use zeroize::Zeroizing;

use super::url::ServerUrl;
use crate::error::CliError;

/// The environment variable that a token is taken from where no file is named.
const VARIABLE: &str = "SIGEYI_TOKEN";

/// A token, wiped when it is dropped. Whether it is a good one is for the server to say.
pub(crate) struct BearerToken(Zeroizing<String>);

/// The token in the file, or else in the environment, if there is one. It is given to nobody who could be overheard.
pub(crate) fn find(file: Option<&Path>, url: &ServerUrl) -> Result<Option<BearerToken>, CliError> {
    let text = match file {
        Some(path) => read(path)?,
        None => match env::var(VARIABLE) {
            Ok(text) => Zeroizing::new(text),
            Err(env::VarError::NotPresent) => return Ok(None),
            Err(env::VarError::NotUnicode(_)) => return Err(no_token(VARIABLE)),
        },
    };
    let token = text.trim();
    let is_token =
        (1..=TOKEN_BYTES_MAX).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic());
    if !is_token {
        return Err(no_token(&file.map_or_else(|| VARIABLE.to_owned(), |path| path.display().to_string())));
    }
    if url.is_exposed() {
        return Err(CliError::Usage(format!(
            "{url}: 令牌不能经没有加密的网络发送，请用 https a token is not sent over a network in clear: use https"
        )));
    }
    Ok(Some(BearerToken(Zeroizing::new(token.to_owned()))))
}

fn read(path: &Path) -> Result<Zeroizing<String>, CliError> {
    let mut text = Zeroizing::new(String::new());
    // Line ends may stand around the token; whatever is longer is none.
    let bytes_max = 2 * TOKEN_BYTES_MAX as u64;
    File::open(path)
        .and_then(|file| file.take(bytes_max).read_to_string(&mut text))
        .map_err(|error| CliError::Usage(format!("--token-file {}: {error}", path.display())))?;
    Ok(text)
}

fn no_token(place: &str) -> CliError {
    CliError::Usage(format!("{place}: 里面不是令牌 what it holds is no token"))
}

impl BearerToken {
    /// The value of `Authorization`.
    pub(super) fn header(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", *self.0))
    }
}

// Never the text: whoever has it is believed.
impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken")
    }
}
