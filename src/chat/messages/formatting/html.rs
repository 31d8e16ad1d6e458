//! The HTML writer: turns the pieces of a message into markup, and collects possible mentions.

use std::collections::HashSet;

use super::{
    mentions::readings,
    subset::{Number, Piece, Tag},
};
use crate::{
    accounts::{UserId, username},
    chat::messages::{
        call::Call,
        formatting::{links, mentions, sanitiser},
    },
    words,
};

/// The maximum number of mentions in one message. Further names stay text.
const MAX_NAMES: usize = 50;

/// The maximum number of readings of these names. Each one is looked up in the database.
const MAX_READINGS: usize = 500;

/// Placeholder around a name until it is resolved to a person. No typed text can contain it,
/// because its `<` would be escaped.
const NAME: [&str; 2] = ["<span data-mention=\"\">@", "</span>"];

/// What a name after an `@` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A person, with the name to show.
    Person(UserId, String),
    /// All members, or those who are online.
    Call(Call),
}

/// The markup of a message, with names that are not resolved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    parts: Vec<Part>,
    names: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Markup(String),
    /// A name as typed, without the `@`.
    Name(String),
}

impl Rendered {
    /// Renders a text that has nothing to mark up or to escape.
    pub(crate) fn bare(text: &str) -> Self {
        Self {
            parts: vec![Part::Markup(text.to_owned())],
            names: Vec::new(),
        }
    }

    /// Puts all of it into an element.
    pub(crate) fn within(mut self, opening: &str, closing: &str) -> Self {
        self.parts.insert(0, Part::Markup(opening.to_owned()));
        self.parts.push(Part::Markup(closing.to_owned()));
        self
    }

    fn parse(html: &str) -> Self {
        let mut pieces = html.split(NAME[0]);
        let start = pieces.next().unwrap_or_default().to_owned();
        let mut rendered = Self {
            parts: vec![Part::Markup(start)],
            names: Vec::new(),
        };
        let mut known = HashSet::new();
        for piece in pieces {
            let (name, behind) = piece.split_once(NAME[1]).unwrap_or((piece, ""));
            let new = readings(name).filter(|name| known.insert(username::key(name)));
            rendered.names.extend(new.map(str::to_owned));
            rendered.parts.push(Part::Name(name.to_owned()));
            rendered.parts.push(Part::Markup(behind.to_owned()));
        }
        rendered.names.truncate(MAX_READINGS);
        rendered
    }

    /// Returns the names that the text may mention, as typed, without duplicates, in their order,
    /// at most 500, because a name has several readings. Names that no member of the room has stay text.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the markup. `resolve` returns what one of [`Self::names`] means.
    pub fn html(&self, resolve: impl Fn(&str) -> Option<Named>) -> String {
        let mut html = String::new();
        for part in &self.parts {
            match part {
                Part::Markup(markup) => html.push_str(markup),
                Part::Name(typed) => {
                    let found = readings(typed).find_map(|name| Some((name.len(), resolve(name)?)));
                    let rest = match found {
                        Some((len, Named::Person(id, name))) => {
                            html.push_str(&format!(
                                "<span class=\"mention\" data-user=\"{id}\">@<bdi>"
                            ));
                            escape(&mut html, &name);
                            html.push_str("</bdi></span>");
                            &typed[len..]
                        }
                        // No person, so scripts do not make it a link to a card.
                        Some((len, Named::Call(_))) => {
                            html.push_str("<b class=\"mention\">@");
                            escape(&mut html, &typed[..len]);
                            html.push_str("</b>");
                            &typed[len..]
                        }
                        None => {
                            html.push('@');
                            typed
                        }
                    };
                    escape(&mut html, rest);
                }
            }
        }
        html
    }
}

/// Writes pieces as markup. All typed text goes through [`escape`].
pub(crate) struct Html {
    out: String,
    closing: Vec<&'static str>,
    /// The next number of each open ordered list.
    numbers: Vec<u64>,
    link: Option<Link>,
    names: usize,
}

struct Link {
    /// The text of the link so far, to compare it with the target.
    text: String,
    url: Box<url::Url>,
}

impl Html {
    pub(crate) fn write(pieces: &[Piece]) -> Rendered {
        Rendered::parse(&sanitiser::clean(&Self::unsanitised(pieces)))
    }

    /// Renders a text without interpreting any markup in it.
    pub(crate) fn as_typed(source: &str) -> Rendered {
        let mut out = String::with_capacity(source.len());
        for (i, line) in source.split('\n').enumerate() {
            if i > 0 {
                out.push_str("<br>");
            }
            escape(&mut out, line);
        }
        Rendered {
            parts: vec![Part::Markup(out)],
            names: Vec::new(),
        }
    }

