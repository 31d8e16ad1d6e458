//! Numbers, quotes and strong text. The table is in `tests/cases/`: typed text, what the message
//! shows, what a quote shows.

use scraper::{ElementRef, Html};

use super::{plain, render};

fn html(source: &str) -> String {
    render(source).html(|_| None)
}

/// Returns the text of an element with the numbers that a browser draws.
fn drawn(element: ElementRef<'_>, text: &mut String) {
    let mut number = element
        .attr("start")
        .map_or(1, |start| start.parse().unwrap());
    let sign = if element.attr("class") == Some("bracket") {
        ')'
    } else {
        '.'
    };
    for child in element.children() {
        if let Some(inner) = ElementRef::wrap(child) {
            if element.value().name() == "ol" {
                number = inner
                    .attr("value")
                    .map_or(number, |value| value.parse().unwrap());
                text.push_str(&format!("\n{number}{sign} "));
                number += 1_u64;
            }
            if inner.value().name() == "br" {
                text.push('\n');
            }
            drawn(inner, text);
        } else if let Some(words) = child.value().as_text() {
            text.push_str(words);
        }
    }
}

fn shown(source: &str) -> String {
    let mut text = String::new();
    drawn(
        Html::parse_fragment(&html(source)).root_element(),
        &mut text,
    );
    text
}

#[test]
fn the_cases_can_be_read_in_the_message_and_in_its_quote() {
    let table = include_str!("../../../../tests/cases/lists-and-previews.tsv");
    for line in table.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut cells = line.split('\t');
        let source = cells.next().unwrap().replace("\\n", "\n");
        if source.contains("**") {
            assert!(
                html(&source).contains("<strong>大事です。</strong>"),
                "{}",
                html(&source)
            );
            continue;
        }
        for (cell, text) in cells.zip([shown(&source), plain(&source, 100)]) {
            let mut rest = text.as_str();
            for word in cell.split([' ', '…']).filter(|word| !word.is_empty()) {
                let at = rest
                    .find(word)
                    .unwrap_or_else(|| panic!("{source:?} shows {text:?}"));
                rest = &rest[at + word.len()..];
            }
        }
    }
}

#[test]
fn numbers_are_those_that_were_typed() {
    for (source, expected) in [
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("1. a\n1. b", "<ol><li>a</li><li value=\"1\">b</li></ol>"),
        (
            "2. b\n5. e\n6. f",
            "<ol start=\"2\"><li>b</li><li value=\"5\">e</li><li>f</li></ol>",
        ),
        (
            "3. c\n2. b",
            "<ol start=\"3\"><li>c</li><li value=\"2\">b</li></ol>",
        ),
        ("0. a", "<ol start=\"0\"><li>a</li></ol>"),
        (
            "1) a\n2) b",
            "<ol class=\"bracket\"><li>a</li><li>b</li></ol>",
        ),
        ("4) a", "<ol class=\"bracket\" start=\"4\"><li>a</li></ol>"),
        (
            "1. a\n2) b",
            "<ol><li>a</li></ol><ol class=\"bracket\" start=\"2\"><li>b</li></ol>",
        ),
        (
            "1. a\n   1. b\n   4. c\n2. d",
            "<ol><li>a<ol><li>b</li><li value=\"4\">c</li></ol></li><li>d</li></ol>",
        ),
        (
            "> 7. a\n> 9. b",
            "<blockquote><ol start=\"7\"><li>a</li><li value=\"9\">b</li></ol></blockquote>",
        ),
        ("007. Bond", "007. Bond"),
        ("01. a\n02. b", "01. a<br>02. b"),
        (
            "1986. A great year",
            "<ol start=\"1986\"><li>A great year</li></ol>",
        ),
        ("3.14 is pi", "3.14 is pi"),
        ("1234567890. a", "1234567890. a"),
    ] {
        assert_eq!(html(source), expected, "{source:?}");
        let numbers = |text: &str| {
            let digits = text.chars().filter(|letter| letter.is_ascii_digit());
            digits.collect::<String>()
        };
        assert_eq!(numbers(&shown(source)), numbers(source), "{source:?}");
        assert_eq!(numbers(&plain(source, 100)), numbers(source), "{source:?}");
    }
}

#[test]
fn a_quote_has_a_blank_behind_its_sign() {
    for source in [
        ">_< not again",
        ">= 5",
        ">5",
        ">:( no",
        ">>> print(1)",
        ">>",
        ">a\n>b",
        ">-",
        "a\n>b",
        ">=D\n\n>.<",
    ] {
        assert!(!html(source).contains("blockquote"), "{source:?}");
        let text: String = shown(source).split_whitespace().collect();
        assert_eq!(text, source.split_whitespace().collect::<String>());
        assert_eq!(
            plain(source, 100),
            source.split_whitespace().collect::<Vec<_>>().join(" ")
        );
    }
    for source in [
        "> a",
        "> a\n> b",
        ">\ta",
        "> > a",
        ">\u{3000}a",
        "> a\n>\n> b",
        "- > a",
    ] {
        assert!(html(source).contains("blockquote"), "{source:?}");
    }
    assert_eq!(html("`a\n>b`"), "<code>a &gt;b</code>");
    assert!(html("```\n>b\n> c\n007. d\n```").contains("&gt;b\n&gt; c\n007. d"));
    assert!(html("> ```\n> >b\n> ```").contains("<code>&gt;b</code>"));
    assert!(html("<p>\n>b\n</p>").contains("&gt;b"));
}

#[test]
fn text_is_strong_beside_punctuation_in_scripts_without_spaces() {
    for (source, strong) in [
        ("これは**大事です。**読んで", "大事です。"),
        ("これは**「大事」**です", "「大事」"),
        ("これは**\"大事\"**です", "\"大事\""),
        ("这是**“重要”**的", "“重要”"),
        ("这是**重要（必读）**的", "重要（必读）"),
        ("**重要。**OK", "重要。"),
        ("**重要！**1つ目", "重要！"),
        ("请看**《红楼梦》**第一回", "《红楼梦》"),
        ("**마크다운(Markdown)**은", "마크다운(Markdown)"),
        ("그는 **\"안녕\"**이라고", "\"안녕\""),
        ("คำ**\"สำคัญ\"**มาก", "\"สำคัญ\""),
        ("これは**😀**です", "😀"),
        ("**50%**です", "50%"),
        ("一**二**三", "二"),
        ("**𠮷。**𠮷", "𠮷。"),
        ("これは**`code`**です", "<code>code</code>"),
    ] {
        let html = html(source);
        assert!(
            html.contains(&format!("<strong>{strong}</strong>")),
            "{source:?} gave {html}"
        );
        assert!(!html.contains('*'), "{source:?} gave {html}");
    }
    assert_eq!(html("*「大事」*です"), "<em>「大事」</em>です");
    assert_eq!(html("彼は~~「嘘」~~と"), "彼は<s>「嘘」</s>と");
    assert_eq!(
        html("`大**。大`、`あ*「`"),
        "<code>大**。大</code>、<code>あ*「</code>"
    );
    assert!(html("**[大](https://a.bc)**です").starts_with("<strong><a "));
    assert_eq!(html("2*3。と4*5"), "2<em>3。と4</em>5");
    assert_eq!(html("大** 。**です"), "大** 。**です");
}
