//! Words for passphrases, the vault and key files.

use super::{Explanation, REPORT};
use crate::secret::SecretError;
use crate::secret::keyfile::KeyFileError;

pub(super) fn explain(error: &SecretError) -> Explanation {
    let says = Explanation::saying(error.to_string());
    match error {
        SecretError::WrongPassphrase => says
            .because("It does not open the vault of this home.")
            .then("Try again; there is no way around it, and `--home DIR` names another home."),
        SecretError::Damaged(_) => says
            .because("What is sealed in the vault is not what was written there.")
            .then("Run `licentia doctor`, keep the file as it is, and put a backup back."),
        SecretError::BadParameters(_) => says
            .because("They are outside of what Licentia ever writes, and could cost any amount of memory and time.")
            .then("The vault's record was altered; put a backup back."),
        SecretError::TooShort(_) => says
            .because("It was cut off.")
            .then("Run `licentia doctor`, keep the file as it is, and put a backup back."),
        SecretError::TooLong(_) => says.because("Nothing that Licentia seals is that long.").then(REPORT),
        SecretError::EmptyPassphrase => says
            .because("Nothing stands where a passphrase should.")
            .then("Give a passphrase; the first line of `--passphrase-file` counts."),
        SecretError::WeakPassphrase { .. } => says
            .because("Whoever gets hold of the file can try passphrases as fast as their machines allow.")
            .then("Choose a longer one, such as several words."),
        SecretError::OutOfMemory(_) => says
            .because("The passphrase is made expensive to guess by the memory that trying takes.")
            .then("Close something else, or raise the limit on memory, and try again."),
    }
}

pub(super) fn explain_key_file(error: &KeyFileError) -> Explanation {
    const CONVERT: &str = "`openssl genpkey -algorithm ed25519` makes a key that can be used.";
    let says = Explanation::saying(error.to_string());
    match error {
        KeyFileError::TooLarge(_) => {
            says.because("No key takes that much room.").then("Check that this is the key file and not something else.")
        }
        KeyFileError::NotPem(_) => says
            .because("A key file is text that begins with `-----BEGIN` and ends with `-----END …-----`.")
            .then("`openssl pkey -in FILE -inform DER` turns a binary key into such text."),
        KeyFileError::NotJwk(_) => says
            .because("What begins with `{` is read as one JSON Web Key, and only public ones are taken in so.")
            .then("Give the key as PEM; a private key comes as PKCS#8."),
        KeyFileError::WrongKind(_) | KeyFileError::WrongAlgorithm(_) => {
            says.because("Licenses are signed with Ed25519, and with nothing else.").then(CONVERT)
        }
        KeyFileError::PassphraseNeeded => {
            says.because("It is encrypted.").then("Give the passphrase of the key file, which need not be the vault's.")
        }
        KeyFileError::WrongPassphrase => says
            .because("It does not come out as a key.")
            .then("Try again with the passphrase of the key file, which need not be the vault's."),
        KeyFileError::UnsupportedEncryption(how) => {
            Explanation::saying("the key file is encrypted in a way that is not supported")
                .because(format!("It uses {how}."))
                .then("`openssl pkcs8 -topk8 -v2 aes256` converts it.")
        }
        KeyFileError::ExcessiveCost(_) => says
            .because("Reading it could take any amount of memory and time.")
            .then("`openssl pkcs8 -topk8 -v2 aes256` writes it anew at a usual cost."),
        KeyFileError::Malformed(_) => says
            .because("A part of it is missing, or was altered.")
            .then("Copy the key file again, whole and unchanged."),
        KeyFileError::PublicKeyMismatch => says
            .because("The file was put together from two keys, or altered.")
            .then("Do not use it; get the key again from where it was made."),
        KeyFileError::WeakPublicKey => {
            says.because("With such a key anybody can sign.").then("Do not use it; ask for another key.")
        }
        KeyFileError::Secret(error) => explain(error),
    }
}
