//! Actions on rooms, with the forms that the pages show.

use serde_json::Value;

use super::{Page, Person};

impl Person {
    /// Creates a room with that access (`open` or `closed`) and friends in it. Returns its id.
    pub(crate) async fn make_room(&self, access: &str, name: &str, people: &[&Person]) -> i64 {
        let typed = [("kind", "room"), ("access", access), ("name", name)];
        let answer = self.begin(&typed, people).await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.body);
        number(answer.location())
    }

    /// Creates a group conversation with friends. Returns its id.
    pub(crate) async fn make_group(&self, people: &[&Person]) -> i64 {
        let answer = self.begin(&[("kind", "group")], people).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        number(answer.location())
    }

    /// Submits the form of a new conversation.
    pub(crate) async fn begin(&self, typed: &[(&str, &str)], people: &[&Person]) -> Page {
        let mut fields = self.open("/rooms/new/").await.form("/rooms/new/");
        let typed = typed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        fields.extend(typed);
        fields.extend(ticked(people));
        self.post("/rooms/new/", &fields).await
    }

    /// Adds friends to a room, even if the page does not offer it.
    pub(crate) async fn add_people(&self, room: i64, people: &[&Person]) -> Page {
        let mut fields = vec![("csrf_token".to_owned(), self.csrf_token("/friends/").await)];
        fields.extend(ticked(people));
        self.post(&format!("/rooms/{room}/people/"), &fields).await
    }

    /// Submits a form about a room, with an action below the room's path, even if no page shows it.
    pub(crate) async fn about_room(&self, room: i64, action: &str, typed: &[(&str, &str)]) -> Page {
        let mut fields = vec![("csrf_token".to_owned(), self.csrf_token("/friends/").await)];
        let typed = typed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        fields.extend(typed);
        self.post(&format!("/rooms/{room}/{action}"), &fields).await
    }

    /// Creates an invite link. Returns its path, and that of the page about it.
    pub(crate) async fn make_link(
        &self,
        room: i64,
        lifetime: &str,
        uses: &str,
    ) -> (String, String) {
        let details = format!("/rooms/{room}/details/");
        let typed = [("lifetime", lifetime), ("uses", uses)];
        let answer = self
            .submit(&details, &format!("/rooms/{room}/invites/"), &typed)
            .await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let page = self.open(answer.location()).await;
        let link = page.attribute("#link", "value").expect("a link");
        let path = link.split_once("/join/").expect("a link into a room").1;
        (format!("/join/{path}"), answer.location().to_owned())
    }

    /// Presses `Join` on the page of an invite link. Returns the redirect or the refusal.
    pub(crate) async fn come_by(&self, link: &str) -> Page {
        let page = self.get(link).await;
        if page.status != 200 {
            return page;
        }
        self.post(link, &page.form(link)).await
    }

    /// Returns the names of the members of a room, as this person sees them.
    pub(crate) async fn members_of(&self, room: i64) -> Vec<String> {
        let page = self.open(&format!("/rooms/{room}/details/")).await;
        page.texts("#details-members .row-title bdi")
    }

    /// Returns the notices in the log of a room.
    pub(crate) async fn told_in(&self, room: i64) -> Vec<String> {
        let page = self.open(&format!("/rooms/{room}/")).await;
        page.texts("[role=log] .notice-text")
    }
}

fn ticked(people: &[&Person]) -> Vec<(String, String)> {
    let box_of = |person: &&Person| ("people".to_owned(), person.id.to_string());
    people.iter().map(box_of).collect()
}

/// Returns the room id in a path.
pub(crate) fn number(path: &str) -> i64 {
    let number = path.trim_start_matches("/rooms/").trim_end_matches('/');
    number
        .parse()
        .unwrap_or_else(|_| panic!("not a room: {path}"))
}

/// Returns whether an event belongs to this room.
pub(crate) fn is_of(event: &Value, room: i64) -> bool {
    event["room"] == room
}
