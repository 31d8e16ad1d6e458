//! How messages become read: by a script, or, without JavaScript, by opening the page.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use crate::{
    accounts::{User, UserRef},
    chat::{
        live::Chat,
        reading::MoveReading,
        receipts::Received,
        rooms::{RoomId, RoomMember},
    },
    error::{Error, Result},
    security::cookies,
};

/// The cookie that every page sets if it runs scripts (`attention.js`). Scripts report which
/// messages are really seen.
const SCRIPT_COOKIE: &str = "parlour_script";

/// How messages on a page become read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// The browser runs no scripts: the page marks the messages that it shows as read.
    Plain,
    /// Scripts report what is read, or the browser only prefetches the page, so that nobody sees it
    /// yet.
    Scripted,
}

impl Visit {
    /// Derives it from the headers and cookies of `request`.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let is_early = request.headers().contains_key("sec-purpose");
        let runs_scripts = cookies::values(request.headers(), SCRIPT_COOKIE).count() > 0;
        if is_early || runs_scripts {
            Self::Scripted
        } else {
            Self::Plain
        }
    }

    /// Returns the cookie that removes [`SCRIPT_COOKIE`]. A form that scripts usually send was sent
    /// without them, so the browser runs none, and the next page marks its messages as read.
    pub(crate) fn forget_script() -> Cookie<'static> {
        Cookie::build(SCRIPT_COOKIE, "")
            .path("/")
            .same_site(SameSite::Lax)
            .max_age(Duration::ZERO)
            .finish()
    }

    /// Records that the page shows all events up to `seq`: they are delivered, and, in
    /// [`Visit::Plain`], read. `read` is the previous read cursor. Writes nothing if nothing
    /// changes.
    pub(crate) async fn reads(
        self,
        chat: &Chat,
        me: &User,
        room: RoomId,
        seq: i64,
        read: i64,
    ) -> Result<()> {
        if self == Self::Scripted {
            return Ok(());
        }
        let user = me.id;
        let receipt = Received {
            room,
            user,
            from: 1,
            to: seq,
            waited: None,
        };
        if chat.delivery.try_send(receipt).is_err() {
            log::debug!(target: "parlour::chat", "a receipt was lost; the next page says the same");
        }
        if seq <= read {
            return Ok(());
        }
        let moved = MoveReading::new(UserRef::from(me), move |conn| {
            let moved = RoomMember::find(conn, room, user)?.read_up_to(conn, seq)?;
            Ok(moved.then_some(room).into_iter().collect())
        });
        let moved = chat.server.send(moved).await;
        match moved.unwrap_or(Err(Error::Busy("the chat server"))) {
            // A busy database is no reason for an error page. The next page view marks the messages
            // as read.
            Ok(_) | Err(Error::Busy(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_a_browser_without_scripts_reads_by_looking() {
        let plain = TestRequest::default().to_http_request();
        assert_eq!(Visit::of(&plain), Visit::Plain);
        let scripted = TestRequest::default().cookie(Cookie::new(SCRIPT_COOKIE, "1"));
        assert_eq!(Visit::of(&scripted.to_http_request()), Visit::Scripted);
        let early = TestRequest::default().insert_header(("Sec-Purpose", "prefetch"));
        assert_eq!(Visit::of(&early.to_http_request()), Visit::Scripted);
    }
}
