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
    accounts::{Page, Redirect, SignedIn, UserId, Zone},
    db::{Connection, Database, Timestamp},
    error::{Error, FieldErrors, Result},
    words,
};

const HERE: &str = "/accounts/preferences/";
const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

pub(crate) async fn edit_preferences(
    me: SignedIn,
    page: Page,
    zone: Zone,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    let user = me.user.id;
    let preferences = database.read(move |conn| Ok(Preferences::of(conn, user)?));
    let preferences = preferences.await?;
    let own = EditPage::new(preferences.shown(), &zone, FieldErrors::new());
    let own = EditPage {
        snoozed: until(&preferences, &zone),
        ..own
    };
    own.show(page).await
}

pub(crate) async fn change_preferences(
    me: SignedIn,
    page: Page,
    zone: Zone,
    form: web::Form<PreferencesForm>,
    database: web::Data<Database>,
    layer: web::Data<Layer>,
) -> Result<Either<HttpResponse, Redirect>> {
    let (user, wanted) = (me.user.id, form.clone());
    let saved = save(&database, user, move |before| wanted.check(before)).await;
    match saved {
        Ok(changed) => {
            events::announce(&layer, user, changed).await?;
            let done = words::text("preferences-done");
            Ok(Either::Right(Redirect::to(HERE).done(done)))
        }
        Err(Error::Invalid(errors)) => {
            let page = page.with_status(StatusCode::UNPROCESSABLE_ENTITY);
            let own = EditPage::new(form.shown(), &zone, errors);
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
    /// The words of the choice that follows the browser's zone.
    browser_zone: String,
    /// The names of all time zones.
    zones: Vec<String>,
    errors: EditErrors,
    /// The end of the snooze, as text for people.
    snoozed: Option<String>,
}

/// The error messages of the fields.
#[derive(Serialize)]
struct EditErrors {
    quiet_from: Option<String>,
    quiet_until: Option<String>,
    time_zone: Option<String>,
}

impl EditPage {
    fn new(form: ShownForm, browser: &Zone, mut errors: FieldErrors) -> Self {
        Self {
            form,
            browser_zone: words::text_with(
                "preferences-zone-browser",
                &[("zone", browser.name().into())],
            ),
            zones: zones(),
            errors: EditErrors {
                quiet_from: errors.remove("quiet_from"),
                quiet_until: errors.remove("quiet_until"),
                time_zone: errors.remove("time_zone"),
            },
            snoozed: None,
        }
    }

    async fn show(self, page: Page) -> Result<HttpResponse> {
        page.framed()
            .await?
            .titled("preferences-title")
            .render("preferences/edit", self)
    }
}
