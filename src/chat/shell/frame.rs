//! The list of conversations beside the pages of the apps below the chat: friends, accounts,
//! preferences; and beside the pages of messages.

use std::sync::Arc;

use futures_util::future::LocalBoxFuture;

use super::conversations::Conversations;
use crate::{
    accounts::{Frame, Page, User},
    chat::{live::Chat, rooms::RoomId},
    db::Connection,
    error::{Error, Result},
};

/// Puts the list of conversations beside a page.
pub(crate) struct ListFrame(Chat);

impl ListFrame {
    pub(crate) fn of(chat: &Chat) -> Arc<dyn Frame> {
        Arc::new(Self(chat.clone()))
    }
}

impl Frame for ListFrame {
    fn around(
        &self,
        page: Page,
        me: User,
        room: Option<i64>,
    ) -> LocalBoxFuture<'static, Result<Page>> {
        let chat = self.0.clone();
        Box::pin(async move {
            let (id, most) = (me.id, chat.limits.rooms_per_socket);
            let read = move |conn: &mut Connection| Conversations::read(conn, id, most);
            let conversations = chat.database.read(read).await?;
            let here = conversations.here(&chat).await?;
            let sidebar = conversations.sidebar(&me, room.map(RoomId), &here);
            let fields = serde_json::to_value(sidebar).map_err(Error::internal)?;
            Ok(conversations.count_on(page).with_frame(fields))
        })
    }
}
