//! The page Add Friends and its forms. Every form answers with a redirect to the page, so that a
//! reload repeats nothing.

use actix_web::{Either, HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;
use serde_json::json;

use super::{
    Relation,
    book::{Change, FriendBook},
    changes,
    models::{Block, FriendRequest, friends_of},
};
use crate::{
    accounts::{Page, Person, Redirect, SignedIn, User, UserId},
    error::{Error, Result},
    security::client_addr,
    words,
};

const PAGE: &str = "/friends/";

pub(crate) async fn list_friends(
    me: SignedIn,
    page: Page,
    book: web::Data<FriendBook>,
) -> Result<HttpResponse> {
    let data = list_data(&me.user, &book, String::new(), None).await?;
    page.render("friends/list", data)
}

async fn list_data(
    me: &User,
    book: &FriendBook,
    username: String,
    error: Option<String>,
) -> Result<serde_json::Value> {
    let id = me.id;
    let lists = book.database.read(move |conn| {
        let (friends, requests) = (friends_of(conn, id)?, FriendRequest::to(conn, id)?);
        Ok((
            friends,
            requests,
            FriendRequest::from(conn, id)?,
            Block::by(conn, id)?,
        ))
    });
    let (friends, requests, sent, blocked) = lists.await?;
    Ok(json!({
        "title": words::text("friends-title"),
        "username": username,
        "error": error,
        "friends": friends.iter().map(friend_row).collect::<Vec<_>>(),
        "requests_count": requests.len(),
        "requests": requests,
        "sent": sent,
        "blocked": blocked,
    }))
}

fn friend_row(friend: &Person) -> serde_json::Value {
    json!({
        "id": friend.id,
        "username": friend.username,
        "initials": friend.initials,
        "hue": friend.hue,
        "room_path": format!("/rooms/with/{}/", friend.id),
    })
}

#[derive(Debug, Deserialize)]
pub(crate) struct AddForm {
    username: String,
}

pub(crate) async fn add_friend(
    me: SignedIn,
    page: Page,
    form: web::Form<AddForm>,
    request: HttpRequest,
    book: web::Data<FriendBook>,
) -> Result<Either<Redirect, HttpResponse>> {
    let typed = form.into_inner().username;
    let (page, error) = match book.add(&me.user, &typed, client_addr(&request)).await {
        Ok(()) => {
            let sent = Redirect::to(PAGE).done(words::text("friends-sent"));
            return Ok(Either::Left(sent));
        }
        Err(Error::Invalid(mut errors)) => (
            page.with_status(StatusCode::UNPROCESSABLE_ENTITY),
            errors.remove("username"),
        ),
        Err(Error::TooMany { retry_after }) => (
            page.limited(retry_after),
            Some(words::text("friends-error-limited")),
        ),
        Err(error) => return Err(error),
    };
    let data = list_data(&me.user, &book, typed, error).await?;
    page.render("friends/list", data).map(Either::Right)
}

/// One view per verb: they differ in the change and in the words after it.
macro_rules! views_of_changes {
    ($($view:ident: $change:path, $words:literal;)*) => {$(
        pub(crate) async fn $view(
            me: SignedIn,
            other: web::Path<UserId>,
            book: web::Data<FriendBook>,
        ) -> Result<Redirect> {
            apply(&me, *other, &book, $change, $words).await
        }
    )*};
}

views_of_changes! {
    accept_friend_request: changes::accept, "friends-accepted";
    decline_friend_request: changes::decline, "friends-declined";
    cancel_friend_request: changes::cancel, "friends-cancelled";
    remove_friend: changes::remove, "friends-removed";
    block_person: changes::block, "friends-blocked-done";
    unblock_person: changes::unblock, "friends-unblocked";
}

async fn apply(
    me: &SignedIn,
    other: UserId,
    book: &FriendBook,
    change: Change,
    words: &str,
) -> Result<Redirect> {
    let changed = book.change(&me.user, other, change).await?;
    let sentence = words::text_with(words, &[("name", changed.other.username.as_str().into())]);
    Ok(Redirect::to(PAGE).done(sentence))
}

pub(crate) async fn confirm_remove(
    me: SignedIn,
    page: Page,
    other: web::Path<UserId>,
    book: web::Data<FriendBook>,
) -> Result<HttpResponse> {
    confirm(&me, page, *other, &book, "remove").await
}

pub(crate) async fn confirm_block(
    me: SignedIn,
    page: Page,
    other: web::Path<UserId>,
    book: web::Data<FriendBook>,
) -> Result<HttpResponse> {
    confirm(&me, page, *other, &book, "block").await
}

/// Shows only people whom `me` already sees on the page: ids must not turn into names here.
async fn confirm(
    me: &SignedIn,
    page: Page,
    other: UserId,
    book: &FriendBook,
    action: &str,
) -> Result<HttpResponse> {
    let me = me.user.id;
    let person = book
        .database
        .read(move |conn| match Relation::is_known(conn, me, other)? {
            true => Ok(Person::new(other, User::find(conn, other)?.username)),
            false => Err(Error::NotFound),
        });
    let data = json!({
        "title": words::text(&format!("confirm-{action}-title")),
        "action": action,
        "person": person.await?,
    });
    page.render("friends/confirm", data)
}
