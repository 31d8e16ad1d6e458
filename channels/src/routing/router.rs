//! [`URLRouter`]: an ordered list of routes, of which the first that matches is used.

use futures_util::future::LocalBoxFuture;

use super::converter::PathConverter;
use super::endpoint::{Connecting, Endpoint, IntoEndpoint, Service};
use super::pattern::{Converters, Matched, Pattern};
use super::reverse::Names;
use crate::answer::Deny;
use crate::scope::Scope;

/// Routes paths to consumers, as Django's `path()` does.
///
/// Converters: `str` (the default), `int`, `slug`, `uuid`, `path`. Leading slashes of the path are
/// ignored, a trailing one is not. A route whose target is another router is a prefix, also through
/// middleware; if nothing inside matches, the next route is tried. No match denies with 404.
///
/// ```
/// use channels::{Context, Frame, HandlerResult, Scope, URLRouter, WebsocketConsumer};
///
/// struct Room(u64);
///
/// impl WebsocketConsumer for Room {
///     type Event = ();
///     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         ctx.send(format!("room {} heard {} bytes", self.0, frame.len()))?;
///         Ok(())
///     }
/// }
///
/// let rooms = URLRouter::new().path("<int:room>/", |scope: &Scope| {
///     Room(scope.param("room").expect("the pattern names it"))
/// });
/// let app = URLRouter::new().path("ws/rooms/", rooms);
/// # let _ = app;
/// ```
#[derive(Default)]
pub struct URLRouter {
    routes: Vec<Route>,
    converters: Converters,
}

struct Route {
    pattern: Pattern,
    target: Endpoint,
    name: Option<String>,
    /// Override the captured arguments.
    kwargs: Vec<(String, String)>,
}

impl URLRouter {
    /// A router without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a converter for the routes that follow: Django's `register_converter`, for this
    /// router alone.
    pub fn converter(mut self, name: &str, converter: PathConverter) -> Self {
        self.converters.insert(name.to_owned(), converter);
        self
    }

    /// Adds a route.
    ///
    /// # Panics
    /// At start-up, if the pattern is malformed; the text says how.
    pub fn path(mut self, pattern: &str, target: impl IntoEndpoint) -> Self {
        let target = target.into_endpoint();
        let compiled = Pattern::path(pattern, target.nests(), &self.converters);
        self.add(pattern, compiled, target);
        self
    }

    /// Adds a route with a regular expression of the `regex` crate: no look-around, no
    /// back-references. With `$` at its end it matches the whole path; otherwise it is searched for
    /// in the path.
    ///
    /// # Panics
    /// At start-up, if the expression does not compile.
    pub fn re_path(mut self, pattern: &str, target: impl IntoEndpoint) -> Self {
        self.add(pattern, Pattern::regex(pattern), target.into_endpoint());
        self
    }

    fn add(&mut self, source: &str, pattern: Result<Pattern, String>, target: Endpoint) {
        let pattern = match pattern {
            Ok(pattern) => pattern,
            Err(reason) => panic!("route {source:?} is malformed: {reason}"),
        };
        self.routes.push(Route {
            pattern,
            target,
            name: None,
            kwargs: Vec::new(),
        });
    }

    /// Names the last added route, for [`Endpoint::url_for`].
    ///
    /// # Panics
    /// At start-up, if there is no route yet.
    pub fn name(mut self, name: &str) -> Self {
        let route = self.routes.last_mut();
        let route = route.expect("`name` belongs after the route that it names");
        route.name = Some(name.to_owned());
        self
    }

    fn names(&self) -> Names {
        let mut names = Names::default();
        for route in &self.routes {
            let Some(pieces) = &route.pattern.pieces else {
                continue;
            };
            names.add_nested(pieces, route.target.names());
            if let Some(name) = &route.name {
                names.add(name, pieces.clone());
            }
        }
        names
    }

    /// Adds a fixed argument to the last added route, which overrides a captured one of that name.
    ///
    /// # Panics
    /// At start-up, if there is no route yet.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let route = self.routes.last_mut();
        let route = route.expect("`with` belongs after the route that it adds to");
        route.kwargs.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Route {
    /// The scope for the target, if the route matches the rest of the path.
    fn enter(&self, scope: &Scope, path: &str) -> Option<Scope> {
        let Matched { args, kwargs, end } = self.pattern.matches(path)?;
        let outer = scope.params().iter();
        let captured = kwargs.iter().map(|(name, value)| (*name, &**value));
        let fixed = self.kwargs.iter().map(|(name, value)| (&**name, &**value));
        let params = outer.chain(captured).chain(fixed).collect();
        let args = [scope.args(), &args].concat();
        Some(scope.enter(path.len() - end, params, args))
    }
}

impl Service for URLRouter {
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>> {
        Box::pin(async move {
            let Some(path) = path_to_match(&scope) else {
                return Err(Deny::unrouted());
            };
            for route in &self.routes {
                let Some(inner) = route.enter(&scope, path) else {
                    continue;
                };
                match route.target.call(inner).await {
                    Err(deny) if deny.unrouted => {}
                    decided => return decided,
                }
            }
            Err(Deny::unrouted())
        })
    }
}

/// The rest of the path that an outer router left or, in the outermost router, the path without
/// mount prefix and slashes.
fn path_to_match(scope: &Scope) -> Option<&str> {
    scope.left().or_else(|| {
        let path = scope.path().strip_prefix(scope.root_path())?;
        Some(path.trim_start_matches('/'))
    })
}

impl IntoEndpoint for URLRouter {
    fn into_endpoint(self) -> Endpoint {
        let names = self.names();
        Endpoint::of(self, true).named(names)
    }
}
