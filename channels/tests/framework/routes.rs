//! Which path leads to which consumer, with which arguments. Observed with Django 5.2.

use channels::routing::{Endpoint, PathConverter, UrlError};
use channels::testing::WebsocketCommunicator;
use channels::{
    Connecting, Context, Deny, Frame, HandlerResult, IntoEndpoint, Middleware, Next, Scope,
    URLRouter, WebsocketConsumer,
};
use futures_util::future::LocalBoxFuture;

/// Tells its name and its arguments when asked anything.
struct Tells(&'static str);

impl WebsocketConsumer for Tells {
    type Event = ();

    async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let mut text = self.0.to_owned();
        for (name, value) in ctx.scope().params() {
            text.push_str(&format!(" {name}={value}"));
        }
        for value in ctx.scope().args() {
            text.push_str(&format!(" {value}"));
        }
        ctx.send_json(&text)
    }
}

fn tells(name: &'static str) -> impl IntoEndpoint {
    move |_: &Scope| Tells(name)
}

/// What answers on a path, or the status of the denial.
async fn reached(app: &Endpoint, path: &str) -> String {
    let mut client = WebsocketCommunicator::new(app.clone(), path);
    match client.connect().await {
        Err(denied) => denied.status.to_string(),
        Ok(_) => {
            client.send_to("").expect("an open connection");
            let told = client.receive_json_from().await.expect("an answer");
            told.as_str().unwrap_or_default().to_owned()
        }
    }
}

async fn check(app: impl IntoEndpoint, cases: &[(&str, &str)]) {
    let app = app.into_endpoint();
    for (path, expected) in cases {
        assert_eq!(reached(&app, path).await, *expected, "{path}");
    }
}

#[actix_web::test]
async fn converters_take_what_djangos_take() {
    let uuid = "0a1b2c3d-0000-4000-8000-00000000abcd";
    let app = URLRouter::new()
        .path("chat/<room>/", tells("str"))
        .path("i/<int:n>/", tells("int"))
        .path("s/<slug:s>/", tells("slug"))
        .path("u/<uuid:u>/", tells("uuid"))
        .path("p/<path:p>/end", tells("path"))
        .path("two/<int:a>-<str:b>", tells("two"))
        .path("a.c", tells("literal"));
    let cases = [
        ("/chat/lobby/", "str room=lobby"),
        ("/chat/a%20b/", "str room=a b"),
        ("/chat/a/b/", "404"),
        ("/chat//", "404"),
        ("/i/007/", "int n=7"),
        ("/i/0/", "int n=0"),
        ("/i/-1/", "404"),
        ("/i/%D9%A3/", "404"),
        ("/s/a-b_C1/", "slug s=a-b_C1"),
        ("/s/a.b/", "404"),
        (&format!("/u/{uuid}/"), &format!("uuid u={uuid}")),
        (&format!("/u/{}/", uuid.to_uppercase()), "404"),
        ("/p/a/b/c/end", "path p=a/b/c"),
        ("/p//end", "404"),
        ("/two/12-x-y", "two a=12 b=x-y"),
        ("/a.c", "literal"),
        ("/abc", "404"),
    ];
    check(app, &cases).await;
}

#[actix_web::test]
async fn leading_slashes_do_not_count_and_a_trailing_one_does() {
    let app = URLRouter::new().path("ws/chat/<str:room>/", tells("chat"));
    let cases = [
        ("/ws/chat/lobby/", "chat room=lobby"),
        ("//ws/chat/lobby/", "chat room=lobby"),
        ("/ws/chat/lobby", "404"),
        ("/ws/chat/lobby//", "404"),
        ("/x/ws/chat/lobby/", "404"),
        ("/", "404"),
    ];
    check(app, &cases).await;
}

#[actix_web::test]
async fn the_first_route_that_matches_wins() {
    let app = URLRouter::new()
        .path("rooms/new/", tells("new"))
        .path("rooms/<str:room>/", tells("room"))
        .path("rooms/<int:room>/", tells("never"));
    check(app, &[("/rooms/new/", "new"), ("/rooms/7/", "room room=7")]).await;
}

