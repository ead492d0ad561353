//! Which versions of the stored format can be read.

use sigeyi_envelope::FORMAT;

/// A file that another version has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct OtherVersion {
    /// Its format.
    pub format: u8,
    /// The byte behind it: the preview, where the format is 0.
    pub preview: u8,
}

impl OtherVersion {
    /// Refuses what this version does not read. From format 1 on every past format is read; there is none yet.
    pub fn refuse(format: u8, preview: u8) -> Result<(), OtherVersion> {
        if (format, preview) == (FORMAT, 0) { Ok(()) } else { Err(OtherVersion { format, preview }) }
    }

    /// What to do is the opposite for older and for newer files: whoever went back to an older program must not import anew.
    fn message(self) -> String {
        let OtherVersion { format, preview } = self;
        match format {
            0 => format!(
                "made by a preview ({preview}) from before format 1: import again with this version, which writes format {FORMAT}"
            ),
            FORMAT => format!(
                "made by a later version, which has marked format {FORMAT} with {preview}: use a later version"
            ),
            _ => format!(
                "made by format {format}, which is newer than format {FORMAT} of this version: use a later version"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_imported_again_and_newer_needs_a_later_version() {
        assert_eq!(OtherVersion::refuse(FORMAT, 0), Ok(()));
        let says = |format, preview| OtherVersion::refuse(format, preview).unwrap_err().to_string();
        for preview in [0, 1, 2, 255] {
            let said = says(0, preview);
            assert!(said.starts_with(&format!("made by a preview ({preview})")), "{said}");
            assert!(said.contains("import again with this version"), "{said}");
        }
        for newer in [says(FORMAT, 1), says(FORMAT + 1, 0), says(FORMAT + 1, 2), says(255, 255)] {
            assert!(newer.starts_with("made by ") && newer.ends_with("use a later version"), "{newer}");
            assert!(!newer.contains("import"), "{newer}");
        }
    }
}
