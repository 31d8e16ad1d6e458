//! Pictures from `static/`, and the scripts and styles that `build/` makes of what lies there: in the
//! binary in release builds, compressed, too. The address carries a hash over all of them, so
//! browsers may keep them for ever. The modules and sheets that the bundles are made of can be read
//! beside them, for who wants to see how a page works.
//!
//! Debug builds serve the modules and sheets in the place of the bundles, as they lie in the folder,
//! so that a change shows when the page is loaded again; [`BUNDLES`] in their environment asks for what
//! a release has.

use std::{borrow::Cow, env};

use actix_web::{
    HttpResponse,
    http::header::{AcceptEncoding, CACHE_CONTROL, ContentEncoding, ContentType, Encoding, VARY},
    web::{self, Bytes},
};
use mime::Mime;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// `bundles/…`: one script and one sheet per kind of page, and the list of emoji.
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

/// See above; tests of pages set it.
const BUNDLES: &str = "PARLOUR_BUNDLES";

const PREFIX: &str = concat!("/static/", env!("STATIC_HASH"));

/// What stands before `/css/…` and `/js/…` in a page, `/static/<hash>`.
pub(crate) fn prefix() -> &'static str {
    PREFIX
}

/// `GET /static/{hash}/{path}`. An address of another release answers with today's file, unkept.
pub(crate) async fn show_asset(
    path: web::Path<(String, String)>,
    accepted: Option<web::Header<AcceptEncoding>>,
) -> Result<HttpResponse> {
    let (hash, name) = path.into_inner();
    let file = plain(&name).ok_or(Error::NotFound)?;
    let is_current = PREFIX.rsplit('/').next() == Some(hash.as_str());
    let keep = if is_current && !serves_sources() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header(ContentType(kind_of(&name)))
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

/// Only what lies in `static/`.
fn kind_of(name: &str) -> Mime {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => mime::TEXT_CSS_UTF_8,
        Some("js") => mime::TEXT_JAVASCRIPT,
        Some("json") => mime::APPLICATION_JSON,
        Some("png") => mime::IMAGE_PNG,
        Some("svg") => mime::IMAGE_SVG,
        _ => mime::APPLICATION_OCTET_STREAM,
    }
}

fn serves_sources() -> bool {
    cfg!(debug_assertions) && env::var_os(BUNDLES).is_none()
}

fn plain(name: &str) -> Option<EmbeddedFile> {
    if let Some(name) = name.strip_prefix("bundles/").filter(|_| serves_sources()) {
        let source = ["js", "css"].map(|folder| Files::get(&format!("{folder}/{name}")));
        if let Some(file) = source.into_iter().flatten().next() {
            return Some(file);
        }
    }
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
