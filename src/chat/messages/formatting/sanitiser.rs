//! The HTML sanitiser: removes everything that is not on its allow-list. It must not change the
//! output of our own writer, which a test checks with thousands of texts.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};

/// `nofollow` makes spam useless for search engines. The others keep the opened page from reaching
/// or learning about this one.
const REL: &str = "noopener noreferrer nofollow";

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = [
        "p",
        "br",
        "strong",
        "em",
        "s",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "span",
        "bdi",
    ];
    let attributes = [
        ("a", HashSet::from(["href"])),
        ("ol", HashSet::from(["start"])),
        ("li", HashSet::from(["value"])),
        ("pre", HashSet::from(["aria-label"])),
        ("span", HashSet::from(["data-mention"])),
    ];
    let code = [
        ("tabindex", HashSet::from(["0"])),
        ("role", HashSet::from(["group"])),
    ];
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(tags))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(HashMap::from(attributes))
        .tag_attribute_values(HashMap::from([("pre", HashMap::from(code))]))
        .allowed_classes(HashMap::from([
            ("span", HashSet::from(["link-host"])),
            ("ol", HashSet::from(["bracket"])),
        ]))
        .set_tag_attribute_value("a", "target", "_blank")
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(REL));
    builder
});

pub(crate) fn clean(html: &str) -> String {
    SANITISER.clean(html).to_string()
}
