//! The check of a handshake's `Origin`.

use std::hint::black_box;

use channels::security::OriginValidator;
use criterion::Criterion;

use crate::steady::measure as steady;

pub(crate) fn measure(criterion: &mut Criterion) {
    let site = OriginValidator::new(["https://chat.example.org"]).expect("a pattern");
    for (what, origin) in [
        ("own", "https://chat.example.org"),
        ("foreign", "https://chat.example.org.evil.example"),
    ] {
        steady(criterion, &format!("origin/{what}"), || {
            site.allows(black_box(Some(origin)))
        });
    }
}
