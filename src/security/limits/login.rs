//! Log-in attempts: taken before the password is looked at, given back when it was right. Counting
//! afterwards would let a hundred guesses that arrive together all see an unused bucket.

use std::net::IpAddr;

use super::{Account, Action, Key, Limits, TokenBucket, Who};
use crate::error::Result;

/// A try that counts as a failure unless it is told otherwise.
#[derive(Debug)]
#[must_use = "tell it how the log-in ended"]
pub struct LoginAttempt {
    limits: Limits,
    keys: Vec<Key>,
}

impl Limits {
    /// Takes one try to log in as `username_key` (the folded name, which need not exist).
    ///
    /// # Errors
    /// [`crate::error::Error::TooMany`]: the name or the address has to wait, at most 15 minutes.
    pub fn start_login(&self, username_key: &str, address: IpAddr) -> Result<LoginAttempt> {
        let account = Some(Account::named(username_key));
        let keys = self.keys(Action::LoginFailure, account, address);
        self.take(&keys, TokenBucket::take_with_growing_delay)?;
        Ok(LoginAttempt {
            limits: self.clone(),
            keys: keys.into_iter().map(|(key, _rate)| key).collect(),
        })
    }
}

impl LoginAttempt {
    /// The password was right: the name starts afresh, the address gets its try back.
    pub fn succeeded(self) {
        self.settle(true);
    }

    /// The password was not looked at (the server was busy): nothing happened.
    pub fn abandoned(self) {
        self.settle(false);
    }

    fn settle(self, forget_account: bool) {
        let mut buckets = self.limits.lock();
        for key in &self.keys {
            if forget_account && matches!(key.1, Who::Account(_)) {
                buckets.pop(key);
            } else if let Some(bucket) = buckets.get_mut(key) {
                bucket.give_back();
            }
        }
    }
}
