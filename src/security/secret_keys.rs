//! The server's secret, 64 random bytes in the data folder, and the keys that are derived from it.
//!
//! Opened once at start, before the database, because it also creates the data folder. Each purpose
//! has its own key (HKDF-SHA256 with a label), so that a leaked key is of no use for other
//! purposes.

use std::fmt;
use std::fs::{self, DirBuilder, File};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use actix_web::cookie::Key;
use hkdf::Hkdf;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;

use crate::config::{Settings, quoted};
use crate::db::Epoch;
use crate::error::Result;
use crate::whole_file::{WholeFile, named};

const FILE_NAME: &str = "secret.key";
/// The length of the secret, in bytes.
const LEN: usize = 64;
/// Permission bits for group or others, which must not be set.
const TOO_OPEN: u32 = 0o077;

/// The keys of this server. Cheap to clone. Printed as `***`.
#[derive(Clone)]
pub struct SecretKeys {
    secret: [u8; LEN],
}

impl SecretKeys {
    /// Reads the key file in the settings, or else the one in the data folder, which is created if
    /// missing.
    ///
    /// # Errors
    /// The errors of [`SecretKeys::open_or_create`]. A missing file given by `--secret-key-file` is
    /// an error, too.
    pub(crate) fn open(settings: &Settings) -> Result<Self> {
        match &settings.secret_key_file {
            Some(path) if path.symlink_metadata().is_err() => Err(named(
                path,
                &format!(
                    "--secret-key-file names a file that does not exist; {}",
                    how_to_make(path)
                ),
            )),
            Some(path) => Self::read(path),
            None => Self::open_or_create(&settings.data),
        }
    }

    /// Reads the key, if there is one, so that a wrong key is refused before anything is changed.
    ///
    /// # Errors
    /// The errors of [`SecretKeys::open`].
    pub(crate) fn check(settings: &Settings) -> Result<()> {
        let in_folder = Self::path_in(&settings.data);
        if settings.secret_key_file.is_some() {
            Self::open(settings).map(drop)
        } else if in_folder.symlink_metadata().is_ok() {
            Self::read(&in_folder).map(drop)
        } else {
            Ok(())
        }
    }

    /// Returns the path of the key in a data folder.
    pub(crate) fn path_in(folder: &Path) -> PathBuf {
        folder.join(FILE_NAME)
    }

    /// Reads `folder/secret.key`. Creates the folder (mode 0700) and the file (mode 0600) if
    /// missing.
    ///
    /// # Errors
    /// An error with the path if it cannot be created or read, has the wrong length, or others may
    /// read it.
    pub fn open_or_create(folder: &Path) -> Result<Self> {
        let path = Self::path_in(folder);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|cause| named(folder, &cause))?;
        refuse_open_modes(folder)?;
        if path.symlink_metadata().is_err() {
            Self::create(&path)?;
        }
        Self::read(&path)
    }

    /// Creates the file atomically, because a partial key after a crash would prevent the next
    /// start.
    fn create(path: &Path) -> Result<()> {
        let file = WholeFile::begin(path)?;
        random_bytes()
            .and_then(|secret| fs::write(file.path(), secret))
            .map_err(|cause| named(path, &cause))?;
        file.finish()
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// The errors of [`SecretKeys::open_or_create`].
    pub(crate) fn read(path: &Path) -> Result<Self> {
        refuse_other_kinds(path)?;
        refuse_open_modes(path)?;
        let mut secret = Vec::with_capacity(LEN + 1);
        File::open(path)
            .and_then(|file| file.take(LEN as u64 + 1).read_to_end(&mut secret))
            .map_err(|cause| named(path, &cause))?;
        match secret.try_into() {
            Ok(secret) => Ok(Self { secret }),
            Err(secret) => {
                let len = Vec::len(&secret);
                Err(named(
                    path,
                    &format!("{len} bytes instead of {LEN}; {}", how_to_make(path)),
                ))
            }
        }
    }

    /// Returns keys of a random secret that is not stored, for tests and examples.
    pub fn ephemeral() -> std::io::Result<Self> {
        Ok(Self {
            secret: random_bytes()?,
        })
    }

    /// The key that encrypts the session cookie.
    pub fn session_cookie(&self) -> Key {
        Key::from(&self.derive::<64>("session cookie"))
    }

    /// The key that signs the cookie of a notice.
    pub fn notice_cookie(&self) -> Key {
        Key::from(&self.derive::<64>("notice cookie"))
    }

    /// The key of CSRF tokens. Each epoch has its own key, because a page from another epoch has
    /// ids that may belong to other rows now.
    pub fn csrf(&self, epoch: &Epoch) -> [u8; 64] {
        self.derive(&format!("csrf {epoch}"))
    }

    fn derive<const N: usize>(&self, label: &str) -> [u8; N] {
        let mut key = [0; N];
        Hkdf::<Sha256>::new(None, &self.secret)
            .expand_multi_info(&[b"parlour ", label.as_bytes()], &mut key)
            .expect("HKDF-SHA256 gives up to 8160 bytes");
        key
    }
}