#[actix_web::test]
async fn regular_expressions_match_as_djangos_do() {
    let app = URLRouter::new()
        .re_path(r"^opt/(?P<a>\d+)?(?P<b>x)?$", tells("opt"))
        .re_path(r"ws/chat/(?P<r>\w+)/$", tells("chat"))
        .re_path(r"^mixed/(\d+)/(?P<n>\d+)/$", tells("mixed"))
        .re_path(r"^pos/(\d+)/(\w+)/$", tells("pos"))
        .re_path("bar", tells("bar"));
    let cases = [
        ("/opt/5", "opt a=5"),
        ("/opt/5x", "opt a=5 b=x"),
        ("/opt/", "opt"),
        ("/ws/chat/%C3%A9/", "chat r=é"),
        ("/foo/ws/chat/x/", "404"),
        ("/mixed/1/2/", "mixed n=2"),
        ("/pos/1/two/", "pos 1 two"),
        ("/bar/baz/", "bar"),
        ("/foo/barn", "bar"),
    ];
    check(app, &cases).await;
}

#[actix_web::test]
async fn fixed_arguments_override_captured_ones() {
    let app = URLRouter::new()
        .path("<str:a>/<str:b>/", tells("x"))
        .with("b", "fixed")
        .with("c", "more");
    check(app, &[("/1/2/", "x a=1 b=fixed c=more")]).await;
}

/// Denies paths with `secret` in them, and passes everything else on.
struct NoSecrets;

impl Middleware for NoSecrets {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            if scope.path().contains("secret") {
                return Err(Deny::status(451));
            }
            next.run(scope).await
        })
    }
}

#[actix_web::test]
async fn routers_nest_also_through_middleware_and_fall_back_outside() {
    let inner = URLRouter::new()
        .path("", tells("index"))
        .path("rooms/<int:room>/", tells("inner"));
    let app = URLRouter::new()
        .path("<str:site>/", inner.wrap(NoSecrets).wrap(NoSecrets))
        .path("<str:site>/rooms/<str:name>/", tells("outer"));
    let cases = [
        ("/a/", "index site=a"),
        ("/a/rooms/7/", "inner room=7 site=a"),
        ("/a/rooms/tea/", "outer name=tea site=a"),
        ("/a/secret/", "451"),
        ("/a/other/", "404"),
    ];
    check(app.wrap(NoSecrets), &cases).await;
}

#[actix_web::test]
async fn an_inner_argument_overrides_an_outer_one() {
    let inner = URLRouter::new().path("<int:n>/", tells("inner"));
    let app = URLRouter::new().path("<int:n>/", inner);
    check(app, &[("/1/2/", "inner n=2")]).await;
}

#[actix_web::test]
async fn the_root_path_is_cut_off_once() {
    let app = URLRouter::new().path("root/x/", tells("x")).into_endpoint();
    for (path, expected) in [
        ("/root/root/x/", true),
        ("/root/x/", false),
        ("/other/x/", false),
    ] {
        let scope = Scope::builder(path).root_path("/root").build();
        assert_eq!(app.call(scope).await.is_ok(), expected, "{path}");
    }
}

#[test]
#[should_panic(expected = "there is no converter \"float\"")]
fn an_unknown_converter_stops_the_start() {
    let _ = URLRouter::new().path("<float:x>/", tells("x"));
}

#[test]
#[should_panic(expected = "a '<' has no '>'")]
fn a_malformed_pattern_stops_the_start() {
    let _ = URLRouter::new().path("rooms/<int:x", tells("x"));
}

#[actix_web::test]
async fn unnamed_arguments_of_nested_routes_are_joined_outer_first() {
    let inner = URLRouter::new().re_path(r"^(\w+)/$", tells("inner"));
    let app = URLRouter::new().re_path(r"^(\d+)/", inner);
    check(app, &[("/7/tea/", "inner 7 tea"), ("/x/tea/", "404")]).await;
}

#[actix_web::test]
async fn what_an_inner_router_does_not_know_is_tried_further_on() {
    let empty = URLRouter::new();
    let inner = URLRouter::new().path("test1/", tells("one"));
    let app = URLRouter::new()
        .path("", empty)
        .path("", inner)
        .path("test2/", tells("two"));
    check(
        app,
        &[("/test1/", "one"), ("/test2/", "two"), ("/test3/", "404")],
    )
    .await;
}

