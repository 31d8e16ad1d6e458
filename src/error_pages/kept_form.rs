//! Keeps the content of a refused form for the error page, so that typed text survives every
//! refusal, even without scripts and in browsers that clear forms after an error.

use actix_web::http::StatusCode;
use serde::Serialize;
use url::form_urlencoded;

use crate::words;

/// Text fields of the forms under `templates/`, with the keys of their labels.
const TYPED: [(&str, &str); 4] = [
    ("body", "error-kept-body"),
    ("name", "error-kept-name"),
    ("topic", "error-kept-topic"),
    ("username", "error-kept-username"),
];

/// The form as `templates/_kept_form.hbs` shows it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct KeptForm {
    /// Text to read, copy and correct, in the order of the form. Never a password.
    typed: Vec<Typed>,
    /// The other fields of the form, which a retry needs: choices, idempotency keys, the CSRF
    /// token.
    hidden: Vec<Field>,
    /// The address for a retry, if one can succeed.
    retry: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Typed {
    name: String,
    label: String,
    value: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Field {
    name: String,
    value: String,
}

impl KeptForm {
    /// Parses a body of `application/x-www-form-urlencoded` that was sent to `path` and answered
    /// with `status`. Returns `None` if there is neither a text to show nor a way to retry.
    pub(super) fn read(body: &[u8], path: &str, status: StatusCode) -> Option<Self> {
        let (mut typed, mut hidden, mut is_whole) = (Vec::new(), Vec::new(), true);
        for (name, value) in form_urlencoded::parse(body) {
            let label = TYPED.iter().find(|(known, _)| *known == name);
            let (name, value) = (name.into_owned(), value.into_owned());
            match label {
                Some((_, label)) if !value.is_empty() => typed.push(Typed {
                    name,
                    label: words::text(label),
                    value,
                }),
                // A password is not kept, so a form with one cannot be sent again from here.
                _ if name.contains("password") => is_whole = false,
                _ => hidden.push(Field { name, value }),
            }
        }
        let retry =
            (is_whole && is_temporary(status) && is_own_path(path)).then(|| path.to_owned());
        let is_useful = !typed.is_empty() || retry.is_some();
        is_useful.then_some(Self {
            typed,
            hidden,
            retry,
        })
    }
}

fn is_temporary(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    )
}

/// Returns whether the path stays on this site. Browsers read `//example.org/` as another site.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

    #[test]
    fn typed_text_is_shown_and_all_other_fields_are_sent_again() {
        let body = b"csrf_token=t&client_id=7&body=a+%26+b%0D%0Ac&topic=";
        let kept = KeptForm::read(body, "/rooms/7/messages/", BUSY).unwrap();
        assert_eq!(kept.typed[0].name, "body");
        assert_eq!(kept.typed[0].value, "a & b\r\nc");
        assert_eq!(kept.typed.len(), 1);
        let hidden: Vec<&str> = kept.hidden.iter().map(|field| &*field.name).collect();
        assert_eq!(hidden, ["csrf_token", "client_id", "topic"]);
        assert_eq!(kept.retry.as_deref(), Some("/rooms/7/messages/"));
    }

    #[test]
    fn a_refusal_that_stays_has_no_way_to_repeat() {
        let refused = |status| KeptForm::read(b"body=hello", "/rooms/7/messages/", status);
        assert!(refused(StatusCode::FORBIDDEN).unwrap().retry.is_none());
        assert!(
            refused(StatusCode::TOO_MANY_REQUESTS)
                .unwrap()
                .retry
                .is_some()
        );
        let nothing = KeptForm::read(
            b"level=all",
            "/rooms/7/notifications/",
            StatusCode::FORBIDDEN,
        );
        assert_eq!(nothing, None);
    }

    #[test]
    fn a_password_is_neither_shown_nor_sent_again() {
        let body = b"username=ana&password=secret&new_password=secret&password_again=secret";
        let kept = KeptForm::read(body, "/accounts/register/", BUSY).unwrap();
        assert_eq!(kept.typed[0].value, "ana");
        assert_eq!((kept.hidden.len(), kept.retry.is_none()), (0, true));
    }

    #[test]
    fn a_repeat_never_leads_to_another_site() {
        for path in ["//example.org/", "/\\example.org/", "https://example.org/"] {
            let kept = KeptForm::read(b"body=hello", path, BUSY).unwrap();
            assert!(kept.retry.is_none(), "{path}");
        }
    }
}
