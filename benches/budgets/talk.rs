//! The stage of most measurements: a fresh server, two friends, and a conversation that has messages.

use crate::{
    poster::Poster,
    profile::Profile,
    stage::{Program, fill_room},
};

/// Lets one address do in a minute what people do in a day. The rest is as people get it.
pub(crate) const LIMITS: [&str; 32] = [
    "--bcrypt-cost",
    "4",
    "--registrations-ip",
    "1000/1m",
    "--registration-forms-ip",
    "1000/1m",
    "--handshakes-ip",
    "1000000/1m",
    "--page-reads",
    "1000000/1m",
    "--page-reads-ip",
    "1000000/1m",
    "--forms-ip",
    "1000000/1m",
    "--socket-reads-ip",
    "1000000/1m",
    "--friend-requests",
    "1000/1m",
    "--friend-requests-ip",
    "1000/1m",
    "--messages",
    "100000/1s",
    "--messages-ip",
    "1000000/1s",
    "--socket-events",
    "10000/1s",
    "--socket-posts",
    "1000",
    "--sockets-per-ip",
    "100000",
    "--sockets-per-user",
    "100",
];

/// The conversation, which has the number 1.
pub(crate) const ROOM: &str = "/rooms/1/";

/// Two friends in a conversation.
pub(crate) struct Talk {
    pub(crate) site: Program,
    /// Whose pages are measured.
    pub(crate) ana: Profile,
    pub(crate) bo: Profile,
}

impl Talk {
    /// So many messages are there already. Ana's next page is watched.
    pub(crate) async fn of(messages: i64) -> Self {
        let site = Program::start(&LIMITS).await;
        let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
        ana.meet(&bo, ("ana", "bo")).await;
        fill_room(&site.data().join("parlour.sqlite3"), 1, messages);
        ana.watch().await;
        bo.watch().await;
        Self { site, ana, bo }
    }

    /// Ana has the conversation open, in a page that listens.
    pub(crate) async fn open(&self) {
        open_room(&self.ana, ROOM).await;
    }

    /// Somebody who posts as Bo and draws nothing. Bo's own browser shows an empty page.
    pub(crate) async fn poster(&self) -> Poster {
        let poster = Poster::connect(self.site.address, &self.bo.cookies().await).await;
        self.bo.driver.goto("about:blank").await.unwrap();
        poster
    }
}

/// Opens a conversation and waits until its page has a socket and the caret is in the box.
pub(crate) async fn open_room(person: &Profile, path: &str) {
    person.open(path).await;
    let ready = "return watched.opened > 0 && document.activeElement.id === 'composer-body'";
    person.wait_until_page(ready).await;
}

impl Profile {
    /// Asks the page in each of its frames until it says true.
    pub(crate) async fn wait_until_page(&self, script: &str) {
        let waiting = format!(
            "const done = arguments[0];
            const asks = () => {{ {script} }};
            const look = () => (asks() ? done(true) : requestAnimationFrame(look));
            look();"
        );
        let answer = self.driver.execute_async(&waiting, Vec::new());
        answer.await.unwrap();
    }
}
