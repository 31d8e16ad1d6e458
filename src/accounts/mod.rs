//! People and their sessions: registration, log-in, passwords, devices.
//!
//! Other apps take [`SignedIn`] as an argument of views, render pages with [`Page`], and answer
//! forms with [`Redirect`]. The middleware of this app is, from outside to inside,
//! [`report_storage`], [`Sessions::middleware`] and [`recognise`]. The CSRF middleware of
//! `security` is further inside.

pub(crate) mod appearance;
mod browser;
mod changed;
pub mod display_name;
mod first_run;
mod folds;
mod forms;
mod kept;
pub mod models;
mod next_path;
mod notice;
mod page;
pub mod password;
mod person;
mod session;
mod status;
mod superuser;
pub mod username;
pub(crate) mod views;
mod zone;

#[cfg(test)]
mod tests;

use crate::security::Account;
pub use appearance::Looks;
pub(crate) use appearance::{Choices, SentBy};
pub use changed::{PersonEvent, people_group};
pub use first_run::FirstRun;
pub(crate) use kept::{KeptForm, KeptForms, RefusedForm};
pub use models::{Profile, User, UserId, store_skeletons};
pub use next_path::NextPath;
pub use notice::{Notice, NoticeKind, Notices, Redirect};
pub use page::Page;
pub(crate) use page::{Frame, Layout};
pub use password::PasswordHasher;
pub use person::{Person, UserRef};
pub use session::{
    EndReason, SessionEvent, SessionRef, Sessions, SignedIn, SocketSession, Store, choose_session,
    recognise, report_storage, still_valid, user_group,
};
pub use status::{Status, StoredStatus};
pub use superuser::create_superuser;
pub(crate) use views::kept::answer as answer_refused_form;
pub use zone::Zone;

impl From<UserId> for Account<'_> {
    fn from(id: UserId) -> Self {
        Self::Id(id.0)
    }
}
