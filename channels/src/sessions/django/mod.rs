//! The sessions of a running Django site, so that people who are logged in there are logged in
//! here.
//!
//! [`DjangoSessions`] decodes and encodes Django's session data; [`DjangoSessionStore`] is a store
//! for applications that provide access to the table `django_session`. Source: Django's
//! `contrib/sessions/backends/base.py` and `core/signing.py`.

mod codec;
mod signing;
mod store;

pub use codec::{DjangoSessionError, DjangoSessions};
pub use store::{DjangoSessionRow, DjangoSessionRows, DjangoSessionStore};
