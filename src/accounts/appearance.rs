//! Light, dark, or as the system: kept in a cookie, so that the page is right from its first byte.

use std::convert::Infallible;
use std::str::FromStr;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::next_path::NextPath;
use crate::security::Site;

const COOKIE: &str = "parlour_theme";
const LIFETIME: Duration = Duration::days(365);

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the browser asks.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// What the browser of `request` was set to.
    pub fn of(request: &HttpRequest) -> Self {
        let cookie = request.cookie(COOKIE);
        cookie
            .and_then(|cookie| cookie.value().parse().ok())
            .unwrap_or_default()
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl FromStr for Theme {
    type Err = Infallible;

    /// Anything unknown is the system's.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct AppearanceForm {
    theme: Theme,
    #[serde(default)]
    next: NextPath,
}

/// `POST /appearance/`: back to the page, in the other colours.
pub(crate) async fn change_appearance(
    form: web::Form<AppearanceForm>,
    site: web::Data<Site>,
) -> HttpResponse {
    let cookie = Cookie::build(COOKIE, form.theme.as_str())
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
