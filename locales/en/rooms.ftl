# Rooms: making one, who is in it, links into it, and what the log tells of all this.

# ---- what the log tells; $actor did it, $value is a name or a text
notice-created = { $actor } began this conversation
notice-joined = { $actor } joined
notice-invited = { $actor } joined by a link
notice-added = { $actor } added { $value }
notice-removed = { $actor } removed { $value }
notice-left = { $actor } left
notice-moderator = { $actor } made { $value } a moderator
notice-member = { $actor } made { $value } an ordinary member again
notice-owner = { $actor } handed the room over to { $value }
notice-renamed = { $actor } renamed the room to { $value }
notice-topic = { $actor } changed the topic to { $value }
notice-topic-gone = { $actor } removed the topic
notice-opened = { $actor } opened the room: everybody on this server can join
notice-closed = { $actor } closed the room: only people who are invited can join
notice-archived = { $actor } archived the room: it can be read, and nobody can write
notice-unarchived = { $actor } took the room out of the archive
notice-deleting = { $actor } will have the room deleted on { $value }
notice-kept = { $actor } keeps the room: it will not be deleted

# ---- a new conversation
rooms-new-title = New conversation
rooms-new-heading = New conversation
rooms-new-lead = What would you like to begin?
rooms-open-link = Find an open room instead
rooms-kind = Begin
rooms-kind-group = With some friends
rooms-kind-group-hint = Named after the people in it. Everybody in it can add their own friends.
rooms-kind-room = A room
rooms-kind-room-hint = With a name, a topic, moderators and invite links.
rooms-kind-notes = Notes to self
rooms-kind-notes-hint = For your eyes only, on all your devices.
rooms-name = Name*
rooms-topic = Topic
rooms-topic-hint = One line about the room, shown under its name.
rooms-access = Who can join
rooms-closed = Closed
rooms-closed-hint = Only people who are added, or have a link.
rooms-open = Open
rooms-open-hint = Everybody on this server can find it, join it and read it.
rooms-people = People
rooms-people-none = You have no friends here to choose from.
rooms-new-submit = Start
rooms-new-room = Make a room

# ---- open rooms
rooms-open-title = Open rooms
rooms-open-heading = Open rooms
rooms-open-lead = Everybody on this server can join these.
rooms-open-none = There is no open room yet. Make the first one.
rooms-join = Join
rooms-join-label = Join { $name }
rooms-go = Open
rooms-go-label = Open { $name }
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
rooms-dismiss = Make member
rooms-dismiss-label = Make member: { $name }
rooms-remove = Remove
rooms-remove-label = Remove { $name }
rooms-add = Add people
rooms-add-title = Add people
rooms-add-heading = Add people
rooms-add-lead = Friends you add to { $room } see what was said there before.
rooms-add-submit = Add
rooms-about = Name and topic
rooms-save = Save
rooms-archived-hint = Archived: it can be read, and nobody can write or join.
rooms-empty = Nothing has been said yet. Be the first.
rooms-notes-empty = Nothing here yet. Write down what you want to keep.

rooms-end = This room
rooms-convert = Open the room
rooms-convert-action = Open room
rooms-close = Close the room
rooms-close-action = Close room
rooms-archive = Archive
rooms-archive-hint = Everybody can still read; nobody can write.
rooms-archive-action = Archive
rooms-unarchive = Take out of the archive
rooms-unarchive-hint = Members can write again.
rooms-unarchive-action = Unarchive
rooms-delete = Delete
rooms-delete-hint = With everything that was said. You can change your mind for some days.
rooms-delete-action = Delete
rooms-leave = Leave
rooms-leave-hint = What you said stays for the others.
rooms-leave-action = Leave
rooms-keep = Keep the room
rooms-ends = This room will be deleted on { $day }, with everything that was said in it.
rooms-heir = Who owns the room then?
rooms-heir-hint = The first one follows unless you choose another: the moderator, or else the member, who has been here longest.
rooms-left = You left { $room }.

rooms-gone-heading = You are no longer in this room
rooms-gone-text = You left it, were removed from it, or it was deleted. What you had typed is kept in this browser until you log out.
rooms-gone-action = Back to conversations

