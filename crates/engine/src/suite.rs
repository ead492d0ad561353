//! What the suite of a log means for its vault.

use sigeyi_envelope::Suite;
use sigeyi_vault::CipherSuite;

/// What the keys of a log are used with.
pub(crate) fn ciphers(suite: Suite) -> CipherSuite {
    match suite {
        Suite::International => CipherSuite::Aes256GcmSha256,
        Suite::Guomi => CipherSuite::Sm4GcmSm3,
    }
}

/// The suite of a log whose vault is open.
pub(crate) fn of_vault(ciphers: CipherSuite) -> Suite {
    match ciphers {
        CipherSuite::Aes256GcmSha256 => Suite::International,
        CipherSuite::Sm4GcmSm3 => Suite::Guomi,
    }
}
