//! Restores a backup. Unpacks, checks and flushes everything beside its target first. Only then
//! moves the current files aside and renames the new ones into place. A marker file beside the
//! database exists meanwhile, so that the server refuses to start after a crash in between. It
//! names the folder of the old files, so that the next restore moves the rest of them there, too.

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
    data_folder::{self, Owner},
    db::{self, DatabaseLock, copy, side_file},
    error::{Error, Result},
    half_data::RESTORING,
    security::SecretKeys,
    whole_file::{self, folder_of, named, sync, temporary_folder},
};

/// The side files of an SQLite database. None of them may be applied to another database.
const SIDE_FILES: [&str; 3] = ["-wal", "-shm", "-journal"];
/// The start of the names of folders with old files.
const BEFORE: &str = "before-restore-";
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
    let owner = Owner::of_data(settings, database)?;
    let aside = replace(settings, &lock, &staged)?;
    let mut words = format!("Restored {} from {}.", database.display(), source.display());
    words += match (&settings.secret_key_file, &staged.key) {
        (Some(_), _) => " The secret key was not changed, because --secret-key-file is set.",
        (None, Some(_)) => "",
        (None, None) => {
            SecretKeys::open(settings)?;
            " The file contains no secret key, so the one in the data folder was kept or, if \
             there was none, a new one was created."
        }
    };
    if let Some(log) = &staged.unused_log {
        words += &format!(
            " The log {} was not used, because nothing shows that it belongs to that file.",
            log.display()
        );
    }
    if !aside.is_empty() {
        let folders: Vec<_> = aside.iter().map(|it| it.display().to_string()).collect();
        words += &format!(" The previous data is in {}.", folders.join(" and "));
    }
    words += &owner.keep(settings, database, &aside);
    Ok(words)
}

/// The new files, complete and flushed, each on the file system of its target.
struct Staged {
    database: PathBuf,
    key: Option<(PathBuf, PathBuf)>,
    /// The log beside the source that belongs to another file.
    unused_log: Option<PathBuf>,
    _folders: [TempDir; 2],
}

impl Staged {
    fn unpack(settings: &Settings, database: &Path, source: &Path) -> Result<Self> {
        let folders = [
            temporary_folder(folder_of(database))?,
            temporary_folder(&settings.data)?,
        ];
        let unpacked = folders[0].path().join(DATABASE);
        let unsound = |error: Error| unsound(source, folder_of(database), &error);
        let mut unused_log = None;
        if is_sqlite(source).map_err(|cause| named(source, &cause))? {
            let (mut conn, log) = db::open_source(source)?;
            copy::copy_into(&mut conn, &unpacked).map_err(unsound)?;
            unused_log = log;
        } else {
            archive::unpack(source, folders[0].path()).map_err(|error| match is_full(&error) {
                true => unsound(error),
                false => error,
            })?;
        }
        if !unpacked.exists() {
            return Err(named(source, &"it contains no database"));
        }
        db::prepare_copy(&unpacked).map_err(unsound)?;
        make_private(&unpacked).map_err(|cause| named(folder_of(database), &cause))?;
        let key = folders[0].path().join(KEY);
        let key = if key.exists() && settings.secret_key_file.is_none() {
            let staged = folders[1].path().join("key");
            fs::copy(&key, &staged)
                .and_then(|_| make_private(&staged))
                .map_err(|cause| named(&settings.data, &cause))?;
            if SecretKeys::read(&staged).is_err() {
                let words = "nothing was restored from it: the secret key in it is damaged";
                return Err(named(source, &words));
            }
            Some((staged, SecretKeys::path_in(&settings.data)))
        } else {
            None
        };
        Ok(Self {
            database: unpacked,
            key,
            unused_log,
            _folders: folders,
        })
    }
}

/// Moves the present files aside and the new ones into place. Returns the folders of the old ones,
/// including those of an earlier restore that did not finish.
fn replace(settings: &Settings, lock: &DatabaseLock, staged: &Staged) -> Result<Vec<PathBuf>> {
    let database = lock.database();
    let marker = side_file(database, RESTORING);
    let unfinished = |cause: io::Error| {
        named(
            database,
            &format!(
                "the restore did not finish, run {} again: {cause}",
                lock.how_to_restore("FILE")
            ),
        )
    };
    let aside = Aside::begin(&marker).map_err(unfinished)?;
    // The log comes first: the database file stays until its log is safe.
    for side in SIDE_FILES {
        aside.take(&side_file(database, side)).map_err(unfinished)?;
    }
    aside.take(database).map_err(unfinished)?;
    if let Some((_, key)) = &staged.key {
        aside.take(key).map_err(unfinished)?;
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
    Ok(aside.folders(&[folder_of(database), &settings.data]))
}

/// The names of the folders into which old files are moved: that of a restore that did not finish,
/// and a new one for files that lie there already.
struct Aside(Vec<String>);

impl Aside {
    /// Reads or writes the marker.
    fn begin(marker: &Path) -> io::Result<Self> {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%S%.3fZ");
        let new = format!("{BEFORE}{now}");
        match fs::read_to_string(marker) {
            Ok(name) if name.starts_with(BEFORE) && !name.contains('/') => {
                return Ok(Self(vec![name, new]));
            }
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(cause),
        }
        fs::write(marker, &new)?;
        sync(marker)?;
        sync(folder_of(marker))?;
        Ok(Self(vec![new]))
    }

    /// Moves `path`, if it exists, into the first of the folders that has no such file.
    fn take(&self, path: &Path) -> io::Result<()> {
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        let name = path.file_name().unwrap_or_default();
        let folders = self.0.iter().map(|folder| folder_of(path).join(folder));
        let is_free = |folder: &PathBuf| folder.join(name).symlink_metadata().is_err();
        let folder = folders.into_iter().find(is_free).ok_or_else(|| {
            io::Error::other(format!("{} was already moved aside", path.display()))
        })?;
        if !folder.exists() {
            fs::create_dir(&folder)?;
            fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        }
        fs::rename(path, folder.join(name))?;
        sync(&folder)
    }

    /// Returns the folders that exist.
    fn folders(&self, parents: &[&Path]) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = Vec::new();
        for folder in parents
            .iter()
            .flat_map(|parent| self.0.iter().map(|name| parent.join(name)))
        {
            let is_new = |real: &PathBuf| {
                found
                    .iter()
                    .all(|known| known.canonicalize().ok().as_ref() != Some(real))
            };
            if folder.canonicalize().is_ok_and(|real| is_new(&real)) {
                found.push(folder);
            }
        }
        found
    }
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

/// Returns an error that blames the backup or, if there was no room for the new files, their folder.
fn unsound(source: &Path, folder: &Path, error: &Error) -> Error {
    let cause = error.cause();
    if is_full(error) {
        // The part before names the backup or a temporary file.
        let cause = cause.rsplit(": ").next().unwrap_or(&cause);
        let words = format!(
            "nothing was restored, because there is not enough space here: \
            {cause}"
        );
        named(folder, &words)
    } else {
        named(source, &format!("nothing was restored from it: {cause}"))
    }
}

/// Returns whether a file could not be written. SQLite and the operating system have several words
/// for a full disk, a quota and a limit of the file size.
fn is_full(error: &Error) -> bool {
    const WORDS: [&str; 5] = [
        "disk is full",
        "disk I/O error",
        "No space left",
        "File too large",
        "quota",
    ];
    let cause = error.cause();
    WORDS.iter().any(|words| cause.contains(words))
}
