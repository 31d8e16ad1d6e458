//! The page that asks before a change that cannot easily be undone.

use actix_web::HttpResponse;
use serde::Serialize;

use super::{asker::Asker, pane::Pane};
use crate::{
    accounts::{Page, Person},
    chat::rooms::RoomMember,
    error::Result,
    words::{self, FluentValue},
};

/// A page with one question about a room. The texts of the question `leave`, for example, have the
/// keys `ask-leave-heading`, `ask-leave-text` and `ask-leave-action`.
pub(crate) struct Question<'a> {
    member: &'a RoomMember,
    name: &'a str,
    values: Vec<(&'static str, FluentValue<'a>)>,
    action: String,
    points: Vec<String>,
    fields: Vec<HiddenField>,
    heirs: Vec<Person>,
}

impl<'a> Question<'a> {
    /// Asks about the room of `member`. The button *yes* posts a form to `action`, relative to the
    /// room's path.
    pub(crate) fn new(member: &'a RoomMember, name: &'a str, action: &str) -> Self {
        Self {
            member,
            name,
            values: vec![("room", member.title.as_str().into())],
            action: format!("/rooms/{}/{action}", member.room.id),
            points: Vec::new(),
            fields: Vec::new(),
            heirs: Vec::new(),
        }
    }

    /// Adds a variable of the texts.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<FluentValue<'a>>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// Adds a sentence about the consequences.
    pub(crate) fn point(mut self, key: &str) -> Self {
        self.points.push(words::text_with(key, &self.values));
        self
    }

    /// Adds a hidden field.
    pub(crate) fn field(mut self, name: &'static str, value: &str) -> Self {
        let value = value.to_owned();
        self.fields.push(HiddenField { name, value });
        self
    }

    /// Adds a choice of the next owner. The first person is the default.
    pub(crate) fn heirs(mut self, heirs: Vec<Person>) -> Self {
        self.heirs = heirs;
        self
    }

    pub(crate) async fn ask(self, asker: &Asker, page: Page) -> Result<HttpResponse> {
        let say = |part: &str| {
            let key = format!("ask-{}-{part}", self.name);
            words::text_with(&key, &self.values)
        };
        let own = ConfirmPage {
            heading: say("heading"),
            text: say("text"),
            yes: say("action"),
            points: self.points,
            action: self.action,
            fields: self.fields,
            heirs: self.heirs,
            no: format!("/rooms/{}/details/", self.member.room.id),
        };
        let pane = Pane::below_details(self.member, own.heading.clone());
        pane.render(asker, page, "chat/membership/confirm", own)
            .await
    }
}

/// The data of `chat/membership/confirm.hbs`.
#[derive(Serialize)]
struct ConfirmPage {
    heading: String,
    text: String,
    /// The sentences about the consequences.
    points: Vec<String>,
    /// The path to which the form is sent.
    action: String,
    /// The label of the button that confirms.
    yes: String,
    fields: Vec<HiddenField>,
    /// The members who can become the owner.
    heirs: Vec<Person>,
    /// The path of the button that cancels.
    no: String,
}

#[derive(Serialize)]
struct HiddenField {
    name: &'static str,
    value: String,
}
