//! Registration, and the creation of the owner's account by the first-run link. Both sign the
//! person in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{Either, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{REFUSED, Services};
use crate::accounts::first_run::{FirstRun, path_of};
use crate::accounts::forms::RegisterForm;
use crate::accounts::models::{NewUser, User};
use crate::accounts::next_path::{NextPath, NextQuery};
use crate::accounts::notice::Redirect;
use crate::accounts::page::Page;
use crate::accounts::session::{SignedIn, sign_in};
use crate::accounts::username::Username;
use crate::db::{Database, Timestamp};
use crate::error::{Error, FieldErrors, Result};
use crate::security::security_log::SecurityEvent;
use crate::security::{Action, client_addr};
use crate::words;

pub(in crate::accounts) const REGISTER: &str = "/accounts/register/";

/// `GET /accounts/register/?next=…`
pub(crate) async fn new_account(
    page: Page,
    query: web::Query<NextQuery>,
    signed_in: Option<SignedIn>,
    first_run: web::Data<FirstRun>,
    database: web::Data<Database>,
) -> Result<Either<HttpResponse, Redirect>> {
    if signed_in.is_some() {
        return Ok(Either::Right(Redirect::to(query.next.as_str())));
    }
    let form = Form {
        next: query.into_inner().next,
        waits_for_owner: first_run.waits_for_owner(&database).await?,
        ..Form::empty(None)
    };
    form.show(page).map(Either::Left)
}

/// `POST /accounts/register/`
pub(crate) async fn create_account(
    services: Services,
    page: Page,
    form: web::Form<RegisterForm>,
    session: Session,
    request: HttpRequest,
) -> Result<Either<HttpResponse, Redirect>> {
    let made = make(&services, &form, &request, false).await;
    finish(made, Form::filled(&form, None), page, session, request)
}

/// `GET /accounts/first-run/{token}/`
pub(crate) async fn new_owner(
    page: Page,
    token: web::Path<String>,
    first_run: web::Data<FirstRun>,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    if !is_open(&first_run, &token, &database).await? {
        return Form::empty(None).show_first_run_over(page);
    }
    Form::empty(Some(token.into_inner())).show(page)
}

/// `POST /accounts/first-run/{token}/`
pub(crate) async fn create_owner(
    services: Services,
    page: Page,
    token: web::Path<String>,
    form: web::Form<RegisterForm>,
    first_run: web::Data<FirstRun>,
    session: Session,
    request: HttpRequest,
) -> Result<Either<HttpResponse, Redirect>> {
    let over = || Form::filled(&form, None).show_first_run_over(page.clone());
    if !is_open(&first_run, &token, &services.database).await? {
        return over().map(Either::Left);
    }
    let made = make(&services, &form, &request, true).await;
    // A concurrent request created the owner after the check (a race).
    if matches!(made, Err(Error::Forbidden)) {
        return over().map(Either::Left);
    }
    let filled = Form::filled(&form, Some(token.into_inner()));
    finish(made, filled, page, session, request)
}

/// Returns whether the link still makes an owner. A wrong link and a used one are answered alike.
async fn is_open(first_run: &FirstRun, token: &str, database: &Database) -> Result<bool> {
    Ok(first_run.is(token) && first_run.waits_for_owner(database).await?)
}

async fn make(
    services: &Services,
    form: &RegisterForm,
    request: &HttpRequest,
    is_owner: bool,
) -> Result<User> {
    let (limits, client) = (&services.limits, client_addr(request));
    // An invalid form creates no account, but checking it costs time, so it has a rate limit of its
    // own.
    limits.check_address(Action::RegistrationForm, client)?;
    let name = form.check(is_owner)?;
    limits.check_address(Action::Registration, client)?;
    refuse_taken(services, &name).await?;
    let stored = services.hasher.encode(form.password.clone()).await?;
    let new = NewUser::new(name, stored, Timestamp::now());
    let made = services.database.write(move |conn| {
        if is_owner {
            new.insert_first_owner(conn)
        } else {
            new.insert(conn)
        }
    });
    made.await.map_err(|error| match error {
        Error::Conflict => taken(),
        other => other,
    })
}

/// Refuses a name that is taken, or looks like one that is, before the password is hashed, to save a hash. The unique indexes of the
/// table decide in the end.
async fn refuse_taken(services: &Services, name: &Username) -> Result<()> {
    let name = name.clone();
    let found = services.database.read(move |conn| {
        let is_taken = User::named(conn, &name.key)?.is_some();
        Ok((is_taken, User::looks_like(conn, &name.skeleton)?))
    });
    match found.await? {
        (true, _) => Err(taken()),
        (false, true) => {
            let text = words::text("username-looks-like");
            Err(Error::invalid("username", text))
        }
        (false, false) => Ok(()),
    }
}

