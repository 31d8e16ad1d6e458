//! The page of an invite link, and the form that accepts the invitation.

use actix_web::{Either, HttpResponse, http::StatusCode, web};
use serde::Serialize;

use super::{asker::Asker, invites::state_key};
use crate::{
    accounts::{NextPath, Page, Person, Redirect, SignedIn, UserId},
    chat::{
        live::Chat,
        membership::{Invitation, Offer, ValidInvitation},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    security::Action,
    words,
};

/// The maximum length of a token, in bytes. All valid tokens are shorter.
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

/// Shows a visitor who invited them into which room, with links to log-in and registration that return here.
async fn show_outside(page: Page, token: String, chat: &Chat) -> Result<HttpResponse> {
    let path = format!("/join/{token}/");
    let offer = chat.database.read(move |conn| {
        let token = checked(&token)?;
        Offer::find(conn, token, Timestamp::now())
    });
    let offer = match offer.await {
        Ok(Ok(offer)) => offer,
        Ok(Err(over)) => return show_over(page, state_key(over), StatusCode::GONE),
        Err(Error::NotFound) => {
            return show_over(page, "invites-state-unknown", StatusCode::NOT_FOUND);
        }
        Err(error) => return Err(error),
    };
    let next = NextPath::new(&path);
    let own = JoinVisitorPage {
        invitation: offer.into(),
        register: next.behind("/accounts/register/"),
        login: next.behind("/accounts/login/"),
    };
    page.titled("join-title")
        .render("chat/membership/join_visitor", own)
}

/// The data of `join_visitor.hbs`: two paths that return to the invitation afterwards.
#[derive(Serialize)]
struct JoinVisitorPage {
    invitation: ShownInvitation,
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
        invitation: valid.offer.into(),
    };
    page.titled("join-title")
        .render("chat/membership/join", own)
}

/// The data of `join.hbs`.
#[derive(Serialize)]
struct JoinPage {
    /// The path to which the form is sent.
    action: String,
    invitation: ShownInvitation,
}

/// The data of `_invitation.hbs`.
#[derive(Serialize)]
struct ShownInvitation {
    /// The name of the room.
    name: String,
    topic: String,
    /// The number of people in the room.
    members: i64,
    /// The first of them.
    faces: Vec<Person>,
    /// The person who created the link.
    by: Person,
}

impl From<Offer> for ShownInvitation {
    fn from(offer: Offer) -> Self {
        Self {
            name: offer.room.name,
            topic: offer.room.topic,
            members: offer.members,
            faces: offer.faces,
            by: offer.invite.by,
        }
    }
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

/// The data of `join_over.hbs`.
#[derive(Serialize)]
struct JoinOverPage {
    /// The reason why the link is not valid.
    text: String,
}

/// Joins the room. If the link is no longer valid, shows the reason instead.
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
