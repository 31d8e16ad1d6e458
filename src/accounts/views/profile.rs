//! The profile: what others see of a person. One form changes the names and the line about the
//! person, another one the status.

use actix_web::{Either, HttpResponse, web};
use channels::Layer;
use serde::{Deserialize, Serialize};

use super::REFUSED;
use crate::{
    accounts::{
        User, UserId, Zone, changed,
        display_name::{DisplayName, MAX_LETTERS, about},
        models::Profile,
        notice::Redirect,
        page::Page,
        session::SignedIn,
        status::{Ends, STATUS_CHARS, StoredStatus},
    },
    db::{Connection, Database, Timestamp},
    error::{Error, FieldErrors, Result},
    words,
};

const HERE: &str = "/accounts/profile/";
/// Emoji that the field offers. Any other one can be typed.
const OFFERED: [&str; 8] = ["🌴", "🤒", "🏠", "🍽️", "📅", "📵", "🎉", "💬"];

/// `GET /accounts/profile/`
pub(crate) async fn edit_profile(
    me: SignedIn,
    page: Page,
    zone: Zone,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    let profile = profile(&database, me.user.id).await?;
    ProfilePage::new(profile, &zone).show(page).await
}

async fn profile(database: &Database, id: UserId) -> Result<Profile> {
    database
        .read(move |conn: &mut Connection| Ok(Profile::of(conn, id)?))
        .await
}

#[derive(Debug, Deserialize)]
pub(crate) struct ProfileForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    about: String,
    share_time: Option<String>,
}

/// `POST /accounts/profile/`: an empty name removes the display name.
pub(crate) async fn change_profile(
    me: SignedIn,
    page: Page,
    zone: Zone,
    form: web::Form<ProfileForm>,
    database: web::Data<Database>,
    layer: web::Data<Layer>,
) -> Result<Either<HttpResponse, Redirect>> {
    let (form, id) = (form.into_inner(), me.user.id);
    let (name, text) = match form.check(&me.user) {
        Ok(checked) => checked,
        Err(Error::Invalid(errors)) => {
            let mut own = ProfilePage::new(profile(&database, id).await?, &zone);
            (own.name, own.about) = (form.name, form.about);
            own.shares_time = form.share_time.is_some();
            own.errors = errors.into();
            return own.show(page.with_status(REFUSED)).await.map(Either::Left);
        }
        Err(other) => return Err(other),
    };
    let shared = form.share_time.map(|_| zone.name().to_owned());
    let renamed = database.write(move |conn| {
        Profile::describe(conn, id, (&text, &shared.unwrap_or_default()))?;
        Ok(User::rename(conn, id, name.as_ref())?)
    });
    let renamed = renamed.await?.into_iter().map(|person| person.id);
    changed::announce(&layer, renamed.collect()).await?;
    Ok(Either::Right(
        Redirect::to(HERE).done(words::text("profile-saved")),
    ))
}

impl ProfileForm {
    /// Validates the form.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the fields `name` and `about`.
    fn check(&self, me: &User) -> Result<(Option<DisplayName>, String)> {
        // The user name is shown anyway.
        let name = DisplayName::parse(&self.name, me.is_owner)?;
        let name = name.filter(|name| name.shown != me.username);
        Ok((name, about(&self.about)?))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct StatusForm {
    #[serde(default)]
    emoji: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    ends: Ends,
    /// Present if the button that removes the status was pressed.
    clear: Option<String>,
}

/// `POST /accounts/status/`: sets or removes the status.
pub(crate) async fn change_status(
    me: SignedIn,
    page: Page,
    zone: Zone,
    form: web::Form<StatusForm>,
    database: web::Data<Database>,
    layer: web::Data<Layer>,
) -> Result<Either<HttpResponse, Redirect>> {
    let (form, id) = (form.into_inner(), me.user.id);
    let before = profile(&database, id).await?;
    let until = form
        .ends
        .after(Timestamp::now(), &zone, before.status.status_until);
    let status = match form.clear {
        Some(_) => StoredStatus::default(),
        None => match StoredStatus::parse((&form.emoji, &form.text), until) {
            Ok(status) => status,
            Err(Error::Invalid(errors)) => {
                let mut own = ProfilePage::new(before, &zone);
                (own.emoji, own.text, own.ends) = (form.emoji, form.text, form.ends);
                own.errors = errors.into();
                return own.show(page.with_status(REFUSED)).await.map(Either::Left);
            }
            Err(other) => return Err(other),
        },
    };
    let is_set = status != StoredStatus::default();
    database
        .write(move |conn| Ok(status.save(conn, id)?))
        .await?;
    changed::announce(&layer, vec![id]).await?;
    let done = if is_set {
        "own-status-set"
    } else {
        "own-status-cleared"
    };
    Ok(Either::Right(Redirect::to(HERE).done(words::text(done))))
}

/// The data of `accounts/profile.hbs`.
#[derive(Serialize)]
struct ProfilePage {
    name: String,
    most: usize,
    about: String,
    shares_time: bool,
    /// The name of the zone that the box shares.
    zone: String,
    emoji: String,
    text: String,
    ends: Ends,
    /// The end of the present status, as text for people.
    until: Option<String>,
    /// Whether there is a status now.
    has_status: bool,
    text_most: usize,
    offered: [&'static str; 8],
    errors: ProfileErrors,
}

/// The error messages of the fields.
#[derive(Default, Serialize)]
struct ProfileErrors {
    name: Option<String>,
    about: Option<String>,
    emoji: Option<String>,
    text: Option<String>,
}

impl From<FieldErrors> for ProfileErrors {
    fn from(mut errors: FieldErrors) -> Self {
        Self {
            name: errors.remove("name"),
            about: errors.remove("about"),
            emoji: errors.remove("emoji"),
            text: errors.remove("text"),
        }
    }
}

impl ProfilePage {
    fn new(profile: Profile, zone: &Zone) -> Self {
        let status = profile.status.at(Timestamp::now());
        let end = status.as_ref().and_then(|status| status.until);
        Self {
            name: profile.display_name,
            most: MAX_LETTERS,
            about: profile.about,
            shares_time: !profile.shared_zone.is_empty(),
            zone: zone.name().to_owned(),
            has_status: status.is_some(),
            until: end.map(|end| zone.format(end, "%A, %H:%M")),
            ends: end.map_or(Ends::Never, |_| Ends::Same),
            emoji: status
                .as_ref()
                .map(|it| it.emoji.clone())
                .unwrap_or_default(),
            text: status.map(|it| it.text).unwrap_or_default(),
            text_most: STATUS_CHARS,
            offered: OFFERED,
            errors: ProfileErrors::default(),
        }
    }

    async fn show(self, page: Page) -> Result<HttpResponse> {
        page.framed()
            .await?
            .titled("profile-title")
            .render("accounts/profile", self)
    }
}
