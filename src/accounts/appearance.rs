//! How pages look: the theme, the accent colour, the text size, the density. Stored per browser, not
//! per account, because they depend on the screen; in cookies, so that the server renders each page
//! as chosen, also for visitors. `static/css/page/looks.css` defines what they mean;
//! `static/js/preferences/settings.js` changes open pages.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::next_path::NextPath;
use crate::{
    db::text_enum,
    security::{Site, cookies},
};

const THEME_COOKIE: &str = "parlour_theme";
/// Size, density and accent, for example `large.compact.blue`.
const LOOKS_COOKIE: &str = "parlour_looks";
const LIFETIME: Duration = Duration::days(365);

text_enum! {
    /// The colour theme: that of the system, or one of two.
    #[derive(Default)]
    Theme {
        #[default]
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

text_enum! {
    /// The size of all text, relative to that of the browser.
    #[derive(Default)]
    TextSize {
        Small = "small",
        #[default]
        Normal = "normal",
        Large = "large",
        Larger = "larger",
    }
}

text_enum! {
    /// The space in lists and around messages.
    #[derive(Default)]
    Density {
        #[default]
        Comfortable = "comfortable",
        Compact = "compact",
    }
}

text_enum! {
    /// The colour of links, buttons and marks.
    #[derive(Default)]
    Accent {
        #[default]
        Green = "green",
        Blue = "blue",
        Plum = "plum",
        Rose = "rose",
        Slate = "slate",
    }
}

/// The looks of one browser. The layout has them as attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Looks {
    theme: Theme,
    text_size: TextSize,
    density: Density,
    accent: Accent,
}

/// One group of choices on the page of preferences.
#[derive(Serialize)]
pub(crate) struct Choices {
    /// The name of the field.
    name: &'static str,
    /// The key of its words.
    legend: String,
    options: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    /// The key of its words.
    label: String,
    on: bool,
}

impl Looks {
    /// Returns what the cookies of `request` say. Unknown words mean the defaults.
    pub fn of(request: &HttpRequest) -> Self {
        let looks = values(request, LOOKS_COOKIE).into_iter().next();
        let themes = values(request, THEME_COOKIE);
        Self {
            theme: themes
                .iter()
                .find_map(|theme| Theme::of_word(theme))
                .unwrap_or_default(),
            ..Self::parse(&looks.unwrap_or_default())
        }
    }

    fn parse(value: &str) -> Self {
        let mut looks = Self::default();
        for word in value.split('.') {
            looks.text_size = TextSize::of_word(word).unwrap_or(looks.text_size);
            looks.density = Density::of_word(word).unwrap_or(looks.density);
            looks.accent = Accent::of_word(word).unwrap_or(looks.accent);
        }
        looks
    }

    fn as_cookie(self) -> String {
        let words = [
            self.text_size.word(),
            self.density.word(),
            self.accent.word(),
        ];
        words.join(".")
    }

    /// Returns all choices, with the present ones marked.
    pub(crate) fn choices(self) -> Vec<Choices> {
        vec![
            Choices::new("theme", (Theme::ALL, Theme::word), self.theme),
            Choices::new("accent", (Accent::ALL, Accent::word), self.accent),
            Choices::new("text_size", (TextSize::ALL, TextSize::word), self.text_size),
            Choices::new("density", (Density::ALL, Density::word), self.density),
        ]
    }
}

impl Choices {
    fn new<T: Copy + PartialEq>(
        name: &'static str,
        (all, word): (&[T], fn(T) -> &'static str),
        chosen: T,
    ) -> Self {
        let option = |one: &T| Choice {
            value: word(*one),
            label: format!("looks-{name}-{}", word(*one)),
            on: *one == chosen,
        };
        Self {
            name,
            legend: format!("looks-{name}"),
            options: all.iter().map(option).collect(),
        }
    }
}

/// Returns the values of a cookie, those of this port first. Earlier versions set it without the
/// port.
fn values(request: &HttpRequest, name: &str) -> Vec<String> {
    let site = request.app_data::<web::Data<Site>>();
    let own = site.map_or_else(|| name.to_owned(), |site| site.port_name(name));
    let headers = request.headers();
    cookies::values(headers, &own)
        .chain(cookies::values(headers, name))
        .collect()
}

/// Who sent a form: the browser, which wants a page, or a script of ours, which wants none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SentBy {
    Browser,
    Script,
}

impl FromRequest for SentBy {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let accepted = request.headers().get(ACCEPT);
        let is_script = accepted.is_some_and(|accepted| accepted == "application/json");
        ready(Ok(if is_script {
            Self::Script
        } else {
            Self::Browser
        }))
    }
}

/// The looks to change. Those that are absent stay as they are.
#[derive(Deserialize)]
pub(crate) struct AppearanceForm {
    theme: Option<Theme>,
    text_size: Option<TextSize>,
    density: Option<Density>,
    accent: Option<Accent>,
    #[serde(default)]
    next: NextPath,
}

/// `POST /appearance/`: stores the looks in cookies, and redirects back to the page.
pub(crate) async fn change_appearance(
    form: web::Form<AppearanceForm>,
    site: web::Data<Site>,
    by: SentBy,
    request: HttpRequest,
) -> HttpResponse {
    let before = Looks::of(&request);
    let looks = Looks {
        theme: form.theme.unwrap_or(before.theme),
        text_size: form.text_size.unwrap_or(before.text_size),
        density: form.density.unwrap_or(before.density),
        accent: form.accent.unwrap_or(before.accent),
    };
    let cookie = |name: &str, value: String| {
        Cookie::build(site.port_name(name), value)
            .path("/")
            .secure(site.secure_cookies())
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(LIFETIME)
            .finish()
    };
    let mut response = match by {
        SentBy::Script => HttpResponse::NoContent(),
        SentBy::Browser => HttpResponse::SeeOther(),
    };
    if by == SentBy::Browser {
        response.insert_header((LOCATION, form.next.as_str()));
    }
    response
        .cookie(cookie(THEME_COOKIE, looks.theme.word().to_owned()))
        .cookie(cookie(LOOKS_COOKIE, looks.as_cookie()))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_read_as_they_were_stored_and_nonsense_is_left_out() {
        let looks = Looks {
            text_size: TextSize::Larger,
            density: Density::Compact,
            accent: Accent::Plum,
            ..Looks::default()
        };
        assert_eq!(Looks::parse(&looks.as_cookie()), looks);
        assert_eq!(Looks::parse("huge.<b>.plum").accent, Accent::Plum);
        assert_eq!(Looks::parse(""), Looks::default());
    }
}
