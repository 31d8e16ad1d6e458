//! Who is here: a person is, from the first open socket until a while after the last one closed.
//! Friends hear of it.

use std::time::Duration;

use actix::prelude::*;
use channels::{ChannelName, Layer};

use super::ChatServer;
use crate::{
    accounts::{UserId, user_group},
    chat::{
        events::{ChatEvent, ConsumerEvent},
        protocol::ServerEvent,
    },
    error::Result,
    friends::friends_of,
};

/// A tab that reloads does not blink: a person is gone only after this time.
const GONE_AFTER: Duration = Duration::from_secs(10);

/// Open sockets of one person, and the timer that runs when the last one has gone.
#[derive(Default)]
pub(super) struct Presence {
    sockets: usize,
    leaving: Option<SpawnHandle>,
}

/// A socket of `user` opened; answers which of the friends are here.
#[derive(Debug, Message)]
#[rtype(result = "Vec<UserId>")]
pub struct Join {
    /// Whose socket.
    pub user: UserId,
    /// The socket's name on the layer.
    pub channel: ChannelName,
    /// Who may see that person.
    pub friends: Vec<UserId>,
}

impl Handler<Join> for ChatServer {
    type Result = MessageResult<Join>;

    fn handle(&mut self, join: Join, ctx: &mut Self::Context) -> Self::Result {
        let is_new = !self.is_here(join.user);
        self.usher.came(join.user, join.channel);
        let presence = self.here.entry(join.user).or_default();
        presence.sockets += 1;
        if let Some(leaving) = presence.leaving.take() {
            ctx.cancel_future(leaving);
        }
        if is_new {
            let told = tell(self.layer.clone(), join.user, true, join.friends.clone());
            self.tell_later(ctx, told);
        }
        MessageResult(
            join.friends
                .into_iter()
                .filter(|friend| self.is_here(*friend))
                .collect(),
        )
    }
}

/// A socket of `user` closed; every `Join` has exactly one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Leave {
    /// Whose socket.
    pub user: UserId,
    /// The socket's name on the layer.
    pub channel: ChannelName,
}

impl Handler<Leave> for ChatServer {
    type Result = ();

    fn handle(&mut self, leave: Leave, ctx: &mut Self::Context) {
        self.usher.went(leave.user, &leave.channel);
        let Some(presence) = self.here.get_mut(&leave.user) else {
            return;
        };
        presence.sockets = presence.sockets.saturating_sub(1);
        if presence.sockets == 0 {
            let user = leave.user;
            let gone = ctx.run_later(GONE_AFTER, move |server, ctx| server.forget(user, ctx));
            presence.leaving = Some(gone);
        }
    }
}

impl ChatServer {
    pub(super) fn is_here(&self, user: UserId) -> bool {
        self.here.contains_key(&user)
    }

    fn forget(&mut self, user: UserId, ctx: &mut Context<Self>) {
        self.here.remove(&user);
        let (database, layer) = (self.database.clone(), self.layer.clone());
        self.tell_later(ctx, async move {
            let friends = database
                .read(move |conn| Ok(friends_of(conn, user)?))
                .await?;
            let friends = friends.into_iter().map(|friend| friend.id).collect();
            tell(layer, user, false, friends).await
        });
    }
}

pub(super) async fn tell(
    layer: Layer,
    user: UserId,
    online: bool,
    friends: Vec<UserId>,
) -> Result<()> {
    let frame = ServerEvent::Presence { user, online }.frame();
    for friend in friends {
        let frame = frame.clone();
        let told = ChatEvent::Told { frame };
        layer
            .group_send(&user_group(friend), ConsumerEvent::Chat(told))
            .await?;
    }
    Ok(())
}

/// Who of `users` is here; for pages.
#[derive(Debug, Message)]
#[rtype(result = "Vec<UserId>")]
pub struct WhoIsHere {
    /// People that the asker may see.
    pub users: Vec<UserId>,
}

impl Handler<WhoIsHere> for ChatServer {
    type Result = MessageResult<WhoIsHere>;

    fn handle(&mut self, question: WhoIsHere, _: &mut Self::Context) -> Self::Result {
        MessageResult(
            question
                .users
                .into_iter()
                .filter(|user| self.is_here(*user))
                .collect(),
        )
    }
}
