use std::time::Duration;

use super::{
    create::NewRoom,
    invite::{Invitation, InviteState, InviteTerms},
    lifecycle::DueRoom,
};
use crate::{
    accounts::{Person, UserId},
    chat::{
        log::NoticeKind,
        messages::{Budget, RoomEvent},
        rooms::{ListedMember, Role, Room, RoomId, RoomKind, RoomMember, RoomName, Topic},
        testing::{ANA, BO, CLEO, a_conversation},
    },
    db::{Connection, Database, Timestamp, testing::TestDatabase},
    error::{Error, Result},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Creates a closed room of Ana with Bo in it. Cleo is an outsider.
async fn a_room(db: &Database) -> RoomId {
    a_conversation(db).await;
    let new = NewRoom {
        is_open: false,
        name: RoomName::parse("Tea").unwrap(),
        topic: Topic::default(),
        people: vec![BO],
    };
    let events = db.write(move |conn| new.create(conn, ANA)).await.unwrap();
    events[0].room
}

async fn write<T: Send + 'static>(
    db: &Database,
    change: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    db.write(change).await
}

fn notices(events: &[RoomEvent]) -> Vec<NoticeKind> {
    let notice = |event: &RoomEvent| event.message.as_ref().and_then(|message| message.notice);
    events.iter().filter_map(notice).collect()
}

#[actix_web::test]
async fn a_room_begins_with_its_events_and_comes_back_with_them() {
    let db = TestDatabase::new();
    let room = a_room(&db).await;
    let read = db.read(move |conn| {
        let member = RoomMember::find(conn, room, BO)?;
        let events = RoomEvent::after(conn, &member, 0, Budget::of_messages(10))?.unwrap();
        Ok((member, events))
    });
    let (member, events) = read.await.unwrap();
    assert_eq!((member.title.as_str(), member.role), ("Tea", Role::Member));
    assert_eq!(notices(&events), [NoticeKind::Created, NoticeKind::Added]);
    let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, [1, 2]);
}

#[actix_web::test]
async fn permits_go_to_whoever_has_the_right_and_to_nobody_else() {
    let db = TestDatabase::new();
    let room = a_room(&db).await;
    let direct = write(&db, |conn| Ok(Room::open_direct(conn, ANA, BO)?.0.id))
        .await
        .unwrap();
    let rights = move |conn: &mut Connection, room, user| {
        let member = RoomMember::find(conn, room, user)?;
        Ok([
            member.clone().host().is_ok(),
            member.clone().moderator().is_ok(),
            member.clone().owner().is_ok(),
            member.leaver().is_ok(),
        ])
    };
    let of = |room, user| db.read(move |conn| rights(conn, room, user));
    assert_eq!(of(room, ANA).await.unwrap(), [true; 4]);
    assert_eq!(of(room, BO).await.unwrap(), [false, false, false, true]);
    assert_eq!(of(direct, ANA).await.unwrap(), [false; 4]);
    assert!(matches!(of(room, CLEO).await, Err(Error::NotFound)));
    let archive =
        move |conn: &mut Connection| RoomMember::find(conn, room, ANA)?.owner()?.archive(conn);
    write(&db, archive).await.unwrap();
    assert_eq!(of(room, ANA).await.unwrap(), [false, false, true, true]);
}

#[test]
fn the_oldest_moderator_follows_and_without_one_the_oldest_member() {
    let listed = |id, role, joined| ListedMember {
        person: Person::new(UserId(id), format!("p{id}")),
        role,
        joined_at: Timestamp(joined),
        invite: None,
    };
    let mut listing = vec![
        listed(1, Role::Owner, 1),
        listed(2, Role::Member, 2),
        listed(3, Role::Moderator, 5),
        listed(4, Role::Moderator, 4),
    ];
    let heir =
        |listing: &[ListedMember]| RoomMember::successor(listing).map(|heir| heir.person.id.0);
    assert_eq!(heir(&listing), Some(4));
    listing.truncate(2);
    assert_eq!(heir(&listing), Some(2));
    assert_eq!(heir(&listing[..1]), None);
}

#[actix_web::test]
async fn a_link_ends_with_its_time_its_uses_or_its_room() {
    let db = TestDatabase::new();
    let room = a_room(&db).await;
    let now = Timestamp::now();
    let terms = InviteTerms {
        lifetime: Some(DAY),
        max_uses: Some(1),
    };
    let make = move |conn: &mut Connection| {
        let moderator = RoomMember::find(conn, room, ANA)?.inviter()?;
        let id = moderator.new_invite(conn, (terms, now), 5)?;
        Ok(moderator.invite(conn, id)?.token)
    };
    let token = write(&db, make).await.unwrap();
    let open = |user, now| {
        let token = token.clone();
        db.read(move |conn| Invitation::open(conn, &token, (user, now)))
    };
    assert!(matches!(open(BO, now).await.unwrap(), Invitation::Inside(inside) if inside == room));
    assert!(matches!(
        open(CLEO, now.plus(DAY)).await.unwrap(),
        Invitation::Over(InviteState::Expired)
    ));
    let Invitation::Valid(valid) = open(CLEO, now).await.unwrap() else {
        panic!("the link is good");
    };
    assert_eq!(
        (valid.offer.room.name.as_str(), valid.offer.members),
        ("Tea", 2)
    );
    let events = write(&db, move |conn| valid.accept(conn)).await.unwrap();
    assert_eq!(notices(&events), [NoticeKind::Invited]);
    assert!(matches!(
        open(UserId(99), now).await.unwrap(),
        Invitation::Over(InviteState::UsedUp)
    ));
}

#[actix_web::test]
async fn a_room_of_two_friends_never_changes_its_kind() {
    let db = TestDatabase::new();
    a_room(&db).await;
    let direct = write(&db, |conn| Ok(Room::open_direct(conn, ANA, BO)?.0.id))
        .await
        .unwrap();
    let convert = move |conn: &mut Connection| {
        RoomMember::find(conn, direct, ANA)?
            .owner()?
            .convert(conn, true)
    };
    assert!(matches!(write(&db, convert).await, Err(Error::Forbidden)));
    let kind = db.read(move |conn| Ok(RoomMember::find(conn, direct, ANA)?.room.kind));
    assert_eq!(kind.await.unwrap(), RoomKind::Direct);
}

#[actix_web::test]
async fn a_room_that_was_kept_in_time_is_not_emptied() {
    let db = TestDatabase::new();
    let room = a_room(&db).await;
    let now = Timestamp::now();
    let delete = move |conn: &mut Connection| {
        let owner = RoomMember::find(conn, room, ANA)?.owner()?;
        owner.archive(conn)?;
        RoomMember::find(conn, room, ANA)?
            .owner()?
            .delete_after(conn, now, DAY)
    };
    write(&db, delete).await.unwrap();
    let due = |now| db.read(move |conn| Ok(DueRoom::all(conn, now)?));
    assert!(due(now).await.unwrap().is_empty(), "not before its time");
    let [late] = due(now.plus(DAY)).await.unwrap()[..] else {
        panic!("one room is due");
    };
    let keep = move |conn: &mut Connection| RoomMember::find(conn, room, ANA)?.owner()?.keep(conn);
    write(&db, keep).await.unwrap();
    let emptied = write(&db, move |conn| Ok(late.empty(conn, now.plus(DAY))?)).await;
    assert_eq!(emptied.unwrap(), None);
}
