use super::{
    Named,
    html::Html,
    is_bare, marked_up, plain, render, sanitiser,
    subset::{self, Piece},
    visible,
};
use crate::accounts::UserId;

const REL: &str = "target=\"_blank\" rel=\"noopener noreferrer nofollow\"";

fn html(source: &str) -> String {
    render(source).html(|_| None)
}

/// Returns the text that a person sees.
fn shown(html: &str) -> String {
    let lines = html.replace("<br>", "\n").replace("</p><p>", "\n\n");
    let fragment = scraper::Html::parse_fragment(&lines);
    let all: String = fragment.root_element().text().collect();
    let hints = scraper::Selector::parse(".link-host").unwrap();
    let hints: Vec<String> = fragment
        .select(&hints)
        .map(|hint| hint.text().collect())
        .collect();
    hints
        .iter()
        .fold(all, |all, hint| all.replacen(&format!(" {hint}"), "", 1))
}

/// A deterministic random number generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn text(&mut self, words: &[&str], most: usize) -> String {
        let len = 1 + self.roll(most);
        (0..len).map(|_| words[self.roll(words.len())]).collect()
    }
}

const MARKS: [&str; 58] = [
    "a",
    "b",
    "ab",
    "1",
    "1. ",
    "2) ",
    "- ",
    "+ ",
    "* ",
    "*",
    "**",
    "***",
    "~",
    "~~",
    "`",
    "``",
    "```",
    "```\n",
    ">",
    "> ",
    "\n",
    "\n\n",
    "\n    ",
    "\n  ",
    " ",
    "  ",
    "\t",
    "[",
    "](",
    ")",
    "![",
    "]: ",
    "http://a.bc",
    "https://x.y/z",
    "mailto:a@b.cd",
    "a@b.cd",
    "@ana",
    "@",
    "<",
    "</b>",
    "<b>",
    "<div>\n",
    "<!--",
    "&amp;",
    "&#106;",
    "&",
    "\\",
    "# ",
    "\n---",
    "\n===\n",
    "_",
    "__",
    "\"",
    "'",
    "é",
    "\u{202E}",
    "\u{A0}",
    "😀",
];