#[actix_web::test]
async fn an_application_has_converters_of_its_own() {
    let century = PathConverter::new("[0-9]{4}").convert(|text| {
        let year: u16 = text.parse().ok()?;
        (year >= 1900).then(|| (year / 100 + 1).to_string())
    });
    let app = URLRouter::new()
        .converter("century", century)
        .converter("word", PathConverter::new("tea|coffee"))
        .path("c/<century:n>/<word:w>/", tells("century"))
        .path("c/<int:n>/<str:w>/", tells("int"));
    let cases = [
        ("/c/1984/tea/", "century n=20 w=tea"),
        ("/c/1984/coffee/", "century n=20 w=coffee"),
        ("/c/1984/milk/", "int n=1984 w=milk"),
        ("/c/1800/tea/", "int n=1800 w=tea"),
        ("/c/19840/tea/", "int n=19840 w=tea"),
    ];
    check(app, &cases).await;
}

#[test]
#[should_panic(expected = "is malformed")]
fn a_converter_that_is_no_regular_expression_stops_the_start() {
    let broken = PathConverter::new("a)(b");
    let _ = URLRouter::new()
        .converter("x", broken)
        .path("<x:y>/", tells("x"));
}

fn named() -> Endpoint {
    let rooms = URLRouter::new()
        .path("", tells("list"))
        .name("rooms")
        .path("<int:room>/", tells("room"))
        .name("room")
        .path("<int:room>/<path:file>", tells("file"))
        .name("file")
        .re_path(r"^old/(\d+)/$", tells("old"))
        .name("old");
    URLRouter::new()
        .path("<slug:site>/rooms/", rooms.wrap(NoSecrets).wrap(NoSecrets))
        .path("é/<str:word>", tells("word"))
        .name("word")
        .path("word/<str:word>/<str:more>", tells("words"))
        .name("word")
        .path("<path:all>", tells("all"))
        .name("all")
        .into_endpoint()
}

#[actix_web::test]
async fn a_named_route_gives_its_path_which_leads_back_to_it() {
    let app = named();
    type Args = &'static [(&'static str, &'static str)];
    let cases: [(&str, Args, &str, &str); 7] = [
        ("rooms", &[("site", "a")], "/a/rooms/", "list site=a"),
        (
            "room",
            &[("room", "7"), ("site", "a")],
            "/a/rooms/7/",
            "room room=7 site=a",
        ),
        (
            "file",
            &[("site", "a"), ("room", "7"), ("file", "x/ü?#%.txt")],
            "/a/rooms/7/x/%C3%BC%3F%23%25.txt",
            "file file=x/ü?#%.txt room=7 site=a",
        ),
        ("word", &[("word", "a b")], "/%C3%A9/a%20b", "word word=a b"),
        (
            "word",
            &[("word", "a"), ("more", "b")],
            "/word/a/b",
            "words more=b word=a",
        ),
        (
            "word",
            &[("word", "it's:@=+")],
            "/%C3%A9/it's:@=+",
            "word word=it's:@=+",
        ),
        (
            "all",
            &[("all", "/evil.test")],
            "/%2Fevil.test",
            "all all=evil.test",
        ),
    ];
    for (name, args, path, told) in cases {
        assert_eq!(app.url_for(name, args).unwrap(), path);
        assert_eq!(reached(&app, path).await, told, "{path}");
    }
}

#[test]
fn a_path_that_would_not_lead_back_is_not_given() {
    let app = named();
    let unknown = |name: &str| Err(UrlError::Unknown(name.to_owned()));
    assert_eq!(app.url_for("nothing", &[]), unknown("nothing"));
    assert_eq!(app.url_for("old", &[("site", "a")]), unknown("old"));
    let refused: [&[(&str, &str)]; 5] = [
        &[],
        &[("site", "a")],
        &[("site", "a"), ("room", "x")],
        &[("site", "a/b"), ("room", "7")],
        &[("site", "a"), ("room", "7"), ("more", "x")],
    ];
    for args in refused {
        let expected = vec!["site".to_owned(), "room".to_owned()];
        let name = "room".to_owned();
        let error = UrlError::Arguments { name, expected };
        assert_eq!(app.url_for("room", args), Err(error), "{args:?}");
    }
}
