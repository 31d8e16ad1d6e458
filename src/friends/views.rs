//! The page *Add Friends* and its forms. Every form redirects to the page, so that a reload does
//! not repeat the action.

use actix_web::{Either, HttpRequest, HttpResponse, http::StatusCode, web};
use serde::{Deserialize, Serialize};

use super::{
    Relation,
    book::{Change, FriendBook},
    changes,
    models::{Block, SentRequest, asking, friends_of},
};
use crate::{
    accounts::{NextPath, Page, Person, Redirect, SignedIn, User, UserId},
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
    let own = ListPage::read(&me.user, &book).await?;
    own.show(page).await
}

/// The data of `friends/list.hbs`.
#[derive(Serialize)]
struct ListPage {
    /// The name as typed into the form.
    username: String,
    /// The reason why the form was refused.
    error: Option<String>,
    friends: Vec<FriendRow>,
    requests_count: usize,
    /// The people who sent this person a request.
    requests: Vec<Person>,
    /// The requests that this person sent.
    sent: Vec<SentRow>,
    blocked: Vec<Person>,
}

#[derive(Serialize)]
struct FriendRow {
    #[serde(flatten)]
    person: Person,
    /// The path of the conversation with the friend.
    room_path: String,
}

/// A sent request. All of it is derived from the typed name.
#[derive(Serialize)]
struct SentRow {
    #[serde(flatten)]
    person: Person,
    /// Whether it lapsed without an answer.
    lapsed: bool,
}

impl From<SentRequest> for SentRow {
    fn from(request: SentRequest) -> Self {
        let letters = request
            .typed
            .chars()
            .map(|letter| i64::from(u32::from(letter)));
        let colour = UserId(letters.sum());
        Self {
            person: Person::new(colour, request.typed),
            lapsed: request.lapsed,
        }
    }
}

impl From<Person> for FriendRow {
    fn from(person: Person) -> Self {
        Self {
            room_path: format!("/rooms/with/{}/", person.id),
            person,
        }
    }
}

impl ListPage {
    /// Reads the lists. The form is empty.
    async fn read(me: &User, book: &FriendBook) -> Result<Self> {
        let id = me.id;
        let lists = book.database.read(move |conn| {
            let friends = friends_of(conn, id)?;
            let requests = asking(conn, id)?;
            let sent = SentRequest::by(conn, id)?;
            Ok(Self {
                username: String::new(),
                error: None,
                friends: friends.into_iter().map(FriendRow::from).collect(),
                requests_count: requests.len(),
                requests,
                sent: sent.into_iter().map(SentRow::from).collect(),
                blocked: Block::by(conn, id)?,
            })
        });
        lists.await
    }

    async fn show(self, page: Page) -> Result<HttpResponse> {
        page.framed()
            .await?
            .titled("friends-title")
            .with_requests(self.requests_count)
            .render("friends/list", self)
    }
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
    let own = ListPage {
        username: typed,
        error,
        ..ListPage::read(&me.user, &book).await?
    };
    own.show(page).await.map(Either::Right)
}

/// Cancels the request to a name. The form has the name and no id, because the name may be unknown.
pub(crate) async fn cancel_friend_request(
    me: SignedIn,
    form: web::Form<AddForm>,
    book: web::Data<FriendBook>,
) -> Result<Redirect> {
    let typed = form.into_inner().username;
    book.cancel(&me.user, &typed).await?;
    let name = [("name", typed.trim().into())];
    Ok(Redirect::to(PAGE).done(words::text_with("friends-cancelled", &name)))
}

#[derive(Debug, Deserialize)]
pub(crate) struct AnswerForm {
    /// The page to return to, if that is not *Add Friends*.
    next: Option<NextPath>,
}

/// Declares one view per verb. They differ only in the change and in the text afterwards.
macro_rules! views_of_changes {
    ($($view:ident: $change:path, $words:literal;)*) => {$(
        pub(crate) async fn $view(
            me: SignedIn,
            other: web::Path<UserId>,
            form: web::Form<AnswerForm>,
            book: web::Data<FriendBook>,
        ) -> Result<Redirect> {
            let next = form.into_inner().next;
            apply(&me, *other, &book, ($change, $words), next).await
        }
    )*};
}

views_of_changes! {
    accept_friend_request: changes::accept, "friends-accepted";
    decline_friend_request: changes::decline, "friends-declined";
    remove_friend: changes::remove, "friends-removed";
    block_person: changes::block, "friends-blocked-done";
    unblock_person: changes::unblock, "friends-unblocked";
}

async fn apply(
    me: &SignedIn,
    other: UserId,
    book: &FriendBook,
    (change, words): (Change, &str),
    next: Option<NextPath>,
) -> Result<Redirect> {
    let changed = book.change(&me.user, other, change).await?;
    let sentence = words::text_with(words, &[("name", changed.other.name.as_str().into())]);
    let place = next.as_ref().map_or(PAGE, NextPath::as_str);
    Ok(Redirect::to(place).done(sentence))
}

pub(crate) async fn confirm_remove(
    me: SignedIn,
    page: Page,
    other: web::Path<UserId>,
    book: web::Data<FriendBook>,
) -> Result<HttpResponse> {
    confirm(&me, page, *other, &book, Confirmed::Remove).await
}

pub(crate) async fn confirm_block(
    me: SignedIn,
    page: Page,
    other: web::Path<UserId>,
    book: web::Data<FriendBook>,
) -> Result<HttpResponse> {
    confirm(&me, page, *other, &book, Confirmed::Block).await
}

/// Shows only people whom `me` already sees on the page, because a guessed id must not reveal a
/// name.
async fn confirm(
    me: &SignedIn,
    page: Page,
    other: UserId,
    book: &FriendBook,
    action: Confirmed,
) -> Result<HttpResponse> {
    let me = me.user.id;
    let person = book
        .database
        .read(move |conn| match Relation::is_known(conn, me, other)? {
            true => Ok(Person::from(&User::find(conn, other)?)),
            false => Err(Error::NotFound),
        });
    let person = person.await?;
    page.framed()
        .await?
        .titled(action.title_key())
        .render("friends/confirm", ConfirmPage { action, person })
}

/// The data of `friends/confirm.hbs`.
#[derive(Serialize)]
struct ConfirmPage {
    action: Confirmed,
    person: Person,
}

/// A change that requires a confirmation.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Confirmed {
    Remove,
    Block,
}

impl Confirmed {
    fn title_key(self) -> &'static str {
        match self {
            Self::Remove => "confirm-remove-title",
            Self::Block => "confirm-block-title",
        }
    }
}
