//! The forms of accounts, and their validation.

use serde::Deserialize;

use super::kept::RefusedForm;
use super::next_path::NextPath;
use super::password;
use super::username::{self, Username};
use crate::error::{Error, FieldErrors, Result};
use crate::words;

/// `/accounts/login/`.
#[derive(Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub(crate) struct LoginForm {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) next: NextPath,
    /// The form that the log-in page carries, because it was refused.
    pub(super) kept: Option<RefusedForm>,
}

impl TryFrom<Vec<(String, String)>> for LoginForm {
    type Error = &'static str;

    fn try_from(fields: Vec<(String, String)>) -> std::result::Result<Self, Self::Error> {
        let value = |name: &str| {
            let field = fields.iter().find(|(known, _)| known == name);
            field.map(|(_, value)| value.clone())
        };
        Ok(Self {
            username: value("username").ok_or("the field username is missing")?,
            password: value("password").ok_or("the field password is missing")?,
            next: value("next")
                .map(|next| NextPath::new(&next))
                .unwrap_or_default(),
            kept: RefusedForm::carried_by(fields),
        })
    }
}

/// `/accounts/register/` and the first-run page.
#[derive(Deserialize)]
pub(crate) struct RegisterForm {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) password_again: String,
    #[serde(default)]
    pub(super) next: NextPath,
}

impl RegisterForm {
    /// Validates the form. Returns the user name, which may still be taken, or a message for each
    /// invalid field. An owner of the server may be called `admin`.
    pub(super) fn check(&self, is_owner: bool) -> Result<Username> {
        let name = if is_owner {
            username::parse_owner(&self.username)
        } else {
            username::parse(&self.username)
        };
        let mut errors = FieldErrors::new();
        if let Err(refusal) = &name {
            errors.insert("username", words::text(refusal.words_key()));
        }
        let (first, again) = (
            ("password", self.password.as_str()),
            ("password_again", self.password_again.as_str()),
        );
        check_new_password(first, again, &self.username, &mut errors);
        match name {
            Ok(name) if errors.is_empty() => Ok(name),
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// `/accounts/password/`.
#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    pub(super) current_password: String,
    pub(super) new_password: String,
    new_password_again: String,
    /// A checkbox: absent if it is not checked.
    sign_out_others: Option<String>,
}

impl PasswordForm {
    /// Validates the new password. Does not check the current one.
    pub(super) fn check(&self, username: &str) -> Result<()> {
        let mut errors = FieldErrors::new();
        let first = ("new_password", self.new_password.as_str());
        let again = ("new_password_again", self.new_password_again.as_str());
        check_new_password(first, again, username, &mut errors);
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(errors))
        }
    }

    pub(super) fn signs_out_others(&self) -> bool {
        self.sign_out_others.is_some()
    }
}

type Field<'a> = (&'static str, &'a str);

fn check_new_password(
    (first, password): Field<'_>,
    (second, again): Field<'_>,
    username: &str,
    errors: &mut FieldErrors,
) {
    if password.is_empty() {
        errors.insert(first, words::text("password-required"));
    } else if let Err(refusal) = password::check(password, username) {
        errors.insert(first, words::text(refusal.words_key()));
    } else if password != again {
        errors.insert(second, words::text("password-mismatch"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(username: &str, password: &str, again: &str) -> Result<Username> {
        let form = RegisterForm {
            username: username.to_owned(),
            password: password.to_owned(),
            password_again: again.to_owned(),
            next: NextPath::default(),
        };
        form.check(false)
    }

    fn fields(result: Result<Username>) -> Vec<&'static str> {
        match result {
            Err(Error::Invalid(errors)) => errors.into_keys().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_fault_stands_at_its_field() {
        assert_eq!(
            register("ana", "green tea at four", "green tea at four")
                .unwrap()
                .key,
            "ana"
        );
        assert_eq!(
            fields(register("a b", "short", "short")),
            ["password", "username"]
        );
        assert_eq!(
            fields(register("ana", "green tea at four", "green tea")),
            ["password_again"]
        );
        assert_eq!(fields(register("ana", "", "")), ["password"]);
    }

    #[test]
    fn a_password_is_compared_byte_for_byte() {
        let spaced = " green tea at four ";

        assert!(register("ana", spaced, spaced).is_ok());
        assert_eq!(
            fields(register("ana", spaced, spaced.trim())),
            ["password_again"]
        );
    }
}
