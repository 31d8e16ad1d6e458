//! A real request, as a consumer gets it, and its answer, as the client gets it.

use bytes::Bytes;
use channels::http::{Http, HttpConsumer, HttpContext, ResponseHead};
use channels::testing::LiveServer;
use channels::{HandlerResult, Layer, Scope, URLRouter};
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::scripted::PATIENCE;

/// Answers with everything that it was asked.
struct Mirror;

impl HttpConsumer for Mirror {
    type Event = ();

    async fn handle(&mut self, body: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
        let scope = ctx.scope();
        let headers = scope.headers();
        let headers: Vec<_> = headers
            .map(|(name, value)| json!([name, String::from_utf8_lossy(value)]))
            .collect();
        let seen = json!({
            "type": scope.protocol().as_str(),
            "scheme": scope.scheme(),
            "method": scope.method(),
            "http_version": scope.http_version(),
            "path": scope.path(),
            "raw_path": scope.raw_path(),
            "query_string": scope.query_string(),
            "headers": headers,
            "client": scope.client().is_some(),
            "server": scope.server().is_some(),
            "body": body.to_vec(),
        });
        Ok(ctx.send_response(200, seen.to_string())?)
    }
}

/// Sends its body back, in as many parts as the query says and an empty one at the end.
struct Parts;

impl HttpConsumer for Parts {
    type Event = ();

    async fn handle(&mut self, body: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
        let parts: usize = ctx.scope().query_string().parse()?;
        let head = ResponseHead::status(201)
            .header("x-one", "1")
            .header("x-two", "a, b")
            .header("x-two", "c");
        if parts == 1 {
            return Ok(ctx.send_response(head, body)?);
        }
        ctx.send_headers(head)?;
        for part in body.chunks(body.len().div_ceil(parts).max(1)) {
            ctx.send_body(part.to_vec(), true)?;
        }
        Ok(ctx.send_body("", false)?)
    }
}

fn server() -> LiveServer {
    let app = URLRouter::new()
        .path("parts/", |_: &Scope| Http(Parts))
        .path("<path:any>", |_: &Scope| Http(Mirror))
        .path("", |_: &Scope| Http(Mirror));
    LiveServer::start(app, &Layer::in_memory()).expect("a free port")
}

async fn exchange(server: &LiveServer, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("the server to listen");
    stream.write_all(request).await.expect("an open connection");
    let mut answer = Vec::new();
    let reading = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    reading.expect("an end in time").expect("a whole answer");
    answer
}

fn request(first_line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{first_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        request += &format!("Content-Length: {}\r\n", body.len());
    }
    let mut request = (request + "\r\n").into_bytes();
    request.extend_from_slice(body);
    request
}

async fn mirrored(server: &LiveServer, request: &[u8]) -> Value {
    let answer = exchange(server, request).await;
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = &answer[head.expect("a head") + 4..];
    serde_json::from_slice(body).expect("the mirror's JSON")
}

/// The values of one header, as the consumer saw them.
fn values<'a>(seen: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = seen["headers"].as_array().expect("a list").iter();
    let named = headers.filter(|header| header[0] == name);
    named.filter_map(|header| header[1].as_str()).collect()
}

#[actix_web::test]
async fn the_smallest_request_is_seen_whole() {
    let seen = mirrored(&server(), &request("GET /", &[], b"")).await;

    assert_eq!(seen["type"], "http");
    assert_eq!(seen["scheme"], "http");
    assert_eq!(seen["method"], "GET");
    assert_eq!(seen["http_version"], "1.1");
    assert_eq!(
        (&seen["path"], &seen["raw_path"]),
        (&json!("/"), &json!("/"))
    );
    assert_eq!(seen["query_string"], "");
    assert_eq!(seen["body"], json!([]));
    assert_eq!(
        (&seen["client"], &seen["server"]),
        (&json!(true), &json!(true))
    );
}

