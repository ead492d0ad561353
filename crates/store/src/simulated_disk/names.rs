//! Which names there are, and which of them a power cut leaves.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::dice::Dice;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Folder,
    /// A file, by its number.
    File(usize),
}

/// All names, in the cache and on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    current: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    /// What was done since the folders were synced, in order.
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Make(PathBuf, Node),
    Rename(PathBuf, PathBuf, Node),
    Remove(PathBuf),
}

impl Names {
    /// One folder that is there for ever, with those above it.
    pub(super) fn with_folder(dir: &Path) -> Names {
        let mut names = Names::default();
        for folder in plain(dir).ancestors() {
            names.current.insert(folder.to_owned(), Node::Folder);
        }
        names.durable = names.current.clone();
        names
    }

    pub(super) fn get(&self, path: &Path) -> Option<Node> {
        self.current.get(&plain(path)).copied()
    }

    pub(super) fn has_folder(&self, path: &Path) -> bool {
        self.get(path) == Some(Node::Folder)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = usize> {
        self.current.values().filter_map(|node| match node {
            Node::File(file) => Some(*file),
            Node::Folder => None,
        })
    }

    pub(super) fn list(&self, dir: &Path) -> Vec<String> {
        let dir = plain(dir);
        let inside = self.current.keys().filter(|path| path.parent() == Some(&dir));
        inside.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect()
    }

    pub(super) fn make(&mut self, path: &Path, node: Node) {
        self.change(Change::Make(plain(path), node));
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path, node: Node) {
        self.change(Change::Rename(plain(from), plain(to), node));
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.change(Change::Remove(plain(path)));
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.current);
        self.changes.push(change);
    }

    /// Makes durable what was done in a folder.
    pub(super) fn sync(&mut self, dir: &Path) {
        let dir = plain(dir);
        for change in std::mem::take(&mut self.changes) {
            if change.is_in(&dir) { change.apply(&mut self.durable) } else { self.changes.push(change) }
        }
    }

    /// Some of the names that may be there after a power cut.
    pub(super) fn power_cut(&self, dice: &mut Dice) -> Names {
        let leaning = dice.leaning();
        let mut names = self.durable.clone();
        self.changes.iter().filter(|_| dice.percent(leaning)).for_each(|change| change.apply(&mut names));
        // Whatever lay in a folder that is not there.
        let reachable =
            |path: &Path| path.ancestors().skip(1).all(|dir| names.get(dir) == Some(&Node::Folder));
        let current: BTreeMap<_, _> = names
            .iter()
            .filter(|(path, _)| reachable(path))
            .map(|(path, node)| (path.clone(), *node))
            .collect();
        Names { durable: current.clone(), current, changes: Vec::new() }
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Change::Make(path, node) => _ = names.insert(path.clone(), *node),
            Change::Rename(from, to, node) => {
                if names.get(from) == Some(node) {
                    names.remove(from);
                }
                names.insert(to.clone(), *node);
            }
            Change::Remove(path) => _ = names.remove(path),
        }
    }

    fn is_in(&self, dir: &Path) -> bool {
        match self {
            Change::Make(path, _) | Change::Remove(path) => path.parent() == Some(dir),
            Change::Rename(from, to, _) => from.parent() == Some(dir) || to.parent() == Some(dir),
        }
    }
}

/// The same name for the same file, whether it begins with a dot or not.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}
