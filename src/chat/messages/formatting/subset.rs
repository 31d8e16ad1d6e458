//! The parser of the supported subset of Markdown. A full `CommonMark` parser reads the text.
//! Everything outside the subset (headings, rules, images, HTML, links with other schemes, `_`)
//! appears in the message exactly as it was typed.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag as Mark};
use url::Url;

use super::{
    addresses::{self, Address},
    links,
    masked::Masked,
};
use crate::visible;

/// The maximum nesting of quotes, lists and emphasis. Deeper text is shown as typed, because
/// writing and sanitising cost more with each level (denial of service).
pub(crate) const MAX_DEPTH: usize = 16;

/// The maximum number of parser runs that remove link definitions from a text.
const MAX_READINGS: usize = 4;

/// The maximum length of a language name after a fence. A longer word is treated as code.
const MAX_LANGUAGE_LEN: usize = 20;

/// A backslash before one of these characters escapes it. Before any other it is plain text.
const ESCAPABLE: [char; 7] = ['*', '~', '`', '>', '[', ']', '@'];

/// An element that encloses a part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tag {
    Paragraph,
    Quote,
    Bullets,
    /// An ordered list that starts with this number.
    Numbers(Number),
    /// An item, in an ordered list with its number as it was typed.
    Item(Option<Number>),
    Bold,
    Italic,
    Strike,
    Link(Box<Url>),
}

/// The number of an item in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) value: u64,
    /// The sign behind it: `.` or `)`.
    pub(crate) sign: char,
}

impl Number {
    /// Reads the number at the start of an item.
    fn read(item: &str) -> Option<Self> {
        let behind = item.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let value = item[..item.len() - behind.len()].parse().ok()?;
        let sign = behind.chars().next()?;
        Some(Self { value, sign })
    }
}

/// One piece of a message. Every `Open` has its `Close`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Open(Tag),
    Close,
    /// Text without line breaks.
    Text(String),
    /// A bare address, and where it leads, if it is a link.
    Address(String, Option<Box<Url>>),
    /// A character after a backslash, which starts no markup.
    Letter(char),
    Break,
    /// Inline code.
    Code(String),
    CodeBlock(String),
}

impl Address {
    /// `typed` is the address, with or without the marks behind it.
    fn piece(&self, typed: &str) -> Piece {
        Piece::Address(typed.to_owned(), self.target(typed).map(Box::new))
    }
}

impl Piece {
    /// Returns whether the piece opens a block element.
    pub(crate) fn is_block(&self) -> bool {
        match self {
            Self::Open(Tag::Bold | Tag::Italic | Tag::Strike | Tag::Link(_)) => false,
            Self::Open(_) | Self::CodeBlock(_) => true,
            Self::Close
            | Self::Text(_)
            | Self::Address(..)
            | Self::Letter(_)
            | Self::Break
            | Self::Code(_) => false,
        }
    }

    /// Returns whether a reader sees the piece. The target of a link is always shown.
    pub(crate) fn is_visible(&self) -> bool {
        match self {
            Self::Text(text) | Self::Code(text) | Self::CodeBlock(text) => {
                visible::shows_something(text)
            }
            Self::Letter(_) | Self::Address(..) | Self::Open(Tag::Link(_)) => true,
            Self::Open(_) | Self::Close | Self::Break => false,
        }
    }

    fn shows_something(&self) -> bool {
        match self {
            Self::Text(text) | Self::Code(text) | Self::CodeBlock(text) => !text.trim().is_empty(),
            Self::Letter(_) | Self::Address(..) => true,
            Self::Open(_) | Self::Close | Self::Break => false,
        }
    }
}

/// Parses a text into pieces. Returns `None` if it nests too deeply or would show nothing (for
/// example a lone `>`).
pub(crate) fn read(source: &str) -> Option<Vec<Piece>> {
    let mut source = source.to_owned();
    for _ in 0..MAX_READINGS {
        let masked = Masked::new(&source);
        if begins_deep(masked.text()) {
            return None;
        }
        let parser = Parser::new_ext(masked.text(), Options::ENABLE_STRIKETHROUGH);
        let definitions = parser.reference_definitions().iter();
        let mut starts: Vec<usize> = definitions.map(|(_, found)| found.span.start).collect();
        if starts.is_empty() {
            return Reader::new(&source, &masked).read(parser);
        }
        // Escape link definitions: `[name]: address` would otherwise be invisible.
        starts.sort_unstable();
        for start in starts.into_iter().rev() {
            source.insert(start, '\\');
        }
    }
    None
}

