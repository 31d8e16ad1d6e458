//! Changing the password: requires the current one, and signs out all other browsers by default.

use actix_session::Session;
use actix_web::{Either, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{REFUSED, Services};
use crate::accounts::forms::PasswordForm;
use crate::accounts::models::{Credentials, StoredSession};
use crate::accounts::notice::Redirect;
use crate::accounts::page::Page;
use crate::accounts::session::{EndReason, SignedIn, announce, sign_in};
use crate::db::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::security::security_log::SecurityEvent;
use crate::security::{Action, client_addr};
use crate::words;

const HERE: &str = "/accounts/password/";

/// `GET /accounts/password/`
pub(crate) async fn edit_password(
    services: Services,
    page: Page,
    signed_in: SignedIn,
) -> Result<HttpResponse> {
    show(&services, page, &signed_in, FieldErrors::new()).await
}

/// `POST /accounts/password/`
pub(crate) async fn change_password(
    services: Services,
    page: Page,
    signed_in: SignedIn,
    form: web::Form<PasswordForm>,
    session: Session,
    request: HttpRequest,
) -> Result<Either<HttpResponse, Redirect>> {
    let client = client_addr(&request);
    match change(&services, &signed_in, &form, &request).await {
        Ok(epoch) => {
            sign_in(&session, &request, signed_in.user.id, epoch)?;
            SecurityEvent::PasswordChanged.record(Some(signed_in.user.id.0), client);
            let key = if form.signs_out_others() {
                "password-done-signed-out"
            } else {
                "password-done"
            };
            Ok(Either::Right(Redirect::to(HERE).done(words::text(key))))
        }
        Err(Error::Invalid(errors)) => {
            let page = page.with_status(REFUSED);
            show(&services, page, &signed_in, errors)
                .await
                .map(Either::Left)
        }
        Err(Error::TooMany { retry_after }) => {
            let errors = FieldErrors::from([("current_password", words::text("password-limited"))]);
            let page = page.limited(retry_after);
            show(&services, page, &signed_in, errors)
                .await
                .map(Either::Left)
        }
        Err(other) => Err(other),
    }
}

/// Stores the new password. Returns the session epoch of the sessions that stay valid.
async fn change(
    services: &Services,
    signed_in: &SignedIn,
    form: &PasswordForm,
    request: &HttpRequest,
) -> Result<i64> {
    form.check(&signed_in.user.username)?;
    let id = signed_in.user.id;
    services.limits.check(
        Action::PasswordChange,
        Some(id.into()),
        client_addr(request),
    )?;
    let credentials = services
        .database
        .read(move |conn| Ok(Credentials::of(conn, id)?))
        .await?;
    let stored = Some(credentials.password.clone());
    if !services
        .hasher
        .verify(form.current_password.clone(), stored)
        .await?
    {
        SecurityEvent::PasswordRejected.record(Some(id.0), client_addr(request));
        return Err(Error::invalid(
            "current_password",
            words::text("password-wrong"),
        ));
    }
    let stored = services.hasher.encode(form.new_password.clone()).await?;
    store(
        services,
        signed_in,
        credentials,
        stored,
        form.signs_out_others(),
    )
    .await
}

/// Stores the new password and its session epoch, and keeps or ends the other sessions, in one
/// transaction.
async fn store(
    services: &Services,
    signed_in: &SignedIn,
    credentials: Credentials,
    stored: String,
    sign_out_others: bool,
) -> Result<i64> {
    let (user, own) = (signed_in.user.id, signed_in.session.id_hash.clone());
    let kept = own.clone();
    let (epoch, ended) = services
        .database
        .write(move |conn| {
            let epoch = credentials.replace(conn, &stored, Timestamp::now())?;
            if sign_out_others {
                return Ok((epoch, StoredSession::delete_others(conn, user, &kept)?));
            }
            StoredSession::carry_over(conn, user, credentials.user.session_epoch, epoch)?;
            Ok((epoch, Vec::new()))
        })
        .await?;
    announce(&services.layer, user, ended, EndReason::PasswordChanged).await;
    announce(&services.layer, user, vec![own], EndReason::Renewed).await;
    Ok(epoch)
}

async fn show(
    services: &Services,
    page: Page,
    signed_in: &SignedIn,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let user = signed_in.user.clone();
    let live = services
        .database
        .read(move |conn| Ok(StoredSession::of_user(conn, &user, Timestamp::now())?.len()));
    let own = PasswordPage {
        errors: errors.into(),
        other_sessions: live.await?.saturating_sub(1),
    };
    page.framed()
        .await?
        .titled("password-title")
        .render("accounts/password", own)
}

/// The data of `accounts/password.hbs`.
#[derive(Serialize)]
struct PasswordPage {
    errors: PasswordErrors,
    /// The number of other browsers in which the person is signed in.
    other_sessions: usize,
}

/// The error messages of the fields.
#[derive(Serialize)]
struct PasswordErrors {
    current_password: Option<String>,
    new_password: Option<String>,
    new_password_again: Option<String>,
}

impl From<FieldErrors> for PasswordErrors {
    fn from(mut errors: FieldErrors) -> Self {
        Self {
            current_password: errors.remove("current_password"),
            new_password: errors.remove("new_password"),
            new_password_again: errors.remove("new_password_again"),
        }
    }
}
