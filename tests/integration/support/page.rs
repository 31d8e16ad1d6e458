//! A response of the site, read as a browser reads it: its forms, texts and headers.

use reqwest::{Response, header::HeaderMap};
use scraper::{Html, Selector};
use serde_json::Value;

/// A complete HTTP response.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) async fn read(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// The elements of the page, without what its scripts keep in templates.
    fn html(&self) -> Html {
        shown(&self.body)
    }

    /// Returns the value of a header, or "" without the header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the first cookie that the response sets, as `name=value`.
    pub(crate) fn first_cookie(&self) -> String {
        let cookie = self.header("set-cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// Returns the target of a redirect.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// Returns the texts of all elements that match a CSS selector, with white space collapsed.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let html = self.html();
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        html.root_element()
            .select(&css(selector))
            .map(|element| words(element.text().collect()))
            .collect()
    }

    /// Returns the texts of all elements that match a CSS selector, with their white space.
    pub(crate) fn raw_texts(&self, selector: &str) -> Vec<String> {
        let html = self.html();
        html.root_element()
            .select(&css(selector))
            .map(|element| element.text().collect())
            .collect()
    }

    /// Returns whether an element matches a CSS selector.
    pub(crate) fn has(&self, selector: &str) -> bool {
        let html = self.html();
        html.root_element().select(&css(selector)).next().is_some()
    }

    /// Returns an attribute of the first element that matches a CSS selector.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let html = self.html();
        let (selector, root) = (css(selector), html.root_element());
        let is_root = selector.matches(&root);
        let element = if is_root {
            root
        } else {
            root.select(&selector).next()?
        };
        element.attr(name).map(str::to_owned)
    }

    /// Returns an attribute of all elements that match a CSS selector and have it, in order.
    pub(crate) fn all_attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = self.html();
        let selector = css(selector);
        html.root_element()
            .select(&selector)
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// Returns the fields that a browser would submit from the untouched form with this action:
    /// hidden fields and checked boxes. Panics without such a form.
    pub(crate) fn form(&self, action: &str) -> Vec<(String, String)> {
        let html = self.html();
        let form = html
            .root_element()
            .select(&css("form"))
            .find(|form| form.attr("action") == Some(action))
            .unwrap_or_else(|| panic!("no form with the action {action} in {}", self.body));
        form.select(&css("input[type=hidden], input[type=checkbox][checked]"))
            .filter_map(|input| {
                let name = input.attr("name")?;
                Some((
                    name.to_owned(),
                    input.attr("value").unwrap_or("on").to_owned(),
                ))
            })
            .collect()
    }

    /// Returns the data of the page for its scripts.
    pub(crate) fn page_data(&self) -> Value {
        let html = self.html();
        let block = html
            .root_element()
            .select(&css("#page-data"))
            .next()
            .expect("a page for scripts");
        serde_json::from_str(&block.text().collect::<String>()).unwrap()
    }

    /// Returns the texts of the messages on a room page, in order.
    pub(crate) fn messages(&self) -> Vec<String> {
        let html = shown(&self.body.replace("<br>", "\n"));
        html.root_element()
            .select(&css("[role=log] article .message-text"))
            .map(|body| body.text().collect())
            .collect()
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

/// Parses a page. Browsers do not show what is in templates.
fn shown(body: &str) -> Html {
    let mut html = Html::parse_document(body);
    let templates: Vec<_> = html.select(&css("template")).map(|one| one.id()).collect();
    for template in templates {
        if let Some(mut template) = html.tree.get_mut(template) {
            template.detach();
        }
    }
    html
}