#[test]
fn the_subset_is_marked_up() {
    for (source, expected) in [
        (
            "**bold** and *italic*",
            "<strong>bold</strong> and <em>italic</em>",
        ),
        ("~~no~~ ~no~", "<s>no</s> ~no~"),
        ("`a < b`", "<code>a &lt; b</code>"),
        ("***both***", "<em><strong>both</strong></em>"),
        ("one\ntwo", "one<br>two"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        (
            "> said\n> so\n\nyes",
            "<blockquote><p>said<br>so</p></blockquote><p>yes</p>",
        ),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. c\n4. d", "<ol start=\"3\"><li>c</li><li>d</li></ol>"),
        ("1. a\n   - b", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
    ] {
        assert_eq!(html(source), expected, "{source:?}");
    }
}

#[test]
fn code_keeps_its_lines_and_can_be_reached_by_keyboard() {
    let code = |text: &str| {
        format!("<pre tabindex=\"0\" role=\"group\" aria-label=\"Code\"><code>{text}</code></pre>")
    };
    assert_eq!(
        html("```rust\nfn a() {\n    *b\n}\n```"),
        code("fn a() {\n    *b\n}")
    );
    assert_eq!(html("```\n\n<b>\n"), code("\n&lt;b&gt;"));
    // The rest is not the name of a language. As a name, it would be lost.
    assert_eq!(
        html("```print(1)\nprint(2)\n```"),
        code("print(1)\nprint(2)")
    );
    assert_eq!(html("```\n@ana http://a.bc\n```"), code("@ana http://a.bc"));
}

#[test]
fn what_is_not_in_the_subset_stands_as_it_was_typed() {
    for source in [
        "# heading",
        "## two ##\ntext",
        "a\n---\nb",
        "title\n=====",
        "***",
        "_under_ and __init__",
        "snake_case_name",
        "    indented *code*\n      more",
        "a\n    b\n  c",
        "  first",
        "<b>bold</b>",
        "<div>\nblock\n</div>",
        "<!-- hidden -->",
        "<script>alert(1)</script>",
        "![alt](picture)",
        "[text](/rooms/1/)",
        "[text](javascript:alert(1))",
        "[name][other]",
        "[name]: /address",
        "[name]: /address \"title\"\n[name]: again\n\n[name]: and again",
        "&lt;b&gt; &amp;amp; &copy;",
        "| a | b |\n|---|---|",
        "¯\\_(ツ)_/¯",
        "C:\\Users\\.config \\\\server",
        "-",
        ">",
        "1.",
        "```",
        "+1",
        "2 * 3 * 4",
        "~5 or ~6",
        "{{body}} `",
    ] {
        assert_eq!(shown(&html(source)), source, "{}", html(source));
        assert!(!html(source).contains("<a"), "{source:?}");
    }
}

#[test]
fn a_backslash_takes_away_the_meaning_of_a_mark() {
    assert_eq!(html("\\*a\\*"), "*a*");
    assert_eq!(html("\\> a"), "&gt; a");
    assert_eq!(html("\\@ana"), "@ana");
    assert!(render("\\@ana").names().is_empty());
}

#[test]
fn bare_addresses_are_links() {
    let link = |href: &str, text: &str| format!("<a href=\"{href}\" {REL}>{text}</a>");
    for (source, expected) in [
        ("http://a.bc", link("http://a.bc/", "http://a.bc")),
        (
            "(https://a.bc/d_e_f).",
            format!("({}).", link("https://a.bc/d_e_f", "https://a.bc/d_e_f")),
        ),
        (
            "https://a.bc/?d=1&e=2",
            link("https://a.bc/?d=1&amp;e=2", "https://a.bc/?d=1&amp;e=2"),
        ),
        ("a@b.cd", link("mailto:a@b.cd", "a@b.cd")),
        (
            "mailto:a@b.cd!",
            format!("{}!", link("mailto:a@b.cd", "mailto:a@b.cd")),
        ),
        (
            "<https://a.bc>",
            format!("&lt;{}&gt;", link("https://a.bc/", "https://a.bc")),
        ),
        (
            "http://a.bc\"onx=1",
            format!("{}\"onx=1", link("http://a.bc/", "http://a.bc")),
        ),
        ("[a.bc](https://a.bc/d)", link("https://a.bc/d", "a.bc")),
        (
            "ftp://a.bc javascript://a.bc data:text/html,a",
            "ftp://a.bc javascript://a.bc data:text/html,a".into(),
        ),
    ] {
        assert_eq!(html(source), expected, "{source:?}");
    }
}

#[test]
fn a_link_says_where_it_leads_unless_its_text_does() {
    for (source, place) in [
        ("[press here](https://evil.example/a)", "evil.example"),
        (
            "[https://bank.example](https://evil.example)",
            "evil.example",
        ),
        (
            "[bank.example/ok](https://bank.example.evil.example)",
            "bank.example.evil.example",
        ),
        (
            "[evil.example or not](https://evil.example)",
            "evil.example",
        ),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("[Ana](mailto:ana@b.cd?subject=a)", "ana@b.cd"),
        ("a [](https://evil.example)", "evil.example"),
        (
            "[\u{202E}elpmaxe.knab](https://evil.example)",
            "evil.example",
        ),
    ] {
        let html = html(source);
        let hint = format!(" <span class=\"link-host\">(<bdi>{place}</bdi>)</span></a>");
        assert!(html.contains(&hint), "{source:?} gave {html}");
    }
}

#[test]
fn hostile_texts_make_no_element_and_no_attribute() {
    for source in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](\tjavascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:a)",
        "[a](https://a.bc/\"onmouseover=alert(1))",
        "[a](<https://a.bc/\" onmouseover=\"alert(1)>)",
        "[a](https://a.bc \"title\\\" onload=alert(1)\")",
        "<https://a.bc/\"onmouseover=alert(1)>",
        "[a](mailto:a@b.c\"onload=alert(1))",
        "[![a](javascript:a)](javascript:b)",
        "[[a](https://a.bc)](https://d.ef)",
        "`</code><script>a</script>`",
        "```\"><script>\n</pre><script>a</script>\n```",
        "**<b onclick=a>**",
        "@<b>",
        "<span data-mention=\"\">@ana</span>",
        "&lt;script&gt;",
        "<svg/onload=alert(1)>",
        "<a href=\"javascript:a\">b</a>",
    ] {
        let html = html(source);
        let page = scraper::Html::parse_fragment(&html);
        for element in page.tree.values().filter_map(|node| node.as_element()) {
            let name = element.name();
            let known = [
                "html", "body", "p", "br", "a", "span", "bdi", "strong", "code", "pre",
            ];
            assert!(known.contains(&name), "{source:?} made {name}: {html}");
            for (attribute, value) in element.attrs() {
                assert!(!attribute.starts_with("on"), "{source:?} gave {html}");
                let leads_well = attribute != "href"
                    || value.starts_with("https://")
                    || value.starts_with("mailto:");
                assert!(leads_well, "{source:?} gave {html}");
            }
        }
    }
}