#[actix_web::test]
async fn the_path_is_decoded_and_its_raw_form_and_the_query_are_kept() {
    let seen = mirrored(
        &server(),
        &request("GET /te%20a/%C3%BC%2Fx/?q=%20a+b&q=2", &[], b""),
    )
    .await;

    assert_eq!(seen["path"], "/te a/ü/x/");
    assert_eq!(seen["raw_path"], "/te%20a/%C3%BC%2Fx/");
    assert_eq!(seen["query_string"], "q=%20a+b&q=2");
}

#[actix_web::test]
async fn headers_have_lower_case_names_trimmed_values_and_stand_for_themselves() {
    let headers = [
        ("X-MiXeD", "  spaces around \t"),
        ("x-twice", "one"),
        ("x-spoofed_name", "dropped"),
        ("X-Twice", "two"),
        ("Cookie", "a=1"),
    ];
    let seen = mirrored(&server(), &request("GET /", &headers, b"")).await;

    assert_eq!(values(&seen, "x-mixed"), ["spaces around"]);
    assert_eq!(values(&seen, "x-twice"), ["one", "two"]);
    assert_eq!(values(&seen, "cookie"), ["a=1"]);
    assert!(values(&seen, "x-spoofed_name").is_empty());
}

#[actix_web::test]
async fn any_method_path_header_and_body_arrive_as_they_were_sent() {
    let server = server();
    let mut random = rand::rng();
    for _ in 0..50 {
        let method = ["GET", "POST", "PUT", "PATCH", "DELETE"][random.random_range(0..5)];
        let words = |random: &mut rand::rngs::ThreadRng| -> String {
            let length = random.random_range(1..40);
            let letter = |_| char::from(random.random_range(b'a'..=b'z'));
            (0..length).map(letter).collect()
        };
        let (path, query) = (format!("/{}/", words(&mut random)), words(&mut random));
        let value = words(&mut random);
        let length = random.random_range(0..20_000);
        let body: Vec<u8> = (0..length).map(|_| random.random()).collect();
        let request = request(
            &format!("{method} {path}?{query}"),
            &[("x-any", &value)],
            &body,
        );

        let seen = mirrored(&server, &request).await;

        assert_eq!(
            (&seen["method"], &seen["path"]),
            (&json!(method), &json!(path))
        );
        assert_eq!(seen["query_string"], query);
        assert_eq!(values(&seen, "x-any"), [value]);
        assert_eq!(seen["body"], json!(body));
    }
}

#[actix_web::test]
async fn a_body_in_chunks_is_collected_before_the_consumer_exists() {
    let request =
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
        3\r\ntea\r\n5\r\n time\r\n0\r\n\r\n";
    let seen = mirrored(&server(), request).await;
    assert_eq!(seen["body"], json!(b"tea time"));
}

#[actix_web::test]
async fn status_headers_and_any_body_reach_the_client() {
    let server = server();
    let body: Vec<u8> = (0..=255).cycle().take(5000).collect();
    for parts in [1, 2, 7] {
        let asked = request(&format!("POST /parts/?{parts}"), &[], &body);
        let answer = exchange(&server, &asked).await;
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&answer).expect("an answer of HTTP");
        let rest = &answer[parsed.unwrap()..];
        assert_eq!(response.code, Some(201));
        let named = |name: &str| -> Vec<&[u8]> {
            let headers = response.headers.iter();
            let named = headers.filter(|header| header.name.eq_ignore_ascii_case(name));
            named.map(|header| header.value).collect()
        };
        assert_eq!(named("x-one"), [b"1"]);
        assert_eq!(named("x-two"), [&b"a, b"[..], b"c"]);
        assert_eq!(
            whole(rest, !named("transfer-encoding").is_empty()),
            body,
            "{parts}"
        );
    }
}

/// The body, put together if it came in chunks.
fn whole(mut rest: &[u8], chunked: bool) -> Vec<u8> {
    if !chunked {
        return rest.to_vec();
    }
    let mut body = Vec::new();
    loop {
        let size = httparse::parse_chunk_size(rest).expect("a size");
        let (start, length) = size.unwrap();
        let end = start + usize::try_from(length).expect("a small chunk");
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&rest[start..end]);
        rest = &rest[end + 2..];
    }
}
