//! The details page of a room: its members, name and topic, invite links, how long messages take,
//! and how to archive or delete it.

use std::collections::HashSet;

use actix_web::{Either, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::{
    asker::Asker,
    invites::ShownInvite,
    pane::{Pane, RoomFormErrors, RoomHead, ShownHead, refused},
    pinned::ShownPin,
    room_changes::details,
};
use crate::{
    accounts::{Page, Person, Redirect, UserId, Zone},
    chat::{
        live::Chat,
        membership::Invite,
        messages::{Budget, PinnedMessage},
        presence::{PresenceState, WhoIsHere, may_see},
        receipts::views::DeliveryTimes,
        rooms::{
            ListedMember, NAME_BYTES, Role, RoomId, RoomKind, RoomMember, RoomName, TOPIC_CHARS,
            Topic,
        },
        shell::{Here, presence_word},
    },
    db::Connection,
    error::{Error, FieldErrors, Result},
    friends::BlockedPeople,
    security::Action,
    words,
};

/// The maximum number of links on the page. Higher than the limit of valid links of a room, so that
/// the page also shows some that have ended.
const INVITES_SHOWN: i64 = 100;
/// The number of pinned messages on the page. A link leads to the others.
const PINS_SHOWN: u32 = 5;
/// The number of members on one page.
const PEOPLE_LEN: usize = 200;

/// The query `?page=`, from 0.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    page: u16,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct AboutForm {
    name: String,
    #[serde(default)]
    topic: String,
}

/// The data that the page reads from the database.
struct About {
    member: RoomMember,
    head: RoomHead,
    listing: Vec<ListedMember>,
    pins: Vec<PinnedMessage>,
    can_post: bool,
    invites: Vec<Invite>,
    /// The people whose presence this member may see.
    visible: HashSet<UserId>,
    blocked: BlockedPeople,
    /// Those of them whose messages are folded here.
    folded: BlockedPeople,
}

impl About {
    fn read(conn: &mut Connection, room: RoomId, me: UserId, page: Budget) -> Result<Self> {
        let member = RoomMember::find(conn, room, me)?;
        if member.room.kind == RoomKind::Notes {
            return Err(Error::NotFound);
        }
        let invites = match member.clone().inviter() {
            Ok(inviter) => inviter.invites(conn, INVITES_SHOWN)?,
            Err(_may_not_invite) => Vec::new(),
        };
        Ok(Self {
            head: RoomHead::read(conn, &member)?,
            listing: member.list_members(conn)?,
            pins: PinnedMessage::of(conn, &member, page.part(PINS_SHOWN, page.bytes))?,
            can_post: member.may_post(conn)?,
            visible: may_see(conn, me)?,
            blocked: BlockedPeople::of(conn, me)?,
            folded: member.folded(conn)?,
            invites,
            member,
        })
    }

    /// Returns the presence of the members, as far as this member may see it.
    async fn here(&self, chat: &Chat) -> Result<Here> {
        let ids = self.listing.iter().map(|listed| listed.person.id);
        let may_see = |id: &UserId| *id == self.member.user || self.visible.contains(id);
        let users = ids.filter(may_see).collect();
        let here = chat.presence.send(WhoIsHere { users }).await;
        here.map_err(|_closed| Error::ActorGone("the presence server"))
    }

    fn row(&self, listed: &ListedMember, here: &Here) -> MemberRow {
        let member = &self.member;
        let is_named = member.room.kind.is_named();
        let appoints = is_named && member.role == Role::Owner && !member.is_archived();
        let role = match listed.role {
            Role::Owner if is_named => Some(words::text("rooms-role-owner")),
            Role::Moderator => Some(words::text("rooms-role-moderator")),
            Role::Owner | Role::Member => None,
        };
        let person = &listed.person;
        let presence = here.get(&person.id).copied().unwrap_or_default();
        MemberRow {
            person: person.clone(),
            role,
            is_me: person.id == member.user,
            is_blocked: self.blocked.contains(person.id),
            presence,
            presence_word: presence_word(presence),
            may_remove: member.may_remove(listed),
            may_appoint: appoints && listed.role == Role::Member,
            may_dismiss: appoints && listed.role == Role::Moderator,
        }
    }

