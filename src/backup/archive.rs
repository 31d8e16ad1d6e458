//! The format of a backup file: a tar archive whose first member, `manifest.json`, lists all others
//! with their length and SHA-256. Any tar program can open it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use crate::{error::Result, whole_file::named};

/// A checked copy of the database.
pub(super) const DATABASE: &str = "parlour.sqlite3";
/// The secret key.
pub(super) const KEY: &str = "secret.key";

const MANIFEST: &str = "manifest.json";
/// The version of the format. Increase it whenever an older program could not restore the file.
const FORMAT: u32 = 1;
/// The maximum size of a manifest, in bytes. A manifest takes about 150 bytes for each member.
const MAX_MANIFEST_BYTES: u64 = 65_536;

/// A file to save.
pub(super) struct Member {
    pub(super) name: &'static str,
    path: PathBuf,
}

impl Member {
    pub(super) fn new(name: &'static str, path: PathBuf) -> Self {
        Self { name, path }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    program: String,
    created_at: String,
    members: BTreeMap<String, Content>,
}

/// Length and hash of a member's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    bytes: u64,
    sha256: String,
}

/// Writes the archive to `path`.
pub(super) fn write(path: &Path, members: &[Member]) -> Result<()> {
    let mut contents = BTreeMap::new();
    for member in members {
        let content = File::open(&member.path)
            .and_then(|mut file| copy(&mut file, &mut io::sink()))
            .map_err(|cause| named(&member.path, &cause))?;
        contents.insert(member.name.to_owned(), content);
    }
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        created_at: jiff::Timestamp::now().to_string(),
        members: contents,
    };
    write_tar(path, &manifest, members).map_err(|cause| named(path, &cause))
}

fn write_tar(path: &Path, manifest: &Manifest, members: &[Member]) -> io::Result<()> {
    let mut archive = Builder::new(BufWriter::new(File::create_new(path)?));
    let text = serde_json::to_vec_pretty(manifest)?;
    append(&mut archive, MANIFEST, text.len() as u64, text.as_slice())?;
    for member in members {
        let bytes = manifest.members[member.name].bytes;
        // Write only what was hashed, even if the file has grown since.
        let file = File::open(&member.path)?.take(bytes);
        append(&mut archive, member.name, bytes, file)?;
    }
    archive.into_inner()?.into_inner()?.sync_all()
}

fn append(
    archive: &mut Builder<BufWriter<File>>,
    name: &str,
    bytes: u64,
    content: impl Read,
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_entry_type(EntryType::Regular);
    header.set_mtime(u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0));
    archive.append_data(&mut header, name, content)
}

/// Reads the whole archive and compares it with its manifest.
///
/// # Errors
/// An error that names the file and what is wrong with it.
pub(super) fn verify(path: &Path) -> Result<()> {
    read(path, |_, content| copy(content, &mut io::sink()))
}

/// Unpacks the archive into `folder`, each member under its name, and compares it with its
/// manifest.
///
/// # Errors
/// The errors of [`verify`].
pub(super) fn unpack(path: &Path, folder: &Path) -> Result<()> {
    read(path, |name, content| {
        let mut file = File::create_new(folder.join(name))?;
        let copied = copy(content, &mut file)?;
        file.sync_all()?;
        Ok(copied)
    })
}

