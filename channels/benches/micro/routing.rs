//! From a path to its consumer, and back.

use std::hint::black_box;

use channels::security::WebsocketDenier;
use channels::{IntoEndpoint, Scope, URLRouter};
use criterion::Criterion;
use futures_util::FutureExt as _;

use crate::steady::measure as steady;

pub(crate) fn measure(criterion: &mut Criterion) {
    for routes in [1, 10, 100] {
        let router = (0..routes).fold(URLRouter::new(), |router, number| {
            router.path(&format!("section-{number}/<int:room>/"), consumer)
        });
        let last = format!("/section-{}/7/", routes - 1);
        measure_route(criterion, &format!("last of/{routes}"), router, &last);
    }
    for (converter, value) in [
        ("str", "tea"),
        ("int", "7"),
        ("slug", "tea-time"),
        ("uuid", "0a1b2c3d-0000-4000-8000-00000000abcd"),
        ("path", "tea/time"),
    ] {
        let router = URLRouter::new().path(&format!("rooms/<{converter}:room>/"), consumer);
        let path = format!("/rooms/{value}/");
        measure_route(criterion, converter, router, &path);
    }
    let rooms = URLRouter::new().path("<int:room>/", consumer).name("room");
    let nested = URLRouter::new().path("ws/rooms/", rooms).into_endpoint();
    steady(criterion, "routing/reverse", || {
        nested.url_for(black_box("room"), black_box(&[("room", "7")]))
    });
    measure_route(criterion, "nested", nested, "/ws/rooms/7/");
}

fn consumer(_: &Scope) -> WebsocketDenier {
    WebsocketDenier
}

fn measure_route(criterion: &mut Criterion, what: &str, app: impl IntoEndpoint, path: &str) {
    let app = app.into_endpoint();
    let scope = Scope::builder(path).build();
    steady(criterion, &format!("routing/{what}"), || {
        let found = app.call(black_box(&scope).clone()).now_or_never();
        assert!(
            found.is_some_and(|found| found.is_ok()),
            "{path} has a route"
        );
    });
}
