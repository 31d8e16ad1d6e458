//! Puts a backup back. Everything is unpacked, checked and flushed beside its place first; only then
//! the present files are moved aside and the new ones renamed into their places. A marker beside the
//! database says that this is under way, so that a start after a crash in between refuses.

use std::{
    fs::{self, File, Permissions},
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use actix_web::web;
use tempfile::TempDir;

use super::archive::{self, DATABASE, KEY};
use crate::{
    config::Settings,
    data_folder,
    db::{self, DatabaseLock, copy, side_file},
    error::{Error, Result},
    half_data::RESTORING,
    security::SecretKeys,
    whole_file::{self, folder_of, named, sync, temporary_folder},
};

/// What SQLite keeps beside a database. None of it may play into another one.
const SIDE_FILES: [&str; 3] = ["-wal", "-shm", "-journal"];
/// How each SQLite file begins.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// Puts back what `source` holds, while no server runs on the data of `settings`, and answers with a
/// line for the operator. `source` is a file of `parlour backup`, or a copy of the database alone.
///
/// # Errors
/// [`Error::Internal`] that names the file: a server runs, or the backup fails a check. Nothing was
/// touched then, unless the message says that the restore did not finish.
pub async fn restore(settings: Settings, source: PathBuf) -> Result<String> {
    web::block(move || put_back(&settings, &source))
        .await
        .map_err(Error::internal)?
}

fn put_back(settings: &Settings, source: &Path) -> Result<String> {
    let (_folder, lock) = data_folder::hold(settings)?;
    let database = lock.database();
    whole_file::remove_leftovers(folder_of(database))
        .and_then(|()| whole_file::remove_leftovers(&settings.data))
        .map_err(|cause| named(database, &cause))?;
    let staged = Staged::unpack(settings, database, source)?;
    let aside = replace(&lock, &staged)?;
    let mut words = format!("Restored {} from {}.", database.display(), source.display());
    words += match (&settings.secret_key_file, &staged.key) {
        (Some(_), _) => " The secret key is the one that --secret-key-file names.",
        (None, Some(_)) => "",
        (None, None) => {
            SecretKeys::open(settings)?;
            " The file holds no secret key: the one in the data folder stays, or a new one was made."
        }
    };
    if let Some(aside) = aside {
        words += &format!(" What was there before lies in {}.", aside.display());
    }
    Ok(words)
}

/// The new files, whole and flushed, each on the file system of its place.
struct Staged {
    database: PathBuf,
    key: Option<(PathBuf, PathBuf)>,
    _folders: [TempDir; 2],
}

impl Staged {
    fn unpack(settings: &Settings, database: &Path, source: &Path) -> Result<Self> {
        let folders = [
            temporary_folder(folder_of(database))?,
            temporary_folder(&settings.data)?,
        ];
        let unpacked = folders[0].path().join(DATABASE);
        if is_sqlite(source).map_err(|cause| named(source, &cause))? {
            copy::copy_into(&mut copy::open_read_only(source)?, &unpacked)
                .map_err(|cause| unsound(source, &cause))?;
        } else {
            archive::unpack(source, folders[0].path())?;
        }
        if !unpacked.exists() {
            return Err(named(source, &"it holds no database"));
        }
        db::prepare_copy(&unpacked).map_err(|cause| unsound(source, &cause))?;
        make_private(&unpacked).map_err(|cause| named(&unpacked, &cause))?;
        let key = folders[0].path().join(KEY);
        let key = if key.exists() && settings.secret_key_file.is_none() {
            let staged = folders[1].path().join("key");
            fs::copy(&key, &staged)
                .and_then(|_| make_private(&staged))
                .map_err(|cause| named(&staged, &cause))?;
            SecretKeys::read(&staged)?;
            Some((staged, SecretKeys::path_in(&settings.data)))
        } else {
            None
        };
        Ok(Self {
            database: unpacked,
            key,
            _folders: folders,
        })
    }
}

/// Moves the present files aside and the new ones into their places. Answers where the old ones are.
fn replace(lock: &DatabaseLock, staged: &Staged) -> Result<Option<PathBuf>> {
    let database = lock.database();
    let marker = side_file(database, RESTORING);
    let unfinished = |cause: io::Error| {
        named(
            database,
            &format!("the restore did not finish, run it again: {cause}"),
        )
    };
    File::create(&marker)
        .and_then(|file| file.sync_all())
        .and_then(|()| sync(folder_of(database)))
        .map_err(unfinished)?;
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%S%.3fZ");
    let aside = folder_of(database).join(format!("before-restore-{now}"));
    let mut moved = move_aside(database, &aside).map_err(unfinished)?;
    for side in SIDE_FILES {
        moved |= move_aside(&side_file(database, side), &aside).map_err(unfinished)?;
    }
    if let Some((_, key)) = &staged.key {
        let aside = folder_of(key).join(format!("before-restore-{now}"));
        moved |= move_aside(key, &aside).map_err(unfinished)?;
    }
    // The old log is out of reach before a new file bears the name.
    sync(folder_of(database)).map_err(unfinished)?;
    lock.forget_runs()?;
    if let Some((new, key)) = &staged.key {
        put_in_place(new, key).map_err(unfinished)?;
    }
    put_in_place(&staged.database, database).map_err(unfinished)?;
    fs::remove_file(&marker)
        .and_then(|()| sync(folder_of(database)))
        .map_err(unfinished)?;
    Ok(moved.then_some(aside))
}

/// Moves `path` into the folder `aside`, which is made for the first file. Answers whether there was one.
fn move_aside(path: &Path, aside: &Path) -> io::Result<bool> {
    if path.symlink_metadata().is_err() {
        return Ok(false);
    }
    if !aside.exists() {
        fs::create_dir(aside)?;
        fs::set_permissions(aside, Permissions::from_mode(0o700))?;
    }
    let name = path.file_name().unwrap_or_default();
    fs::rename(path, aside.join(name))?;
    sync(aside)?;
    Ok(true)
}

fn put_in_place(new: &Path, place: &Path) -> io::Result<()> {
    fs::rename(new, place)?;
    sync(folder_of(place))
}

fn make_private(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    sync(path)
}

fn is_sqlite(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?
        .take(SQLITE.len() as u64)
        .read_to_end(&mut start)?;
    Ok(start == SQLITE)
}

fn unsound(source: &Path, error: &Error) -> Error {
    let cause =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    named(source, &format!("nothing was restored from it: {cause}"))
}
