//! The profile: what others see of a person. The form changes the display name.

use actix_web::{Either, HttpResponse, web};
use channels::Layer;
use serde::{Deserialize, Serialize};

use super::REFUSED;
use crate::{
    accounts::{
        User,
        display_name::{DisplayName, MAX_LETTERS},
        notice::Redirect,
        page::Page,
        renamed,
        session::SignedIn,
    },
    db::Database,
    error::{Error, Result},
    words,
};

const HERE: &str = "/accounts/profile/";

/// `GET /accounts/profile/`
pub(crate) async fn edit_profile(
    me: SignedIn,
    page: Page,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    let id = me.user.id;
    let name = database.read(move |conn| Ok(User::display_name(conn, id)?));
    ProfilePage::new(name.await?, None).show(page)
}

#[derive(Debug, Deserialize)]
pub(crate) struct ProfileForm {
    #[serde(default)]
    name: String,
}

/// `POST /accounts/profile/`: an empty name removes the display name.
pub(crate) async fn change_profile(
    me: SignedIn,
    page: Page,
    form: web::Form<ProfileForm>,
    database: web::Data<Database>,
    layer: web::Data<Layer>,
) -> Result<Either<HttpResponse, Redirect>> {
    let typed = form.into_inner().name;
    let name = match DisplayName::parse(&typed, me.user.is_owner) {
        // The user name is shown anyway.
        Ok(name) => name.filter(|name| name.shown != me.user.username),
        Err(Error::Invalid(mut errors)) => {
            let own = ProfilePage::new(typed, errors.remove("name"));
            return own.show(page.with_status(REFUSED)).map(Either::Left);
        }
        Err(other) => return Err(other),
    };
    let id = me.user.id;
    let changed = database.write(move |conn| Ok(User::rename(conn, id, name.as_ref())?));
    renamed::announce(&layer, changed.await?).await?;
    Ok(Either::Right(
        Redirect::to(HERE).done(words::text("profile-saved")),
    ))
}

/// The data of `accounts/profile.hbs`.
#[derive(Serialize)]
struct ProfilePage {
    name: String,
    most: usize,
    error: Option<String>,
}

impl ProfilePage {
    fn new(name: String, error: Option<String>) -> Self {
        let most = MAX_LETTERS;
        Self { name, most, error }
    }

    fn show(self, page: Page) -> Result<HttpResponse> {
        page.titled("profile-title")
            .render("accounts/profile", self)
    }
}
