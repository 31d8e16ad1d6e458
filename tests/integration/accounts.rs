//! Accounts: registration, log-in, log-out, passwords, devices.

use crate::support::{PASSWORD, Site};

#[tokio::test]
async fn a_new_person_signs_up_and_lands_inside() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let typed = [
        ("username", "ana"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];

    let answer = visitor
        .submit("/accounts/register/", "/accounts/register/", &typed)
        .await;

    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert_eq!(visitor.open("/").await.page_data()["me"]["username"], "ana");
}

#[tokio::test]
async fn a_refused_sign_up_keeps_the_name_and_explains_at_the_field() {
    let site = Site::start().await;
    site.sign_up("Ana").await;
    let visitor = site.visitor();
    for (name, password, again, field) in [
        ("ana", PASSWORD, PASSWORD, "username"),
        ("no spaces", PASSWORD, PASSWORD, "username"),
        ("evil\u{202e}name", PASSWORD, PASSWORD, "username"),
        ("", PASSWORD, PASSWORD, "username"),
        ("bo", "short", "short", "password"),
        ("bo", "password1", "password1", "password"),
        ("benedetta", "benedetta1", "benedetta1", "password"),
        ("bo", PASSWORD, "another password", "password_again"),
    ] {
        let typed = [
            ("username", name),
            ("password", password),
            ("password_again", again),
        ];
        let answer = visitor
            .submit("/accounts/register/", "/accounts/register/", &typed)
            .await;

        assert_eq!(answer.status, 422, "{name} {password} {again}");
        let alert = format!("#{field}-error[role=alert]");
        assert!(
            answer.has(&alert),
            "{name} {password} {again}: {}",
            answer.body
        );
        let described = answer
            .attribute(&format!("#{field}"), "aria-describedby")
            .unwrap();
        assert!(described.contains(&format!("{field}-error")), "{described}");
        assert_eq!(
            answer.attribute("#username", "value").as_deref(),
            Some(name)
        );
    }
}

#[tokio::test]
async fn a_password_counts_byte_for_byte() {
    let site = Site::start().await;
    let password = "  spaces and ümläute  ";
    let typed = [
        ("username", "ana"),
        ("password", password),
        ("password_again", password),
    ];
    let visitor = site.visitor();
    visitor
        .submit("/accounts/register/", "/accounts/register/", &typed)
        .await;

    assert_eq!(
        site.visitor().log_in("ana", password.trim()).await.status,
        422
    );
    assert_eq!(site.visitor().log_in("ANA", password).await.status, 303);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let site = Site::start().await;
    site.sign_up("ana").await;

    let mut visitor = site.visitor();
    let wrong = visitor.log_in("ana", "not her password").await;
    let unknown = visitor.log_in("bob", "not her password").await;

    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.status, unknown.status);
    assert!(wrong.has("[role=alert]"));
    let plain = |page: &crate::support::Page, name: &str| {
        let token = page.attribute("input[name=csrf_token]", "value").unwrap();
        page.body.replace(&token, "token").replace(name, "name")
    };
    assert_eq!(plain(&wrong, "ana"), plain(&unknown, "bob"));
    let names = |page: &crate::support::Page| {
        page.headers
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&wrong), names(&unknown));
}

#[tokio::test]
async fn eleven_failures_for_a_name_make_everybody_wait_who_tries_it() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let mut visitor = site.visitor();
    for _ in 0..10 {
        assert_eq!(visitor.log_in("ana", "a wrong guess").await.status, 422);
    }

    let held = visitor.log_in("ana", PASSWORD).await;

    assert_eq!(held.status, 429);
    assert!(held.header("retry-after").parse::<u64>().unwrap() > 0);
    assert!(held.has("[data-retry-after]"), "{}", held.body);
    let unknown = site.visitor().log_in("somebody", "a wrong guess").await;
    assert_eq!(unknown.status, 422, "another name may still try");
}

#[tokio::test]
async fn failures_for_an_unknown_name_count_like_those_for_a_known_one() {
    let site = Site::start().await;
    let mut visitor = site.visitor();
    for _ in 0..10 {
        assert_eq!(visitor.log_in("nobody", "a wrong guess").await.status, 422);
    }

    assert_eq!(visitor.log_in("nobody", "a wrong guess").await.status, 429);
}

#[tokio::test]
async fn logging_in_leads_to_the_page_that_was_asked_for_and_never_off_the_site() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let visitor = site.visitor();
    let asked = visitor.get("/friends/").await;
    assert_eq!(
        (asked.status, asked.location()),
        (303, "/accounts/login/?next=%2Ffriends%2F")
    );

    for (next, leads_to) in [
        ("/friends/", "/friends/"),
        ("", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/friends/\r\nX-Evil: yes", "/friends/X-Evil:%20yes"),
    ] {
        let visitor = site.visitor();
        let typed = [("username", "ana"), ("password", PASSWORD), ("next", next)];
        let answer = visitor
            .submit("/accounts/login/", "/accounts/login/", &typed)
            .await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, leads_to),
            "{next:?}"
        );
    }
}

#[tokio::test]
async fn the_page_that_was_asked_for_survives_a_failed_try() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let typed = [
        ("username", "ana"),
        ("password", "a wrong guess"),
        ("next", "/friends/"),
    ];

    let failed = site
        .visitor()
        .submit("/accounts/login/", "/accounts/login/", &typed)
        .await;

    assert_eq!(
        failed.attribute("input[name=next]", "value").as_deref(),
        Some("/friends/")
    );
    assert_eq!(
        failed.attribute("#username", "value").as_deref(),
        Some("ana")
    );
    assert!(!failed.body.contains("a wrong guess"));
}

#[tokio::test]
async fn the_log_in_page_says_the_words_that_people_know() {
    let site = Site::start().await;

    let page = site.visitor().open("/accounts/login/").await;

    assert_eq!(page.texts("h1"), ["User Login"]);
    assert_eq!(page.texts("label[for=username]"), ["Username*"]);
    assert_eq!(page.texts("label[for=password]"), ["Password*"]);
    assert!(page.texts("button").contains(&"Login".to_owned()));
    assert_eq!(page.texts("a[href='/accounts/register/']"), ["Create one."]);
    assert!(page.texts("body")[0].contains("Don't have an account? Create one."));
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let phone = site.log_in("ana").await;
    let change = async |current: &str| {
        let new = "a new password 77";
        let typed = [
            ("current_password", current),
            ("new_password", new),
            ("new_password_again", new),
        ];
        ana.submit("/accounts/password/", "/accounts/password/", &typed)
            .await
    };

    let refused = change("not the old one").await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.has("#current_password-error[role=alert]"),
        "{}",
        refused.body
    );
    assert!(phone.is_signed_in().await);

    assert_eq!(change(PASSWORD).await.status, 303);
    assert!(
        ana.is_signed_in().await,
        "the browser that changed it stays"
    );
    assert!(!phone.is_signed_in().await);
    assert_eq!(site.visitor().log_in("ana", PASSWORD).await.status, 422);
    assert_eq!(
        site.visitor()
            .log_in("ana", "a new password 77")
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn without_the_tick_a_new_password_leaves_the_other_sessions() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let phone = site.log_in("ana").await;
    let path = "/accounts/password/";
    let mut fields = ana.open(path).await.form(path);
    fields.retain(|(name, _)| name == "csrf_token");
    for (name, value) in [
        ("current_password", PASSWORD),
        ("new_password", "a new password 77"),
        ("new_password_again", "a new password 77"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }

    assert_eq!(ana.post(path, &fields).await.status, 303);

    assert!(ana.is_signed_in().await && phone.is_signed_in().await);
}
