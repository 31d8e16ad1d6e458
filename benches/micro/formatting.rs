//! The markup of typed texts, from usual to hostile ones.

use std::hint::black_box;

use criterion::Criterion;
use parlour::chat::messages::formatting::{plain, render};

use crate::steady::measure as steady;

/// Forty characters, as most messages.
const LINE: &str = "Shall we have tea at four? I am at home.";
const MARKED: &str = "**Tea** at four, see https://example.com/tea_time?room=7\n\
    > who brings the *biscuits*?\n\n- Bo: `biscuits`\n- @ana: cups";

pub(crate) fn measure(criterion: &mut Criterion) {
    let most = |text: &str| text.repeat(50_000 / text.len());
    for (what, source) in [
        ("line", LINE.to_owned()),
        ("two lines", format!("{LINE}\n{LINE}")),
        ("marked", MARKED.to_owned()),
        ("10000 letters", "x".repeat(10_000)),
        ("50000 brackets", most("[")),
        ("50000 stars", most("*a ")),
        ("50000 ticks", most("`` ` ")),
        ("50000 links", most("[a](http://b.cd) ")),
        ("50000 addresses", most("http://b.cd ")),
        ("50000 definitions", most("[a]: b\n\n")),
        ("50000 names", most("@a ")),
    ] {
        steady(criterion, &format!("format/{what}"), || {
            render(black_box(&source)).html(|_| None)
        });
    }
    steady(criterion, "format/plain", || plain(black_box(MARKED), 140));
}