    /// Returns what members may do, if this member decides it.
    fn rights(&self) -> Vec<Right> {
        if self.member.clone().moderator().is_err() {
            return Vec::new();
        }
        let room = &self.member.room;
        let right = |name, may| {
            let (text, action) = match may {
                true => ("may", "stop"),
                false => ("may-not", "allow"),
            };
            Right {
                name,
                may,
                text: words::text(&format!("members-{name}-{text}")),
                action: words::text(&format!("members-{name}-{action}")),
            }
        };
        vec![
            right("invite", room.members_invite),
            right("pin", room.members_pin),
            right("call", room.calls_all),
        ]
    }

    fn people(&self, here: &Here, page: u16) -> People {
        let details = format!("/rooms/{}/details/", self.member.room.id);
        let first = usize::from(page) * PEOPLE_LEN;
        let rows = self.listing.iter().skip(first).take(PEOPLE_LEN);
        let path = |page: u16| match page {
            0 => details.clone(),
            page => format!("{details}?page={page}"),
        };
        let has_more = self.listing.len() > first + PEOPLE_LEN;
        People {
            rows: rows.map(|listed| self.row(listed, here)).collect(),
            path: path(page),
            previous: page.checked_sub(1).map(path),
            next: has_more.then(|| path(page + 1)),
        }
    }

    fn may(&self) -> May {
        let member = &self.member;
        let is_owner = member.room.kind.is_named() && member.role == Role::Owner;
        let state = |archived, deleting| is_owner && member_state(member) == (archived, deleting);
        May {
            add: member.clone().host().is_ok(),
            invite: member.may_invite(),
            moderate: member.clone().moderator().is_ok(),
            rename: member.clone().namer().is_ok(),
            leave: member.room.kind.is_changing(),
            convert: state(false, false),
            archive: state(false, false),
            unarchive: state(true, false),
            delete: state(true, false),
        }
    }

    fn pins(&self, zone: &Zone) -> Vec<ShownPin> {
        let may_unpin = self.can_post && self.member.may_pin();
        let shown = |pin: &PinnedMessage| ShownPin::new(pin, (&self.folded, may_unpin), zone);
        self.pins.iter().map(shown).collect()
    }

    fn details(&self, here: &Here, (chat, zone): (&Chat, &Zone), shown: Shown) -> DetailsPage {
        let room = &self.member.room;
        let invites = self.invites.iter();
        DetailsPage {
            room: self.head.shown(&self.member, here),
            is_open: room.kind == RoomKind::Open,
            is_named: room.kind.is_named(),
            delivery: DeliveryTimes::of(&chat.health, room.id),
            rights: self.rights(),
            pins: self.pins(zone),
            more_pins: self.head.pins() > i64::from(PINS_SHOWN),
            pins_next: format!("/rooms/{}/details/", room.id),
            pins_path: format!("/rooms/{}/pins/", room.id),
            count: self.listing.len(),
            people: self.people(here, shown.people_page),
            may: self.may(),
            form: shown.form.unwrap_or_else(|| AboutForm {
                name: room.name.clone(),
                topic: room.topic.clone(),
            }),
            name_bytes: NAME_BYTES,
            topic_chars: TOPIC_CHARS,
            errors: shown.errors.into(),
            invites: invites
                .map(|invite| ShownInvite::new(invite, &self.listing, zone))
                .collect(),
        }
    }
}

/// The data of `chat/rooms/details.hbs`.
#[derive(Serialize)]
struct DetailsPage {
    room: ShownHead,
    is_open: bool,
    is_named: bool,
    /// `None` if nothing was measured.
    delivery: Option<DeliveryTimes>,
    /// What members may do, for those who decide it.
    rights: Vec<Right>,
    /// The messages that were pinned last.
    pins: Vec<ShownPin>,
    /// Whether there are more of them.
    more_pins: bool,
    /// The path of all pinned messages.
    pins_path: String,
    /// The path of this page, to which unpinning leads back.
    pins_next: String,
    /// The number of people in the room.
    count: usize,
    people: People,
    may: May,
    form: AboutForm,
    /// The maximum length of a name, in bytes.
    name_bytes: usize,
    /// The maximum length of a topic, in characters.
    topic_chars: usize,
    errors: RoomFormErrors,
    invites: Vec<ShownInvite>,
}

