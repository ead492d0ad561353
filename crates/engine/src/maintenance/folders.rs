//! Which folders may stand beside each other.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

/// Folders that may not be used together.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Whoever has events and keys can read everything, and what lies in the directory is lost with it.
    #[error("{} and {} are the same folder or lie in one another: {why}", .one.display(), .other.display())]
    Together {
        /// One of them.
        one: PathBuf,
        /// The other.
        other: PathBuf,
        /// What is wrong with that.
        why: &'static str,
    },
    /// Nobody can say where it would be.
    #[error("{} cannot be resolved: give a path without '..' behind folders that are not there", .0.display())]
    Unresolved(PathBuf),
    /// A data directory.
    #[error("{} is a data directory: choose a folder for backups alone", .0.display())]
    IsData(PathBuf),
    /// The machine refused.
    #[error("{} cannot be looked at", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A folder with the name under which messages show it.
pub(crate) struct Folder<'a> {
    shown: &'a Path,
    real: PathBuf,
}

impl<'a> Folder<'a> {
    /// Resolves links, also when the folder or some of those above it are not there yet.
    pub(crate) fn resolve(path: &'a Path) -> Result<Folder<'a>, FolderError> {
        let io = |source| FolderError::Io { path: path.to_owned(), source };
        let absolute = std::path::absolute(path).map_err(io)?;
        for there in absolute.ancestors() {
            let real = match fs::canonicalize(there) {
                Ok(real) => real,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(io(error)),
            };
            let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
            if rest.components().any(|part| !matches!(part, Component::Normal(_))) {
                return Err(FolderError::Unresolved(path.to_owned()));
            }
            return Ok(Folder { shown: path, real: real.join(rest) });
        }
        Err(FolderError::Unresolved(path.to_owned()))
    }

    /// Refuses two folders of which one is the other or lies in it.
    pub(crate) fn apart_from(&self, other: &Folder<'_>, why: &'static str) -> Result<(), FolderError> {
        if self.real.starts_with(&other.real) || other.real.starts_with(&self.real) {
            let (one, other) = (self.shown.to_owned(), other.shown.to_owned());
            return Err(FolderError::Together { one, other, why });
        }
        Ok(())
    }

    /// Refuses a data directory, in which a backup would be taken for something else.
    pub(crate) fn is_no_data(&self) -> Result<(), FolderError> {
        for name in ["MANIFEST", "MANIFEST.2", "RESTORING"] {
            let path = self.real.join(name);
            match path.try_exists() {
                Ok(false) => {}
                Ok(true) => return Err(FolderError::IsData(self.shown.to_owned())),
                Err(source) => return Err(FolderError::Io { path, source }),
            }
        }
        Ok(())
    }
}

/// Why events and keys must lie apart.
pub(crate) const KEYS_APART: &str =
    "whoever has the events and their keys can read everything; give two folders, best on two disks";
/// Why a copy must lie outside of what it is a copy of.
pub(crate) const COPY_APART: &str = "a copy that lies with its original is lost with it";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn folders_that_meet_are_refused_also_through_links_and_before_they_exist() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        fs::create_dir(dir.join("a")).unwrap();
        symlink(dir.join("a"), dir.join("link")).unwrap();
        let apart = |one: &str, other: &str| {
            let (one, other) = (dir.join(one), dir.join(other));
            Folder::resolve(&one).unwrap().apart_from(&Folder::resolve(&other).unwrap(), "")
        };
        apart("a", "b").unwrap();
        apart("a/x", "a/y").unwrap();
        apart("ab", "a").unwrap();
        for (one, other) in
            [("a", "a"), ("a", "a/x/y"), ("new/x", "new"), ("link", "a"), ("link/x", "a"), ("a", "./a/.")]
        {
            assert!(matches!(apart(one, other), Err(FolderError::Together { .. })), "{one} {other}");
        }
        let up = dir.join("new/../a");
        assert!(matches!(Folder::resolve(&up), Err(FolderError::Unresolved(_))));
    }
}
