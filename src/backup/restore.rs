//! Restores a backup. Unpacks, checks and flushes everything beside its target first. Only then
//! moves the present files aside and renames the new ones into place. A marker file beside the
//! database exists meanwhile, so that the server refuses to start after a crash in between.

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

/// The side files of an SQLite database. None of them may be applied to another database.
const SIDE_FILES: [&str; 3] = ["-wal", "-shm", "-journal"];
/// The header of every SQLite file.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// Restores `source` while no server runs on the data of `settings`. Returns a line for the
/// operator. `source` is a file of `parlour backup`, or a copy of the database alone.
///
/// # Errors
/// [`Error::Internal`] with the file's name if a server runs or the backup fails a check. In these
/// cases nothing was changed, unless the message says that the restore did not finish.
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

/// The new files, complete and flushed, each on the file system of its target.
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

/// Moves the present files aside and the new ones into place. Returns the folder of the old ones.
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
    // Make sure that the old write-ahead log is gone before a new file has the name of the
    // database.
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

/// Moves `path` into the folder `aside`, which is created for the first file. Returns whether the
/// file existed.
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