# ---- questions
ask-remove-heading = Remove { $name }?
ask-remove-text = { $name } will no longer be in { $room }.
ask-remove-read = They cannot read it any more, and what they said stays.
ask-remove-back = They can come back only if somebody adds them. Their own invite links stop working.
ask-remove-action = Remove
ask-leave-heading = Leave { $room }?
ask-leave-text = You will no longer see what is said there.
ask-leave-history = What you said stays for the others.
ask-leave-action = Leave
ask-end-heading = Leave and delete { $room }?
ask-end-text = You are the last one. When you leave, the room and everything that was said in it are deleted, at once and for good.
ask-end-action = Leave and delete
ask-open-heading = Open { $room } to everybody?
ask-open-text = The room becomes an open room.
ask-open-read = Everybody on this server can read it, also everything that was said until now.
ask-open-join = Everybody can join without being asked.
ask-open-action = Open room
ask-close-heading = Close { $room }?
ask-close-text = The room becomes a closed room.
ask-close-stay = Everybody who is in it stays.
ask-close-links = Others come in only by a link, or when they are added.
ask-close-action = Close room
ask-archive-heading = Archive { $room }?
ask-archive-text = The room rests.
ask-archive-read = Everybody in it can still read; nobody can write or join.
ask-archive-back = You can take it out of the archive at any time, or delete it.
ask-archive-action = Archive
ask-delete-heading = Delete { $room }?
ask-delete-text = The room will be deleted on { $day }.
ask-delete-until = Until then everybody in it can read it and sees the day, and you can keep it after all.
ask-delete-all = After that it is gone for everybody, with everything that was said in it.
ask-delete-action = Delete

# ---- links
invites-heading = Invite links
invites-hint = Whoever has a link can join, until it expires, is used up or taken back.
invites-lifetime = Expires after
invites-hour = 1 hour
invites-day = 1 day
invites-week = 7 days
invites-never = Never
invites-uses = For
invites-uses-people =
    { $count ->
        [one] 1 person
       *[other] { $count } people
    }
invites-uses-any = Everybody who has it
invites-make = Make link
invites-none = There is no link at the moment.
invites-show = Show
invites-show-label = Show link { $number }
invites-revoke = Take back
invites-revoke-label = Take back link { $number }
invites-revoked = The link is taken back.
invites-used-of = { $uses } of { $most } used
invites-used =
    { $uses ->
        [0] Not used yet
        [one] Used once
       *[other] Used { $uses } times
    }
invites-made = by { $name },
invites-until = until
invites-for-ever = does not expire
invites-came = Came by it:
invites-title = Invite link into { $room }
invites-one-heading = Invite link
invites-one-lead = Whoever opens it can join { $room }.
invites-link = Link
invites-copy = Copy
invites-code = Code for a camera that opens the link
invites-code-hint = Point a phone at it.
invites-state-valid = Valid
invites-state-expired = This link has expired. Ask whoever sent it for a new one.
invites-state-used-up = This link was for a number of people, and all of them have used it. Ask whoever sent it for a new one.
invites-state-revoked = This link was taken back. Ask whoever sent it for a new one.
invites-state-archived = The room behind this link takes nobody any more.
invites-state-unknown = This link leads nowhere. Look whether all of it was copied, or ask for a new one.
invites-state-removed = You were removed from the room behind this link. Somebody who is in it can add you again.
invites-error-many = The room has { $most } links that still hold. Take one back first.

# ---- opening a link
join-title = Invitation
join-heading = Join { $room }?
join-by = { $name } invites you.
join-not = Not now
join-visitor-heading = You are invited
join-visitor-lead = Somebody invites you into a room on this server. Create an account, which takes a name and a password, or log in; then you come back here.
join-visitor-register = Create account
join-over-title = Invitation
join-over-heading = This invitation does not work

# ---- what was wrong
rooms-error-kind = Choose what you would like to begin.
rooms-error-limited = That was too often in a short time. Wait a while, then try again. Nothing you typed is lost.
rooms-error-name = Give the room a name.
rooms-error-name-long = This name is too long. Keep it under { $most } characters.
rooms-error-topic-long = This topic is too long. Keep it under { $most } characters.
rooms-error-friends = You can add only people who are your friends.
rooms-error-nobody = Choose at least one person who is not in it yet.
rooms-error-two = Choose at least one friend.
rooms-error-too-many = A conversation like this holds at most { $most } people. Make a room instead.
rooms-error-heir = That person is not in the room any more. Choose another one.
