//! Log-in and log-out. An unknown name, a wrong password and a closed account get the same
//! response: the same status, body, headers and time. All three count for the same rate limits.

use std::net::IpAddr;
use std::time::Duration;

use actix_session::Session;
use actix_web::{Either, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{REFUSED, Services};
use crate::accounts::first_run::FirstRun;
use crate::accounts::forms::LoginForm;
use crate::accounts::kept::{KeptForm, KeptForms, RefusedForm};
use crate::accounts::models::{Credentials, StoredSession, User};
use crate::accounts::next_path::{NextPath, NextQuery};
use crate::accounts::notice::Redirect;
use crate::accounts::page::Page;
use crate::accounts::session::{EndReason, SignedIn, announce, note_log_in, sign_in};
use crate::accounts::username;
use crate::db::Database;
use crate::error::{Error, Result};
use crate::security::security_log::SecurityEvent;
use crate::security::{Action, client_addr};
use crate::words;

pub(in crate::accounts) const LOGIN: &str = "/accounts/login/";

/// `GET /accounts/login/?next=…`
pub(crate) async fn new_session(
    page: Page,
    query: web::Query<NextQuery>,
    signed_in: Option<SignedIn>,
    first_run: web::Data<FirstRun>,
    database: web::Data<Database>,
) -> Result<Either<HttpResponse, Redirect>> {
    if signed_in.is_some() {
        return Ok(Either::Right(Redirect::to(query.next.as_str())));
    }
    let own = LoginPage {
        waits_for_owner: first_run.waits_for_owner(&database).await?,
        ..LoginPage::new("", &query.next, None, None)
    };
    Ok(Either::Left(own.show(page)?))
}

/// `POST /accounts/login/`
pub(crate) async fn create_session(
    services: Services,
    page: Page,
    form: web::Form<LoginForm>,
    session: Session,
    request: HttpRequest,
    forms: web::Data<KeptForms>,
) -> Result<Either<HttpResponse, Redirect>> {
    let client = client_addr(&request);
    match check(&services, &form, client).await {
        Ok(Some(user)) => {
            leave(&services, &request, &user).await?;
            sign_in(&session, &request, user.id, user.session_epoch)?;
            note_log_in(&session)?;
            let kept = form.into_inner();
            let page = match kept.kept {
                Some(form) => forms.keep(user.id, form),
                None => kept.next.as_str().to_owned(),
            };
            Ok(Either::Right(Redirect::to(page)))
        }
        Ok(None) => {
            SecurityEvent::LoginFailed.record(None, client);
            show_failed(page, &form).map(Either::Left)
        }
        Err(Error::TooMany { retry_after }) => {
            SecurityEvent::LimitHit.record_of(Action::LoginFailure.name(), None, client);
            show_limited(page, &form, retry_after).map(Either::Left)
        }
        Err(other) => Err(other),
    }
}

/// Returns the person if name and password match and the account is open.
async fn check(services: &Services, form: &LoginForm, client: IpAddr) -> Result<Option<User>> {
    let key = username::key(&form.username);
    let attempt = services.limits.start_login(&key, client)?;
    match compare(services, key, &form.password).await {
        Ok(Some(credentials)) => {
            attempt.succeeded();
            rehash(services, &credentials, &form.password).await;
            Ok(Some(credentials.user))
        }
        Ok(None) => Ok(None),
        Err(unanswered) => {
            attempt.abandoned();
            Err(unanswered)
        }
    }
}

async fn compare(services: &Services, key: String, password: &str) -> Result<Option<Credentials>> {
    let named = services
        .database
        .read(move |conn| Ok(Credentials::named(conn, &key)?));
    let found = named
        .await?
        .filter(|credentials| credentials.user.is_active);
    let stored = found
        .as_ref()
        .map(|credentials| credentials.password.clone());
    let is_right = services.hasher.verify(password.to_owned(), stored).await?;
    Ok(found.filter(|_| is_right))
}

/// Replaces an outdated hash. A failure is only logged, because the password was right.
async fn rehash(services: &Services, credentials: &Credentials, password: &str) {
    if !services.hasher.is_outdated(&credentials.password) {
        return;
    }
    let credentials = credentials.clone();
    let stored = async {
        let stored = services.hasher.encode(password.to_owned()).await?;
        services
            .database
            .write(move |conn| Ok(credentials.rehash(conn, &stored)?))
            .await
    };
    if let Err(error) = stored.await {
        log::warn!(target: "parlour::accounts", "a password was not rehashed: {error}");
    }
}

/// Ends the previous session of the browser, if there is one, and closes its sockets.
async fn leave(services: &Services, request: &HttpRequest, next: &User) -> Result<()> {
    let Some(before) = SignedIn::of(request) else {
        return Ok(());
    };
    let is_same = before.user.id == next.id;
    let reason = if is_same {
        EndReason::Renewed
    } else {
        EndReason::SignedOut
    };
    end(services, before, reason).await
}

/// `POST /accounts/logout/`
pub(crate) async fn destroy_session(
    session: Session,
    signed_in: Option<SignedIn>,
    request: HttpRequest,
    services: Services,
) -> Result<Redirect> {
    if let Some(signed_in) = signed_in {
        SecurityEvent::SignedOut.record(Some(signed_in.user.id.0), client_addr(&request));
        end(&services, signed_in, EndReason::SignedOut).await?;
    }
    session.purge();
    Ok(Redirect::to("/accounts/login/").done(words::text("log-out-done")))
}

/// Deletes the row before it notifies the sockets, so that a closed socket cannot reconnect with
/// the ended session (a race otherwise).
async fn end(services: &Services, ended: SignedIn, reason: EndReason) -> Result<()> {
    let id_hash = ended.session.id_hash;
    let row = id_hash.clone();
    services
        .database
        .write(move |conn| Ok(StoredSession::delete(conn, &row)?))
        .await?;
    announce(&services.layer, ended.user.id, vec![id_hash], reason).await;
    Ok(())
}

fn show_failed(page: Page, form: &LoginForm) -> Result<HttpResponse> {
    let own = LoginPage::of(form, "login-failed");
    own.show(page.with_status(REFUSED))
}

fn show_limited(page: Page, form: &LoginForm, retry_after: Duration) -> Result<HttpResponse> {
    let own = LoginPage {
        retry: Some(Retry::after(retry_after)),
        ..LoginPage::of(form, "login-limited")
    };
    own.show(page.limited(retry_after))
}

/// Answers a form whose session has ended. The page carries the form until the log-in. `why` is the
/// key of the reason in the locale files.
pub(in crate::accounts) fn show_ended(
    page: Page,
    next: &NextPath,
    why: &str,
    form: Option<&RefusedForm>,
) -> Result<HttpResponse> {
    let own = LoginPage {
        ended: Some(words::text(why)),
        ..LoginPage::new("", next, None, form)
    };
    own.show(page)
}

/// Answers a log-in form whose token is not valid. `why` is the key of the reason in the locale
/// files.
pub(in crate::accounts) fn show_stale(
    page: Page,
    username: &str,
    next: &NextPath,
    why: &str,
) -> Result<HttpResponse> {
    LoginPage::new(username, next, Some(why), None).show(page)
}

/// The data of `accounts/login.hbs`.
#[derive(Serialize)]
struct LoginPage<'a> {
    username: &'a str,
    /// The path to go to after the log-in.
    next: &'a str,
    /// The path of the registration form.
    register: String,
    error: Option<String>,
    retry: Option<Retry>,
    /// The reason why a form is answered with the log-in.
    ended: Option<String>,
    /// The form that is kept until the log-in.
    kept: Option<KeptForm>,
    /// Whether the server has no owner yet.
    waits_for_owner: bool,
}

