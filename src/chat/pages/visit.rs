//! How messages become read: by a script, or, without JavaScript, by opening the page.

use actix_web::{
    HttpMessage, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    web,
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
    head_requests::AskedForHead,
    security::{Site, cookies, csrf},
};

/// The cookie that every page sets if it runs scripts (`attention.js`). Scripts report which
/// messages are really seen. All servers on one host share it, because it describes the browser.
const SCRIPT_COOKIE: &str = "parlour_script";

/// How messages on a page become read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// The browser runs no scripts: the page marks the messages that it shows as read.
    Plain,
    /// Scripts report what is read, or perhaps nobody sees the page: the browser only prefetches it
    /// or asks for its head, or a page of another site leads to it, maybe in a hidden frame or by a
    /// script.
    Scripted,
}

impl Visit {
    /// Derives it from the headers and cookies of `request`.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let headers = request.headers();
        let is_early = headers.contains_key("sec-purpose");
        let runs_scripts = cookies::values(headers, SCRIPT_COOKIE).count() > 0;
        let site = request.app_data::<web::Data<Site>>();
        let is_led_here = site.is_some_and(|site| csrf::is_from_elsewhere(site, headers));
        let is_head = request.extensions().get::<AskedForHead>().is_some();
        if is_early || runs_scripts || is_led_here || is_head {
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
    use crate::config::Settings;

    #[test]
    fn only_a_browser_without_scripts_reads_by_looking() {
        let plain = TestRequest::default().to_http_request();
        assert_eq!(Visit::of(&plain), Visit::Plain);
        let scripted = TestRequest::default().cookie(Cookie::new(SCRIPT_COOKIE, "1"));
        assert_eq!(Visit::of(&scripted.to_http_request()), Visit::Scripted);
        let site = Site::new(
            &Settings::for_data("unused"),
            "127.0.0.1:8000".parse().unwrap(),
        );
        for (name, value, expected) in [
            ("Sec-Fetch-Site", "cross-site", Visit::Scripted),
            ("Sec-Fetch-Site", "same-site", Visit::Scripted),
            ("Sec-Fetch-Site", "same-origin", Visit::Plain),
            ("Sec-Fetch-Site", "none", Visit::Plain),
            ("Referer", "http://evil.example/", Visit::Scripted),
            ("Referer", "http://127.0.0.1:8001/", Visit::Scripted),
            ("Referer", "http://127.0.0.1:8000/friends/", Visit::Plain),
        ] {
            let request = TestRequest::default().app_data(web::Data::new(site.clone()));
            let request = request.insert_header((name, value)).to_http_request();
            assert_eq!(Visit::of(&request), expected, "{name}: {value}");
        }
        let early = TestRequest::default().insert_header(("Sec-Purpose", "prefetch"));
        assert_eq!(Visit::of(&early.to_http_request()), Visit::Scripted);
    }
}
