//! Compresses files as far as possible.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use brotli::CompressorWriter;
use flate2::{Compression, write::GzEncoder};

/// The best quality, which is the slowest.
const BROTLI_QUALITY: u32 = 11;
/// The window is 2^22 bytes, larger than any file here.
const BROTLI_WINDOW: u32 = 22;
const BUFFER_BYTES: usize = 64 * 1024;

/// Compresses the files of `from` into `to`. Leaves out those that would not become smaller.
pub(crate) fn folder(from: &Path, to: &Path, coding: &str) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let plain = fs::read(entry.path())?;
        let compressed = compress(&plain, coding)?;
        if compressed.len() < plain.len() {
            fs::write(to.join(entry.file_name()), compressed)?;
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
