//! Membership: creating rooms, joining, leaving, roles, invite links, and the lifecycle of rooms.

mod models;

pub use models::{
    create::NewRoom,
    invite::{Invitation, Invite, InviteState, InviteTerms, Offer, ValidInvitation, joined_by},
    lifecycle::DueRoom,
    members_may::MembersMay,
    open_room::OpenRoom,
};
