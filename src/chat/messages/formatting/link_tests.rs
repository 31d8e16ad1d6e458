//! Bare addresses. The tables are in `tests/cases/`: typed text, expected links, kind.

use scraper::{Html, Selector};
use url::Url;

use super::{addresses, plain, render};

const CASES: [&str; 2] = [
    include_str!("../../../../tests/cases/bare-links.tsv"),
    include_str!("../../../../tests/cases/bare-links-more.tsv"),
];

/// Returns the texts and the expected links of the tables.
fn cases() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let lines = CASES.iter().flat_map(|table| table.lines());
    lines
        .filter(|line| !line.starts_with("# typed") && !line.is_empty())
        .map(|line| {
            let mut cells = line.split('\t');
            let mut cell = || cells.next().unwrap();
            (
                cell(),
                cell().split(' ').filter(|it| !it.is_empty()).collect(),
            )
        })
}

/// Returns target and text of each link of the message, without the hint of the host.
fn links(source: &str) -> Vec<(String, String)> {
    let html = Html::parse_fragment(&render(source).html(|_| None));
    let hint = Selector::parse(".link-host").unwrap();
    html.select(&Selector::parse("a").unwrap())
        .map(|link| {
            let text: String = link.text().collect();
            let hints = link.select(&hint).map(|hint| hint.text().collect());
            let hint: String = hints.collect::<Vec<String>>().concat();
            let text = text.strip_suffix(&hint).unwrap_or(&text).trim_end();
            (link.attr("href").unwrap().to_owned(), text.to_owned())
        })
        .collect()
}

#[test]
fn an_address_is_one_piece_and_ends_where_a_reader_sees_its_end() {
    let mut wrong = Vec::new();
    for (source, expected) in cases() {
        let found = links(source);
        let targets: Vec<&str> = found.iter().map(|(target, _)| target.as_str()).collect();
        let urls: Vec<Url> = expected
            .iter()
            .map(|link| Url::parse(link).unwrap())
            .collect();
        let urls: Vec<&str> = urls.iter().map(Url::as_str).collect();
        if targets != urls {
            wrong.push(format!("{source:?} gave {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_text_of_an_address_is_as_it_was_typed() {
    for (source, expected) in cases().filter(|(source, _)| !source.contains("](")) {
        for ((_, text), link) in links(source).iter().zip(expected) {
            let mail = link.strip_prefix("mailto:").unwrap_or(link);
            let text = text.strip_prefix("MAILTO:").unwrap_or(text);
            assert!([link, mail].contains(&text), "{source:?}: {text:?}");
        }
        let reads = |text: &str| {
            let letters = text.chars().filter(|letter| letter.is_alphanumeric());
            letters.collect::<String>()
        };
        assert_eq!(reads(&plain(source, 1_000)), reads(source), "{source:?}");
    }
}

#[test]
fn emphasis_around_an_address_stays_and_marks_in_code_too() {
    let html = |source: &str| render(source).html(|_| None);
    assert!(html("**https://a.bc/d**").starts_with("<strong><a "));
    assert!(html("~~a@b.cd~~ e").starts_with("<s><a "));
    assert!(html("*see https://a.bc/*d* now*").starts_with("<em>see <a "));
    assert_eq!(html("`https://a.bc/*d*`"), "<code>https://a.bc/*d*</code>");
    assert!(html("```\nhttps://a.bc/*d*\n a@b.cd\n```").contains("https://a.bc/*d*\n a@b.cd"));
    assert!(html("> ```https://a.bc\n> a@b.cd `\n> ```").contains("https://a.bc\na@b.cd `"));
    assert!(html("> `a https://a.bc\n> a@b.cd`").contains("<code>a https://a.bc a@b.cd</code>"));
    assert_eq!(
        html("https://*.a.bc/* https://*.d.ef"),
        "https://*.a.bc/* https://*.d.ef"
    );
}

#[test]
fn addresses_are_found_in_linear_time() {
    for word in [
        "a@",
        "a.",
        "https://a",
        "https://a.bc,",
        "a://",
        "@a.b",
        "https://a.bc/(",
        "mailto:",
        "://a@",
        "a@b.cd?",
        "https://a@",
        "https://a.bc/*",
        "·a",
        "http://[::",
        "a+https://",
    ] {
        let text = word.repeat(50_000 / word.len());
        let found = addresses::find(&text);
        let mut at = 0;
        for address in &found {
            assert!(at <= address.start && address.start < address.end, "{word}");
            assert!(address.end <= address.end_with_marks, "{word}");
            at = address.end_with_marks;
        }
    }
}