fn read(
    path: &Path,
    mut take: impl FnMut(&'static str, &mut dyn Read) -> io::Result<Content>,
) -> Result<()> {
    let broken = |cause: &dyn std::fmt::Display| {
        named(
            path,
            &format!("this is not a complete Parlour backup: {cause}"),
        )
    };
    let file = File::open(path).map_err(|cause| named(path, &cause))?;
    let mut archive = Archive::new(BufReader::new(file));
    let mut entries = archive.entries().map_err(|cause| broken(&cause))?;
    let first = entries.next().ok_or_else(|| broken(&"it is empty"))?;
    let manifest = read_manifest(first).map_err(|cause| broken(&cause))?;
    if manifest.format > FORMAT {
        let words = "this backup was made by a newer version of Parlour; restore it with that \
            version";
        return Err(named(path, &words));
    }
    let mut expected = manifest.members;
    for entry in entries {
        let mut entry = entry.map_err(|cause| broken(&cause))?;
        // Compare the name from the archive, but never use it as a path (path traversal).
        let told = entry.path_bytes().into_owned();
        let name = [DATABASE, KEY]
            .into_iter()
            .find(|name| name.as_bytes() == told);
        let content = name.and_then(|name| expected.remove(name));
        let (Some(name), Some(content)) = (name, content) else {
            return Err(broken(
                &"it contains a file that its manifest does not list",
            ));
        };
        if take(name, &mut entry).map_err(|cause| broken(&cause))? != content {
            return Err(broken(&format!("{name} differs from what was saved")));
        }
    }
    match expected.keys().next() {
        None => Ok(()),
        Some(name) => Err(broken(&format!("{name} is missing"))),
    }
}

fn read_manifest(entry: io::Result<tar::Entry<'_, impl Read>>) -> io::Result<Manifest> {
    let entry = entry?;
    if entry.path_bytes().as_ref() != MANIFEST.as_bytes() {
        return Err(io::Error::other(format!(
            "{MANIFEST} is not the first file"
        )));
    }
    let mut text = Vec::new();
    entry.take(MAX_MANIFEST_BYTES).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Copies all of `content`, and returns its length and hash.
fn copy(content: &mut dyn Read, target: &mut dyn Write) -> io::Result<Content> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 65_536];
    loop {
        let read = content.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        hash.update(&buffer[..read]);
        target.write_all(&buffer[..read])?;
    }
    let sha256 = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Content { bytes, sha256 })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn archive(folder: &Path) -> PathBuf {
        let (database, key) = (folder.join("d"), folder.join("k"));
        fs::write(&database, vec![7; 100_000]).unwrap();
        fs::write(&key, "secret").unwrap();
        let path = folder.join("backup.tar");
        write(
            &path,
            &[Member::new(DATABASE, database), Member::new(KEY, key)],
        )
        .unwrap();
        path
    }

    #[test]
    fn what_was_saved_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = archive(folder.path());
        unpack(&path, folder.path()).unwrap();
        assert_eq!(
            fs::read(folder.path().join(DATABASE)).unwrap(),
            vec![7; 100_000]
        );
        assert_eq!(fs::read(folder.path().join(KEY)).unwrap(), b"secret");
    }

    #[test]
    fn a_changed_byte_or_a_missing_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = archive(folder.path());
        let whole = fs::read(&path).unwrap();
        for len in [0, 100, 600, 3000, 60_000, whole.len() - 2000] {
            fs::write(&path, &whole[..len]).unwrap();
            assert!(verify(&path).is_err(), "cut to {len} bytes");
        }
        let place = whole.iter().position(|byte| *byte == 7).unwrap();
        let mut changed = whole.clone();
        changed[place + 50_000] = 8;
        fs::write(&path, &changed).unwrap();
        assert!(verify(&path).is_err());
    }

    #[test]
    fn a_backup_of_a_newer_format_and_a_foreign_member_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = |format| Manifest {
            format,
            program: String::new(),
            created_at: String::new(),
            members: BTreeMap::new(),
        };
        let newer = folder.path().join("newer");
        write_tar(&newer, &manifest(FORMAT + 1), &[]).unwrap();
        assert!(format!("{:?}", verify(&newer)).contains("newer version of Parlour"));

        let foreign = folder.path().join("foreign");
        let mut archive = Builder::new(BufWriter::new(File::create_new(&foreign).unwrap()));
        let text = serde_json::to_vec(&manifest(FORMAT)).unwrap();
        append(&mut archive, MANIFEST, text.len() as u64, text.as_slice()).unwrap();
        append(&mut archive, "elsewhere", 1, &b"x"[..]).unwrap();
        archive.into_inner().unwrap().into_inner().unwrap();
        assert!(unpack(&foreign, folder.path()).is_err());
        assert!(!folder.path().join("elsewhere").exists());
    }
}
