# The list of conversations and the room.

chat-title = Conversations
chat-none = No conversations yet. Add a friend, and talk as soon as they accept.
chat-pick-heading = Choose a conversation
chat-pick-text = Or add somebody by username to begin a new one.
chat-start-heading = Welcome to Parlour
chat-start-text = It is quiet in here. Add a friend by username, and you can talk as soon as they accept.
chat-friends-text = You have friends, but no conversation yet. Start one from your list of friends.
chat-find-friends = Choose a friend
chat-show-hidden = Show hidden

read-all = Mark all read
read-all-undo = Undo
read-all-done = Everything is marked read.
read-all-undone = Everything is as unread as it was.

room-notes = Notes to self
room-alone = Only you
room-names-and-more = { $names } and { $more } more

room-messages = Messages
room-new-messages = New messages
room-earlier = Earlier messages
room-later = Newer messages
room-latest = Go to the latest messages
room-back-to-place = Back to where you were
room-zone = Times are those of { $zone }.
room-empty = Nothing has been said yet. Say hello to { $name }.
room-message-to = Message { $name }
room-send = Send
room-reload = See new messages
room-closed = You can read this conversation, but nobody can write in it now.
room-closed-action = Add Friends

room-refused-empty = Write something first.
room-refused-too-long =
    { $excess ->
        [one] Too long by 1 character. Shorten it and send again.
       *[other] Too long by { $excess } characters. Shorten it and send again.
    }
room-refused-not-allowed = { $name } is not receiving messages from you.
room-refused-rate = You are sending too fast. Wait a moment and send again.
room-refused-conflict = This was already sent with another text. Copy what you need and send it again.
room-refused-busy = Parlour is busy. Send again in a moment.
room-refused-closing = Parlour is restarting. Send again in a moment.

message-code = Code