/// Returns whether a line starts with more quote and list markers than may nest. Checked before
/// parsing, because the parser compares each later line with all open blocks (quadratic time).
fn begins_deep(source: &str) -> bool {
    source.lines().any(|line| {
        let begins = |byte: &u8| b" \t>-+*.)0123456789".contains(byte);
        let marks = line.as_bytes().split(|byte| !begins(byte)).next();
        let marks = marks.unwrap_or_default();
        let count = marks.iter().enumerate().filter(|&(at, byte)| match byte {
            b'>' => true,
            b'-' | b'+' | b'*' | b'.' | b')' => matches!(marks.get(at + 1), Some(b' ' | b'\t')),
            _ => false,
        });
        count.count() > MAX_DEPTH
    })
}

/// What to do at the end of an open element.
#[derive(Debug, PartialEq, Eq)]
enum Open {
    /// Close a supported tag.
    Tag,
    List,
    /// Inline markup that is shown as typed.
    Typed,
    Paragraph,
    /// A heading, shown as a paragraph that starts and ends with its markers.
    Heading,
    Fenced,
    Indented,
    Html,
}

struct Reader<'s> {
    source: &'s str,
    masked: &'s Masked<'s>,
    /// The addresses that are not consumed yet.
    addresses: &'s [Address],
    /// The last piece, if it is an address with marks behind it that may belong to it.
    unfinished: Option<&'s Address>,
    pieces: Vec<Piece>,
    open: Vec<Open>,
    /// Text that is not a piece yet.
    run: String,
    /// The lines of a block without inline markup.
    lines: String,
    /// The offset up to which the source is consumed.
    at: usize,
    /// Whether `at` is the start of a line, before the markers of enclosing quotes and lists.
    at_line_start: bool,
    lists: usize,
    /// The end of the previous piece, if that was a paragraph.
    paragraph_end: Option<usize>,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str, masked: &'s Masked<'s>) -> Self {
        Self {
            source,
            masked,
            addresses: masked.addresses(),
            unfinished: None,
            pieces: Vec::new(),
            open: Vec::new(),
            run: String::new(),
            lines: String::new(),
            at: 0,
            at_line_start: true,
            lists: 0,
            paragraph_end: None,
        }
    }

    fn read(mut self, parser: Parser<'s>) -> Option<Vec<Piece>> {
        for (event, range) in parser.into_offset_iter() {
            match event {
                Event::Start(mark) => self.start(mark, range),
                Event::End(_) => self.end(range),
                other => self.inside(other, range),
            }
            if self.open.len() > MAX_DEPTH {
                return None;
            }
        }
        let shows_something = self.pieces.iter().any(Piece::shows_something);
        shows_something.then_some(self.pieces)
    }

    fn start(&mut self, mark: Mark<'_>, range: Range<usize>) {
        match mark {
            Mark::Paragraph => self.begin_paragraph(Open::Paragraph, range.start),
            Mark::Heading { .. } => self.begin_heading(range.start),
            Mark::BlockQuote(_) => self.begin_block(Tag::Quote, range.start),
            Mark::List(number) => {
                self.lists += 1;
                let first = number.and_then(|_| Number::read(&self.source[range.start..]));
                let tag = first.map_or(Tag::Bullets, Tag::Numbers);
                self.begin_block(tag, range.start);
                if let Some(last) = self.open.last_mut() {
                    *last = Open::List;
                }
            }
            Mark::Item => {
                let number = Number::read(&self.source[range.start..]);
                self.begin_block(Tag::Item(number), range.start);
            }
            Mark::CodeBlock(CodeBlockKind::Fenced(words)) => self.begin_fence(&words, range),
            Mark::CodeBlock(CodeBlockKind::Indented) => {
                self.begin_paragraph(Open::Indented, range.start);
            }
            Mark::HtmlBlock => self.begin_paragraph(Open::Html, range.start),
            other => self.start_inline(other, range),
        }
    }

    fn start_inline(&mut self, mark: Mark<'_>, range: Range<usize>) {
        self.catch_up(range.start);
        let typed = &self.source[range.start..];
        match mark {
            Mark::Emphasis if typed.starts_with('*') => self.begin_inline(Tag::Italic, 1),
            Mark::Strong if typed.starts_with('*') => self.begin_inline(Tag::Bold, 2),
            Mark::Strikethrough if typed.starts_with("~~") => self.begin_inline(Tag::Strike, 2),
            Mark::Strong | Mark::Image { .. } => self.begin_typed(2),
            Mark::Link {
                link_type: LinkType::Inline,
                dest_url,
                title,
                ..
            } => match links::address(&self.masked.target(&dest_url, &title, &range)) {
                Some(url) => self.begin_inline(Tag::Link(Box::new(url)), 1),
                None => self.begin_typed(1),
            },
            _ => self.begin_typed(1),
        }
    }

    fn end(&mut self, range: Range<usize>) {
        let content = self.source[range.clone()].trim_end().len();
        match self.open.pop() {
            Some(Open::Typed) => {
                self.type_up_to(range.end);
                return;
            }
            Some(Open::Tag) => self.close(),
            Some(Open::List) => {
                self.lists -= 1;
                self.close();
            }
            Some(Open::Heading) => {
                self.type_up_to(range.start + content);
                self.end_paragraph();
                return;
            }
            Some(Open::Paragraph) => {
                self.end_paragraph();
                return;
            }
            Some(Open::Fenced) => {
                let mut code = std::mem::take(&mut self.lines);
                code.truncate(code.trim_end_matches('\n').len());
                self.pieces.push(Piece::CodeBlock(code));
            }
            Some(open @ (Open::Indented | Open::Html)) => {
                let lines = std::mem::take(&mut self.lines);
                self.type_lines(lines.trim_end(), open == Open::Indented);
                self.at = range.start + content;
                self.end_paragraph();
                return;
            }
            None => {}
        }
        self.at = range.end;
        self.paragraph_end = None;
    }

    fn inside(&mut self, event: Event<'_>, range: Range<usize>) {
        match (event, self.open.last()) {
            (Event::Text(text), Some(Open::Fenced | Open::Indented)) | (Event::Html(text), _) => {
                self.lines.push_str(&self.masked.verbatim(&text, range));
            }
            (Event::Code(code), _) => {
                self.catch_up(range.start);
                self.flush();
                self.pieces
                    .push(Piece::Code(self.masked.verbatim(&code, range.clone())));
                self.at = range.end;
            }
            (Event::SoftBreak | Event::HardBreak, _) => {
                if self.source[range.clone()].starts_with('\\') {
                    self.run.push('\\');
                }
                self.line_break();
                self.at = range.end;
                self.at_line_start = true;
            }
            (Event::Rule, _) => {
                self.begin_paragraph(Open::Paragraph, range.start);
                self.catch_up(range.start);
                let content = self.source[range.clone()].trim_end().len();
                self.type_up_to(range.start + content);
                self.open.pop();
                self.end_paragraph();
            }
            // Includes entities, which are shown as typed.
            _ => {
                self.catch_up(range.start);
                self.type_up_to(range.end);
            }
        }
    }

    fn begin_block(&mut self, tag: Tag, start: usize) {
        self.flush();
        self.pieces.push(Piece::Open(tag));
        self.open.push(Open::Tag);
        self.paragraph_end = None;
        self.at = start;
        self.at_line_start = true;
    }

    /// Joins consecutive lines, even where Markdown would see a heading.
    fn begin_paragraph(&mut self, open: Open, start: usize) {
        self.flush();
        let follows = self.paragraph_end.take().is_some_and(|end| {
            let between = self.source.get(end..start).unwrap_or_default();
            between.matches('\n').count() == 1
        });
        if follows {
            self.pieces.pop();
            self.pieces.push(Piece::Break);
        } else {
            self.pieces.push(Piece::Open(Tag::Paragraph));
        }
        self.open.push(open);
        self.at = start;
        self.at_line_start = true;
    }

    fn end_paragraph(&mut self) {
        self.close();
        self.paragraph_end = Some(self.at);
    }

    fn begin_heading(&mut self, start: usize) {
        self.begin_paragraph(Open::Heading, start);
        self.catch_up(start);
        let typed = &self.source[start..];
        let words = typed.trim_start_matches('#');
        if words.len() < typed.len() && words.chars().next().is_none_or(char::is_whitespace) {
            let words = words.trim_start_matches([' ', '\t']);
            self.type_up_to(start + typed.len() - words.len());
        }
    }

    fn begin_fence(&mut self, words: &str, range: Range<usize>) {
        self.flush();
        let words = self.masked.verbatim(words, range);
        self.open.push(Open::Fenced);
        self.paragraph_end = None;
        let is_language = words.len() <= MAX_LANGUAGE_LEN
            && words
                .chars()
                .all(|letter| letter.is_alphanumeric() || "+-#_.".contains(letter));
        if !is_language {
            self.lines = format!("{words}\n");
        }
    }

    fn begin_inline(&mut self, tag: Tag, mark_len: usize) {
        self.flush();
        self.pieces.push(Piece::Open(tag));
        self.open.push(Open::Tag);
        self.at += mark_len;
    }

    fn begin_typed(&mut self, mark_len: usize) {
        self.open.push(Open::Typed);
        self.type_up_to(self.at + mark_len);
    }

    fn close(&mut self) {
        self.flush();
        self.pieces.push(Piece::Close);
    }

    fn line_break(&mut self) {
        self.flush();
        self.pieces.push(Piece::Break);
    }

    fn flush(&mut self) {
        if !self.run.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.run)));
        }
    }

    /// Consumes the source before `start`: markers and indentation at the start of a line,
    /// elsewhere at most a backslash, or spaces at the end of a line.
    fn catch_up(&mut self, start: usize) {
        let gap = self.source.get(self.at..start).unwrap_or_default();
        let is_escaped = gap.ends_with('\\');
        if std::mem::take(&mut self.at_line_start) && self.lists == 0 {
            let indentation = self.indentation(start - usize::from(is_escaped));
            self.run.push_str(indentation);
        }
        self.at = self.at.max(start);
        if is_escaped {
            let letter = self.source[start..].chars().next();
            match letter.filter(|letter| ESCAPABLE.contains(letter)) {
                Some(letter) => {
                    self.flush();
                    self.pieces.push(Piece::Letter(letter));
                    self.at += letter.len_utf8();
                }
                None => self.run.push('\\'),
            }
        }
    }

    /// Returns the spaces before the first character of a line, without the one that belongs to a
    /// `>`.
    fn indentation(&self, start: usize) -> &'s str {
        let before = &self.source[..start];
        let marks = before.trim_end_matches([' ', '\t']);
        let spaces = &before[marks.len()..];
        match marks.chars().next_back() {
            None | Some('\n') => spaces,
            Some('>') => spaces.strip_prefix(' ').unwrap_or(spaces),
            Some(_) => "",
        }
    }

    /// Consumes the source up to `end` as text and addresses.
    fn type_up_to(&mut self, end: usize) {
        self.finish_address(end);
        while let Some(address) = self.next_address(end) {
            self.type_text(address.start);
            self.flush();
            self.push_address(address, address.end);
            self.unfinished = Some(address);
            self.finish_address(end);
        }
        self.type_text(end);
    }

    fn next_address(&mut self, end: usize) -> Option<&'s Address> {
        let at = self.at;
        let consumed = self.addresses.partition_point(|next| next.start < at);
        self.addresses = &self.addresses[consumed..];
        let (next, later) = self.addresses.split_first()?;
        if next.end > end {
            return None;
        }
        self.addresses = later;
        Some(next)
    }

    /// Adds the marks behind the last address to it, if they are plain text up to `end`. The parser
    /// may give each mark as a text of its own.
    fn finish_address(&mut self, end: usize) {
        let is_complete = |address: &mut &Address| address.end_with_marks <= end;
        let Some(address) = self.unfinished.take_if(is_complete) else {
            return;
        };
        let behind = self.source.get(address.end..self.at);
        let is_last = matches!(self.pieces.last(), Some(Piece::Address(..)))
            && behind == Some(self.run.as_str());
        if is_last && address.end < address.end_with_marks {
            self.run.clear();
            self.pieces.pop();
            self.push_address(address, address.end_with_marks);
        }
    }

    fn push_address(&mut self, address: &Address, end: usize) {
        let typed = &self.source[address.start..end];
        self.pieces.push(address.piece(typed));
        self.at = end;
    }

    fn type_text(&mut self, end: usize) {
        let typed = self.source.get(self.at..end).unwrap_or_default();
        self.at = self.at.max(end);
        let in_block = self.open.len() > 1;
        for (i, line) in typed.split('\n').enumerate() {
            if i > 0 {
                self.line_break();
            }
            let is_marked = i > 0 && in_block;
            self.run.push_str(match line {
                line if is_marked => line.trim_start_matches([' ', '\t', '>']),
                line => line,
            });
        }
    }

    /// Adds lines without inline markup, but with their addresses.
    fn type_lines(&mut self, lines: &str, is_indented: bool) {
        for (i, line) in lines.split('\n').enumerate() {
            if i > 0 {
                self.line_break();
            }
            if is_indented && !line.is_empty() {
                self.run.push_str("    ");
            }
            let mut at = 0;
            for address in addresses::find(line) {
                let end = address.end_with_marks;
                self.run.push_str(&line[at..address.start]);
                self.flush();
                self.pieces.push(address.piece(&line[address.start..end]));
                at = end;
            }
            self.run.push_str(&line[at..]);
        }
    }
}
