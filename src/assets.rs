//! Styles, scripts and pictures from `static/`: in the binary in release builds. The address
//! carries a hash over all of them, so browsers may keep them for ever and relative imports
//! between modules stay right.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, ContentType},
    web,
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// Eight hexadecimal digits are enough to tell two releases apart.
static PREFIX: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Files::get(&name).map(|file| file.data).unwrap_or_default());
    }
    let hash = hash.finalize();
    format!(
        "/static/{:02x}{:02x}{:02x}{:02x}",
        hash[0], hash[1], hash[2], hash[3]
    )
});

/// What stands before `/css/…` and `/js/…` in a page, `/static/<hash>`.
pub(crate) fn prefix() -> &'static str {
    &PREFIX
}

/// `GET /static/{hash}/{path}`. An address of another release answers with today's file, unkept.
pub(crate) async fn show_asset(path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (hash, name) = path.into_inner();
    let file = Files::get(&name).ok_or(Error::NotFound)?;
    let is_current = PREFIX.rsplit('/').next() == Some(hash.as_str());
    let keep = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    Ok(HttpResponse::Ok()
        .insert_header(ContentType(kind))
        .insert_header((CACHE_CONTROL, keep))
        .body(file.data.into_owned()))
}
