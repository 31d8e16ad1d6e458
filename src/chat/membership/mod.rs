//! Who comes, who goes and who may do more: creating rooms, joining, leaving, roles, invites, and how
//! rooms end.

mod models;

pub use models::{
    create::NewRoom,
    invite::{Invitation, Invite, InviteState, InviteTerms, ValidInvitation, came_by},
    lifecycle::DueRoom,
    open_room::OpenRoom,
};
