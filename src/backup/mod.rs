//! `parlour backup FILE` and `parlour restore FILE`: all data of a server in one checked file. A
//! backup can run beside a server, a restore cannot.
//!
//! `archive` defines the format of the file, `restore` the order in which the files of a data
//! folder are replaced.

mod archive;
mod restore;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use crate::{
    config::Settings,
    data_folder,
    db::{self, copy},
    error::{Error, Result},
    security::SecretKeys,
    whole_file::{WholeFile, named},
};
use archive::{DATABASE, KEY, Member};
pub use restore::restore;

/// Saves the data of `settings` in the new file `target`, even while a server runs. Returns a line
/// for the operator. SIGINT and SIGTERM stop it and leave no files.
///
/// # Errors
/// [`Error::Internal`] with the file's name if it exists already, cannot be written, or fails its
/// checks.
pub async fn back_up(settings: Settings, target: PathBuf) -> Result<String> {
    data_folder::close_new_files();
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let file = WholeFile::begin(&target)?;
    let unfinished = file.folder().to_owned();
    let (answer, answered) = oneshot::channel();
    // Nobody joins this thread, so that the end of the process does not wait for a long copy.
    thread::Builder::new()
        .name("parlour-backup".into())
        .spawn(move || answer.send(save(&settings, &target, file)))
        .map_err(Error::internal)?;
    tokio::select! {
        saved = answered => saved.map_err(Error::internal)?,
        _ = terminate.recv() => Err(give_up(&unfinished)),
        _ = interrupt.recv() => Err(give_up(&unfinished)),
    }
}

fn save(settings: &Settings, target: &Path, file: WholeFile) -> Result<String> {
    let members = collect(settings, file.folder())?;
    archive::write(&file.path(), &members)?;
    // Read the whole file again, to check what is really on the disk.
    archive::verify(&file.path())?;
    let bytes = file.path().metadata().map_err(Error::internal)?.len();
    let has_key = members.iter().any(|member| member.name == KEY);
    file.finish()?;
    Ok(format!(
        "Saved the database{} to {} ({bytes} bytes, checked)",
        if has_key { " and the secret key" } else { "" },
        target.display(),
    ))
}

/// Collects the contents of a backup as files that do not change any more. Data of a server that is
/// added later needs a line here and in `restore`.
fn collect(settings: &Settings, folder: &Path) -> Result<Vec<Member>> {
    let database = settings.database_path();
    if database.metadata().map_or(true, |file| file.len() == 0) {
        return Err(named(&database, &"there is no database to save"));
    }
    db::refuse_other_names(&database)?;
    db::examine_beside_server(&database, &settings.command("restore"))?;
    let copied = folder.join("database");
    copy::copy_into(&mut copy::open_read_only(&database)?, &copied)?;
    let mut members = vec![Member::new(DATABASE, copied)];
    if settings.secret_key_file.is_none() {
        let key = SecretKeys::path_in(&settings.data);
        SecretKeys::read(&key)?;
        members.push(Member::new(KEY, key));
    }
    Ok(members)
}

/// Removes the files written so far. The writing thread may create a file at the same time (a
/// race), so this tries again until the folder is gone. After that, nothing can be created in it.
fn give_up(unfinished: &Path) -> Error {
    const TRIES: usize = 20;
    let is_gone = || match fs::remove_dir_all(unfinished) {
        Ok(()) => true,
        Err(cause) => cause.kind() == ErrorKind::NotFound,
    };
    if (0..TRIES).any(|_| is_gone()) {
        Error::internal("stopped; nothing was saved")
    } else {
        named(
            unfinished,
            &"stopped; nothing was saved, and this folder can be removed",
        )
    }
}