#[test]
fn letters_that_turn_the_direction_and_controls_are_left_out() {
    assert_eq!(html("a\u{202E}b\u{2066}c\u{0}d\u{9B}e\r\nf"), "abcde<br>f");
    assert_eq!(html("`a\u{202E}b`"), "<code>ab</code>");
    assert_eq!(html("\u{5d0}\u{200F}!"), "\u{5d0}\u{200F}!");
}

#[test]
fn names_are_found_once_each_in_their_order() {
    let names = |source: &str| render(source).names().to_vec();
    assert_eq!(names("@bo and @Ana, @ana (@bo)"), ["bo", "Ana"]);
    assert_eq!(names("hi @ana."), ["ana.", "ana"]);
    assert_eq!(names("**@Łukasz_7** @花子!"), ["Łukasz_7", "花子", "花"]);
    assert_eq!(
        names("`@ana` a@b.cd x@ana //@ana @ [@ana](http://a.bc)"),
        [""; 0]
    );
    assert_eq!(names(&format!("@{}", "a".repeat(151))), [""; 0]);
    let many: String = (0..60).map(|i| format!("@name{i} ")).collect();
    assert_eq!(names(&many).len(), 50);
}

#[test]
fn a_known_name_is_marked_with_whom_it_means() {
    let resolve = |name: &str| {
        (name.to_lowercase() == "ana").then(|| Named::Person(UserId(7), "A<na".to_owned()))
    };
    let html = |source: &str| render(source).html(resolve);
    let ana = "<span class=\"mention\" data-user=\"7\">@<bdi>A&lt;na</bdi></span>";
    assert_eq!(html("hi @Ana."), format!("hi {ana}."));
    assert_eq!(html("*@ana* @bo"), format!("<em>{ana}</em> @bo"));
    assert_eq!(html("@ana-"), format!("{ana}-"));
    assert_eq!(html("@ana-b"), "@ana-b");
}

/// The fast path must give the same result as the full parser.
#[test]
fn a_bare_text_is_rendered_as_the_long_way_would() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let letters: Vec<String> = (' '..='~')
        .chain(
            "éß\u{A0}\u{AD}\u{85}שלום花子😀\u{200D}\u{200F}\u{202E}\u{2066}\u{FDD0}，’“…–\u{2028}"
                .chars(),
        )
        .map(String::from)
        .collect();
    let mut letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    letters.extend(["word", " ", " ", "e", "://", "12", ". "]);
    let mut bare = 0;
    for _ in 0..5_000 {
        let source = dice.text(&letters, 12);
        bare += usize::from(is_bare(source.trim_end()));
        assert_eq!(render(&source), marked_up(source.trim_end()), "{source:?}");
    }
    assert!(bare > 500, "of all only {bare} went the short way");
}

