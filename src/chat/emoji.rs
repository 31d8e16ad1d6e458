//! All emoji with their names, for the picker: one file that browsers keep.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, ContentType},
    web,
};
use serde_json::json;
use sha2::{Digest, Sha256};

/// A list of `[emoji, name, other names]` in the order of Unicode, without skin tones.
static LIST: LazyLock<String> = LazyLock::new(|| {
    let entry = |emoji: &'static emojis::Emoji| {
        let codes: Vec<&str> = emoji.shortcodes().collect();
        json!([
            emoji.as_str(),
            emoji.name(),
            codes.join(" ").replace('_', " ")
        ])
    };
    json!(emojis::iter().map(entry).collect::<Vec<_>>()).to_string()
});

static PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(LIST.as_bytes());
    format!(
        "/emoji/{:02x}{:02x}{:02x}{:02x}.json",
        hash[0], hash[1], hash[2], hash[3]
    )
});

/// Where the list lies; the address changes with it.
pub(super) fn path() -> &'static str {
    &PATH
}

/// `GET /emoji/{hash}.json`, the same for everybody.
pub async fn list_emoji(hash: web::Path<String>) -> HttpResponse {
    let is_current = PATH.strip_prefix("/emoji/") == Some(hash.as_str());
    let keep = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    HttpResponse::Ok()
        .insert_header(ContentType::json())
        .insert_header((CACHE_CONTROL, keep))
        .body(LIST.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_emoji_of_the_list_is_one_that_messages_take() {
        let list: Vec<[String; 3]> = serde_json::from_str(&LIST).unwrap();
        assert!(list.len() > 1_500);
        for [emoji, name, _] in &list {
            assert_eq!(
                emojis::get(emoji).map(emojis::Emoji::as_str),
                Some(emoji.as_str())
            );
            assert!(!name.is_empty());
        }
    }
}
