//! The question before something that cannot simply be undone.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{
    asker::Asker,
    pane::{Pane, merged},
};
use crate::{
    accounts::Page,
    chat::rooms::RoomMember,
    error::Result,
    words::{self, FluentValue},
};

/// A page with one question about a room. The words of the question `leave` are `ask-leave-heading`,
/// `ask-leave-text` and `ask-leave-action`.
pub(crate) struct Question<'a> {
    member: &'a RoomMember,
    name: &'a str,
    values: Vec<(&'static str, FluentValue<'a>)>,
    action: String,
    points: Vec<String>,
    fields: Vec<(&'static str, String)>,
    heirs: Value,
}

impl<'a> Question<'a> {
    /// About the room of `member`; yes is a form to `action`, below the room's path.
    pub(crate) fn new(member: &'a RoomMember, name: &'a str, action: &str) -> Self {
        Self {
            member,
            name,
            values: vec![("room", member.title.as_str().into())],
            action: format!("/rooms/{}/{action}", member.room.id),
            points: Vec::new(),
            fields: Vec::new(),
            heirs: Value::Null,
        }
    }

    /// With a value for its words.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<FluentValue<'a>>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// With what follows from yes.
    pub(crate) fn point(mut self, key: &str) -> Self {
        self.points.push(words::text_with(key, &self.values));
        self
    }

    /// With a hidden field.
    pub(crate) fn field(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    /// With a choice of who follows: `[{id, username, follows}]`.
    pub(crate) fn heirs(mut self, heirs: Value) -> Self {
        self.heirs = heirs;
        self
    }

    pub(crate) async fn ask(self, asker: &Asker, page: Page) -> Result<HttpResponse> {
        let say = |part: &str| {
            let key = format!("ask-{}-{part}", self.name);
            words::text_with(&key, &self.values)
        };
        let details = format!("/rooms/{}/details/", self.member.room.id);
        let heading = say("heading");
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| json!({ "name": name, "value": value }));
        let own = json!({
            "heading": heading,
            "text": say("text"),
            "points": self.points,
            "action": self.action,
            "yes": say("action"),
            "fields": fields.collect::<Vec<_>>(),
            "heirs": self.heirs,
            "no": details,
        });
        let pane = Pane::of(self.member, heading);
        let pane = pane.back_to(details, words::text("rooms-details"));
        let data = merged(pane.data(asker, &page).await?, own);
        page.render("chat/membership/confirm", data)
    }
}
