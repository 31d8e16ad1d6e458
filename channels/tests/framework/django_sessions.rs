//! The sessions of a Django site are read, and written so that it reads them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use channels::sessions::django::{
    DjangoSessionError, DjangoSessionRow, DjangoSessionRows, DjangoSessionStore, DjangoSessions,
};
use channels::sessions::{Save, SessionError, SessionKey, SessionRecord, SessionStore};
use futures_util::future::BoxFuture;

const SECRET: &str = "test-secret-key-for-vectors";

/// Written by Django 5.2 at 1 700 000 000.
const STORED: &str = ".eJyrVopPLC3JiC8tTi2Kz0xRslIyVNJBFktKTM5OzQNJpGQl5qXn6yXn55UUZSbpgZToQWWL9XzzU1JznKBqUQzISCzOAOpOTEpWqgUAjnEncw:1r31eq:wbpCVOxNB56_t1PKhcDmvw7Zl_-T85ZShGUK0yp-JFA";

#[test]
fn what_django_wrote_is_read() {
    let data = DjangoSessions::new(SECRET).decode(STORED).unwrap();
    assert_eq!(
        serde_json::Value::Object(data),
        serde_json::json!({
            "_auth_user_id": "1",
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": "abc",
        })
    );
}

#[test]
fn the_hash_of_a_password_is_djangos() {
    let site = DjangoSessions::new("a newer key").fallback(SECRET);
    let hash = "0054487bd6bafd470dbfaddbc7c2397bd13dcf1bc48947b34ccebab53a6ab30c";
    assert_eq!(
        DjangoSessions::new(SECRET).auth_hash("pbkdf2_sha256$x"),
        hash
    );
    assert_ne!(site.auth_hash("pbkdf2_sha256$x"), hash);
    assert_eq!(site.auth_fallback_hashes("pbkdf2_sha256$x"), [hash]);
}

#[test]
fn what_is_signed_otherwise_is_refused() {
    let refused = |site: &DjangoSessions, stored: &str| {
        matches!(site.decode(stored), Err(DjangoSessionError::Signature))
    };
    let site = DjangoSessions::new(SECRET);
    assert!(refused(&DjangoSessions::new("another"), STORED));
    assert!(refused(
        &DjangoSessions::new(SECRET).salt("another.Store"),
        STORED
    ));
    assert!(refused(&site, &STORED.replace("1r31eq", "1r31er")));
    assert!(refused(&site, &STORED.replacen('.', "", 1)));
    assert!(refused(&site, &STORED[..STORED.len() - 1]));
    for nonsense in ["", ":", "::", "a:b:c", "é:é:é"] {
        assert!(refused(&site, nonsense), "{nonsense}");
    }
    let rotated = DjangoSessions::new("a newer key").fallback(SECRET);
    assert!(rotated.decode(STORED).is_ok());
}

#[derive(Clone, Default)]
struct Rows(Arc<Mutex<HashMap<String, DjangoSessionRow>>>);

type Answer<'a, T> = BoxFuture<'a, Result<T, Box<dyn std::error::Error + Send + Sync>>>;

impl DjangoSessionRows for Rows {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<DjangoSessionRow>> {
        Box::pin(async move { Ok(self.0.lock().expect("an unpoisoned lock").get(key).cloned()) })
    }

    fn insert<'a>(&'a self, key: &'a str, row: DjangoSessionRow) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut rows = self.0.lock().expect("an unpoisoned lock");
            let free = !rows.contains_key(key);
            if free {
                rows.insert(key.to_owned(), row);
            }
            Ok(free)
        })
    }

    fn update<'a>(&'a self, key: &'a str, row: DjangoSessionRow) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut rows = self.0.lock().expect("an unpoisoned lock");
            Ok(rows.get_mut(key).map(|known| *known = row).is_some())
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            self.0.lock().expect("an unpoisoned lock").remove(key);
            Ok(())
        })
    }
}

#[actix_web::test]
async fn the_rows_of_a_site_are_a_store() {
    let rows = Rows::default();
    let key = SessionKey::parse("abcdefghijklmnopqrstuvwxyz012345").unwrap();
    let row = DjangoSessionRow {
        session_data: STORED.to_owned(),
        expire_date: SystemTime::now() + Duration::from_secs(60),
    };
    rows.insert(key.as_str(), row).await.unwrap();
    let store = DjangoSessionStore::new(rows.clone(), DjangoSessions::new(SECRET));
    let mut data = store.load(&key).await.unwrap().unwrap();
    assert_eq!(data["_auth_user_id"], "1");

    data.insert("seen".into(), 1.into());
    let age = Duration::from_secs(100);
    let record = SessionRecord { data, age };
    store.save(&key, &record, Save::Update).await.unwrap();
    let row = rows.get(key.as_str()).await.unwrap().unwrap();
    let left = row.expire_date.duration_since(SystemTime::now()).unwrap();
    assert!(left > Duration::from_secs(60) && left <= age);
    assert_eq!(
        DjangoSessions::new(SECRET)
            .decode(&row.session_data)
            .unwrap(),
        record.data
    );

    let taken = store.save(&key, &record, Save::Create).await;
    assert!(matches!(taken, Err(SessionError::KeyTaken)));
    store.delete(&key).await.unwrap();
    let gone = store.save(&key, &record, Save::Update).await;
    assert!(matches!(gone, Err(SessionError::Deleted)));
}

#[actix_web::test]
async fn expired_and_damaged_rows_are_no_sessions() {
    let rows = Rows::default();
    let store = DjangoSessionStore::new(rows.clone(), DjangoSessions::new(SECRET));
    let (key, minute) = (SessionKey::random(), Duration::from_secs(60));
    let cases = [
        (STORED, SystemTime::now() - minute),
        ("damaged", SystemTime::now() + minute),
    ];
    for (session_data, expire_date) in cases {
        let session_data = session_data.to_owned();
        let row = DjangoSessionRow {
            session_data,
            expire_date,
        };
        rows.0.lock().unwrap().insert(key.as_str().to_owned(), row);
        assert_eq!(store.load(&key).await.unwrap(), None);
    }
}