impl fmt::Debug for SecretKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretKeys(***)")
    }
}

fn random_bytes() -> std::io::Result<[u8; LEN]> {
    let mut bytes = [0; LEN];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(std::io::Error::other)?;
    Ok(bytes)
}

/// Refuses whatever is not a file, with advice that fits.
fn refuse_other_kinds(path: &Path) -> Result<()> {
    if let Ok(target) = path.read_link()
        && !path.exists()
    {
        let words = format!(
            "a symbolic link to {}, which does not exist; put that file back, or remove the link \
             and {}",
            target.display(),
            how_to_make(path)
        );
        return Err(named(path, &words));
    }
    match path.metadata() {
        Ok(found) if !found.is_file() => {
            let words = format!(
                "not a file, so not a secret key; move it away and {}",
                how_to_make(path)
            );
            Err(named(path, &words))
        }
        // A file that cannot be read is refused when it is opened.
        _ => Ok(()),
    }
}

fn refuse_open_modes(path: &Path) -> Result<()> {
    let metadata = path.metadata().map_err(|cause| named(path, &cause))?;
    if metadata.mode() & TOO_OPEN == 0 {
        return Ok(());
    }
    let (now, wanted) = (
        metadata.mode() & 0o777,
        if metadata.is_dir() { 700 } else { 600 },
    );
    Err(named(
        path,
        &format!("other users may open it (mode {now:o}); chmod {wanted} it first"),
    ))
}

/// Returns the advice for an operator who has no copy of the key.
pub(crate) fn how_to_make(path: &Path) -> String {
    format!(
        "put the key back from a backup or, if it is lost, create a new one, which logs everybody \
         out: (umask 077; head -c {LEN} /dev/urandom > {})",
        quoted(path)
    )
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::error::Error;

    fn cause(result: Result<SecretKeys>) -> String {
        match result {
            Err(Error::Internal(cause)) => cause.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_second_start_finds_the_key_of_the_first() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");

        let first = SecretKeys::open_or_create(&folder).unwrap();
        let second = SecretKeys::open_or_create(&folder).unwrap();

        let epoch = Epoch::random();
        assert_eq!(first.csrf(&epoch), second.csrf(&epoch));
        assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
        let file = folder.join(FILE_NAME).metadata().unwrap();
        assert_eq!((file.mode() & 0o777, file.len()), (0o600, 64));
    }

    #[test]
    fn a_key_or_folder_that_others_may_read_stops_the_start() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        SecretKeys::open_or_create(&folder).unwrap();

        set_permissions(folder.join(FILE_NAME), Permissions::from_mode(0o640)).unwrap();
        assert!(cause(SecretKeys::open_or_create(&folder)).contains("mode 640"));

        set_permissions(folder.join(FILE_NAME), Permissions::from_mode(0o600)).unwrap();
        set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        assert!(cause(SecretKeys::open_or_create(&folder)).contains("mode 755"));
    }

    #[test]
    fn a_key_cut_short_stops_the_start() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        SecretKeys::open_or_create(&folder).unwrap();

        write(folder.join(FILE_NAME), "short").unwrap();

        assert!(cause(SecretKeys::open_or_create(&folder)).contains("5 bytes instead of 64"));
    }

    #[test]
    fn a_key_that_is_no_file_stops_the_start_with_advice_that_works() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        SecretKeys::open_or_create(&folder).unwrap();
        let key = folder.join(FILE_NAME);
        fs::remove_file(&key).unwrap();

        std::os::unix::fs::symlink("elsewhere", &key).unwrap();
        let said = cause(SecretKeys::open_or_create(&folder));
        assert!(said.contains("link to elsewhere"), "{said}");
        assert!(said.contains("remove the link"), "{said}");

        fs::remove_file(&key).unwrap();
        fs::create_dir(&key).unwrap();
        let said = cause(SecretKeys::open_or_create(&folder));
        assert!(said.contains("not a file"), "{said}");
        assert!(!said.contains("chmod"), "{said}");
    }

    #[test]
    fn each_purpose_server_and_epoch_has_its_own_key() {
        let keys = SecretKeys::ephemeral().unwrap();

        assert!(keys.session_cookie() != keys.notice_cookie());
        let other = SecretKeys::ephemeral().unwrap();
        let (epoch, another) = (Epoch::random(), Epoch::random());
        assert_ne!(keys.csrf(&epoch), other.csrf(&epoch));
        assert_ne!(keys.csrf(&epoch), keys.csrf(&another));
    }

    #[test]
    fn keys_do_not_print() {
        let keys = SecretKeys::ephemeral().unwrap();

        assert_eq!(format!("{keys:?}"), "SecretKeys(***)");
    }
}
