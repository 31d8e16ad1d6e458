//! Rooms: creation, members, invite links, roles, archiving and deletion.

mod head;
mod invites;
mod life;
mod matrix;
mod naming;
mod notices;
mod parting;

use crate::support::{Person, Site};

/// Ana, Bo and Cleo are friends of each other. Eve has no friends.
struct People {
    ana: Person,
    bo: Person,
    cleo: Person,
    eve: Person,
}

impl People {
    async fn meet(site: &Site) -> Self {
        let (ana, bo) = site.friends("ana", "bo").await;
        let (cleo, eve) = (site.sign_up("cleo").await, site.sign_up("eve").await);
        ana.befriend(&cleo).await;
        bo.befriend(&cleo).await;
        Self { ana, bo, cleo, eve }
    }
}
