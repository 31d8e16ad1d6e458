//! The sessions of a running Django site, so that its login is honoured here.
//!
//! [`DjangoSessions`] reads and writes what Django stores; [`DjangoSessionStore`] is the store of
//! whoever brings the rows of the table `django_session`. Source: Django's
//! `contrib/sessions/backends/base.py` and `core/signing.py`.

mod codec;
mod signing;
mod store;

pub use codec::{DjangoSessionError, DjangoSessions};
pub use store::{DjangoSessionRow, DjangoSessionRows, DjangoSessionStore};
