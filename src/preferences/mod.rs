//! The preferences of each person: what others may see of them, how rooms open, what Enter does,
//! sounds, and quiet hours.
//!
//! Other apps use [`Preferences::of`]. Scripts get the preferences with every `session.hello` and
//! on the pages of the chat. A change reaches the person's open pages as [`PreferencesEvent`].

mod events;
mod forms;
mod models;
mod quiet;
pub(crate) mod tips;
pub(crate) mod views;

pub use events::{PreferencesEvent, SwitchEvent, switch_group};
pub use models::{PastSettings, Preferences};
pub use quiet::{Attention, QuietHours};
pub use tips::Tips;
