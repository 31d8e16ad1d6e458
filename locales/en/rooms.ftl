# Rooms: making one, who is in it, links into it, and what the log tells of all this.

# ---- what the log tells; $actor did it, $value is a name or a text
notice-created = { $actor } started this conversation
notice-joined = { $actor } joined
notice-invited = { $actor } joined with an invite link
notice-added = { $actor } added { $value }
notice-removed = { $actor } removed { $value }
notice-left = { $actor } left
notice-moderator = { $actor } made { $value } a moderator
notice-member = { $actor } removed { $value } as moderator
notice-owner = { $actor } made { $value } the owner
notice-renamed = { $actor } renamed the room to { $value }
notice-group-named = { $actor } named the group { $value }
notice-name-gone = { $actor } removed the name of the group
notice-topic = { $actor } changed the topic to { $value }
notice-topic-gone = { $actor } removed the topic
notice-opened = { $actor } made this an open room: everyone on this server can join
notice-closed = { $actor } made this a closed room: only invited people can join
notice-archived = { $actor } archived the room: members can read it, but no one can send messages
notice-unarchived = { $actor } unarchived the room
notice-deleting = { $actor } scheduled the room to be deleted on { $value }
notice-kept = { $actor } cancelled the deletion of the room
# Several: js-gathered-pins.
notice-pinned = { $actor } pinned a message

# ---- a new conversation
rooms-new-title = New conversation
rooms-new-heading = New conversation
rooms-new-lead = What would you like to start?
rooms-open-link = Find an open room instead
rooms-kind = Kind of conversation
rooms-kind-group = A group of friends
rooms-kind-group-hint = Named after the people in it. Everyone in it can add their own friends.
rooms-kind-room = A room
rooms-kind-room-hint = With a name, a topic, moderators and invite links.
rooms-kind-notes = Notes to self
rooms-kind-notes-hint = Only you can see them, on all your devices.
rooms-name = Name
rooms-topic = Topic
rooms-topic-hint = One line about the room, shown below its name.
rooms-access = Who can join
rooms-closed = Closed
rooms-closed-hint = Only people who are added or have an invite link can join.
rooms-open = Open
rooms-open-hint = Everyone on this server can find, join and read it.
rooms-people = People
rooms-people-none = You have no friends to add yet.
rooms-add-none = All your friends are in this conversation already, or you have none yet.
rooms-new-submit = Start
rooms-new-room = Create a room

# ---- open rooms
rooms-open-title = Open rooms
rooms-open-heading = Open rooms
rooms-open-lead = Everyone on this server can join these rooms.
rooms-open-none = There are no open rooms yet. Create the first one.
rooms-join = Join
rooms-join-label = Join { $name }
rooms-go = Go to room
rooms-go-label = Go to room { $name }
rooms-previous = Previous
rooms-next = More rooms
rooms-more-members = More members

# ---- the page about a room
rooms-details = Room details
rooms-details-title = Details of { $room }
rooms-members = Members
rooms-members-count =
    { $count ->
        [one] 1 member
       *[other] { $count } members
    }
rooms-you = you
rooms-role-owner = Owner
rooms-role-moderator = Moderator
rooms-appoint = Make moderator
rooms-appoint-label = Make moderator: { $name }
rooms-dismiss = Remove as moderator
rooms-dismiss-label = Remove as moderator: { $name }
rooms-remove = Remove
rooms-remove-label = Remove { $name }
rooms-add = Add people
rooms-add-title = Add people
rooms-add-heading = Add people
rooms-add-lead = Friends you add to { $room } can read its earlier messages.
rooms-add-submit = Add
rooms-about = Name and topic
rooms-group-hint = Everyone in this group can add their own friends and change its name.
rooms-group-name = Name of the group
rooms-group-name-hint = A group without a name is named after the people in it.
rooms-more = More about this conversation
rooms-level-hint = Choose what you want to be notified about.
rooms-level-action = Change
rooms-save = Save
rooms-archived-hint = Archived: members can read it, but no one can send messages or join.
rooms-empty = No messages yet. Write the first one.
rooms-notes-empty = Nothing here yet. Write down what you want to keep.

rooms-end = This room
rooms-convert = Make this an open room
rooms-convert-action = Make open
rooms-close = Make this a closed room
rooms-close-action = Make closed
rooms-archive = Archive
rooms-archive-hint = Members can still read it, but no one can send messages.
rooms-archive-action = Archive
rooms-unarchive = Unarchive
rooms-unarchive-hint = Members can send messages again.
rooms-unarchive-action = Unarchive
rooms-delete = Delete
rooms-delete-hint = Deletes the room and all its messages after a few days. Until then, you can keep it.
rooms-delete-action = Delete
rooms-leave = Leave
rooms-leave-hint = Your messages stay in the room.
rooms-leave-action = Leave
rooms-keep = Keep the room
rooms-ends = This room will be deleted on { $day }, with all its messages.
rooms-heir = Who will be the new owner?
rooms-heir-hint = The first person in the list has been a moderator here the longest or, if there are no moderators, a member.
rooms-left = You left { $room }.

