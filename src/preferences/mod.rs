//! How each person wants Parlour to behave: what others may see of them, how rooms open and how the
//! box takes Enter, sounds, and when nobody may disturb them.
//!
//! Other apps ask [`Preferences::of`]. Scripts get them with every `session.hello` and on the pages
//! of the chat; a change reaches the open pages of the person as [`PreferencesEvent`].

mod events;
mod forms;
mod models;
mod quiet;
pub(crate) mod views;

pub use events::{PreferencesEvent, SwitchEvent, switch_group};
pub use models::{PastSettings, Preferences};
pub use quiet::{Attention, QuietHours};
