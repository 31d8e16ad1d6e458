# Words that scripts need: they reach the page as data. Only plain { $name } places, no selectors;
# plurals are pairs of keys that end in -one and -other.

js-online = online
js-away = away
js-offline = offline

js-reconnecting = Reconnecting…
js-disconnected = Offline – your messages will be sent when you are back
js-try-now = Try now
js-back-online = Back online
js-back-online-news-one = Back online, { $count } new message
js-back-online-news-other = Back online, { $count } new messages
js-slow = Slow connection mode
js-new-version = New version
js-reload = Reload

js-restored = The server was restored to an earlier state. Messages sent since then may be gone; this page now shows what the server has.
js-restored-dropped-one = { $count } deletion or reaction that was waiting was not made.
js-restored-dropped-other = { $count } deletions and reactions that were waiting were not made.
js-restored-read = OK

js-waiting = Waiting for connection
js-behind = Waiting for the message before
js-sending = Sending
js-sent = Sent
js-sent-time = Sent { $time }
js-sent-at = Sent { $time }, { $ms } ms
js-delivered = Delivered
js-delivered-to = delivered to { $count } of { $all }
js-health = Delivered in { $half } ms
js-health-more = (p50) / { $most } ms (p99) in the last hour
js-health-of-room = Half of the messages in this room were with somebody within the first time, 99 of 100 within the second.
js-health-of-server = Half of the messages on this server were with somebody within the first time, 99 of 100 within the second.
js-not-sent = Not sent: { $reason }
js-other-history-post = the server was restored, and this conversation may be another one now.
js-other-history-edit = the server was restored, and the message may be another one now.
js-to-box = Move to the message box
js-next-in = Next try in { $seconds } s
js-too-fast = You are sending too fast – next in { $seconds } s
js-retry = Retry
js-delete = Delete
js-refused-unknown = the server did not take it

js-cancel = Cancel
js-saving = Saving
js-edit-waiting = Will be saved when you are back
js-deleting = Deleting
js-deleted-soon = Message deleted.
js-undo = Undo
js-discard = Discard
js-not-done-edit = Not changed: { $reason }
js-not-done-delete = Not deleted: { $reason }
js-not-done-react = No reaction added: { $reason }
js-edit-empty = Write something, or delete the message instead.
js-shorten-edit-one = { $count } too many. Shorten the text, then save it.
js-shorten-edit-other = { $count } too many. Shorten the text, then save it.
js-edited-at = Edited { $time }
js-quote-gone = Original message deleted
js-reactions = Reactions
js-emoji-none = No emoji of that name
js-emoji-unavailable = The list of emoji did not load.
js-copied = Link copied

js-jump = Jump to latest
js-new-messages-one = { $count } new message
js-new-messages-other = { $count } new messages
js-missing = Messages missing here – load
js-missing-failed = The missing messages did not load. Try again.
js-earlier = Earlier messages
js-earlier-failed = Earlier messages did not load. Try again.
js-later = Newer messages
js-later-failed = Newer messages did not load. Try again.

js-draft = Draft
js-left-one = { $count } character left
js-left-other = { $count } characters left
js-paste-too-long = { $count } characters do not fit: a message holds { $most }. Nothing was pasted.
js-shorten-one = { $count } too many. Shorten the message, then send it.
js-shorten-other = { $count } too many. Shorten the message, then send it.
js-too-many-one = { $count } too many
js-too-many-other = { $count } too many

js-typing-one = { $name } is typing…
js-typing-two = { $name } and { $other } are typing…
js-typing-many = Several people are typing…

js-unread = , { $count } unread
js-mentioned = , mentioned
js-all-read = Everything is marked read.

js-seen-by = Seen by { $names }
js-burst-one = { $count } new message from { $people }
js-burst-other = { $count } new messages from { $people }
js-burst-people-one = { $count } person
js-burst-people-other = { $count } people

js-new-message = New message
js-new-line = New messages
js-toast-close = Close
js-test-title = Parlour
js-test-body = This is what a notification looks like.
js-notifications-off = Notifications are off in this browser.
js-notifications-on = Notifications are on in this browser.
js-notifications-none = This browser shows no notifications for this address; they need https. New messages appear inside the page.
js-notifications-blocked-chrome = Notifications are blocked. Press the sign left of the address, then “Site settings”, and allow notifications; then load this page again.
js-notifications-blocked-firefox = Notifications are blocked. Press the lock left of the address, clear the blocked permission there, then load this page again.
js-notifications-blocked-safari = Notifications are blocked. Open Safari, Settings, Websites, Notifications, and allow this site; then load this page again.
js-notifications-tested = A test is on its way. If none appears, look whether the system keeps notifications of this browser away.
js-here = In this browser: { $what }.
js-here-notified = a notification was shown
js-here-toast = a line was shown inside the page, because notifications are off here
js-here-on-screen = the message came while the room was on the screen
js-here-read = you had read it already, here or on another device

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

js-signed-out = You were signed out in this browser.
js-signed-out-revoked = This device was logged out from another one.
js-signed-out-password = Your password was changed on another device.

js-filter-people = Filter by name
js-filter-none = Nobody of that name
js-copy-failed = Press Ctrl+C to copy