impl<'a> LoginPage<'a> {
    /// `error` is the key of its text in the locale files.
    fn new(
        username: &'a str,
        next: &'a NextPath,
        error: Option<&str>,
        kept: Option<&RefusedForm>,
    ) -> Self {
        Self {
            username,
            next: next.as_str(),
            register: next.behind("/accounts/register/"),
            error: error.map(words::text),
            retry: None,
            ended: None,
            kept: kept.map(RefusedForm::carried),
            waits_for_owner: false,
        }
    }

    /// Returns the page that shows `form` again.
    fn of(form: &'a LoginForm, error: &str) -> Self {
        Self::new(&form.username, &form.next, Some(error), form.kept.as_ref())
    }

    fn show(self, page: Page) -> Result<HttpResponse> {
        page.titled("login-title").render("accounts/login", self)
    }
}

/// The time until the next attempt can succeed, for `Retry in 2 min 10 s`.
#[derive(Serialize)]
struct Retry {
    /// The whole time, in seconds.
    after: u64,
    minutes: u64,
    /// The seconds after the last full minute.
    seconds: u64,
}

impl Retry {
    fn after(wait: Duration) -> Self {
        let after = Error::retry_after_seconds(wait);
        Self {
            after,
            minutes: after / 60,
            seconds: after % 60,
        }
    }
}
