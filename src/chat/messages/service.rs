//! The dependencies of the views of messages.

use std::sync::Arc;

use actix::Recipient;

use super::{
    commands::{ChangeMessage, PostMessage},
    markup::Markup,
    models::budget::Budget,
};
use crate::{config::Limits, db::Database};

/// Reads and changes messages. Registered as `web::Data`.
#[derive(Clone)]
pub struct Messages {
    /// The database, for the history.
    pub database: Database,
    /// The markup of messages.
    pub markup: Markup,
    /// The limits: lengths of pages and messages, and the time for edits.
    pub limits: Arc<Limits>,
    /// The actor that stores a message.
    pub post: Recipient<PostMessage>,
    /// The actor that changes a message.
    pub change: Recipient<ChangeMessage>,
}

impl Messages {
    /// Returns the maximum number of messages and bytes on one page.
    pub(crate) fn page_budget(&self) -> Budget {
        Budget {
            messages: self.limits.page_len,
            bytes: self.limits.page_bytes,
        }
    }
}
