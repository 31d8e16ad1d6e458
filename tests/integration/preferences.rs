//! The page of preferences, which saves section by section, and the looks of one browser.

use serde_json::{Value, json};

use crate::support::{Page, Site};

#[tokio::test]
async fn sections_of_preferences_are_saved_one_by_one_and_scripts_get_no_page() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let path = "/accounts/preferences/";
    let page = ana.open(path).await;
    let token = page.attribute("input[name=csrf_token]", "value").unwrap();
    let post = async |typed: &[(&str, &str)]| {
        let mut fields = vec![("csrf_token", token.as_str())];
        fields.extend(typed);
        let request = ana
            .request(reqwest::Method::POST, path)
            .header("Origin", ana.origin())
            .header("Sec-Fetch-Site", "same-origin")
            .header("Accept", "application/json")
            .form(&fields);
        Page::read(request.send().await.unwrap()).await
    };
    let mut socket = ana.socket().await;
    assert_eq!(
        post(&[("section", "others"), ("seen", "on")]).await.status,
        204
    );
    let told = socket.wait_for("preferences.changed").await["preferences"].clone();
    assert_eq!(
        (&told["typing"], &told["seen"], &told["sounds"]),
        (&json!(false), &json!(true), &json!(true))
    );
    let wrong = [
        ("section", "quiet"),
        ("quiet_from", "25:00"),
        ("quiet_until", "07:00"),
    ];
    let refused = post(&wrong).await;
    assert_eq!(refused.status, 422);
    let sentences: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(sentences["quiet_from"], "Enter a time such as 22:00.");
    assert!(!ana.open(path).await.has("input[name=typing][checked]"));
}

#[tokio::test]
async fn looks_are_on_every_page_at_once_and_change_one_by_one() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let path = "/accounts/preferences/";
    let chosen = [
        ("theme", "dark"),
        ("accent", "plum"),
        ("text_size", "larger"),
        ("density", "compact"),
    ];
    let saved = ana.submit(path, "/appearance/", &chosen).await;
    assert_eq!(saved.status, 303);
    let looks = async |path: &str| {
        let page = ana.open(path).await;
        ["theme", "accent", "text-size", "density"]
            .map(|name| page.attribute("html", &format!("data-{name}")).unwrap())
    };
    for path in ["/", "/friends/", path] {
        assert_eq!(looks(path).await, ["dark", "plum", "larger", "compact"]);
    }
    let page = ana.open(path).await;
    assert!(page.has("input[name=accent][value=plum][checked]"));
    // The menu changes the theme alone.
    assert_eq!(
        ana.submit("/", "/appearance/", &[("theme", "light")])
            .await
            .status,
        303
    );
    assert_eq!(looks("/").await, ["light", "plum", "larger", "compact"]);
    let wrong = ana.submit(path, "/appearance/", &[("accent", "<b>")]).await;
    assert_eq!(wrong.status, 400);
}
