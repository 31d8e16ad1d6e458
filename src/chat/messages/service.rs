//! What the views of messages stand on.

use std::sync::Arc;

use actix::Recipient;

use super::{
    commands::{ChangeMessage, PostMessage},
    markup::Markup,
    models::budget::Budget,
};
use crate::{config::Limits, db::Database};

/// Reading and changing messages; registered as `web::Data`.
#[derive(Clone)]
pub struct Messages {
    /// For history.
    pub database: Database,
    /// How messages look.
    pub markup: Markup,
    /// Lengths of pages and messages, and how long a message can be edited.
    pub limits: Arc<Limits>,
    /// Stores a message.
    pub post: Recipient<PostMessage>,
    /// Changes a message.
    pub change: Recipient<ChangeMessage>,
}

impl Messages {
    /// How much of a room one page shows.
    pub(crate) fn page_budget(&self) -> Budget {
        Budget {
            messages: self.limits.page_len,
            bytes: self.limits.page_bytes,
        }
    }
}
