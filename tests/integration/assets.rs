//! Static assets: the scripts and styles that pages use.

use crate::stage::Program;

async fn text_of(program: &Program, path: &str) -> (String, String) {
    let url = format!("http://{}{path}", program.address);
    let answer = reqwest::get(&url).await.unwrap().error_for_status();
    let answer = answer.unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (kind, answer.text().await.unwrap())
}

/// Returns the values of all `attribute="…"` in the page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!("{attribute}=\"");
    let after = page.split(opening.as_str()).skip(1);
    after.filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn a_page_has_one_script_and_one_sheet_which_need_no_others() {
    let program = Program::start(&[]).await;
    let (_, page) = text_of(&program, "/accounts/login/").await;
    let scripts = values(&page, "src");
    let sheets: Vec<_> = values(&page, "href")
        .into_iter()
        .filter(|href| href.ends_with(".css"))
        .collect();
    assert_eq!((scripts.len(), sheets.len()), (1, 1), "{page}");

    let folder = scripts[0].strip_suffix("forms.js").unwrap();
    for name in ["forms", "app", "room", "why-here", "permission"] {
        let (kind, script) = text_of(&program, &format!("{folder}{name}.js")).await;
        assert_eq!(kind, "text/javascript", "{name}");
        for import in ["import{", "import\"", "import*", "import "] {
            assert!(!script.contains(import), "{name}: {script}");
        }
        assert!(script.len() > 1_000, "{name}: {script}");
    }
    // What is loaded on demand takes its modules from the script of the page.
    let (_, room) = text_of(&program, &format!("{folder}room.js")).await;
    let parts: Vec<&str> = room.split("import(").skip(1).collect();
    assert!(!parts.is_empty());
    for part in parts {
        let name = part.split(['"', '`']).nth(1).unwrap();
        let file = name.strip_prefix("./").unwrap();
        let (kind, script) = text_of(&program, &format!("{folder}{file}")).await;
        assert_eq!(kind, "text/javascript", "{file}");
        assert!(script.contains("./room.js"), "{file}: {script}");
        assert!(script.len() < 20_000, "{file}");
    }
    for name in ["door", "app"] {
        let (kind, sheet) = text_of(&program, &format!("{folder}{name}.css")).await;
        assert_eq!(kind, "text/css; charset=utf-8", "{name}");
        assert!(!sheet.contains("@import"), "{name}: {sheet}");
        assert!(sheet.contains("@media print {"), "{name}: {sheet}");
        assert_eq!(sheets[0], format!("{folder}door.css"));
    }
}

#[tokio::test]
async fn the_modules_and_sheets_that_a_bundle_is_made_of_can_be_read() {
    let program = Program::start(&[]).await;
    let (_, page) = text_of(&program, "/accounts/login/").await;
    let folder = values(&page, "src")[0]
        .strip_suffix("bundles/forms.js")
        .unwrap();
    for path in ["js/live/socket.js", "css/page/tokens.css"] {
        let (_, served) = text_of(&program, &format!("{folder}{path}")).await;
        let source = std::fs::read_to_string(format!("static/{path}")).unwrap();
        assert_eq!(served, source, "{path}");
    }
}

#[tokio::test]
async fn browsers_keep_files_until_the_next_release() {
    let program = Program::start(&[]).await;
    let (_, page) = text_of(&program, "/accounts/login/").await;
    let folder = values(&page, "src")[0].strip_suffix("forms.js").unwrap();
    let script = format!("http://{}{folder}forms.js", program.address);
    let script = reqwest::get(&script).await.unwrap();
    assert_eq!(
        script.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    for (folder, kept) in [
        (folder, "public, max-age=31536000, immutable"),
        ("/static/0123456789abcdef/bundles/", "no-cache"),
    ] {
        let url = format!("http://{}{folder}emoji.json", program.address);
        let answer = reqwest::get(&url).await.unwrap();
        assert_eq!(answer.headers()["cache-control"], kept);
        let groups: Vec<Vec<Vec<String>>> = answer.json().await.unwrap();
        assert_eq!(groups.len(), 9);
        assert_eq!(groups[0][0][0], "😀");
        let list = groups.concat();
        assert!(list.len() > 1_500, "{}", list.len());
        let wave = list.iter().find(|entry| entry[0] == "👋").unwrap();
        assert_eq!(wave, &["👋", "waving hand", "wave", "👋🏻"]);
    }
}
