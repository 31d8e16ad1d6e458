//! Static files: pictures from `static/`, and the bundles of scripts and styles that `build/`
//! makes. Release builds have all of them in the binary, also compressed.
//!
//! The address contains a hash of all files, so that browsers can cache them for ever. The modules
//! and sheets from which a bundle is made are served, too, so that developers can read them.
//!
//! Debug builds read the modules and sheets from their folder instead of the bundles, so that a
//! reload shows a change. With [`BUNDLES`] in the environment, they serve the bundles.

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

/// The environment variable with which a debug build serves the bundles. Tests of pages set it.
const BUNDLES: &str = "PARLOUR_BUNDLES";

const PREFIX: &str = concat!("/static/", env!("STATIC_HASH"));

/// Returns the prefix of `/css/…` and `/js/…` in pages, `/static/<hash>`.
pub(crate) fn prefix() -> &'static str {
    PREFIX
}

/// `GET /static/{hash}/{path}`. A hash of another release gets the current file, without caching.
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
    // Files without a compressed form (all files in debug builds) are compressed by the middleware.
    let body = compressed.map_or(file, |(coding, file)| {
        response.insert_header(coding);
        file
    });
    Ok(response.body(bytes(body)))
}

/// `GET /worker.js`: the service worker. It has an address of its own, because a worker is in charge
/// of the folder that it comes from, and because browsers compare it by its address.
pub(crate) async fn show_worker() -> Result<HttpResponse> {
    let file = plain("worker.js").ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header(ContentType(kind_of("worker.js")))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(bytes(file)))
}

/// Returns the content type. Knows only the extensions in `static/`.
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

/// Returns the smallest compressed form that the browser accepts.
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

/// Returns the content without copying it if it is in the binary.
fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}
