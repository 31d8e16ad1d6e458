//! Parses a client's offers in `Sec-WebSocket-Extensions` (RFC 6455 §9.1, RFC 7692 §7.1).

use actix_web::dev::RequestHead;
use actix_web::http::header;

const NAME: &str = "permessage-deflate";

/// One valid offer of permessage-deflate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) server_no_context_takeover: bool,
    pub(super) client_no_context_takeover: bool,
    pub(super) server_max_window_bits: Option<u8>,
    /// Whether the client accepts a limit on its window, which saves us nothing.
    client_max_window_bits: bool,
}

impl Offer {
    /// Takes a parameter; `None` if it is unknown, repeated, or has an invalid value.
    fn take(&mut self, name: &str, value: Option<&str>) -> Option<()> {
        let is_new = match (name, value) {
            ("server_no_context_takeover", None) => !replace(&mut self.server_no_context_takeover),
            ("client_no_context_takeover", None) => !replace(&mut self.client_no_context_takeover),
            ("server_max_window_bits", Some(value)) => {
                let bits = window_bits(value)?;
                self.server_max_window_bits.replace(bits).is_none()
            }
            ("client_max_window_bits", value) => {
                value.map_or(Some(LARGEST), window_bits)?;
                !replace(&mut self.client_max_window_bits)
            }
            _ => false,
        };
        is_new.then_some(())
    }
}

const LARGEST: u8 = 15;

fn replace(flag: &mut bool) -> bool {
    std::mem::replace(flag, true)
}

/// From 8 to 15, in decimal, without leading zeros.
fn window_bits(value: &str) -> Option<u8> {
    let bits = value.parse().ok()?;
    ((8..=LARGEST).contains(&bits) && value == bits.to_string()).then_some(bits)
}

/// Whether the header is missing or matches its grammar (RFC 6455 §9.1).
pub(super) fn is_well_formed(head: &RequestHead) -> bool {
    let offered = head.headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS);
    parse(offered.map(|value| value.as_bytes())).is_some()
}

/// The offers that a server may accept, in the client's order; empty if a header violates the
/// grammar of extensions.
pub(super) fn parse<'a>(headers: impl Iterator<Item = &'a [u8]>) -> Option<Vec<Offer>> {
    let mut offers = Vec::new();
    for header in headers {
        let mut rest = Rest(std::str::from_utf8(header).ok()?);
        loop {
            rest.skip_space();
            if !rest.is_at_end_of_element() {
                offers.extend(extension(&mut rest)?);
            }
            if !rest.eat(',') {
                break;
            }
        }
        if !rest.0.is_empty() {
            return None;
        }
    }
    Some(offers)
}

/// Reads one extension. `Some(None)` is an offer to decline: another extension, or an invalid
/// offer.
fn extension(rest: &mut Rest<'_>) -> Option<Option<Offer>> {
    let mut offer = (rest.token()? == NAME).then(Offer::default);
    while rest.eat(';') {
        let name = rest.token()?;
        let value = if rest.eat('=') {
            Some(rest.value()?)
        } else {
            None
        };
        offer = offer.and_then(|mut offer| offer.take(name, value.as_deref()).map(|()| offer));
    }
    Some(offer)
}

/// The rest of a header that is being parsed.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip_space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn is_at_end_of_element(&self) -> bool {
        self.0.is_empty() || self.0.starts_with(',')
    }

    /// Consumes this character and the space around it, if it is next.
    fn eat(&mut self, character: char) -> bool {
        self.skip_space();
        let Some(rest) = self.0.strip_prefix(character) else {
            return false;
        };
        self.0 = rest;
        self.skip_space();
        true
    }

    fn token(&mut self) -> Option<&'a str> {
        let end = self.0.find(|character| !is_of_token(character));
        let (token, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        (!token.is_empty()).then_some(token)
    }

    /// A token, or a quoted one.
    fn value(&mut self) -> Option<String> {
        let Some(quoted) = self.0.strip_prefix('"') else {
            return self.token().map(str::to_owned);
        };
        let mut value = String::new();
        let mut characters = quoted.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(characters.next()?),
                character => value.push(character),
            }
        }
        self.0 = characters.as_str();
        let is_token = !value.is_empty() && value.chars().all(is_of_token);
        is_token.then_some(value)
    }
}

fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(header: &str) -> Option<Vec<Offer>> {
        parse([header.as_bytes()].into_iter())
    }

    #[test]
    fn good_offers_are_read() {
        let all = Offer {
            server_no_context_takeover: true,
            client_no_context_takeover: true,
            server_max_window_bits: Some(10),
            client_max_window_bits: true,
        };
        let windows = Offer {
            server_max_window_bits: Some(8),
            client_max_window_bits: true,
            ..Offer::default()
        };
        for (header, expected) in [
            ("", vec![]),
            (" , ,", vec![]),
            ("permessage-deflate", vec![Offer::default()]),
            (
                "permessage-deflate; client_max_window_bits=\"1\\5\";server_max_window_bits = 8",
                vec![windows],
            ),
            (
                "x; y=z; y, permessage-deflate;server_no_context_takeover; \
                 client_no_context_takeover;server_max_window_bits=10; client_max_window_bits,\
                 permessage-deflate",
                vec![all, Offer::default()],
            ),
        ] {
            assert_eq!(parsed(header), Some(expected), "{header}");
        }
    }

    #[test]
    fn an_offer_with_a_wrong_parameter_is_declined_and_the_next_is_not() {
        for wrong in [
            "unknown",
            "Server_max_window_bits=10",
            "server_no_context_takeover=1",
            "client_no_context_takeover=true",
            "server_max_window_bits",
            "server_max_window_bits=7",
            "server_max_window_bits=16",
            "server_max_window_bits=08",
            "server_max_window_bits=+9",
            "server_max_window_bits=x",
            "client_max_window_bits=16",
            "client_max_window_bits=1000",
            "client_max_window_bits; client_max_window_bits",
            "server_no_context_takeover; server_no_context_takeover",
            "server_max_window_bits=9; server_max_window_bits=9",
        ] {
            let header = format!("permessage-deflate; {wrong}, permessage-deflate");
            assert_eq!(parsed(&header), Some(vec![Offer::default()]), "{wrong}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_no_list_of_extensions() {
        for broken in [
            "permessage-deflate;",
            "permessage-deflate; ; x",
            "permessage-deflate; x=",
            "permessage-deflate; x=\"a b\"",
            "permessage-deflate; x=\"\"",
            "permessage-deflate; x=\"a",
            "permessage-deflate x",
            "=x",
            "perméssage",
        ] {
            assert_eq!(parsed(broken), None, "{broken}");
        }
    }
}
