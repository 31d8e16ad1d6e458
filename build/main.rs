//! The build script: bundles `static/` into one script and one style sheet per kind of page, and
//! writes the lists of emoji. For release builds it also compresses them, because the best
//! compression is too slow at request time.
//!
//! It also reruns the build after a new migration, which `embed_migrations!` alone does not notice.

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

/// The entry points of the bundles: for visitors, for all other pages, for rooms, and for two pages
/// that need more.
const SCRIPTS: [&str; 5] = ["forms", "app", "room", "why-here", "permission"];
/// The style sheets for visitors, for all other pages, and for some of these in addition.
const STYLES: [&str; 3] = ["door", "app", "more"];

#[expect(clippy::print_stdout, reason = "Cargo reads what is printed")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=build");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let bundles = empty(out.join("bundles"))?;
    for name in SCRIPTS {
        for script in scripts::bundle(Path::new("static/js"), name)? {
            fs::write(bundles.join(script.file), script.source)?;
        }
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

/// Creates an empty folder. Deletes the files of an earlier build.
fn empty(folder: PathBuf) -> Result<PathBuf, Box<dyn Error>> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Adds the names and contents of all files to the hash.
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

/// Returns whether the linker may pack relative relocations (RELR), which saves more than a
/// megabyte. Only glibc 2.36 and later support it. Cross builds do not use it.
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
