//! The colour theme: light, dark, or that of the system. A cookie stores it, so that the server
//! renders pages in the right theme at once.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::next_path::NextPath;
use crate::security::{Site, cookies};

const COOKIE: &str = "parlour_theme";
const LIFETIME: Duration = Duration::days(365);

/// The colour theme of pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// The preference of the browser.
    #[default]
    System,
    /// Dark text on a light background.
    Light,
    /// Light text on a dark background.
    Dark,
}

impl Theme {
    /// Returns the theme in the cookie of `request`. Unknown text means the system's theme.
    pub fn of(request: &HttpRequest) -> Self {
        let site = request.app_data::<web::Data<Site>>();
        let name = site.map_or_else(|| COOKIE.to_owned(), |site| site.port_name(COOKIE));
        // Earlier versions set it without the port.
        let mut values = cookies::values(request.headers(), &name)
            .chain(cookies::values(request.headers(), COOKIE));
        values
            .find_map(|theme| Self::known(&theme))
            .unwrap_or_default()
    }

    fn known(text: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct AppearanceForm {
    theme: Theme,
    #[serde(default)]
    next: NextPath,
}

/// `POST /appearance/`: sets the theme, and redirects back to the page.
pub(crate) async fn change_appearance(
    form: web::Form<AppearanceForm>,
    site: web::Data<Site>,
) -> HttpResponse {
    let cookie = Cookie::build(site.port_name(COOKIE), form.theme.as_str())
        .path("/")
        .secure(site.secure_cookies())
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(LIFETIME)
        .finish();
    HttpResponse::SeeOther()
        .insert_header((LOCATION, form.next.as_str()))
        .cookie(cookie)
        .finish()
}
