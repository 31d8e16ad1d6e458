//! The signed-in person of a request, and the functions with which views read and change rooms for
//! them.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};

use crate::{
    accounts::{SignedIn, User, UserId},
    chat::{
        live::{ChangeRoom, Chat},
        messages::{RoomChange, RoomEvent},
    },
    db::Connection,
    error::{Error, Result},
    security::{Account, Action, client_addr},
};

/// The signed-in person of a request. Views of rooms take it as an argument.
pub(crate) struct Asker {
    pub(super) user: User,
    pub(super) chat: web::Data<Chat>,
    ip: IpAddr,
}

impl Asker {
    fn new(request: &HttpRequest) -> Result<Self> {
        let chat = request.app_data::<web::Data<Chat>>();
        let signed_in = SignedIn::of(request).ok_or(Error::SignInRequired)?;
        Ok(Self {
            user: signed_in.user,
            chat: chat
                .ok_or_else(|| Error::internal("register web::Data<Chat>"))?
                .clone(),
            ip: client_addr(request),
        })
    }

    /// Returns the result of `query` for this person.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection, UserId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let me = self.user.id;
        self.chat.database.read(move |conn| query(conn, me)).await
    }

    /// Counts one attempt of `action` against its rate limit.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub(super) fn count(&self, action: Action) -> Result<()> {
        let account = Some(Account::from(self.user.id));
        self.chat.rates.check(action, account, self.ip)
    }

    /// Sends `change` to the chat server, which commits and announces it. `change` checks the
    /// permission.
    ///
    /// # Errors
    /// [`Error::TooMany`], and the errors of `change`.
    pub(super) async fn change(
        &self,
        action: Action,
        change: impl FnOnce(&mut Connection, UserId) -> Result<Vec<RoomEvent>> + Send + 'static,
    ) -> Result<Vec<RoomChange>> {
        self.count(action)?;
        let me = self.user.id;
        let change = ChangeRoom::new(move |conn| change(conn, me));
        let changed = self.chat.server.send(change).await;
        changed.map_err(|_closed| Error::ActorGone("the chat server"))?
    }
}

impl FromRequest for Asker {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Self::new(request))
    }
}
