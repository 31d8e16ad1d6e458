//! How a page is looked at: without scripts, what is shown is read by that.

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
};

/// Set by every page that runs scripts (`attention.js`): then a script tells what is really seen.
const SCRIPT_COOKIE: &str = "parlour_script";

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// By a person whose browser runs no scripts: what is shown is read.
    Plain,
    /// Scripts tell what is read, or nobody looks.
    Scripted,
}

impl Visit {
    /// What `request` says of it.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let is_early = request.headers().contains_key("sec-purpose");
        let runs_scripts = request.cookie(SCRIPT_COOKIE).is_some();
        if is_early || runs_scripts {
            Self::Scripted
        } else {
            Self::Plain
        }
    }

    /// Whoever sends a form that scripts would have sent runs none: the next page is read by looking.
    pub(crate) fn forget_script() -> Cookie<'static> {
        Cookie::build(SCRIPT_COOKIE, "")
            .path("/")
            .same_site(SameSite::Lax)
            .max_age(Duration::ZERO)
            .finish()
    }

    /// Everything up to event `seq` is on the page: it has arrived, and it is read, where up to `read`
    /// was before. Either is written down only where it is news.
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
            // Reading is not worth an error page; the next visit reads it.
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
