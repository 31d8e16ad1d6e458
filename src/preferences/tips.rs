//! The tips for newcomers, which a conversation begins with until they are dismissed.

use actix_web::web;
use diesel::prelude::*;
use serde::Deserialize;

use crate::{
    accounts::{NextPath, Redirect, SignedIn, UserId},
    db::{Connection, Database},
    error::Result,
    schema::dismissed_tips,
};

/// The tips for newcomers.
pub struct Tips;

impl Tips {
    /// Returns whether `user` has not dismissed them yet.
    pub fn are_shown(conn: &mut Connection, user: UserId) -> QueryResult<bool> {
        let dismissed = diesel::dsl::exists(dismissed_tips::table.find(user));
        diesel::select(diesel::dsl::not(dismissed)).get_result(conn)
    }

    /// Dismisses them for good. Idempotent.
    pub fn dismiss(conn: &mut Connection, user: UserId) -> QueryResult<()> {
        diesel::insert_or_ignore_into(dismissed_tips::table)
            .values(dismissed_tips::user_id.eq(user))
            .execute(conn)?;
        Ok(())
    }
}

#[derive(Deserialize)]
pub(crate) struct DismissForm {
    /// The page to return to.
    next: NextPath,
}

/// `POST /tips/dismiss/`
pub(crate) async fn dismiss_tips(
    me: SignedIn,
    form: web::Form<DismissForm>,
    database: web::Data<Database>,
) -> Result<Redirect> {
    let user = me.user.id;
    let dismissed = database.write(move |conn| Ok(Tips::dismiss(conn, user)?));
    dismissed.await?;
    Ok(Redirect::to(form.next.as_str()))
}