    pub(crate) fn unsanitised(pieces: &[Piece]) -> String {
        let mut html = Self {
            out: String::new(),
            closing: Vec::new(),
            numbers: Vec::new(),
            link: None,
            names: 0,
        };
        for piece in without_lone_paragraph(pieces) {
            html.piece(piece);
        }
        html.out
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Open(tag) => self.open(tag),
            Piece::Close => self.close(),
            Piece::Break => self.out.push_str("<br>"),
            Piece::Text(text) if self.link.is_some() => self.bare_text(text),
            Piece::Text(text) => self.names(text),
            Piece::Address(address, target) => self.address(address, target.as_deref()),
            Piece::Letter(letter) => self.bare_text(letter.encode_utf8(&mut [0; 4])),
            Piece::Code(code) => {
                self.out.push_str("<code>");
                self.bare_text(code);
                self.out.push_str("</code>");
            }
            Piece::CodeBlock(code) => {
                self.out
                    .push_str("<pre tabindex=\"0\" role=\"group\" aria-label=\"");
                attribute(&mut self.out, &words::text("message-code"));
                self.out.push_str("\"><code>");
                escape(&mut self.out, code);
                self.out.push_str("</code></pre>");
            }
        }
    }

    fn open(&mut self, tag: &Tag) {
        let (open, close) = match tag {
            Tag::Paragraph => ("<p>", "</p>"),
            Tag::Quote => ("<blockquote>", "</blockquote>"),
            Tag::Bullets => ("<ul>", "</ul>"),
            Tag::Numbers(first) => {
                self.open_list(*first);
                ("", LIST_END)
            }
            Tag::Item(number) => {
                self.open_item(*number);
                ("", "</li>")
            }
            Tag::Bold => ("<strong>", "</strong>"),
            Tag::Italic => ("<em>", "</em>"),
            Tag::Strike => ("<s>", "</s>"),
            Tag::Link(url) => {
                self.open_link(url.clone());
                return;
            }
        };
        self.out.push_str(open);
        self.closing.push(close);
    }

    fn close(&mut self) {
        match self.closing.pop() {
            Some(LINK_END) => self.close_link(),
            Some(close) => {
                self.out.push_str(close);
                if close == LIST_END {
                    self.numbers.pop();
                }
            }
            None => {}
        }
    }

    fn open_list(&mut self, first: Number) {
        self.out.push_str("<ol");
        if first.sign == ')' {
            self.out.push_str(" class=\"bracket\"");
        }
        if first.value != 1 {
            self.out.push_str(&format!(" start=\"{}\"", first.value));
        }
        self.out.push('>');
        self.numbers.push(first.value);
    }

    /// Writes the number of an item if it is not the next one, because people refer to the numbers
    /// that they typed.
    fn open_item(&mut self, number: Option<Number>) {
        let next = self.numbers.last_mut();
        match (number, next) {
            (Some(number), Some(next)) => {
                if number.value == *next {
                    self.out.push_str("<li>");
                } else {
                    self.out
                        .push_str(&format!("<li value=\"{}\">", number.value));
                }
                *next = number.value.saturating_add(1);
            }
            _ => self.out.push_str("<li>"),
        }
    }

    /// The attributes are in the order in which the sanitiser writes them.
    fn open_link(&mut self, url: Box<url::Url>) {
        self.out.push_str("<a href=\"");
        attribute(&mut self.out, url.as_str());
        self.out
            .push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");
        self.closing.push(LINK_END);
        self.link = Some(Link {
            text: String::new(),
            url,
        });
    }

    /// Writes the real target of a link inside the link, always visible and always read aloud. A
    /// hint that appears on hover does not exist on a phone, and anybody could type a hint beside
    /// the link (phishing).
    fn close_link(&mut self) {
        if let Some(Link { text, url }) = self.link.take()
            && let Some(place) = links::hint(&text, &url)
        {
            self.out.push_str(" <span class=\"link-host\">(<bdi>");
            escape(&mut self.out, place);
            self.out.push_str("</bdi>)</span>");
        }
        self.out.push_str(LINK_END);
    }

    /// Writes text without looking for links or names.
    fn bare_text(&mut self, text: &str) {
        escape(&mut self.out, text);
        if let Some(link) = &mut self.link {
            link.text.push_str(text);
        }
    }

    fn address(&mut self, address: &str, target: Option<&url::Url>) {
        match target {
            Some(url) if self.link.is_none() => {
                self.open_link(Box::new(url.clone()));
                self.bare_text(address);
                self.close();
            }
            _ => self.bare_text(address),
        }
    }

    fn names(&mut self, text: &str) {
        for span in mentions::spans(text) {
            match span {
                mentions::Span::Text(text) => escape(&mut self.out, text),
                mentions::Span::Name(name) if self.names == MAX_NAMES => {
                    self.out.push('@');
                    escape(&mut self.out, name);
                }
                mentions::Span::Name(name) => {
                    self.names += 1;
                    self.out.push_str(NAME[0]);
                    escape(&mut self.out, name);
                    self.out.push_str(NAME[1]);
                }
            }
        }
    }
}

const LINK_END: &str = "</a>";
const LIST_END: &str = "</ol>";

/// A message of a single paragraph, the usual case, needs no block element.
fn without_lone_paragraph(pieces: &[Piece]) -> &[Piece] {
    match pieces {
        [Piece::Open(Tag::Paragraph), inner @ .., Piece::Close]
            if !inner.iter().any(Piece::is_block) =>
        {
            inner
        }
        _ => pieces,
    }
}

/// Escapes a value for an attribute in double quotes.
fn attribute(out: &mut String, value: &str) {
    for (i, part) in value.split('"').enumerate() {
        if i > 0 {
            out.push_str("&quot;");
        }
        escape(out, part);
    }
}

/// Escapes text exactly as the sanitiser does, so that the sanitiser changes nothing.
fn escape(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, letter) in text.char_indices() {
        let escaped = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\u{A0}' => "&nbsp;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escaped);
        plain = at + letter.len_utf8();
    }
    out.push_str(&text[plain..]);
}
