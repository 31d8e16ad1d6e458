//! "What you missed" in all rooms: the summary of each room with unread messages, on one page. It is
//! also the first page after a long absence (`chat/shell/home.rs`).

use std::cmp::Reverse;

use actix_web::HttpResponse;
use serde::Serialize;

use super::asker::Asker;
use crate::{
    accounts::{Page, UserId, Zone},
    chat::{
        reading::{AllRead, CatchUp, Level, Reading, views::CatchUpLists},
        rooms::{RoomId, RoomMember},
        shell::{Face, Here},
    },
    db::Connection,
    error::Result,
    preferences::Preferences,
    words,
};

/// The maximum number of rooms on the page, so that it can be read in a few minutes and costs the
/// reader's thread little. The others are counted, and are in the list of conversations.
const ROOMS: usize = 12;
/// The maximum number of mentions and replies of each room; half as many as on the page of the room.
const LISTED: i64 = 5;

/// The data of `digest.hbs`.
#[derive(Serialize)]
struct DigestPage {
    rooms: Vec<DigestRoom>,
    /// For example `and 3 more conversations`, if some are not on the page.
    more: Option<String>,
    /// Whether the last "mark as read" can be undone.
    can_undo: bool,
    /// Whether single letters are shortcuts.
    letter_keys: bool,
}

#[derive(Serialize)]
struct DigestRoom {
    room: RoomId,
    path: String,
    face: Face,
    muted: bool,
    catch_up: CatchUpLists,
}

/// What one person missed.
struct Digest {
    rooms: Vec<Missed>,
    /// The number of other rooms with unread messages.
    more: usize,
    can_undo: bool,
    letter_keys: bool,
}

struct Missed {
    member: RoomMember,
    muted: bool,
    catch_up: CatchUp,
}

/// `GET /catch-up/`
pub(crate) async fn show_digest(asker: Asker, page: Page, zone: Zone) -> Result<HttpResponse> {
    let most = i64::try_from(asker.chat.limits.rooms_per_socket).unwrap_or(i64::MAX);
    let digest = asker
        .read(move |conn, me| Digest::read(conn, me, most))
        .await?;
    let shown = |missed: &Missed| DigestRoom {
        room: missed.member.room.id,
        path: format!("/rooms/{}/", missed.member.room.id),
        face: Face::new(&missed.member, &Here::default()),
        muted: missed.muted,
        catch_up: CatchUpLists::new(&missed.catch_up, missed.member.room.id, &zone).inside(),
    };
    let own = DigestPage {
        rooms: digest.rooms.iter().map(shown).collect(),
        more: (digest.more > 0)
            .then(|| words::text_with("digest-more", &[("count", digest.more.into())])),
        can_undo: digest.can_undo,
        letter_keys: digest.letter_keys,
    };
    page.framed()
        .await?
        .titled("catch-up-heading")
        .render("chat/reading/digest", own)
}

impl Digest {
    /// Reads the rooms of the list of conversations that have unread messages.
    fn read(conn: &mut Connection, me: UserId, most: i64) -> Result<Self> {
        let readings = Reading::all_of(conn, me)?;
        let mut unread: Vec<(RoomMember, Reading)> = RoomMember::all_of(conn, me, most)?
            .into_iter()
            .filter_map(|member| {
                let reading = *readings.get(&member.room.id)?;
                Some((member, reading))
            })
            .filter(|(_, reading)| reading.waits())
            .collect();
        // Stable: otherwise in the order of the list, the newest message first.
        unread.sort_by_key(|(_, reading)| rank(reading));
        let more = unread.len().saturating_sub(ROOMS);
        unread.truncate(ROOMS);
        let missed = |(member, reading): (RoomMember, Reading)| {
            let catch_up = CatchUp::read(conn, &member, member.read_seq, LISTED)?;
            let muted = reading.level == Level::Nothing;
            Ok(Missed {
                member,
                muted,
                catch_up,
            })
        };
        Ok(Self {
            rooms: unread.into_iter().map(missed).collect::<Result<_>>()?,
            more,
            can_undo: AllRead::is_fresh(conn, me)?,
            letter_keys: Preferences::of(conn, me)?.letter_keys,
        })
    }
}

/// Rooms that call the reader come first, muted ones last.
fn rank(reading: &Reading) -> (bool, Reverse<bool>) {
    let muted = reading.level == Level::Nothing;
    (muted, Reverse(reading.mentions > 0))
}
