//! Cookies are read as Django reads them.

use channels::sessions::CookieMiddleware;
use channels::testing::WebsocketCommunicator;
use channels::{
    Context, Cookies, Deny, Frame, HandlerResult, IntoEndpoint as _, Scope, WebsocketConsumer,
};

#[test]
fn the_vectors_of_django_hold() {
    let cases: [(&str, &[(&str, &str)]); 21] = [
        ("a=1;a=2", &[("a", "2")]),
        ("flag; x=y", &[("", "flag"), ("x", "y")]),
        (r#"q="quoted val""#, &[("q", "quoted val")]),
        ("e=%41", &[("e", "%41")]),
        (r#"f="\054""#, &[("f", ",")]),
        (" a = 1 ", &[("a", "1")]),
        ("x=y=z", &[("x", "y=z")]),
        ("=v", &[("", "v")]),
        (r#"="""#, &[("", "")]),
        ("b=2; a=1", &[("a", "1"), ("b", "2")]),
        ("", &[]),
        (" ; ;", &[]),
        (r#"k="v w\073\054\"x\\""#, &[("k", r#"v w;,"x\"#)]),
        (r#"k="\351""#, &[("k", "é")]),
        (r#"k=""#, &[("k", "\"")]),
        (r#"k="""#, &[("k", "")]),
        (r#"k="\08\777\q""#, &[("k", "08777q")]),
        (r#"k="\"#, &[("k", "\"\\")]),
        (r#"k="\""#, &[("k", "\\")]),
        ("\t a\t=\t1 ", &[("a", "1")]),
        // Django trims the last byte of a letter that looks like a space in Latin-1.
        ("k=Ã\u{a0}", &[("k", "Ã\u{a0}")]),
    ];
    for (header, expected) in cases {
        let cookies = Cookies::parse(header);
        assert_eq!(cookies.iter().collect::<Vec<_>>(), expected, "{header}");
    }
}

#[test]
fn a_hostile_cookie_is_no_panic() {
    for header in [
        r#"a="\"#,
        r#"a="\é""#,
        r#"a="\08""#,
        r#"a="\777""#,
        "\"",
        "=\"\"",
        "a=\"\\12é\"",
    ] {
        let _ = Cookies::parse(header);
    }
}

struct Theme;

impl WebsocketConsumer for Theme {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        ctx.accept(Default::default())?;
        let theme = ctx.scope().cookies().get("theme").map(str::to_owned);
        ctx.send(theme.unwrap_or_else(|| "none".to_owned()))?;
        Ok(())
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }
}

#[actix_web::test]
async fn consumers_see_cookies_behind_the_middleware_only() {
    let bare = (|_: &Scope| Theme).into_endpoint();
    let wrapped = bare.clone().wrap(CookieMiddleware);
    for (app, expected) in [(bare, "none"), (wrapped, "dark")] {
        let client = WebsocketCommunicator::new(app, "/");
        let mut client = client
            .header("cookie", "a=1")
            .header("cookie", "theme=dark");
        client.connect().await.unwrap();
        assert_eq!(client.receive_from().await.unwrap(), Frame::from(expected));
    }
}

#[actix_web::test]
async fn a_cookie_that_is_no_utf_8_hides_no_other() {
    let latin1: &[u8] = include_bytes!("cases/cookie-latin1.bin");
    for cookies in [
        [latin1.trim_ascii_end(), b"; theme=dark"].concat(),
        [b"theme=dark; ", latin1.trim_ascii_end()].concat(),
        b"\xff\xfe; =\x80; theme=dark".to_vec(),
    ] {
        let app = (|_: &Scope| Theme).into_endpoint().wrap(CookieMiddleware);
        let mut client = WebsocketCommunicator::new(app, "/").header("cookie", cookies);
        client.connect().await.unwrap();
        assert_eq!(client.receive_from().await.unwrap(), Frame::from("dark"));
    }
}
