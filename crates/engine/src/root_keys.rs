//! Who holds the root keys of a directory: files in its vault's folder, or a program of the operator's.

mod command;
mod exchange;
mod file;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sigeyi_store::Disk;
use sigeyi_vault::{CipherSuite, KeyProvider, KeyProviderError, RootId, RootKeyError};
use zeroize::Zeroizing;

pub use self::command::KeyCommandError;
pub(crate) use self::{
    command::KeyCommand,
    file::{FileRoots, read_root_key},
};

/// The root key in the vault's folder, when a file holds it.
pub(crate) const ROOT_KEY_FILE: &str = "root.key";

/// What is wrong with a root key file, or with the program that is to hold the key.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyFault {
    /// It cannot be read or made.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is no such file.
    #[error("it is not there")]
    Missing,
    /// It is to be held by a program that cannot be run.
    #[error("no program can be run there: check --key-command")]
    Program(#[source] io::Error),
    /// It holds something else.
    #[error(transparent)]
    Content(#[from] RootKeyError),
    /// It holds bytes that are no text.
    #[error("it is no text")]
    NotText,
}

/// Where root keys are held, as the operator says.
#[derive(Debug, Clone, Default)]
pub struct KeySource {
    /// A program that holds root keys, `--key-command`. New ones are made by it.
    pub command: Option<PathBuf>,
    /// Make new root keys in a file although a program is named: to come back from it.
    pub to_file: bool,
}

/// All that hold root keys of a directory. Each key is asked of whoever holds it, so that a rotation can lead from one to the other.
pub(crate) struct RootKeys {
    pub(crate) file: FileRoots,
    command: Option<KeyCommand>,
    makes_in_file: bool,
}

impl RootKeys {
    /// Reads what lies in the folder of a vault of a suite, and looks for the program.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        vault_dir: &Path,
        suite: CipherSuite,
        source: &KeySource,
    ) -> Result<Arc<RootKeys>, (PathBuf, RootKeyFault)> {
        let file = FileRoots::read(disk, vault_dir, suite)?;
        let command = source.command.as_deref().map(KeyCommand::new).transpose();
        let command = command
            .map_err(|error| (source.command.clone().unwrap_or_default(), RootKeyFault::Program(error)))?;
        let makes_in_file = source.to_file || command.is_none();
        Ok(Arc::new(RootKeys { file, command, makes_in_file }))
    }

    /// The root key of a vault that is being made: the one that lies there already, or a new one.
    pub(crate) fn first_root(&self) -> Result<RootId, KeyProviderError> {
        match &self.command {
            Some(command) if !self.makes_in_file => command.new_root(),
            _ => self.file.first_root(),
        }
    }

    /// Whether anybody could hold the root key.
    pub(crate) fn has_any(&self) -> bool {
        self.command.is_some() || self.file.has_any()
    }

    /// In words, who holds a root key.
    pub(crate) fn holder(&self, root: RootId) -> String {
        match &self.command {
            _ if self.file.holds(root) => "file".to_owned(),
            Some(command) => command.program().display().to_string(),
            None => "-".to_owned(),
        }
    }

    fn of(&self, root: RootId) -> Result<&dyn KeyProvider, KeyProviderError> {
        match &self.command {
            _ if self.file.holds(root) => Ok(&self.file),
            Some(command) => Ok(command),
            None => Err(KeyProviderError::RootUnknown(root)),
        }
    }
}

impl KeyProvider for RootKeys {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        self.of(root)?.wrap(root, aad, plaintext)
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.of(root)?.unwrap(root, aad, wrapped)
    }

    fn unnamed_root(&self) -> Result<RootId, KeyProviderError> {
        self.file.unnamed_root()
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        match &self.command {
            Some(command) if !self.makes_in_file => command.new_root(),
            _ => self.file.new_root(),
        }
    }

    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError> {
        if !self.file.holds(root)
            && let Some(command) = &self.command
        {
            command.destroy(root)?;
        }
        // Also when it held it no longer: what a destruction that was cut off has left is tidied up.
        self.file.destroy(root)
    }
}
