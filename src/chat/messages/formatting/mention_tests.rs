//! Names without spaces around them. The table is in `tests/cases/`: typed text, who is called.

use super::{Named, render};
use crate::{
    accounts::{UserId, username},
    chat::messages::Call,
};

const PEOPLE: [&str; 7] = ["ana", "bo", "花子", "Scout", "철수", "สมชาย", "花子さん2"];

/// Returns the people whom a message calls in a room with [`PEOPLE`].
fn called(source: &str) -> Vec<&'static str> {
    let rendered = render(source);
    let known: Vec<String> = rendered
        .names()
        .iter()
        .map(|name| username::key(name))
        .collect();
    let html = rendered.html(|name| {
        let key = username::key(name);
        let found = PEOPLE
            .iter()
            .position(|person| username::key(person) == key)?;
        assert!(known.contains(&key), "{name} is not among the names");
        Some(Named::Person(
            UserId(found as i64),
            PEOPLE[found].to_owned(),
        ))
    });
    let marks = html.split("data-user=\"").skip(1);
    let ids = marks.map(|mark| mark.split('"').next().unwrap().parse::<usize>().unwrap());
    ids.map(|id| PEOPLE[id]).collect()
}

#[test]
fn a_name_is_called_with_letters_directly_beside_it() {
    let table = include_str!("../../../../tests/cases/mentions-glued.tsv");
    let lines = table.lines().skip(1).filter(|line| !line.is_empty());
    let cases = lines.map(|line| line.split_once('\t').unwrap());
    let ours = [
        ("@花子さん@bo", "花子 bo"),
        ("@花子さん2来て", "花子さん2"),
        ("@花子と@anaへ", "花子 ana"),
        ("@花子@Scout", "花子 Scout"),
        ("你好，@花子，@Scout！", "花子 Scout"),
        ("「@花子」", "花子"),
        ("@花子7点见", "花子"),
        ("@花子hello", "花子"),
        ("@花子.", "花子"),
        ("@철수야 안녕", "철수"),
        ("안녕@철수", "철수"),
        ("@ana에게", "ana"),
        ("ถาม@สมชายครับ", "สมชาย"),
        ("@anaさん、@boさん", "ana bo"),
        ("@boana", ""),
        ("@anaу", ""),
        ("почта@ana", ""),
        ("@花", ""),
        ("ana@bo", ""),
        ("x_@ana", ""),
        ("//@ana", ""),
        ("请写信到ana@bo.example", ""),
        ("`@花子さん`", ""),
        ("\\@花子さん", ""),
    ];
    for (source, expected) in cases.chain(ours) {
        assert_eq!(called(source).join(" "), expected, "{source:?}");
    }
}

#[test]
fn a_long_text_without_spaces_calls_whom_it_names_first() {
    let source = format!("@花子{}", "请看一下".repeat(200));
    assert_eq!(called(&source), ["花子"]);
    let many = "@花子请看一下这个问题".repeat(60);
    let names = render(&many).names().len();
    assert!((1..=500).contains(&names), "{names}");
    let different: String = (0..60)
        .map(|i| format!("@花子{i}请看一下这个问题谢谢 "))
        .collect();
    assert!(render(&different).names().len() <= 500);
}

#[test]
fn the_widest_call_of_a_text_counts_and_code_calls_nobody() {
    for (text, expected) in [
        ("@here lunch", Some(Call::Here)),
        ("lunch, @Everyone!", Some(Call::Everyone)),
        ("@here and @everyone", Some(Call::Everyone)),
        ("@everyone.", Some(Call::Everyone)),
        ("say `@everyone`", None),
        ("me@everyone.org, everyone, @everyones", None),
        ("@hereby", None),
    ] {
        let names = render(text);
        assert_eq!(Call::among(names.names()), expected, "{text}");
    }
}
