//! Who asks, and the ways in which a view reads and changes rooms for them.

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

/// A signed-in person; views of rooms take it as an argument.
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

    /// What `query` finds for this person.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection, UserId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let me = self.user.id;
        self.chat.database.read(move |conn| query(conn, me)).await
    }

    /// Takes one try of `action`.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub(super) fn count(&self, action: Action) -> Result<()> {
        let account = Some(Account::from(self.user.id));
        self.chat.rates.check(action, account, self.ip)
    }

    /// Does `change` for this person, which checks whether they may, and announces it.
    ///
    /// # Errors
    /// [`Error::TooMany`], and whatever the change answers.
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
