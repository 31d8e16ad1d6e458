//! Opening a link into a room, and coming in by it.

use actix_web::{Either, HttpResponse, http::StatusCode, web};
use serde::Serialize;

use super::{asker::Asker, invites::state_key};
use crate::{
    accounts::{NextPath, Page, Person, Redirect, SignedIn, UserId},
    chat::{
        live::Chat,
        membership::{Invitation, InviteState, ValidInvitation},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    security::Action,
    words,
};

/// Longer than any token.
const TOKEN_BYTES: usize = 64;

pub(crate) async fn show_invitation(
    signed_in: Option<SignedIn>,
    page: Page,
    token: web::Path<String>,
    chat: web::Data<Chat>,
) -> Result<Either<Redirect, HttpResponse>> {
    let token = token.into_inner();
    match signed_in {
        Some(signed_in) => show_inside(signed_in.user.id, page, token, &chat).await,
        None => show_outside(page, token, &chat).await.map(Either::Right),
    }
}

/// A visitor is told that there is an invitation, and shown the two doors that lead back to it.
async fn show_outside(page: Page, token: String, chat: &Chat) -> Result<HttpResponse> {
    let path = format!("/join/{token}/");
    let state = chat.database.read(move |conn| {
        let token = checked(&token)?;
        Invitation::peek(conn, token, Timestamp::now())
    });
    match state.await {
        Ok(InviteState::Valid) => {}
        Ok(over) => return show_over(page, state_key(over), StatusCode::GONE),
        Err(Error::NotFound) => {
            return show_over(page, "invites-state-unknown", StatusCode::NOT_FOUND);
        }
        Err(error) => return Err(error),
    }
    let next = NextPath::new(&path);
    let own = JoinVisitorPage {
        register: next.behind("/accounts/register/"),
        login: next.behind("/accounts/login/"),
    };
    page.titled("join-title")
        .render("chat/membership/join_visitor", own)
}

/// What `join_visitor.hbs` shows: two paths that lead back to the invitation.
#[derive(Serialize)]
struct JoinVisitorPage {
    register: String,
    login: String,
}

async fn show_inside(
    me: UserId,
    page: Page,
    token: String,
    chat: &Chat,
) -> Result<Either<Redirect, HttpResponse>> {
    let path = format!("/join/{token}/");
    let invitation = chat.database.read(move |conn| {
        let token = checked(&token)?;
        Invitation::open(conn, token, (me, Timestamp::now()))
    });
    let (key, status) = match invitation.await {
        Ok(Invitation::Inside(room)) => {
            return Ok(Either::Left(Redirect::to(format!("/rooms/{room}/"))));
        }
        Ok(Invitation::Valid(valid)) => {
            return show_valid(page, path, *valid).map(Either::Right);
        }
        Ok(Invitation::Over(over)) => (state_key(over), StatusCode::GONE),
        Ok(Invitation::Removed) => ("invites-state-removed", StatusCode::FORBIDDEN),
        Err(Error::NotFound) => ("invites-state-unknown", StatusCode::NOT_FOUND),
        Err(error) => return Err(error),
    };
    show_over(page, key, status).map(Either::Right)
}

fn show_valid(page: Page, path: String, valid: ValidInvitation) -> Result<HttpResponse> {
    let own = JoinPage {
        action: path,
        name: valid.room.name,
        topic: valid.room.topic,
        members: valid.members,
        by: valid.invite.by,
    };
    page.titled("join-title")
        .render("chat/membership/join", own)
}

/// What `join.hbs` shows.
#[derive(Serialize)]
struct JoinPage {
    /// Where the form is sent.
    action: String,
    /// Of the room.
    name: String,
    topic: String,
    /// How many people are in the room.
    members: i64,
    /// Who made the link.
    by: Person,
}

fn checked(token: &str) -> Result<&str> {
    let is_short = token.len() <= TOKEN_BYTES;
    is_short.then_some(token).ok_or(Error::NotFound)
}

fn show_over(page: Page, key: &str, status: StatusCode) -> Result<HttpResponse> {
    let text = words::text(key);
    page.titled("join-over-title")
        .with_status(status)
        .render("chat/membership/join_over", JoinOverPage { text })
}

/// What `join_over.hbs` shows.
#[derive(Serialize)]
struct JoinOverPage {
    /// Why the link lets nobody in.
    text: String,
}

/// Comes in, or is shown once more what the link has become in the meantime.
pub(crate) async fn accept_invitation(
    asker: Asker,
    page: Page,
    token: web::Path<String>,
) -> Result<Either<Redirect, HttpResponse>> {
    let token = token.into_inner();
    let taken = checked(&token)?.to_owned();
    let accept = move |conn: &mut Connection, me| match Invitation::open(
        conn,
        &taken,
        (me, Timestamp::now()),
    )? {
        Invitation::Valid(valid) => valid.accept(conn),
        Invitation::Inside(_) | Invitation::Over(_) | Invitation::Removed => Ok(Vec::new()),
    };
    match asker.change(Action::RoomChange, accept).await {
        Ok(_) | Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    show_inside(asker.user.id, page, token, &asker.chat).await
}
