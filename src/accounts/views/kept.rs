//! The answer to a form of our own page whose token is no longer valid: the session has ended, has
//! changed, or another tab has logged in meanwhile.

use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, REFERER};
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Serialize;
use url::{Url, form_urlencoded};

use super::{login, register};
use crate::accounts::kept::{KeptForm, KeptForms, RefusedForm};
use crate::accounts::next_path::NextPath;
use crate::accounts::notice::Redirect;
use crate::accounts::page::{Page, data};
use crate::accounts::session::SignedIn;
use crate::error::{Error, Result};
use crate::security::Csrf;
use crate::words;

/// The status of the log-in that answers a form. The form is refused, so it is not 200.
const REFUSED: StatusCode = StatusCode::FORBIDDEN;

/// Returns the answer to the refused form `body`, which was sent to the path of `request`. Returns
/// `None` if there is nothing better than the error page: for a form with a password, which is not
/// kept.
///
/// # Errors
/// [`Error::Template`].
pub(crate) fn answer(request: &HttpRequest, body: &[u8]) -> Result<Option<HttpResponse>> {
    let path = request.path();
    let signed_in = SignedIn::of(request);
    if matches!(path, login::LOGIN | register::REGISTER) {
        return match signed_in {
            Some(signed_in) => Ok(Some(already_inside(request, body, &signed_in))),
            None => show_again(request, body).map(Some),
        };
    }
    let Some(form) = RefusedForm::read(body, path) else {
        return Ok(None);
    };
    if let Some(signed_in) = signed_in {
        let forms = data::<KeptForms>(request)?;
        if forms.have_own_page(&form) {
            let page = forms.keep(signed_in.user.id, form);
            return Ok(Some(Redirect::to(page).respond_to(request)));
        }
        return show(Page::of(request)?.with_status(REFUSED), &form).map(Some);
    }
    let why = if request.headers().contains_key(COOKIE) {
        "login-ended"
    } else {
        "login-no-cookies"
    };
    let next = page_of_form(request);
    let form = Some(form).filter(RefusedForm::has_text);
    let page = Page::of(request)?.with_status(REFUSED);
    login::show_ended(page, &next, why, form.as_ref()).map(Some)
}

/// Another tab of the browser has logged in since this one showed its form.
fn already_inside(request: &HttpRequest, body: &[u8], signed_in: &SignedIn) -> HttpResponse {
    let next = NextPath::new(&field(body, "next").unwrap_or_default());
    let name = signed_in.user.username.as_str();
    let said = words::text_with("login-already", &[("name", name.into())]);
    Redirect::to(next.as_str()).done(said).respond_to(request)
}

/// Shows the log-in or the registration again, with a token that is valid.
fn show_again(request: &HttpRequest, body: &[u8]) -> Result<HttpResponse> {
    let page = Page::of(request)?.with_status(REFUSED);
    let username = field(body, "username").unwrap_or_default();
    let next = NextPath::new(&field(body, "next").unwrap_or_default());
    // The page that had the form has set the cookie of visitors.
    let why = if data::<Csrf>(request)?.knows(request) {
        "login-stale"
    } else {
        "login-no-cookies"
    };
    if request.path() == register::REGISTER {
        register::show_stale(page, username, next, words::text(why))
    } else {
        login::show_stale(page, &username, &next, why)
    }
}

/// Returns the page that had the form, which the browser names in `Referer`.
fn page_of_form(request: &HttpRequest) -> NextPath {
    let said = request.headers().get(REFERER);
    let said = said.and_then(|said| Url::parse(said.to_str().ok()?).ok());
    said.map_or_else(NextPath::default, |url| {
        let query = url.query().map(|query| format!("?{query}"));
        NextPath::new(&format!("{}{}", url.path(), query.unwrap_or_default()))
    })
}

fn field(body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(body)
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// `GET /accounts/kept/{id}/`: shows a kept form, to be sent again.
pub(crate) async fn show_kept_form(
    me: SignedIn,
    page: Page,
    id: web::Path<String>,
    forms: web::Data<KeptForms>,
) -> Result<HttpResponse> {
    let form = forms.find(me.user.id, &id).ok_or(Error::NotFound)?;
    show(page, &form)
}

fn show(page: Page, form: &RefusedForm) -> Result<HttpResponse> {
    let kept = form.again(page.csrf_token());
    page.titled("kept-heading")
        .render("accounts/kept", KeptPage { kept })
}

/// The data of `accounts/kept.hbs`.
#[derive(Serialize)]
struct KeptPage {
    kept: KeptForm,
}
