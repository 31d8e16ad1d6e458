# The page Add Friends and its two questions.

friends-title = Add Friends
friends-heading = Add Friends
friends-lead = Ask by exact username. You can talk as soon as the other one accepts.
friends-username = Username*
friends-add = Add friend
friends-sent = Request sent if that person exists and accepts requests.

friends-friends = Friends
friends-requests = Requests
friends-sent-requests = Sent requests
friends-blocked = Blocked
friends-requests-count =
    { $count ->
        [one] 1 request waits for you
       *[other] { $count } requests wait for you
    }

friends-none = No friends yet. Ask somebody for their username and add them above.
friends-requests-none = Nobody is waiting for your answer.
friends-sent-none = You have asked nobody at the moment.
friends-blocked-none = You have blocked nobody.

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
friends-remove = Remove
friends-remove-label = Remove { $name }
friends-block = Block
friends-block-label = Block { $name }
friends-unblock = Unblock
friends-unblock-label = Unblock { $name }

friends-error-empty = Type the username of the person you want to add.
friends-error-self = That is you. Add somebody else.
friends-error-already-friend = You and { $name } are friends already.
friends-error-blocked = You have blocked { $name }. Unblock them first.
friends-error-too-many = You have { $most } requests open. Wait for an answer or cancel one.
friends-error-limited = That was too often in a short time. Wait a while, then ask again.

friends-accepted = You and { $name } are friends now.
friends-declined = You declined the request of { $name }.
friends-cancelled = Your request to { $name } is cancelled.
friends-removed = { $name } is no longer your friend.
friends-blocked-done = { $name } is blocked.
friends-unblocked = { $name } is no longer blocked.

confirm-remove-title = Remove a friend
confirm-remove-heading = Remove this friend?
confirm-remove-text = You can both still read your conversation, but nobody can write in it until you are friends again.
confirm-block-title = Block a person
confirm-block-heading = Block this person?
confirm-block-lead = Once blocked, this person
confirm-block-messages = cannot write to you
confirm-block-requests = cannot send you friend requests
confirm-block-presence = does not see when you are online or typing
confirm-block-silent = They are not told. You can unblock them at any time; you would have to become friends again to talk.
confirm-cancel = Cancel
