# Words that scripts need: they reach the page as data. Only plain { $name } places, no selectors;
# plurals are pairs of keys that end in -one and -other.

js-online = online
js-away = away
js-offline = offline
js-online-count = { $count } online

js-reconnecting = Reconnecting…
js-disconnected = Offline – your messages will be sent when you are back
js-try-now = Try now
js-back-online = Back online
js-back-online-news-one = Back online, { $count } new message
js-back-online-news-other = Back online, { $count } new messages
js-slow = Slow connection mode
js-new-version = New version available
js-reload = Reload

js-restored = The server was restored from a backup. Messages sent after that backup may be lost. This page now shows what is on the server.
js-restored-dropped-one = { $count } deletion, reaction or pin that was waiting to be sent was discarded.
js-restored-dropped-other = { $count } deletions, reactions and pins that were waiting to be sent were discarded.
js-restored-read = OK

js-waiting = Waiting for connection
js-behind = Waiting for the previous message
js-sending = Sending
js-sent = Sent
js-sent-time = Sent { $time }
js-sent-at = Sent { $time }, { $ms } ms
js-delivered = Delivered
js-delivered-to = delivered to { $count } of { $all }
js-not-sent = Not sent: { $reason }
js-other-history-post = the server was restored from a backup, and this may be a different conversation now.
js-other-history-edit = the server was restored from a backup, and this may be a different message now.
js-to-box = Move to the message box
js-next-in = Retrying in { $seconds } s
js-too-fast = You are sending too fast – next in { $seconds } s
js-retry = Retry
js-delete = Delete
js-refused-unknown = the server did not accept it

js-cancel = Cancel
js-saving = Saving
js-edit-waiting = Will be saved when you are back
js-deleting = Deleting
js-deleted-soon = Message deleted.
js-undo = Undo
js-discard = Discard
js-not-done-edit = Edit not saved: { $reason }
js-not-done-delete = Not deleted: { $reason }
js-not-done-react = Reaction not added: { $reason }
js-not-done-pin = Pin not changed: { $reason }
js-edit-empty = Write something, or delete the message instead.
js-shorten-edit-one = { $count } character too many. Shorten the text, then save it.
js-shorten-edit-other = { $count } characters too many. Shorten the text, then save it.
js-edited-at = Edited { $time }
js-quote-gone = Original message deleted
# The list of conversations shows who wrote the latest message, and its text behind that.
js-last-own = You:
js-last-by = { $name }:
# The menu of a conversation in the list, and what it has done.
js-row-actions = Actions for { $name }
js-row-read = { $name } is marked as read.
js-row-mute = { $name } is muted.
js-row-unmute = { $name } is no longer muted.
js-row-pin = { $name } is pinned.
js-row-unpin = { $name } is no longer pinned.
js-row-up = { $name } was moved up.
js-row-down = { $name } was moved down.
js-row-hide = { $name } is hidden. Find it under “Show hidden”.
js-row-list = { $name } is back in the list.
js-list-none = No conversation has that name.
js-list-one = { $count } conversation
js-list-other = { $count } conversations
js-row-offline = You are offline. Try again when you are connected.
# In place of the latest message: a text of the person, which stands behind it.
js-line-draft = Draft:
js-line-sending = Sending:
js-line-waiting = Waiting to be sent:
js-line-unsent = Not sent:
js-message-deleted = Message deleted
js-blocked = Blocked message
js-blocked-show = Blocked message – show
js-blocked-hide = Blocked message – hide
js-reactions = Reactions
js-emoji = Emoji
js-commands = Commands
js-command-me = /me – say what you are doing
js-command-shrug = /shrug – add ¯\_(ツ)_/¯
js-command-mute = /mute – mute this conversation
js-command-invite = /invite – add a friend by name
js-command-failed = That did not work. Try again when you are connected.
js-emoji-none = No emoji found
js-emoji-unavailable = Could not load the emoji.
js-copied = Link copied

js-jump = Jump to latest
js-new-messages-one = { $count } new message
js-new-messages-other = { $count } new messages
js-missing = Messages missing here – load
js-missing-failed = Could not load the missing messages. Try again.
js-earlier = Earlier messages
js-earlier-failed = Could not load earlier messages. Try again.
js-later = Newer messages
js-later-failed = Could not load newer messages. Try again.

js-draft = Draft
js-left-one = { $count } character left
js-left-other = { $count } characters left
js-message-to = Message { $name }
js-no-files = Files cannot be sent. What you typed is still here.
js-paste-anyway = Paste it anyway
js-paste-too-long = The text you pasted has { $count } characters, but a message can have at most { $most }. It was not added to the message box.
js-shorten-one = { $count } character too many. Shorten the message, then send it.
js-shorten-other = { $count } characters too many. Shorten the message, then send it.
js-too-many-one = { $count } too many
js-too-many-other = { $count } too many

js-typing-one = { $name } is typing…
js-typing-two = { $name } and { $other } are typing…
js-typing-many = Several people are typing…

js-unread = , { $count } unread
js-mentioned = , mentioned
js-all-read = All conversations are marked as read.

js-seen-by = Seen by { $names }
js-burst-one = { $count } new message from { $people }
js-burst-other = { $count } new messages from { $people }
js-burst-people-one = { $count } person
js-burst-people-other = { $count } people

js-new-message = New message
js-new-line = New messages
js-asks = wants to be your friend
js-requests-one = { $count } friend request
js-requests-other = { $count } friend requests
js-toast-close = Close
js-test-title = Parlour
js-test-body = This is what a notification looks like.
js-notifications-off = Notifications are off in this browser.
js-notifications-on = Notifications are on in this browser.
js-notifications-none = This browser shows notifications only for https addresses, and this address is not one. New messages pop up on the page instead.
js-notifications-blocked-chrome = Notifications are blocked. Click the icon to the left of the address, choose “Site settings” and allow notifications. Then reload this page.
js-notifications-blocked-firefox = Notifications are blocked. Click the icon to the left of the address and clear the blocked permission. Then reload this page.
js-notifications-blocked-safari = Notifications are blocked. In Safari, open Settings, Websites, Notifications, and allow this site. Then reload this page.
js-notifications-tested = A test notification was sent. If you do not see it, check whether your system blocks notifications from this browser.
js-here = In this browser: { $what }.
js-here-notified = a notification was shown
js-here-toast = a pop-up was shown on the page, because notifications are off in this browser
js-here-on-screen = the message was already on screen
js-here-read = you had already read it, here or on another device

js-gathered-two = { $one } and { $other }
js-gathered-more = { $one } and { $more } more
# $value is at least 2.
js-gathered-pins = { $actor } pinned { $value } messages

js-show-more = Show more
js-show-less = Show less

js-today = Today
js-yesterday = Yesterday

js-show = Show
js-hide = Hide
js-show-password = Show password
js-hide-password = Hide password
js-retry-in = Retry in { $time }
js-retry-now = You can try again now.
js-minutes = { $minutes } min { $seconds } s
js-seconds = { $seconds } s

js-signed-out = You were logged out in this browser.
js-signed-out-revoked = You logged out this device from another one.
js-signed-out-password = Your password was changed on another device.

js-filter-people = Filter by name
js-filter-none = No one with that name
js-copy-failed = Press Ctrl+C to copy
