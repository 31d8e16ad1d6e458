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
room-archived = This room is archived. It can be read, and nobody can write in it.
room-closed-action = Add Friends
room-kept = Not sent. You wrote:

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

message-actions = Message actions
message-edited = (edited)
message-deleted = Message deleted
message-deleted-by-moderator = Message deleted by a moderator
message-quote-gone = Original message deleted
message-reactions = Reactions

message-refused-author = Only its author can change what a message says.
message-refused-emoji = A reaction is one emoji. Choose another one.
message-refused-gone = This message was deleted.
message-refused-late = This message is too old to be edited. Write a new one instead.
message-refused-reactions = This message has all the reactions that it can have. Choose one that is there already.

message-reply = Reply
message-react = React
message-edit = Edit
message-link = Copy link
message-delete = Delete
message-other-emoji = Another emoji
message-back = Back to { $name }
message-deleted-done = The message is deleted.
message-replying-to = Reply to
message-outsider = { $name } is not in this room.
message-invite = Invite to room
message-reply-close = Cancel reply

edit-title = Edit message
edit-save = Save
edit-cancel = Cancel

delete-title = Delete this message?
delete-text = Its text goes for everybody, with its earlier versions and its reactions. “Message deleted” stays in its place.
delete-cancel = Cancel
delete-submit = Delete

versions-title = Earlier versions
versions-lead = What this message said, the newest text first. Everybody in the conversation can see this.
versions-now = Now, since
versions-cut =
    { $count ->
        [one] 1 older version is not shown.
       *[other] { $count } older versions are not shown.
    }

message-names = People

picker-title = Choose a reaction
picker-quick = Often used
picker-search = Search emoji
picker-found = Emoji
message-code = Code
