//! Announces room events to members. Each event is rendered once, and one frame is fanned out to
//! all sockets.

use std::time::Instant;

use actix::{Addr, Recipient};
use channels::Layer;

use super::subscriptions::Subscriptions;
use crate::{
    accounts::UserId,
    chat::{
        layer::{ConsumerEvent, frame, room_group, tell_people},
        log::EventKind,
        messages::{CalledHere, Markup, MessageCreated, RoomChange, RoomEvent},
        presence::MembersChanged,
        receipts::{Announced, Delivery, Health},
    },
    error::{Error, Result},
};

/// The dependencies of an announcement. Cheap to clone.
#[derive(Clone)]
pub(super) struct Announcer {
    pub(super) layer: Layer,
    pub(super) markup: Markup,
    pub(super) presence: Recipient<MembersChanged>,
    pub(super) delivery: Addr<Delivery>,
    pub(super) health: Health,
    pub(super) subscriptions: Subscriptions,
}

/// A stored message that is about to be announced.
pub(super) struct Post {
    pub(super) event: RoomEvent,
    /// The people whom the message mentions.
    pub(super) mentions: Vec<UserId>,
    /// Who gets the message as called by `@here`, and who as not called.
    pub(super) here: Option<CalledHere>,
    /// When the server received it.
    pub(super) received: Instant,
    /// When it was committed.
    pub(super) committed: Instant,
}

impl Announcer {
    /// Announces a message, and measures the latency.
    pub(super) async fn post(&self, post: Post) -> Result<MessageCreated> {
        self.tell_delivery(&post.event, Some(post.received));
        let mut change = self.render(post.event)?;
        if let RoomChange::MessageCreated(created) = &mut change {
            created.mentions = post.mentions;
            match post.here {
                Some(here) => self.send_apart(created, here).await?,
                None => self.send(&change).await?,
            }
        }
        let stored = post.committed.duration_since(post.received);
        self.health.announced(stored, post.received.elapsed());
        created(change)
    }

    /// Returns the answer to a repeated post. It is not announced, because the members have it
    /// already.
    pub(super) fn repeated(&self, event: RoomEvent) -> Result<MessageCreated> {
        created(self.render(event)?)
    }

    /// Announces events in order.
    pub(super) async fn events(&self, events: Vec<RoomEvent>) -> Result<Vec<RoomChange>> {
        let mut announced = Vec::with_capacity(events.len());
        for event in events {
            self.members_changed(&event).await?;
            self.tell_delivery(&event, None);
            let change = self.render(event)?;
            self.send(&change).await?;
            announced.push(change);
        }
        Ok(announced)
    }

    fn render(&self, event: RoomEvent) -> Result<RoomChange> {
        RoomChange::new(event, &self.markup).ok_or(Error::NotFound)
    }

    async fn send(&self, change: &RoomChange) -> Result<()> {
        let told = ConsumerEvent::told(frame(change));
        // A socket whose outbox is full is closed and logged by its own writer.
        let group = room_group(change.room());
        self.layer.group_send(&group, told).await?;
        Ok(())
    }

    /// Sends a message with `@here` to each member. Only those whom it calls learn that it calls
    /// them, because it shows that they are online. Members have the order of the commits, too: all
    /// frames of a socket pass one queue.
    async fn send_apart(&self, created: &mut MessageCreated, here: CalledHere) -> Result<()> {
        let CalledHere { called, others } = here;
        created.mentions.retain(|user| !called.contains(user));
        let plain = RoomChange::MessageCreated(created.clone());
        tell_people(&self.layer, others, frame(&plain)).await?;
        for user in called {
            let mut own = created.clone();
            own.mentions.push(user);
            let own = frame(&RoomChange::MessageCreated(own));
            tell_people(&self.layer, [user], own).await?;
        }
        Ok(())
    }

    /// Subscribes the sockets of new members before the announcement, and unsubscribes the sockets
    /// of former ones. So a new member receives the event like all others, and a former one nothing
    /// more.
    async fn members_changed(&self, event: &RoomEvent) -> Result<()> {
        let (EventKind::MemberJoined | EventKind::MemberLeft, Some(person)) =
            (event.kind, &event.user)
        else {
            return Ok(());
        };
        let (room, user) = (event.room, person.id);
        if self
            .presence
            .try_send(MembersChanged { room, user })
            .is_err()
        {
            log::debug!(target: "parlour::chat", "new members see each other after a reload");
        }
        match event.kind {
            EventKind::MemberJoined => self.subscriptions.join(room, user).await,
            _ => self.subscriptions.leave(room, user).await,
        }
    }

    /// Reports the event to the delivery statistics. Runs before the announcement, so that no
    /// receipt arrives first. An event lost in a full mailbox only makes the statistics incomplete.
    fn tell_delivery(&self, event: &RoomEvent, received: Option<Instant>) {
        let announced = Announced {
            room: event.room,
            seq: event.seq,
            post: received.map(|received| (event.actor, received)),
            members_changed: matches!(event.kind, EventKind::MemberJoined | EventKind::MemberLeft),
        };
        if self.delivery.try_send(announced).is_err() {
            log::debug!(target: "parlour::chat", "a message is not measured");
        }
    }
}

fn created(change: RoomChange) -> Result<MessageCreated> {
    match change {
        RoomChange::MessageCreated(created) => Ok(created),
        _ => Err(Error::internal("a post is one message")),
    }
}
