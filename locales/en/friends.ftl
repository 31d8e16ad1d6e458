# The page Add Friends and its two questions.

friends-title = Add Friends
friends-heading = Add Friends
friends-lead = Enter the exact username. You can chat as soon as they accept.
friends-username = Username
friends-add = Add friend
friends-sent = If this person exists and accepts friend requests, your request was sent.

friends-friends = Friends
friends-requests = Requests
friends-sent-requests = Sent requests
friends-blocked = Blocked
friends-requests-count =
    { $count ->
        [one] 1 friend request
       *[other] { $count } friend requests
    }

friends-none = No friends yet. Ask someone for their username and add them above.
friends-requests-none = You have no friend requests.
friends-sent-none = You have no pending requests.
friends-blocked-none = You have not blocked anyone.

friends-message = Message
friends-message-label = Message { $name }
friends-group = Group
friends-group-label = Start a group with { $name }
friends-accept = Accept
friends-accept-label = Accept { $name }
friends-decline = Decline
friends-decline-label = Decline { $name }
friends-cancel = Cancel request
friends-cancel-label = Cancel request to { $name }
friends-lapsed = This request expired after 30 days without an answer.
friends-again = Ask again
friends-again-label = Ask { $name } again
friends-dismiss = Dismiss
friends-dismiss-label = Dismiss the request to { $name }
friends-asks = { $name } wants to be your friend
friends-asks-more = and { $more } more
friends-lapsed-line = Your friend request to { $name } expired after 30 days without an answer.
friends-remove = Remove
friends-remove-label = Remove { $name }
friends-block = Block
friends-block-label = Block { $name }
friends-unblock = Unblock
friends-unblock-label = Unblock { $name }

friends-error-empty = Type the username of the person you want to add.
friends-error-self = That is you. Add someone else.
friends-error-already-friend = You and { $name } are already friends.
friends-error-blocked = You have blocked { $name }. Unblock them first.
friends-error-too-many = You have { $most } pending friend requests. Wait for an answer or cancel one.
friends-error-limited = Too many friend requests in a short time. Wait a while, then try again.

friends-accepted = You and { $name } are now friends.
friends-declined = You declined the friend request from { $name }.
friends-cancelled = Your friend request to { $name } was cancelled.
friends-removed = { $name } is no longer your friend.
friends-blocked-done = { $name } is blocked.
friends-unblocked = { $name } is no longer blocked.

confirm-remove-title = Remove a friend
confirm-remove-heading = Remove this friend?
confirm-remove-text = You can both still read your conversation, but neither of you can send messages until you are friends again.
confirm-block-title = Block a person
confirm-block-heading = Block this person?
confirm-block-lead = After you block this person, they
confirm-block-messages = cannot send you messages
confirm-block-requests = cannot send you friend requests
confirm-block-presence = cannot see when you are online or typing
confirm-block-rooms = In rooms that you share, their messages are collapsed to “Blocked message – show”. You do not see their reactions, and their mentions and replies do not notify you.
confirm-block-silent = They will not be told. You can unblock them at any time, but to chat again you have to become friends again.
confirm-cancel = Cancel

# The card of a person
card-time = Local time: { $time }
card-edit = Edit profile
card-befriend = Send friend request
card-mute = Mute
card-unmute = Unmute
card-rooms = Rooms in common
card-rooms-more =
    { $count ->
        [one] and 1 more
       *[other] and { $count } more
    }
