//! The page of preferences, and the form that snoozes notifications.

use std::time::Duration;

use actix_web::{Either, HttpResponse, http::StatusCode, web};
use channels::Layer;
use serde::Serialize;

use super::{
    Preferences, events,
    forms::{PreferencesForm, ShownForm, Snooze, SnoozeForm},
    quiet::zones,
};
use crate::{
    accounts::{Choices, Page, Redirect, SentBy, SignedIn, UserId, Zone},
    db::{Connection, Database, Timestamp},
    error::{Error, FieldErrors, Result},
    words,
};

const HERE: &str = "/accounts/preferences/";
const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

/// `GET /accounts/preferences/`
pub(crate) async fn edit_preferences(
    me: SignedIn,
    page: Page,
    zone: Zone,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    let preferences = stored(&database, me.user.id).await?;
    let own = EditPage::new(preferences.shown(), &page, &zone);
    let own = EditPage {
        snoozed: until(&preferences, &zone),
        ..own
    };
    own.show(page).await
}

async fn stored(database: &Database, user: UserId) -> Result<Preferences> {
    database
        .read(move |conn| Ok(Preferences::of(conn, user)?))
        .await
}

/// `POST /accounts/preferences/`: saves one section, or all of them. Scripts get no page: 204, or 422
/// with the sentences of the wrong fields.
pub(crate) async fn change_preferences(
    me: SignedIn,
    (page, zone, by): (Page, Zone, SentBy),
    form: web::Form<PreferencesForm>,
    database: web::Data<Database>,
    layer: web::Data<Layer>,
) -> Result<Either<HttpResponse, Redirect>> {
    let (user, wanted) = (me.user.id, form.clone());
    let saved = save(&database, user, move |before| wanted.check(before)).await;
    match saved {
        Ok(changed) => {
            events::announce(&layer, user, changed).await?;
            Ok(match by {
                SentBy::Script => Either::Left(HttpResponse::NoContent().finish()),
                SentBy::Browser => {
                    Either::Right(Redirect::to(HERE).done(words::text("preferences-done")))
                }
            })
        }
        Err(Error::Invalid(errors)) if by == SentBy::Script => Ok(Either::Left(
            HttpResponse::UnprocessableEntity().json(errors),
        )),
        Err(Error::Invalid(errors)) => {
            let page = page.with_status(StatusCode::UNPROCESSABLE_ENTITY);
            let preferences = stored(&database, user).await?;
            let own = EditPage::new(form.shown(&preferences), &page, &zone).refused(errors);
            own.show(page).await.map(Either::Left)
        }
        Err(other) => Err(other),
    }
}

/// `POST /accounts/preferences/snooze/`: snoozes notifications, or ends the snooze.
pub(crate) async fn snooze(
    me: SignedIn,
    zone: Zone,
    form: web::Form<SnoozeForm>,
    database: web::Data<Database>,
    layer: web::Data<Layer>,
) -> Result<Redirect> {
    let (user, length, browser) = (me.user.id, form.length, zone.clone());
    let saved = save(&database, user, move |before| {
        let now = Timestamp::now();
        let mut wanted = before.clone();
        wanted.attention.snoozed_until = match length {
            Snooze::HalfHour => Some(now.plus(HALF_HOUR)),
            Snooze::Tomorrow => Some(before.attention.tomorrow(now, &browser)),
            Snooze::Off => None,
        };
        Ok(wanted)
    });
    let changed = saved.await?;
    let done = match until(&changed.1, &zone) {
        Some(time) => words::text_with("preferences-snoozed", &[("time", time.into())]),
        None => words::text("preferences-snooze-ended"),
    };
    events::announce(&layer, user, changed).await?;
    Ok(Redirect::to(form.next.as_str()).done(done))
}

/// Reads, changes and writes the preferences in one transaction. Returns the old and the new ones.
async fn save(
    database: &Database,
    user: UserId,
    change: impl FnOnce(&Preferences) -> Result<Preferences> + Send + 'static,
) -> Result<(Preferences, Preferences)> {
    let changed = move |conn: &mut Connection| {
        let before = Preferences::of(conn, user)?;
        let wanted = change(&before)?;
        wanted.save(conn, user)?;
        Ok((before, wanted))
    };
    database.write(changed).await
}

/// Returns the end of the current snooze, in the person's time zone.
fn until(preferences: &Preferences, browser: &Zone) -> Option<String> {
    let attention = &preferences.attention;
    let end = attention.snoozed_until?;
    let local = attention.local(end, browser);
    let text = local.strftime("%A, %H:%M %Z").to_string();
    attention.is_snoozed(Timestamp::now()).then_some(text)
}

/// The data of `preferences/edit.hbs`.
#[derive(Serialize)]
struct EditPage {
    form: ShownForm,
    /// The looks of this browser.
    choices: Vec<Choices>,
    /// The words of the choice that follows the browser's zone.
    browser_zone: String,
    /// The names of all time zones.
    zones: Vec<String>,
    errors: EditErrors,
    /// The end of the snooze, as text for people.
    snoozed: Option<String>,
}

/// The error messages of the fields.
#[derive(Default, Serialize)]
struct EditErrors {
    quiet_from: Option<String>,
    quiet_until: Option<String>,
    time_zone: Option<String>,
}

impl EditPage {
    fn new(form: ShownForm, page: &Page, browser: &Zone) -> Self {
        Self {
            form,
            choices: page.looks().choices(),
            browser_zone: words::text_with(
                "preferences-zone-browser",
                &[("zone", browser.name().into())],
            ),
            zones: zones(),
            errors: EditErrors::default(),
            snoozed: None,
        }
    }

    fn refused(mut self, mut errors: FieldErrors) -> Self {
        self.errors = EditErrors {
            quiet_from: errors.remove("quiet_from"),
            quiet_until: errors.remove("quiet_until"),
            time_zone: errors.remove("time_zone"),
        };
        self
    }

    async fn show(self, page: Page) -> Result<HttpResponse> {
        page.framed()
            .await?
            .titled("preferences-title")
            .render("preferences/edit", self)
    }
}
