//! Forms that were refused because the session of their page has ended or changed. They are kept
//! until the person has logged in, so that nobody loses what they typed.
//!
//! `views::kept` answers such a form: with the log-in, which carries it, or, for a signed-in person,
//! with the page that shows it again. [`KeptForms`] stores it between the two pages.

mod form;
mod store;

pub(crate) use form::{KeptForm, RefusedForm};
pub(crate) use store::KeptForms;
