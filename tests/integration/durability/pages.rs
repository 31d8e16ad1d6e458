//! Pages as the checker reads them. A failed request is normal here, because the server may be
//! down.

use reqwest::Method;
use scraper::{ElementRef, Html, Selector};

use super::journal::Shown;
use crate::support::{Page, Person};

/// Loads a page of a room's history with `?query`. Returns the newest number and the messages, or
/// `None` if there is no such page or no server.
pub(super) async fn log(person: &Person, room: i64, query: &str) -> Option<(i64, Vec<Shown>)> {
    let page = get(person, &format!("/rooms/{room}/log/?{query}")).await?;
    read(&page.body)
}

/// Loads a page. Returns `None` if it does not exist.
pub(super) async fn get(person: &Person, path: &str) -> Option<Page> {
    let answer = person.request(Method::GET, path).send().await.ok()?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.text().await.ok()?;
    (status == 200).then_some(Page {
        status,
        headers,
        body,
    })
}

/// Returns the CSRF token of the person's forms.
pub(super) async fn token(person: &Person) -> Option<String> {
    let page = get(person, "/friends/").await?;
    page.attribute("input[name=csrf_token]", "value")
}

/// Parses a page with a log. Returns `None` for a page without one.
pub(super) fn read(html: &str) -> Option<(i64, Vec<Shown>)> {
    let html = Html::parse_document(html);
    let log = html.select(&css("#log-inner")).next()?;
    let last_seq = log.attr("data-last-seq")?.parse().ok()?;
    let article = css("article.message");
    let messages = html.select(&article);
    Some((last_seq, messages.filter_map(shown).collect()))
}

fn shown(article: ElementRef<'_>) -> Option<Shown> {
    let is_deleted = article.value().classes().any(|class| class == "deleted");
    let text = article.select(&css(".message-text")).next()?;
    let text: String = text.text().collect();
    Some(Shown {
        seq: article.attr("data-seq")?.parse().ok()?,
        id: article.attr("data-id")?.parse().ok()?,
        body: (!is_deleted).then(|| text.trim().to_owned()),
    })
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}