/// A right of the members, which a form gives or takes.
#[derive(Serialize)]
struct Right {
    /// The name in the path of the form.
    name: &'static str,
    may: bool,
    /// What is the case now.
    text: String,
    /// The label of the button.
    action: String,
}

/// One page of the members.
#[derive(Serialize)]
struct People {
    rows: Vec<MemberRow>,
    /// The path of this page.
    path: String,
    /// The path of the previous page.
    previous: Option<String>,
    /// The path of the next page.
    next: Option<String>,
}

#[derive(Serialize)]
struct MemberRow {
    #[serde(flatten)]
    person: Person,
    /// The role, as text for people. `None` for ordinary members.
    role: Option<String>,
    is_me: bool,
    /// Whether the reader blocks the person.
    is_blocked: bool,
    presence: PresenceState,
    presence_word: String,
    may_remove: bool,
    may_appoint: bool,
    may_dismiss: bool,
}

/// The changes that the person may make.
#[derive(Serialize)]
struct May {
    add: bool,
    invite: bool,
    moderate: bool,
    rename: bool,
    leave: bool,
    convert: bool,
    archive: bool,
    unarchive: bool,
    delete: bool,
}

fn member_state(member: &RoomMember) -> (bool, bool) {
    let room = &member.room;
    (room.archived_at.is_some(), room.delete_at.is_some())
}

pub(crate) async fn show_details(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
    place: web::Query<Place>,
    zone: Zone,
) -> Result<HttpResponse> {
    let shown = Shown {
        people_page: place.page,
        ..Shown::default()
    };
    show(&asker, page, (*room, &zone), shown).await
}

/// The content of the form.
#[derive(Default)]
struct Shown {
    people_page: u16,
    /// The refused input, if there is any.
    form: Option<AboutForm>,
    errors: FieldErrors,
}

async fn show(
    asker: &Asker,
    page: Page,
    (room, zone): (RoomId, &Zone),
    shown: Shown,
) -> Result<HttpResponse> {
    let budget = asker.chat.messages.page_budget();
    let about = asker
        .read(move |conn, me| About::read(conn, room, me, budget))
        .await?;
    let here = about.here(&asker.chat).await?;
    let title = [("room", about.member.title.as_str().into())];
    let pane = Pane::of(
        &about.member,
        words::text_with("rooms-details-title", &title),
    );
    let own = about.details(&here, (&asker.chat, zone), shown);
    pane.render(asker, page, "chat/rooms/details", own).await
}

pub(crate) async fn describe_room(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
    form: web::Form<AboutForm>,
    zone: Zone,
) -> Result<Either<Redirect, HttpResponse>> {
    let (room, form) = (*room, form.into_inner());
    let (page, errors) = match describe(&asker, room, &form).await {
        Ok(()) => return Ok(Either::Left(details(room))),
        Err(error) => refused(page, error)?,
    };
    let shown = Shown {
        form: Some(form),
        errors,
        ..Shown::default()
    };
    show(&asker, page, (room, &zone), shown)
        .await
        .map(Either::Right)
}

async fn describe(asker: &Asker, room: RoomId, form: &AboutForm) -> Result<()> {
    let form = form.clone();
    let describe = move |conn: &mut Connection, me| {
        // Check the permission first, so that people who may not rename the room get no error about
        // its name.
        let namer = RoomMember::find(conn, room, me)?.namer()?;
        let name = RoomName::of(&namer.room, &form.name)?;
        let topic = Topic::parse(&form.topic)?;
        namer.describe(conn, &name, &topic)
    };
    asker.change(Action::RoomChange, describe).await?;
    Ok(())
}
