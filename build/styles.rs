//! Bundles several style sheets into one: replaces each `@import "x.css";` and `@import "x.css"
//! print;` with the sheet that it names. All names are relative to the folder of all sheets. Sheets
//! with `url()` must be in that folder itself, because a browser resolves the URL relative to the
//! bundle.

use std::{fs, io, path::Path};

/// Returns `name.css` in `folder` with all imports inlined, without comments: they would be a fifth
/// of what browsers load.
pub(crate) fn bundle(folder: &Path, name: &str) -> io::Result<String> {
    Ok(without_comments(&inline(folder, &format!("{name}.css"))?))
}

/// Removes the comments. Assumes that no string in the sheets contains the start of a comment.
fn without_comments(sheet: &str) -> String {
    let mut pieces = sheet.split("/*");
    let mut left = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        left.push_str(piece.split_once("*/").map_or("", |(_, rest)| rest));
    }
    let lines = left.lines().filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn inline(folder: &Path, file: &str) -> io::Result<String> {
    let mut sheet = String::new();
    for line in fs::read_to_string(folder.join(file))?.lines() {
        match imported(line) {
            Some((file, "")) => sheet.push_str(&inline(folder, file)?),
            Some((file, media)) => {
                sheet.push_str(&format!("@media {media} {{\n{}}}\n", inline(folder, file)?));
            }
            None => sheet.extend([line.trim_start(), "\n"]),
        }
    }
    Ok(sheet)
}

/// Returns the file and the medium of an import.
fn imported(line: &str) -> Option<(&str, &str)> {
    let (file, media) = line.strip_prefix("@import \"")?.split_once('"')?;
    Some((file, media.strip_suffix(';')?.trim()))
}
