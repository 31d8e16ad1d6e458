//! Makes what the binary carries out of `static/`: one script and one style sheet per kind of page,
//! compressed as well as can be in release builds, which is too slow for when they are asked for.
//! New migrations must reach the binary, too: `embed_migrations!` alone does not see them come.

mod compress;
mod scripts;
mod styles;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
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
