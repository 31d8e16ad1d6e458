//! Invite links of a room: moderators create and revoke them, and members where the room allows it.
//! Each has a QR code.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use qrcode::{Color, QrCode};
use serde::{Deserialize, Serialize};

use super::{asker::Asker, pane::Pane, room_changes::details, shown_time::ShownTime};
use crate::{
    accounts::{Page, Person, Redirect, UserId, Zone},
    chat::{
        membership::{Invite, InviteState, InviteTerms, joined_by},
        rooms::{InviteId, ListedMember, RoomId, RoomInviter, RoomMember},
    },
    db::{Connection, Timestamp},
    error::{Error, Result, sentences},
    security::{Action, Site},
    words,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The width of the white border of a QR code, in modules. Scanners need it (the "quiet zone").
const QUIET: usize = 4;

#[derive(Debug, Deserialize)]
pub(crate) struct InviteForm {
    lifetime: String,
    uses: String,
}

impl InviteForm {
    fn terms(&self) -> Result<InviteTerms> {
        let lifetime = match self.lifetime.as_str() {
            "hour" => Some(HOUR),
            "day" => Some(DAY),
            "week" => Some(DAY * 7),
            "never" => None,
            _ => return Err(Error::BadRequest("a lifetime")),
        };
        let max_uses = match self.uses.as_str() {
            "1" => Some(1),
            "3" => Some(3),
            "10" => Some(10),
            "any" => None,
            _ => return Err(Error::BadRequest("a number of uses")),
        };
        Ok(InviteTerms { lifetime, max_uses })
    }
}

fn inviter(conn: &mut Connection, room: RoomId, me: UserId) -> Result<RoomInviter> {
    RoomMember::find(conn, room, me)?.inviter()
}

pub(crate) async fn create_invite(
    asker: Asker,
    room: web::Path<RoomId>,
    form: web::Form<InviteForm>,
) -> Result<Redirect> {
    let (room, terms, me) = (*room, form.terms()?, asker.user.id);
    asker.count(Action::Invitation)?;
    let most = asker.chat.limits.room_invites;
    let made = move |conn: &mut Connection| {
        let inviter = inviter(conn, room, me)?;
        inviter.new_invite(conn, (terms, Timestamp::now()), most)
    };
    match asker.chat.database.write(made).await {
        Ok(invite) => Ok(Redirect::to(format!("/rooms/{room}/invites/{invite}/"))),
        Err(Error::Invalid(errors)) => Ok(details(room).danger(sentences(errors))),
        Err(error) => Err(error),
    }
}

pub(crate) async fn revoke_invite(
    asker: Asker,
    path: web::Path<(RoomId, InviteId)>,
) -> Result<Redirect> {
    let ((room, invite), me) = (*path, asker.user.id);
    asker.count(Action::RoomChange)?;
    let revoked = move |conn: &mut Connection| {
        let inviter = inviter(conn, room, me)?;
        inviter.revoke_invite(conn, invite)
    };
    asker.chat.database.write(revoked).await?;
    Ok(details(room).done(words::text("invites-revoked")))
}

pub(crate) async fn show_invite(
    asker: Asker,
    page: Page,
    path: web::Path<(RoomId, InviteId)>,
    site: web::Data<Site>,
    zone: Zone,
) -> Result<HttpResponse> {
    let (room, invite) = *path;
    let read = move |conn: &mut Connection, me| {
        let inviter = inviter(conn, room, me)?;
        let invite = inviter.invite(conn, invite)?;
        let listing = inviter.list_members(conn)?;
        Ok((inviter, invite, listing))
    };
    let (inviter, invite, listing) = asker.read(read).await?;
    let link = link(&site, &invite.token)?;
    let title = [("room", inviter.title.as_str().into())];
    let pane = Pane::below_details(&inviter, words::text_with("invites-title", &title));
    let own = InvitePage {
        name: inviter.title.clone(),
        code: Code::new(&link)?,
        link,
        invite: ShownInvite::new(&invite, &listing, &zone),
    };
    pane.render(&asker, page, "chat/membership/invite", own)
        .await
}

/// The data of `chat/membership/invite.hbs`.
#[derive(Serialize)]
struct InvitePage {
    /// The name of the room.
    name: String,
    link: String,
    code: Code,
    invite: ShownInvite,
}

/// The data of `chat/membership/_invite.hbs`.
#[derive(Serialize)]
pub(crate) struct ShownInvite {
    id: InviteId,
    path: String,
    by: Person,
    made: ShownTime,
    expires: Option<ShownTime>,
    uses: i64,
    max_uses: Option<i64>,
    is_valid: bool,
    /// The reason why it is no longer valid, as text for people.
    state: String,
    /// The names of the members who joined with it.
    came: Vec<String>,
}

fn link(site: &Site, token: &str) -> Result<String> {
    let path = format!("/join/{token}/");
    Ok(site.url().join(&path).map_err(Error::internal)?.into())
}

impl ShownInvite {
    /// `listing` must have all members of the room.
    pub(crate) fn new(invite: &Invite, listing: &[ListedMember], zone: &Zone) -> Self {
        let state = invite.state(Timestamp::now());
        let came = joined_by(listing, invite.id).into_iter();
        Self {
            id: invite.id,
            path: format!("/rooms/{}/invites/{}/", invite.room, invite.id),
            by: invite.by.clone(),
            made: ShownTime::new(invite.created_at, zone),
            expires: invite.expires_at.map(|end| ShownTime::new(end, zone)),
            uses: invite.uses,
            max_uses: invite.max_uses,
            is_valid: state == InviteState::Valid,
            state: words::text(state_key(state)),
            came: came.map(|person| person.name.clone()).collect(),
        }
    }
}

/// Returns the key of the text of a state in the locale files.
pub(crate) fn state_key(state: InviteState) -> &'static str {
    match state {
        InviteState::Valid => "invites-state-valid",
        InviteState::Expired => "invites-state-expired",
        InviteState::UsedUp => "invites-state-used-up",
        InviteState::Revoked => "invites-state-revoked",
        InviteState::Archived => "invites-state-archived",
    }
}

/// A QR code as the path of an SVG. The unit is one module.
#[derive(Serialize)]
struct Code {
    /// The width and the height, with the white border.
    size: usize,
    /// The coordinate of the first module, after the white border.
    offset: String,
    /// One rectangle for each run of dark modules.
    path: String,
}

impl Code {
    fn new(text: &str) -> Result<Self> {
        let code = QrCode::new(text).map_err(Error::internal)?;
        let width = code.width();
        let modules = code.to_colors();
        let mut path = String::new();
        for (y, line) in modules.chunks(width).enumerate() {
            let mut x = 0;
            for run in line.chunk_by(|a, b| a == b) {
                if run[0] == Color::Dark {
                    let long = run.len();
                    path.push_str(&format!("M{x} {y}h{long}v1h-{long}z"));
                }
                x += run.len();
            }
        }
        Ok(Self {
            size: width + 2 * QUIET,
            offset: format!("-{QUIET}"),
            path,
        })
    }
}
