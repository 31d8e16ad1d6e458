//! Makes what the binary carries beside its code: one script and one style sheet per kind of page out
//! of `static/`, and the lists of emoji. Release builds compress them as well as can be, which is too
//! slow for when they are asked for.
//! New migrations must reach the binary, too: `embed_migrations!` alone does not see them come.

mod compress;
mod emoji;
mod scripts;
mod styles;

use std::{
    env,
    error::Error,
    fs,
    hash::{DefaultHasher, Hasher},
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the pages' scripts begin: of visitors, of everybody else, of rooms, and of two pages that
/// need something of their own.
const SCRIPTS: [&str; 5] = ["forms", "app", "room", "why-here", "permission"];
/// What visitors see, and what everybody else does.
const STYLES: [&str; 2] = ["door", "app"];

#[expect(clippy::print_stdout, reason = "Cargo reads what is printed")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=build");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let bundles = empty(out.join("bundles"))?;
    for name in SCRIPTS {
        let script = scripts::bundle(Path::new("static/js"), name)?;
        fs::write(bundles.join(name).with_extension("js"), script)?;
    }
    for name in STYLES {
        let style = styles::bundle(Path::new("static/css"), name)?;
        fs::write(bundles.join(name).with_extension("css"), style)?;
    }
    fs::write(bundles.join("emoji.json"), emoji::for_picker())?;
    fs::write(out.join("emoji.txt"), emoji::sorted())?;
    let mut hash = DefaultHasher::new();
    add_folder(&mut hash, &bundles)?;
    add_folder(&mut hash, Path::new("static"))?;
    println!("cargo:rustc-env=STATIC_HASH={:016x}", hash.finish());
    if packs_relocations() {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    let is_release = env::var("PROFILE")? == "release";
    for coding in ["br", "gzip"] {
        let to = empty(out.join(coding))?;
        if is_release {
            compress::folder(&bundles, &to.join("bundles"), coding)?;
            compress::folder(Path::new("static/img"), &to.join("img"), coding)?;
        }
    }
    Ok(())
}

/// A folder with nothing of an earlier build in it.
fn empty(folder: PathBuf) -> Result<PathBuf, Box<dyn Error>> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The same files, and names, make the same hash.
fn add_folder(hash: &mut DefaultHasher, folder: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add_folder(hash, &path)?;
        } else {
            hash.write(path.file_name().unwrap_or_default().as_encoded_bytes());
            hash.write(&fs::read(&path)?);
        }
    }
    Ok(())
}

/// Whether the program may say where it has addresses in a thirtieth of the room that it takes
/// otherwise, which is over a megabyte: only glibc 2.36 and later understand it. A program that is
/// built for another machine keeps to what all understand.
fn packs_relocations() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    if env::var("HOST") != env::var("TARGET")
        || !is("CARGO_CFG_TARGET_OS", "linux")
        || !is("CARGO_CFG_TARGET_ENV", "gnu")
    {
        return false;
    }
    let Ok(answer) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else {
        return false;
    };
    let answer = String::from_utf8_lossy(&answer.stdout);
    let version = answer.trim().strip_prefix("glibc 2.");
    version.is_some_and(|minor| minor.parse().is_ok_and(|minor: u32| minor >= 36))
}
