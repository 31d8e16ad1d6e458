//! Links into a room, made and taken back by its moderators; each with its code for a camera.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use qrcode::{Color, QrCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    asker::Asker,
    pane::{Pane, merged},
    room_changes::details,
};
use crate::{
    accounts::{Page, Redirect, UserId},
    chat::{
        membership::{Invite, InviteState, InviteTerms, came_by},
        rooms::{InviteId, ListedMember, RoomId, RoomMember, RoomModerator},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    security::{Action, Site},
    words,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Modules of white around a code, without which cameras do not find it.
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

fn moderator(conn: &mut Connection, room: RoomId, me: UserId) -> Result<RoomModerator> {
    RoomMember::find(conn, room, me)?.moderator()
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
        let moderator = moderator(conn, room, me)?;
        moderator.new_invite(conn, (terms, Timestamp::now()), most)
    };
    match asker.chat.database.write(made).await {
        Ok(invite) => Ok(Redirect::to(format!("/rooms/{room}/invites/{invite}/"))),
        Err(Error::Invalid(errors)) => {
            let sentence = errors.into_values().collect::<Vec<_>>().join(" ");
            Ok(details(room).danger(sentence))
        }
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
        let moderator = moderator(conn, room, me)?;
        moderator.revoke_invite(conn, invite)
    };
    asker.chat.database.write(revoked).await?;
    Ok(details(room).done(words::text("invites-revoked")))
}

pub(crate) async fn show_invite(
    asker: Asker,
    page: Page,
    path: web::Path<(RoomId, InviteId)>,
    site: web::Data<Site>,
) -> Result<HttpResponse> {
    let (room, invite) = *path;
    let read = move |conn: &mut Connection, me| {
        let moderator = moderator(conn, room, me)?;
        let invite = moderator.invite(conn, invite)?;
        let listing = moderator.list_members(conn)?;
        Ok((moderator, invite, listing))
    };
    let (moderator, invite, listing) = asker.read(read).await?;
    let link = link(&site, &invite.token)?;
    let code = Code::new(&link)?;
    let title = [("room", moderator.title.as_str().into())];
    let pane = Pane::of(&moderator, words::text_with("invites-title", &title));
    let pane = pane.back_to(
        format!("/rooms/{room}/details/"),
        words::text("rooms-details"),
    );
    let own = json!({
        "name": moderator.title,
        "link": link,
        "code": { "size": code.size, "offset": code.offset, "path": code.path },
        "invite": row(&invite, &listing),
    });
    let data = merged(pane.data(&asker, &page).await?, own);
    page.render("chat/membership/invite", data)
}

fn link(site: &Site, token: &str) -> Result<String> {
    let path = format!("/join/{token}/");
    Ok(site.url().join(&path).map_err(Error::internal)?.into())
}

/// The rows of the list of links.
pub(crate) fn rows(invites: &[Invite], listing: &[ListedMember]) -> Vec<Value> {
    invites.iter().map(|invite| row(invite, listing)).collect()
}

fn row(invite: &Invite, listing: &[ListedMember]) -> Value {
    let state = invite.state(Timestamp::now());
    let came: Vec<&str> = came_by(listing, invite.id)
        .iter()
        .map(|person| person.username.as_str())
        .collect();
    let time =
        |moment: Timestamp| json!({ "iso": moment.iso(), "text": moment.utc("%-d %B %Y, %H:%M") });
    json!({
        "id": invite.id,
        "path": format!("/rooms/{}/invites/{}/", invite.room, invite.id),
        "by": invite.by,
        "made": time(invite.created_at),
        "expires": invite.expires_at.map(time),
        "uses": invite.uses,
        "max_uses": invite.max_uses,
        "is_valid": state == InviteState::Valid,
        "state": words::text(state_key(state)),
        "came": came,
    })
}

/// The key of the words for the state of a link.
pub(crate) fn state_key(state: InviteState) -> &'static str {
    match state {
        InviteState::Valid => "invites-state-valid",
        InviteState::Expired => "invites-state-expired",
        InviteState::UsedUp => "invites-state-used-up",
        InviteState::Revoked => "invites-state-revoked",
        InviteState::Archived => "invites-state-archived",
    }
}

/// A code for cameras, as the path of an SVG whose unit is one module.
struct Code {
    /// Width and height, with the white around.
    size: usize,
    /// Where the white begins, before the first module.
    offset: String,
    /// A rectangle for each run of dark modules.
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
