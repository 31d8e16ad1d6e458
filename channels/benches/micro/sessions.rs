//! Session data of a Django site: its signature checked, its values read.

use std::hint::black_box;

use channels::sessions::SessionData;
use channels::sessions::django::DjangoSessions;
use criterion::Criterion;

use crate::steady::measure as steady;

pub(crate) fn measure(criterion: &mut Criterion) {
    let site = DjangoSessions::new("the SECRET_KEY of the site");
    let mut data = SessionData::new();
    data.insert("_auth_user_id".into(), "1".into());
    data.insert("_auth_user_hash".into(), "ab12".repeat(16).into());
    let stored = site.encode(&data).expect("JSON");
    steady(criterion, "session/decode", || {
        site.decode(black_box(&stored))
    });
    let forged = stored.replace(':', ":x");
    steady(criterion, "session/refuse", || {
        site.decode(black_box(&forged)).is_err()
    });
}
