//! Commands that messages tell the operator to run. They are complete, so that they can be copied
//! into a shell in any folder.

use std::path::Path;

use super::Settings;

impl Settings {
    /// Returns a command of this program for the data of these settings, with absolute paths.
    pub(crate) fn command(&self, name: &str) -> String {
        let mut words = format!("parlour --data {}", quoted(&self.data));
        let files = [
            ("--database-url", &self.database_url),
            ("--secret-key-file", &self.secret_key_file),
        ];
        for (flag, file) in files {
            if let Some(file) = file {
                words += &format!(" {flag} {}", quoted(file));
            }
        }
        format!("{words} {name}")
    }
}

/// Returns the absolute path as one word of a shell.
pub(crate) fn quoted(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(is_plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_every_file_that_is_not_at_its_default_place() {
        let mut settings = Settings::for_data("/srv/par lour's");
        assert_eq!(
            settings.command("restore"),
            r"parlour --data '/srv/par lour'\''s' restore"
        );
        settings.database_url = Some("/db/a.sqlite3".into());
        settings.secret_key_file = Some("/keys/a".into());
        assert!(
            settings
                .command("backup")
                .ends_with(" --database-url /db/a.sqlite3 --secret-key-file /keys/a backup")
        );
    }
}
