//! Properties of pages apart from their texts: theme, compression, the list of conversations.

use reqwest::Method;

use crate::support::Site;

#[tokio::test]
async fn a_chosen_appearance_is_remembered_and_leads_back() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    for (theme, leads_to) in [
        ("dark", "/friends/"),
        ("light", "/friends/"),
        ("system", "/friends/"),
    ] {
        let answer = ana
            .submit("/friends/", "/appearance/", &[("theme", theme)])
            .await;
        assert_eq!((answer.status, answer.location()), (303, leads_to));
        let page = ana.open("/").await;
        assert_eq!(page.attribute("html", "data-theme").as_deref(), Some(theme));
    }

    let away = [("theme", "dark"), ("next", "https://evil.example/")];
    let answer = ana.submit("/friends/", "/appearance/", &away).await;
    assert_eq!(answer.location(), "/");
}

#[tokio::test]
async fn pages_and_files_are_compressed_for_those_who_can_read_it() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let style = ana
        .open("/")
        .await
        .attribute("link[rel=stylesheet]", "href")
        .unwrap();

    for path in ["/", "/friends/", &style] {
        let request = ana
            .request(Method::GET, path)
            .header("Accept-Encoding", "gzip");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
    }
}

#[tokio::test]
async fn a_script_can_ask_whether_it_is_signed_in_without_loading_a_page() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let inside = ana.request(Method::HEAD, "/").send().await.unwrap();
    let outside = site
        .visitor()
        .request(Method::HEAD, "/")
        .send()
        .await
        .unwrap();

    assert_eq!(
        (inside.status().as_u16(), outside.status().as_u16()),
        (200, 303)
    );
}

#[tokio::test]
async fn the_conversation_with_the_newest_message_comes_first() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    for name in ["bo", "cy", "di"] {
        let other = site.sign_up(name).await;
        ana.befriend(&other).await;
        ana.open_room(&other).await.post("hello").await;
    }
    let bo = site.log_in("bo").await;

    bo.open_room(&ana).await.post("me again").await;

    assert_eq!(
        ana.open("/").await.texts("#conversations .side-name"),
        ["bo", "di", "cy"]
    );
}

#[tokio::test]
async fn somebody_new_is_told_what_to_do_next() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let page = ana.open("/").await;

    assert!(page.has("main a[href='/friends/'], nav a[href='/friends/']"));
    assert_eq!(page.texts("#conversations li").len(), 0);
}

#[tokio::test]
async fn the_list_of_conversations_is_beside_every_page() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    ana.post_by_form(room, "hello").await;
    let page = ana.open(&format!("/rooms/{room}/")).await;
    let message = page.attribute("article", "data-id").expect("a message");
    let of_message = format!("/rooms/{room}/messages/{message}");

    // The pages about a room lead back there, the others to the list, which is beside them on wide windows.
    let of_room = [
        format!("/rooms/{room}/notifications/"),
        format!("/rooms/{room}/catch-up/"),
        format!("{of_message}/actions/"),
        format!("{of_message}/details/"),
        format!("{of_message}/edit/"),
        format!("{of_message}/delete/"),
    ];
    for path in &of_room {
        let page = ana.open(path).await;
        let current = "nav[aria-label=Conversations] a[data-conversation][aria-current=page]";
        assert_eq!(page.texts(&format!("{current} .side-name")), ["bo"]);
        let back = page.attribute("main a.back-always", "href");
        let back = back.unwrap_or_else(|| panic!("no way back from {path}"));
        assert!(back.starts_with(&format!("/rooms/{room}/")), "{path}");
    }
    for path in [
        "/friends/",
        "/friends/2/block/",
        "/accounts/preferences/",
        "/accounts/devices/",
        "/accounts/profile/",
        "/accounts/password/",
        "/status/",
        "/rooms/new/",
    ] {
        let page = ana.open(path).await;
        assert_eq!(page.texts("#conversations .side-name"), ["bo"], "{path}");
        assert_eq!(
            page.attribute("main a.back-line", "href").as_deref(),
            Some("/"),
            "{path}"
        );
        assert!(!page.has("#conversations [aria-current]"), "{path}");
    }
}
