//! New migrations must reach the binary: `embed_migrations!` alone does not see them come. Static
//! files are compressed here as well as can be, which is too slow for when they are asked for.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use brotli::CompressorWriter;
use flate2::{Compression, write::GzEncoder};

/// The best and slowest.
const BROTLI_QUALITY: u32 = 11;
/// 2^22 bytes: larger than any file here.
const BROTLI_WINDOW: u32 = 22;
const BUFFER_BYTES: usize = 64 * 1024;

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=static");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    // Debug builds read `static/` itself, so that a change shows at once.
    let from = (env::var("PROFILE").as_deref() == Ok("release")).then_some(Path::new("static"));
    for coding in ["br", "gzip"] {
        let to = out.join(coding);
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(&to)?;
        if let Some(from) = from {
            compress_all(from, &to, coding)?;
        }
    }
    Ok(())
}

/// Leaves out what does not become smaller.
fn compress_all(from: &Path, to: &Path, coding: &str) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            compress_all(&entry.path(), &target, coding)?;
            continue;
        }
        let plain = fs::read(entry.path())?;
        let compressed = compress(&plain, coding)?;
        if compressed.len() < plain.len() {
            fs::write(target, compressed)?;
        }
    }
    Ok(())
}

fn compress(plain: &[u8], coding: &str) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    if coding == "br" {
        let mut out =
            CompressorWriter::new(&mut compressed, BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW);
        out.write_all(plain)?;
    } else {
        let mut out = GzEncoder::new(&mut compressed, Compression::best());
        out.write_all(plain)?;
        out.finish()?;
    }
    Ok(compressed)
}
