//! Which versions of the stored format can be read: this one alone while it is format 0.

use sigeyi_envelope::{FORMAT, PREVIEW};

/// A file that another version has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct OtherVersion {
    /// Its format.
    pub format: u8,
    /// Its preview, where the format is 0.
    pub preview: u8,
}

impl OtherVersion {
    /// Refuses what this version does not read.
    pub fn refuse(format: u8, preview: u8) -> Result<(), OtherVersion> {
        if (format, preview) == (FORMAT, PREVIEW) { Ok(()) } else { Err(OtherVersion { format, preview }) }
    }

    /// What to do is the opposite for older and for newer files: whoever went back to an older program must not import anew.
    fn message(self) -> String {
        let OtherVersion { format, preview } = self;
        if format > FORMAT {
            format!(
                "made by format {format}, which is newer than format {FORMAT} of this version: use a later version"
            )
        } else if preview > PREVIEW {
            format!(
                "made by preview {preview}, which is newer than preview {PREVIEW} of this version: use a later version"
            )
        } else {
            format!(
                "made by preview {preview}; import again with this version, which writes preview {PREVIEW}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_is_imported_again_and_newer_needs_a_later_version() {
        assert_eq!(OtherVersion::refuse(FORMAT, PREVIEW), Ok(()));
        let says = |format, preview| OtherVersion::refuse(format, preview).unwrap_err().to_string();
        let older = format!("made by preview {}; import again with this version", PREVIEW - 1);
        assert!(says(FORMAT, PREVIEW - 1).starts_with(&older));
        let preview = format!("made by preview {}, which is newer", PREVIEW + 1);
        let format = format!("made by format {}, which is newer", FORMAT + 1);
        for (newer, begins) in [
            (says(FORMAT, PREVIEW + 1), preview),
            (says(FORMAT + 1, 0), format.clone()),
            (says(FORMAT + 1, PREVIEW), format),
        ] {
            assert!(newer.starts_with(&begins) && newer.ends_with("use a later version"), "{newer}");
            assert!(!newer.contains("import"), "{newer}");
        }
    }
}
