//! Rate limit of log-in attempts. A token is taken before the password is compared, and returned if
//! the password was right. Otherwise a hundred concurrent guesses could all see an unused bucket (a
//! race).

use std::net::IpAddr;

use super::RateLimiter;
use super::action::Action;
use super::bucket::TokenBucket;
use super::slots::{Account, Kind, Slot};
use crate::error::Result;

/// An attempt. It counts as a failure unless it is settled otherwise.
#[derive(Debug)]
#[must_use = "report the result of the log-in, or it counts as a failure"]
pub struct LoginAttempt {
    limits: RateLimiter,
    slots: Vec<Slot>,
}

impl RateLimiter {
    /// Starts an attempt to log in as `username_key` (the folded name, which need not exist).
    ///
    /// # Errors
    /// [`crate::error::Error::TooMany`] if the name or the address has to wait, at most 15 minutes.
    pub fn start_login(&self, username_key: &str, address: IpAddr) -> Result<LoginAttempt> {
        let account = Some(Account::Name(username_key));
        let take = TokenBucket::take_with_growing_delay;
        let slots = self.take(Action::LoginFailure, account, Some(address), take)?;
        Ok(LoginAttempt {
            limits: self.clone(),
            slots,
        })
    }
}

impl LoginAttempt {
    /// The password was right. Resets the name's bucket, and returns the address's token.
    pub fn succeeded(self) {
        self.settle(true);
    }

    /// The password was not compared, because the server was busy. Returns both tokens.
    pub fn abandoned(self) {
        self.settle(false);
    }

    fn settle(self, forget_name: bool) {
        let now = (self.limits.clock)();
        let mut tables = self.limits.lock();
        for slot in self.slots {
            let table = tables.of(slot.kind);
            if forget_name && slot.kind == Kind::Name && !slot.is_shared {
                table.remove(slot.key, slot.rate);
            } else if table.has(slot.key) {
                let give_back = |bucket: &mut TokenBucket| bucket.give_back(slot.rate, now);
                table.change((slot.key, slot.rate, slot.is_shared), now, give_back);
            }
        }
    }
}