#[test]
fn the_sanitiser_changes_nothing_of_what_we_write() {
    let mut dice = Dice(0xD1B5_4A32_D192_ED03);
    for _ in 0..5_000 {
        let source = dice.text(&MARKS, 16);
        if let Some(pieces) = subset::read(&visible(&source)) {
            let html = Html::unsanitised(&pieces);
            assert_eq!(sanitiser::clean(&html), html, "{source:?}");
        }
    }
}

/// Markup characters may disappear, but letters may not.
#[test]
fn no_word_is_lost() {
    let words = |text: &str| {
        text.chars()
            .filter(|letter| "abé😀".contains(*letter))
            .collect::<String>()
    };
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    for _ in 0..5_000 {
        let source = dice.text(&MARKS, 16);
        // The address of a link and the language of code are hidden.
        if source.contains("](") || source.contains("```") || source.contains("~~") {
            continue;
        }
        let html = html(&source);
        assert_eq!(
            words(&shown(&html)),
            words(&source),
            "{source:?} gave {html}"
        );
    }
}

#[test]
fn silly_texts_cost_what_their_length_costs() {
    let repeated = |text: &str| text.repeat(50_000 / text.len());
    for source in [
        repeated("["),
        repeated("*"),
        repeated("`"),
        repeated("> "),
        repeated(">"),
        repeated("- "),
        repeated("1. "),
        repeated("**a *b "),
        repeated("[a]("),
        repeated("![["),
        repeated("<!--"),
        repeated("<a "),
        repeated("&"),
        repeated("\\"),
        repeated("~~a"),
        repeated("a@"),
        repeated("@a"),
        repeated("a://"),
        repeated("[a]: b\n\n"),
        repeated("*a_ "),
        format!("{}\n{}", repeated("> "), repeated("\n")),
        (0..300)
            .map(|depth| format!("{}- a\n", "  ".repeat(depth)))
            .collect(),
        (1..300)
            .map(|len| format!("{} a ", "`".repeat(len)))
            .collect(),
    ] {
        let pieces = subset::read(&source).unwrap_or_default();
        let start: String = source.chars().take(12).collect();
        assert!(
            pieces.len() <= source.len() + 2,
            "{start}: {} pieces",
            pieces.len()
        );
        let mut open = 0_usize;
        for piece in &pieces {
            match piece {
                Piece::Open(_) => open += 1,
                Piece::Close => open -= 1,
                _ => {}
            }
            assert!(open <= subset::MAX_DEPTH, "{start}");
        }
        let html = html(&source);
        assert!(
            html.len() <= 12 * source.len(),
            "{start}: {} bytes",
            html.len()
        );
    }
}

#[test]
fn the_plain_form_is_one_line_without_marks() {
    for (source, expected) in [
        ("**a** `b`\n> c", "a b c"),
        ("- a\n- b\n\n```\nc\n  d\n```", "a b c d"),
        ("[a](https://b.cd) @ana", "a @ana"),
        ("2. b\n5) e", "2. b 5) e"),
        ("# a\n\n\u{202E}b", "# a b"),
        (">", ">"),
    ] {
        assert_eq!(plain(source, 100), expected, "{source:?}");
    }
    let family = "👨‍👩‍👧‍👦";
    assert_eq!(plain("abcdef", 6), "abcdef");
    assert_eq!(plain("abc def", 5), "abc…");
    assert_eq!(plain(&family.repeat(2), 10), format!("{family}…"));
    assert_eq!(plain(family, 5), "…");
    assert_eq!(plain("e\u{301}e\u{301}", 3), "e\u{301}…");
    assert_eq!(plain("ab", 0), "");
}
