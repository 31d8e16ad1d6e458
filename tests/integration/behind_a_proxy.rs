//! Behind a reverse proxy with TLS: cookies, headers, and client addresses.

use parlour::config::Settings;
use reqwest::{Method, RequestBuilder};

use crate::support::{PASSWORD, Page, Person, Site};

const HOST: &str = "chat.example.org";

fn public(settings: &mut Settings) {
    settings.public_url = Some(format!("https://{HOST}").parse().unwrap());
    settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
}

async fn send(request: RequestBuilder) -> Page {
    Page::read(request.header("Host", HOST).send().await.unwrap()).await
}

/// Fails to log in with `address` as the client behind the proxy. Returns the status.
async fn fail_from(person: &Person, address: &str, cookie: &str, token: &str) -> u16 {
    let fields = [
        ("username", "ana"),
        ("password", "wrong"),
        ("csrf_token", token),
    ];
    let request = person
        .request(Method::POST, "/accounts/login/")
        .header("Origin", format!("https://{HOST}"))
        .header("Cookie", cookie)
        .header("X-Forwarded-For", address)
        .form(&fields);
    send(request).await.status
}

/// Returns the cookie and the token of the log-in page. A cookie jar would not send a `Secure`
/// cookie over plain http, so the test does it by hand.
async fn visit(person: &Person) -> (String, String) {
    let page = send(person.request(Method::GET, "/accounts/login/")).await;
    let cookie = page.first_cookie();
    let token = page.attribute("input[name=csrf_token]", "value").unwrap();
    (cookie, token)
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_the_browser_is_told_to_stay_on_https() {
    let site = Site::start_with(public).await;
    let visitor = site.visitor();
    let (cookie, token) = visit(&visitor).await;
    let fields = [
        ("username", "ana"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
        ("csrf_token", &token),
    ];

    let answer = send(
        visitor
            .request(Method::POST, "/accounts/register/")
            .header("Origin", format!("https://{HOST}"))
            .header("Cookie", &cookie)
            .form(&fields),
    )
    .await;

    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookies = answer.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|value| value.to_str().unwrap());
    let session = cookies
        .find(|cookie| cookie.starts_with("__Host-parlour_session="))
        .unwrap();
    for part in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"] {
        assert!(session.contains(part), "{session}");
    }
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age=63072000")
    );
    let policy = answer.header("content-security-policy");
    assert!(policy.contains(&format!("wss://{HOST}")), "{policy}");
}

#[tokio::test]
async fn over_https_a_form_must_say_where_it_comes_from() {
    let site = Site::start_with(public).await;
    let visitor = site.visitor();
    let (cookie, token) = visit(&visitor).await;
    let fields = [
        ("username", "ana"),
        ("password", "wrong"),
        ("csrf_token", &token),
    ];
    let form = || {
        visitor
            .request(Method::POST, "/accounts/login/")
            .header("Cookie", &cookie)
    };

    let silent = send(form().form(&fields)).await;
    let plain = send(
        form()
            .header("Origin", format!("http://{HOST}"))
            .form(&fields),
    )
    .await;

    assert_eq!((silent.status, plain.status), (403, 403));
}

#[tokio::test]
async fn the_public_host_is_answered_and_so_is_a_probe_on_the_machine_itself() {
    let site = Site::start_with(public).await;
    let visitor = site.visitor();

    let public = send(visitor.request(Method::GET, "/accounts/login/")).await;
    let probe = visitor.get("/readyz").await;
    let other = visitor
        .request(Method::GET, "/readyz")
        .header("Host", "example.org");
    let other = other.send().await.unwrap().status().as_u16();

    assert_eq!((public.status, probe.status, other), (200, 200, 400));
}

#[tokio::test]
async fn the_address_that_a_trusted_proxy_names_is_the_one_that_counts() {
    let site = Site::start_with(|settings| {
        public(settings);
        settings.rates.login_failures = "100/15m".parse().unwrap();
        settings.rates.login_failures_ip = "2/15m".parse().unwrap();
    })
    .await;
    let visitor = site.visitor();
    let (cookie, token) = visit(&visitor).await;
    let from = async |address: &str| fail_from(&visitor, address, &cookie, &token).await;

    assert_eq!(
        [from("203.0.113.1").await, from("203.0.113.1").await],
        [422, 422]
    );
    assert_eq!(from("203.0.113.1").await, 429);
    assert_eq!(from("203.0.113.2").await, 422, "somebody else");
    assert_eq!(
        from("203.0.113.9, 203.0.113.1").await,
        429,
        "what the client made up is left of it"
    );
    assert_eq!(
        from("203.0.113.1, 127.0.0.7").await,
        429,
        "a second proxy of ours"
    );
    for i in 0..2 {
        assert_eq!(from(&format!("2001:db8::{i}")).await, 422);
    }
    assert_eq!(
        from("2001:db8::ffff").await,
        429,
        "one network of 64 bits is one address"
    );
}

#[tokio::test]
async fn nobody_else_is_believed_about_addresses() {
    let site = Site::start_with(|settings| {
        settings.rates.login_failures = "100/15m".parse().unwrap();
        settings.rates.login_failures_ip = "2/15m".parse().unwrap();
    })
    .await;
    let visitor = site.visitor();
    let mut statuses = Vec::new();
    for i in 0..3 {
        let token = visitor.csrf_token("/accounts/login/").await;
        let fields = [
            ("username", "ana"),
            ("password", "wrong"),
            ("csrf_token", &token),
        ];
        let request = visitor
            .request(Method::POST, "/accounts/login/")
            .header("Origin", visitor.origin())
            .header("X-Forwarded-For", format!("203.0.113.{i}"))
            .header("Forwarded", format!("for=203.0.113.{i}"))
            .form(&fields);
        statuses.push(request.send().await.unwrap().status().as_u16());
    }

    assert_eq!(statuses, [422, 422, 429]);
}
