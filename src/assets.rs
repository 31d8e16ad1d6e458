//! Pictures from `static/`, and the scripts and styles that `build/` makes of what lies there: in the
//! binary in release builds, compressed, too. The address carries a hash over all of them, so
//! browsers may keep them for ever. The modules and sheets that the bundles are made of can be read
//! beside them, for who wants to see how a page works.

use std::{borrow::Cow, sync::LazyLock};

use actix_web::{
    HttpResponse,
    http::header::{AcceptEncoding, CACHE_CONTROL, ContentEncoding, ContentType, Encoding, VARY},
    web::{self, Bytes},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// `bundles/…`, one script and one sheet per kind of page.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/bundles"]
#[prefix = "bundles/"]
struct Bundles;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/br"]
struct Brotli;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/gzip"]
struct Gzip;

/// Eight hexadecimal digits are enough to tell two releases apart.
static PREFIX: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().chain(Bundles::iter()).collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(plain(&name).map(|file| file.data).unwrap_or_default());
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
pub(crate) async fn show_asset(
    path: web::Path<(String, String)>,
    accepted: Option<web::Header<AcceptEncoding>>,
) -> Result<HttpResponse> {
    let (hash, name) = path.into_inner();
    let file = plain(&name).ok_or(Error::NotFound)?;
    let is_current = PREFIX.rsplit('/').next() == Some(hash.as_str());
    let keep = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let mut response = HttpResponse::Ok();
    response
        .insert_header(ContentType(kind))
        .insert_header((CACHE_CONTROL, keep))
        .insert_header((VARY, "accept-encoding"));
    let compressed = accepted.and_then(|accepted| compressed(&name, &accepted));
    // What has no compressed form, as nothing has in debug builds, is left to the middleware.
    let body = compressed.map_or(file, |(coding, file)| {
        response.insert_header(coding);
        file
    });
    Ok(response.body(bytes(body)))
}

fn plain(name: &str) -> Option<EmbeddedFile> {
    Bundles::get(name).or_else(|| Files::get(name))
}

/// The smallest form that the browser takes.
fn compressed(name: &str, accepted: &AcceptEncoding) -> Option<(ContentEncoding, EmbeddedFile)> {
    let takes = |coding: Encoding| accepted.negotiate([&coding].into_iter()) == Some(coding);
    if takes(Encoding::brotli())
        && let Some(file) = Brotli::get(name)
    {
        return Some((ContentEncoding::Brotli, file));
    }
    let file = Gzip::get(name).filter(|_| takes(Encoding::gzip()))?;
    Some((ContentEncoding::Gzip, file))
}

/// Without a copy of what lies in the binary.
fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}
