# The list of conversations and the room.

chat-title = Conversations
chat-none = No conversations yet. Add a friend, and you can chat as soon as they accept.
home-heading = Hello, { $name }
home-unread = Unread
home-count =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }
home-caught-up = You are all caught up.
home-no-conversations = You have friends, but no conversations yet. Choose a friend to start one.
chat-start-heading = Welcome to Parlour
chat-start-text = You have no conversations yet. Add a friend by username, and you can chat as soon as they accept.
chat-filter = Filter conversations
chat-others = All other conversations
chat-show-hidden = Show hidden

read-all = Mark all read
read-all-undo = Undo
read-all-done = All conversations are marked as read.
read-all-too-late = It was too late to undo this.
read-all-undone = Undone. Your unread messages are marked as unread again.

room-notes = Notes to self
room-alone = Only you
room-names-and-more = { $names } and { $more } more

room-messages = Messages
room-emoji = Emoji
room-new-messages = New messages
room-earlier = Earlier messages
room-later = Newer messages
room-latest = Go to the latest messages
room-back-to-place = Back to where you were
room-zone = Times are in { $zone }.
room-empty = No messages yet. Say hello to { $name }.
room-send = Send
room-reload = See new messages
room-closed = You can read this conversation, but no one can send messages in it.
room-archived = This room is archived. You can read it, but no one can send messages in it.
room-closed-action = Add Friends
room-kept = Not sent. You wrote:

room-refused-empty = Write something first.
room-refused-too-long =
    { $excess ->
        [one] Too long by 1 character. Shorten it and send again.
       *[other] Too long by { $excess } characters. Shorten it and send again.
    }
room-refused-not-allowed = { $name } is not receiving messages from you.
room-refused-calls =
    { $minutes ->
        [one] You have used @everyone or @here too often. You can use them again in 1 minute, or send this without them now.
       *[other] You have used @everyone or @here too often. You can use them again in { $minutes } minutes, or send this without them now.
    }
room-refused-rate = You are sending too fast. Wait a moment and send again.
room-refused-conflict = This message was already sent with different text. Send it again to post it as a new message.
room-refused-repeated = You have just sent this. Send it again only if you want it twice.
room-refused-busy = Parlour is busy. Send again in a moment.
room-refused-closing = Parlour is restarting. Send again in a moment.

message-actions = Message actions
message-edited = (edited)
message-deleted-by-moderator = Message deleted by a moderator
message-quote-gone = Original message deleted
message-reactions = Reactions

message-refused-author = Only the author can edit a message.
message-refused-emoji = A reaction is one emoji. Choose another one.
message-refused-gone = This message was deleted.
message-refused-late = This message is too old to edit. Write a new one instead.
message-refused-reactions = This message already has as many different reactions as it can have. Choose one of those.

message-reply = Reply
message-react = React
message-edit = Edit
message-link = Copy link
message-delete = Delete
message-other-emoji = Another emoji
message-back = Back to { $name }
message-deleted-done = The message was deleted.
message-replying-to = Reply to
message-outsider = { $name } is not in this room.
message-invite = Invite to room
message-reply-close = Cancel reply

edit-title = Edit message
edit-save = Save
edit-cancel = Cancel

delete-title = Delete this message?
delete-text = The text, its earlier versions and its reactions will be deleted for everyone. “Message deleted” stays in its place.
delete-cancel = Cancel
delete-submit = Delete

versions-title = Earlier versions
versions-lead = All versions of this message, newest first. Everyone in the conversation can see them.
versions-now = Current version, since
versions-cut =
    { $count ->
        [one] 1 older version is not shown.
       *[other] { $count } older versions are not shown.
    }

message-names = People

command-muted = { $name } is muted. Type /mute off to unmute it.
command-unmuted = { $name } is no longer muted.
command-invited = { $name } was added to the conversation.
command-invite-unknown = You have no friend named { $name }.
command-invite-denied = You cannot add people to this conversation.

format-bar = Formatting
format-bold = Bold
format-italic = Italic
format-strike = Strikethrough
format-code = Code
format-quote = Quote
format-list = List
format-link = Link

picker-title = Choose a reaction
picker-quick = Frequently used
picker-search = Search emoji
picker-found = Emoji
picker-title-box = Choose an emoji
picker-groups = Categories
picker-smileys = Smileys
picker-people = People
picker-animals = Animals and nature
picker-food = Food and drink
picker-travel = Travel and places
picker-activities = Activities
picker-objects = Objects
picker-symbols = Symbols
picker-flags = Flags
picker-tones = Skin tone
picker-tone-none = No skin tone
picker-tone-light = Light skin tone
picker-tone-medium-light = Medium-light skin tone
picker-tone-medium = Medium skin tone
picker-tone-medium-dark = Medium-dark skin tone
picker-tone-dark = Dark skin tone
message-code = Code

tips-heading = How this works
tips-send = Enter sends your message. Shift+Enter starts a new line.
tips-ticks = One tick means that your message was sent, two that it was delivered.
tips-offline = You can keep writing offline. Your messages are sent when you are back online.
tips-menu = Use the ⋯ menu of a message to react, reply or edit.
tips-dismiss = Got it

# @everyone and @here
calls-everyone =
    { $count ->
        [one] Everyone (1 person)
       *[other] Everyone ({ $count } people)
    }
calls-here =
    { $count ->
        [one] Everyone online (1 person)
       *[other] Everyone online ({ $count } people)
    }
calls-question =
    { $count ->
        [one] This notifies 1 person. Send?
       *[other] This notifies { $count } people. Send?
    }
calls-question-form =
    { $count ->
        [one] This notifies 1 person. Send? Press “Send” again, or change the message first.
       *[other] This notifies { $count } people. Send? Press “Send” again, or change the message first.
    }
calls-no = Keep editing

# Pinned messages
message-pin = Pin message
message-unpin = Unpin message
message-unpin-short = Unpin
pinned-by = Pinned by { $name }
pins-is = This message is pinned for everyone in the conversation.
pins-is-not = A pinned message stays easy to find for everyone in the conversation.
pins-title = Pinned messages in { $room }
pins-heading = Pinned messages
pins-lead = Most recently pinned first.
pins-count =
    { $count ->
        [one] 1 pinned message
       *[other] { $count } pinned messages
    }
pins-all =
    { $count ->
        [one] Show the pinned message
       *[other] Show all { $count } pinned messages
    }
pins-none = No messages are pinned here.
pins-none-hint = Choose “Pin message” in the menu of a message to keep it here for everyone.
pins-show = Show in conversation
pins-unpin-label = Unpin message from { $name }
pins-done = The message is pinned.
pins-removed = The message is no longer pinned.
pins-refused-member = Only moderators can pin messages in this room.
pins-refused-many =
    { $most ->
        [one] This conversation already has a pinned message. Unpin it first.
       *[other] This conversation already has { $most } pinned messages. Unpin one first.
    }