fn taken() -> Error {
    Error::invalid("username", words::text("username-taken"))
}

fn finish(
    made: Result<User>,
    form: Form,
    page: Page,
    session: Session,
    request: HttpRequest,
) -> Result<Either<HttpResponse, Redirect>> {
    let client = client_addr(&request);
    match made {
        Ok(user) => {
            sign_in(&session, &request, user.id, user.session_epoch)?;
            let event = if user.is_owner {
                SecurityEvent::OwnerCreated
            } else {
                SecurityEvent::AccountCreated
            };
            event.record(Some(user.id.0), client);
            Ok(Either::Right(Redirect::to(form.next.as_str())))
        }
        Err(Error::Invalid(errors)) => form
            .with_errors(errors)
            .show(page.with_status(REFUSED))
            .map(Either::Left),
        Err(Error::TooMany { retry_after }) => {
            let page = page.limited(retry_after);
            form.limited().show(page).map(Either::Left)
        }
        Err(other) => Err(other),
    }
}

/// Answers a registration whose token is not valid. `why` is the text of the reason.
pub(in crate::accounts) fn show_stale(
    page: Page,
    username: String,
    next: NextPath,
    why: String,
) -> Result<HttpResponse> {
    let form = Form {
        username,
        next,
        error: Some(why),
        ..Form::empty(None)
    };
    form.show(page)
}

/// The page with its form. Passwords are never sent back.
struct Form {
    username: String,
    errors: FieldErrors,
    error: Option<String>,
    first_run: Option<String>,
    waits_for_owner: bool,
    next: NextPath,
}

impl Form {
    fn empty(first_run: Option<String>) -> Self {
        Self {
            username: String::new(),
            errors: FieldErrors::new(),
            error: None,
            first_run,
            waits_for_owner: false,
            next: NextPath::default(),
        }
    }

    fn filled(form: &RegisterForm, first_run: Option<String>) -> Self {
        Self {
            username: form.username.clone(),
            next: form.next.clone(),
            ..Self::empty(first_run)
        }
    }

    fn with_errors(self, errors: FieldErrors) -> Self {
        Self { errors, ..self }
    }

    fn limited(self) -> Self {
        Self {
            error: Some(words::text("register-limited")),
            ..self
        }
    }

    /// Says why the first-run link makes no owner, and offers an ordinary account with the same name.
    fn show_first_run_over(self, page: Page) -> Result<HttpResponse> {
        let error = Some(words::text("register-first-over"));
        Self { error, ..self }.show(page.with_status(StatusCode::NOT_FOUND))
    }

    fn show(self, page: Page) -> Result<HttpResponse> {
        page.titled("register-title")
            .render("accounts/register", RegisterPage::from(self))
    }
}

/// The data of `accounts/register.hbs`.
#[derive(Serialize)]
struct RegisterPage {
    username: String,
    errors: RegisterErrors,
    /// An error message about the whole form.
    error: Option<String>,
    /// Whether the form creates the first account, the owner's.
    first_run: bool,
    /// Whether the server has no owner yet, and the form creates an ordinary account.
    waits_for_owner: bool,
    /// The path to which the form is sent.
    action: String,
    /// The path to go to after the registration.
    next: String,
    /// The path of the log-in page.
    login: String,
}

/// The error messages of the fields.
#[derive(Serialize)]
struct RegisterErrors {
    username: Option<String>,
    password: Option<String>,
    password_again: Option<String>,
}

impl From<FieldErrors> for RegisterErrors {
    fn from(mut errors: FieldErrors) -> Self {
        Self {
            username: errors.remove("username"),
            password: errors.remove("password"),
            password_again: errors.remove("password_again"),
        }
    }
}

impl From<Form> for RegisterPage {
    fn from(form: Form) -> Self {
        let token = form.first_run.as_deref();
        Self {
            username: form.username,
            errors: form.errors.into(),
            error: form.error,
            first_run: token.is_some(),
            waits_for_owner: form.waits_for_owner,
            action: token.map_or_else(|| REGISTER.to_owned(), path_of),
            next: form.next.as_str().to_owned(),
            login: form.next.behind("/accounts/login/"),
        }
    }
}
