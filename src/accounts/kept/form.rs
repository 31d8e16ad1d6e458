//! The content of a refused form, so that typed text survives every refusal, even without scripts
//! and in browsers that clear forms after an error. The error page shows it, and the log-in page
//! carries it.

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

const TOKEN: &str = "csrf_token";
/// The field of the log-in form with the path of the form that it carries.
const CARRIED_PATH: &str = "kept_path";
/// The prefix of the carried fields.
const CARRIED: &str = "kept.";

/// A form without its token, as it was sent. Never has a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedForm {
    path: String,
    fields: Vec<Field>,
}

impl RefusedForm {
    /// Parses a body of `application/x-www-form-urlencoded` that was sent to `path`. Returns `None`
    /// for a form with a password, which is not kept, and for a path of another site.
    pub(crate) fn read(body: &[u8], path: &str) -> Option<Self> {
        Self::new(path.to_owned(), fields_of(body).collect())
    }

    fn new(path: String, mut fields: Vec<Field>) -> Option<Self> {
        fields.retain(|field| field.name != TOKEN);
        let is_whole = fields.iter().all(|field| !is_secret(&field.name));
        (is_whole && is_own_path(&path)).then_some(Self { path, fields })
    }

    /// Takes the carried form out of the fields of a log-in form.
    pub(crate) fn carried_by(fields: Vec<(String, String)>) -> Option<Self> {
        let mut path = None;
        let mut carried = Vec::new();
        for (name, value) in fields {
            if name == CARRIED_PATH {
                path = Some(value);
            } else if let Some(name) = name.strip_prefix(CARRIED) {
                let name = name.to_owned();
                carried.push(Field { name, value });
            }
        }
        Self::new(path?, carried)
    }

    /// Returns the hidden fields with which a log-in form carries this form.
    fn to_carry(&self) -> Vec<Field> {
        let path = Field {
            name: CARRIED_PATH.to_owned(),
            value: self.path.clone(),
        };
        let fields = self.fields.iter().map(|field| Field {
            name: format!("{CARRIED}{}", field.name),
            value: field.value.clone(),
        });
        std::iter::once(path).chain(fields).collect()
    }

    /// Returns the path that it was sent to.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Returns the value of a field.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some(&field.value)
    }

    /// Returns whether the person typed anything into it.
    pub(crate) fn has_text(&self) -> bool {
        let is_typed = |field: &Field| label_of(&field.name).is_some() && !field.value.is_empty();
        self.fields.iter().any(is_typed)
    }

    /// Returns its size in memory, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let fields = self.fields.iter();
        let fields: usize = fields
            .map(|field| size_of::<Field>() + field.name.len() + field.value.len())
            .sum();
        size_of::<Self>() + self.path.len() + fields
    }

    /// Returns the form to be sent again, with the token of the page that shows it.
    pub(crate) fn again(&self, token: &str) -> KeptForm {
        let (typed, mut hidden) = sort(self.fields.iter().cloned());
        hidden.push(Field {
            name: TOKEN.to_owned(),
            value: token.to_owned(),
        });
        KeptForm {
            typed,
            hidden,
            retry: Some(self.path.clone()),
        }
    }

    /// Returns the text to read, and the fields with which the log-in form carries all of it.
    pub(crate) fn carried(&self) -> KeptForm {
        let (typed, _) = sort(self.fields.iter().cloned());
        KeptForm {
            typed,
            hidden: self.to_carry(),
            retry: None,
        }
    }
}

/// The form as `templates/_kept_form.hbs` shows it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct KeptForm {
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Field {
    name: String,
    value: String,
}

impl KeptForm {
    /// Parses a body of `application/x-www-form-urlencoded` that was sent to `path` and answered
    /// with `status`. Returns `None` if there is neither a text to show nor a way to retry.
    pub(crate) fn read(body: &[u8], path: &str, status: StatusCode) -> Option<Self> {
        // A password is not kept, so a form with one cannot be sent again from here.
        let (secret, fields): (Vec<_>, Vec<_>) =
            fields_of(body).partition(|field| is_secret(&field.name));
        let (typed, hidden) = sort(fields.into_iter());
        let retry = (secret.is_empty() && is_temporary(status) && is_own_path(path))
            .then(|| path.to_owned());
        let is_useful = !typed.is_empty() || retry.is_some();
        is_useful.then_some(Self {
            typed,
            hidden,
            retry,
        })
    }
}

fn fields_of(body: &[u8]) -> impl Iterator<Item = Field> {
    form_urlencoded::parse(body).map(|(name, value)| Field {
        name: name.into_owned(),
        value: value.into_owned(),
    })
}

/// Separates the text that the person typed from the other fields.
fn sort(fields: impl Iterator<Item = Field>) -> (Vec<Typed>, Vec<Field>) {
    let (mut typed, mut hidden) = (Vec::new(), Vec::new());
    for Field { name, value } in fields {
        match label_of(&name) {
            Some(label) if !value.is_empty() => typed.push(Typed {
                name,
                label: words::text(label),
                value,
            }),
            _ => hidden.push(Field { name, value }),
        }
    }
    (typed, hidden)
}

fn label_of(name: &str) -> Option<&'static str> {
    let (_, label) = TYPED.iter().find(|(known, _)| *known == name)?;
    Some(label)
}

fn is_secret(name: &str) -> bool {
    name.contains("password")
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
    fn the_log_in_form_carries_a_form_whole() {
        let body = b"csrf_token=t&client_id=7&body=a+%26+b%0D%0Ac&people=1&people=2&topic=";
        let form = RefusedForm::read(body, "/rooms/7/messages/").unwrap();
        assert!(form.has_text());
        let hidden = form.carried().hidden.into_iter();
        let fields = hidden.map(|field| (field.name, field.value));
        let own = [
            ("username", "ana"),
            ("password", "secret"),
            ("csrf_token", "u"),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));

        let carried = RefusedForm::carried_by(fields.chain(own).collect()).unwrap();

        assert_eq!(carried, form);
        assert_eq!(carried.value("body"), Some("a & b\r\nc"));
        assert_eq!(carried.value("csrf_token"), None);
        let again = carried.again("new");
        assert_eq!(again.hidden.last().unwrap().value, "new");
        assert_eq!(again.retry.as_deref(), Some("/rooms/7/messages/"));
    }

    #[test]
    fn no_password_and_no_other_site_is_carried() {
        let body = b"username=ana&password=secret";
        assert_eq!(RefusedForm::read(body, "/accounts/login/"), None);
        for path in [
            "//example.org/",
            "/\\example.org/",
            "https://example.org/",
            "",
        ] {
            let fields = [(CARRIED_PATH, path), ("kept.body", "hello")];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(RefusedForm::carried_by(fields.to_vec()), None, "{path}");
        }
        let fields = [(CARRIED_PATH, "/x/"), ("kept.new_password", "secret")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(RefusedForm::carried_by(fields.to_vec()), None);
    }

    #[test]
    fn a_repeat_never_leads_to_another_site() {
        for path in ["//example.org/", "/\\example.org/", "https://example.org/"] {
            let kept = KeptForm::read(b"body=hello", path, BUSY).unwrap();
            assert!(kept.retry.is_none(), "{path}");
        }
    }
}