rooms-gone-heading = You are no longer in this room
rooms-gone-text = You left it, were removed from it, or it was deleted. What you typed is kept in this browser until you log out.
rooms-gone-action = Back to conversations

# ---- questions
ask-remove-heading = Remove { $name }?
ask-remove-text = { $name } will no longer be in { $room }.
ask-remove-read = They will not be able to read it. Their messages stay.
ask-remove-back = They can come back only if someone adds them. Their invite links stop working.
ask-remove-action = Remove
ask-leave-heading = Leave { $room }?
ask-leave-text = You will no longer see its messages.
ask-leave-history = Your messages stay in the room.
ask-leave-action = Leave
ask-end-heading = Leave and delete { $room }?
ask-end-text = You are the last member. When you leave, the room and all its messages are deleted immediately and permanently.
ask-end-action = Leave and delete
ask-open-heading = Make { $room } an open room?
ask-open-text = The room will be listed under “Open rooms”.
ask-open-read = Everyone on this server can read it, including all earlier messages.
ask-open-join = Everyone on this server can join without an invitation.
ask-open-action = Make open
ask-close-heading = Make { $room } a closed room?
ask-close-text = The room will no longer be listed under “Open rooms”.
ask-close-stay = All current members stay.
ask-close-links = Others can join only with an invite link, or when someone adds them.
ask-close-action = Make closed
ask-archive-heading = Archive { $room }?
ask-archive-text = The room becomes read-only.
ask-archive-read = Members can still read it, but no one can send messages or join.
ask-archive-back = You can unarchive or delete it at any time.
ask-archive-action = Archive
ask-delete-heading = Delete { $room }?
ask-delete-text = The room will be deleted on { $day }.
ask-delete-until = Until then, members can read it and see this date, and you can still cancel the deletion.
ask-delete-all = After that, the room and all its messages are permanently gone for everyone.
ask-delete-action = Delete

# ---- what members may do
members-heading = What members may do
members-invite-may = All members may invite people.
members-invite-may-not = Only moderators may invite people.
members-invite-allow = Let all members invite
members-invite-stop = Let only moderators invite
members-pin-may = All members may pin messages.
members-pin-may-not = Only moderators may pin messages.
members-pin-allow = Let all members pin
members-pin-stop = Let only moderators pin
members-call-may = @everyone and @here notify people in this conversation.
members-call-may-not = @everyone and @here notify nobody in this conversation.
members-call-allow = Switch on @everyone and @here
members-call-stop = Switch off @everyone and @here

# ---- links
invites-heading = Invite links
invites-hint = Anyone with a link can join until the link expires, is used up or is revoked.
invites-lifetime = Expires after
invites-hour = 1 hour
invites-day = 1 day
invites-week = 7 days
invites-never = Never
invites-uses = Can be used by
invites-uses-people =
    { $count ->
        [one] 1 person
       *[other] { $count } people
    }
invites-uses-any = Anyone
invites-make = Create link
invites-none = There are no invite links.
invites-show = Show
invites-show-label = Show link { $number }
invites-revoke = Revoke
invites-revoke-label = Revoke link { $number }
invites-revoked = The link was revoked.
invites-used-of = { $uses } of { $most } used
invites-used =
    { $uses ->
        [0] Not used yet
        [one] Used once
       *[other] Used { $uses } times
    }
invites-made = Created by { $name },
invites-until = until
invites-for-ever = does not expire
invites-came = Joined with this link:
invites-title = Invite link to { $room }
invites-one-heading = Invite link
invites-one-lead = Anyone who opens this link can join { $room }.
invites-link = Link
invites-copy = Copy
invites-code = QR code of the link
invites-code-hint = Scan it with a phone.
invites-state-valid = Valid
invites-state-expired = This link has expired. Ask the person who sent it for a new one.
invites-state-used-up = This link has reached its limit of uses. Ask the person who sent it for a new one.
invites-state-revoked = This link was revoked. Ask the person who sent it for a new one.
invites-state-archived = The room this link leads to is archived. No one can join it.
invites-state-unknown = This link does not work. Check that you copied the whole link, or ask for a new one.
invites-state-removed = You were removed from the room this link leads to. A member can add you again.
invites-error-many = The room already has { $most } valid links. Revoke one first.

# ---- opening a link
join-title = Invitation
join-heading = Join { $room }?
join-by = { $name } invited you.
join-not = Not now
join-visitor-lead = To join, log in or create an account with just a username and a password. Then you come back here.
join-visitor-register = Create account
join-over-title = Invitation
join-over-heading = This invitation does not work

# ---- what was wrong
rooms-error-kind = Choose what you would like to start.
rooms-error-limited = Too many attempts in a short time. Wait a while, then try again. What you typed is still here.
rooms-error-name = Give the room a name.
rooms-error-name-long = This name is too long. Use at most { $most } characters.
rooms-error-topic-long = This topic is too long. Use at most { $most } characters.
rooms-error-friends = You can only add your friends.
rooms-error-nobody = Choose at least one person who is not in this conversation yet.
rooms-error-two = Choose at least one friend.
rooms-error-too-many = A group can have at most { $most } people. Create a room instead.
rooms-error-heir = That person is no longer in the room. Choose someone else.
