//! The vocabulary of the tests: `let site = Site::start().await;`, `let ana =
//! site.sign_up("ana").await;`, `let mut room = ana.open_room(&bo).await;`,
//! `room.post("hello").await;`.

mod command;
mod page;
mod person;
mod queries;
mod room;
mod rooms;
mod site;
mod socket;

pub(crate) use command::{beside, database, done, obey, refused, run, text};
pub(crate) use page::Page;
pub(crate) use person::{Lists, PASSWORD, Person};
pub(crate) use room::Room;
pub(crate) use rooms::{is_of, number};
pub(crate) use site::Site;
pub(crate) use socket::Socket;
