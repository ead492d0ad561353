//! A folder for one test: files to give, and a data directory.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{fail, files, import, invented_certificate, text};

/// Header of a roster with every column.
pub const ROSTER: &str = "姓名,残疾人证号,地区代码,联系电话,就业状况,就业形式,未就业原因,登记日期\n";
/// Header of records with every column.
pub const RECORDS: &str = "流水号,残疾人证号,事项,日期,结果,经办机构,作废流水号\n";

/// A folder for files and a data directory, which goes with the test.
pub struct Place {
    dir: TempDir,
}

impl Place {
    /// The data directory is not there yet.
    pub fn empty() -> Place {
        Place { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The data directory has a hundred people in it.
    pub fn with_people() -> Place {
        let place = Place::empty();
        import(&place.data(), files(100).path(), &place.path("rejects.csv"));
        place
    }

    /// A path beside the data directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file beside the data directory.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("it is written");
        path
    }

    /// A roster of one person.
    pub fn roster(&self) -> PathBuf {
        self.file("roster.csv", format!("{ROSTER}{}", roster_row(0)))
    }

    /// `progress` must fail with this exit code; what it says.
    pub fn progress_fails(&self, more: &[&str], code: i32) -> String {
        fail(&[&["progress", "--data", text(&self.data())], more].concat(), code)
    }

    /// `import` of a roster must fail with this exit code; what it says.
    pub fn import_fails(&self, roster: &Path, more: &[&str], code: i32) -> String {
        fail(&[&["import", "--data", text(&self.data()), "--roster", text(roster)], more].concat(), code)
    }
}

/// A row that is right, of the n-th invented person.
pub fn roster_row(n: usize) -> String {
    format!("乌云其木格,{},150102,,未就业,,无就业技能,2022-01-05\n", invented_certificate(n))
}
