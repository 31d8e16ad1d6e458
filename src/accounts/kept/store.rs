//! The store of kept forms, in memory. A form is there for the redirect after the log-in, and for
//! reloads. It is lost at a restart; the page before still shows the text.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::RefusedForm;
use crate::accounts::models::UserId;

/// How long a form is kept. Long enough for a person who is interrupted after the log-in.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How many forms of one person are kept: one for each of a few tabs.
const MOST_OF_ONE: usize = 8;
/// The memory for all forms, in bytes. A form has at most 128 KiB (`max_form_bytes`).
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The kept forms of all people, and the pages that show them. Registered as `web::Data`.
#[derive(Clone)]
pub(crate) struct KeptForms {
    forms: Arc<Mutex<VecDeque<Kept>>>,
    own_page: fn(&RefusedForm) -> Option<String>,
}

struct Kept {
    id: String,
    user: UserId,
    form: RefusedForm,
    since: Instant,
}

impl KeptForms {
    /// `own_page` returns the path of the page that shows a form with the query `?kept=…`, if there
    /// is one, as a room does for a message. Other forms have a common page.
    pub(crate) fn new(own_page: fn(&RefusedForm) -> Option<String>) -> Self {
        Self {
            forms: Arc::default(),
            own_page,
        }
    }

    /// Returns whether a page of its own shows this form.
    pub(crate) fn have_own_page(&self, form: &RefusedForm) -> bool {
        (self.own_page)(form).is_some()
    }

    /// Keeps a form, and returns the path of the page that shows it.
    pub(crate) fn keep(&self, user: UserId, form: RefusedForm) -> String {
        let own_page = (self.own_page)(&form);
        let id = self.insert(user, form, Instant::now());
        own_page.map_or_else(|| Self::page(&id), |page| format!("{page}?kept={id}"))
    }

    /// Returns the path of the page that shows any form.
    pub(crate) fn page(id: &str) -> String {
        format!("/accounts/kept/{id}/")
    }

    /// Returns a form of `user`.
    pub(crate) fn find(&self, user: UserId, id: &str) -> Option<RefusedForm> {
        self.find_at(user, id, Instant::now())
    }

    /// First drops expired and excess forms, to make room for the new one.
    fn insert(&self, user: UserId, form: RefusedForm, now: Instant) -> String {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|kept| now < kept.since + LIFETIME);
        let of_user = forms.iter().filter(|kept| kept.user == user).count();
        if of_user >= MOST_OF_ONE {
            let oldest = forms.iter().position(|kept| kept.user == user);
            oldest.and_then(|at| forms.remove(at));
        }
        let mut bytes: usize = forms.iter().map(|kept| kept.form.bytes()).sum();
        while bytes + form.bytes() > MOST_BYTES {
            let Some(oldest) = forms.pop_front() else {
                break;
            };
            bytes -= oldest.form.bytes();
        }
        let id = Uuid::new_v4().simple().to_string();
        forms.push_back(Kept {
            id: id.clone(),
            user,
            form,
            since: now,
        });
        id
    }

    fn find_at(&self, user: UserId, id: &str, now: Instant) -> Option<RefusedForm> {
        let forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = forms.iter().find(|kept| kept.id == id)?;
        let is_there = kept.user == user && now < kept.since + LIFETIME;
        is_there.then(|| kept.form.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: UserId = UserId(1);
    const BO: UserId = UserId(2);

    fn form(text: &str) -> RefusedForm {
        let body = format!("body={text}");
        RefusedForm::read(body.as_bytes(), "/rooms/7/messages/").unwrap()
    }

    #[test]
    fn a_form_is_for_its_person_and_for_an_hour() {
        let (forms, now) = (KeptForms::new(|_| None), Instant::now());

        let id = forms.insert(ANA, form("hello"), now);

        let later = now + LIFETIME - Duration::from_secs(1);
        assert_eq!(forms.find_at(ANA, &id, later), Some(form("hello")));
        assert_eq!(forms.find_at(BO, &id, later), None);
        assert_eq!(forms.find_at(ANA, "other", later), None);
        assert_eq!(forms.find_at(ANA, &id, now + LIFETIME), None);
    }

    #[test]
    fn one_person_drives_out_only_their_own_forms() {
        let (forms, now) = (KeptForms::new(|_| None), Instant::now());
        let first = forms.insert(ANA, form("first"), now);
        let of_bo = forms.insert(BO, form("other"), now);

        let more: Vec<_> = (0..MOST_OF_ONE)
            .map(|_| forms.insert(ANA, form("x"), now))
            .collect();

        assert_eq!(forms.find_at(ANA, &first, now), None);
        assert!(forms.find_at(BO, &of_bo, now).is_some());
        assert!(forms.find_at(ANA, more.last().unwrap(), now).is_some());
    }

    #[test]
    fn the_memory_for_forms_is_bounded() {
        let (forms, now) = (KeptForms::new(|_| None), Instant::now());
        let long = "x".repeat(60_000);

        for user in 0..300 {
            let id = forms.insert(UserId(user), form(&long), now);
            assert!(forms.find_at(UserId(user), &id, now).is_some());
        }

        let kept = forms.forms.lock().unwrap();
        let bytes: usize = kept.iter().map(|kept| kept.form.bytes()).sum();
        assert!(bytes <= MOST_BYTES && kept.len() > 100, "{bytes} bytes");
    }
}
