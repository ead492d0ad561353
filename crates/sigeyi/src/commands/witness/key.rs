//! The key that cosigns, in a file that nobody else can read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sigeyi_proof::{Cosigner, KeyError, NoRandomness, new_seed};
use zeroize::Zeroizing;

const KEY_FILE: &str = "witness.key";
const OWNER_ONLY: u32 = 0o600;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WitnessKeyError {
    /// The file or its folder.
    #[error("{path} 不能使用 cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Not what was written.
    #[error("{0} 不是见证密钥 is no key of a witness")]
    Malformed(PathBuf),
    /// A first start without a name.
    #[error("第一次启动须用 --name 指定名称 give the witness a name with --name when it is first started")]
    Nameless,
    /// The name is for ever.
    #[error("见证方名称是 {stored}，不能改为 {asked} the witness is called so for ever: leave --name out")]
    NameDiffers {
        /// The name that it has.
        stored: String,
        /// The one that was given.
        asked: String,
    },
    /// A name that no key can have.
    #[error("名称不能用 this cannot be a name")]
    Name(#[from] KeyError),
    /// No key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// The key in a folder; at a first start it is made, with the folder.
pub(super) fn open_or_make(folder: &Path, name: Option<&str>) -> Result<Cosigner, WitnessKeyError> {
    let path = folder.join(KEY_FILE);
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| WitnessKeyError::Io { path, source }
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = name.ok_or(WitnessKeyError::Nameless)?;
            let seed = Zeroizing::new(new_seed()?);
            let cosigner = Cosigner::from_seed(name, &seed)?;
            let mut text = Zeroizing::new(format!("name {name}\nseed "));
            seed.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
            text.push('\n');
            write(folder, &path, text.as_bytes()).map_err(at(&path))?;
            return Ok(cosigner);
        }
        Err(error) => return Err(at(&path)(error)),
    };
    let (stored, cosigner) = parse(&text).ok_or_else(|| WitnessKeyError::Malformed(path.clone()))?;
    match name.filter(|name| *name != stored) {
        Some(asked) => Err(WitnessKeyError::NameDiffers { stored, asked: asked.to_owned() }),
        None => Ok(cosigner),
    }
}

fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

fn parse(text: &str) -> Option<(String, Cosigner)> {
    let (name, seed) = text.strip_prefix("name ")?.strip_suffix('\n')?.split_once("\nseed ")?;
    if seed.len() != 64 || !seed.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(seed.get(at..at + 2)?, 16).ok()?;
    }
    Some((name.to_owned(), Cosigner::from_seed(name, &bytes).ok()?))
}
