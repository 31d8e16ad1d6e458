# What every page shares: the frame, the menu, the theme, error pages.

site-name = Parlour
site-skip = Skip to content
site-noscript = Parlour works without JavaScript, but new messages appear only after a reload.

nav-conversations = Conversations
nav-menu = Menu
nav-add-friends = Add Friends
nav-preferences = Preferences
nav-profile = Profile
nav-devices = Devices
nav-password = Change password
nav-log-out = Log out
nav-back = Back to conversations
nav-account = Your account
nav-settings = Settings
nav-blocking = Blocked people

theme-heading = Appearance
theme-system = Same as system
theme-light = Light
theme-dark = Dark

presence-online = online
presence-away = away
presence-offline = offline

dialog-signed-out-heading = You were logged out
dialog-signed-out-text = What you typed is kept in this browser. Log in again to continue where you were.
dialog-signed-out-action = Log in again
dialog-unsent-heading = Some of your messages are not sent
dialog-unsent-text = Some messages or drafts exist only in this browser. If you log out, they are deleted.
dialog-unsent-stay = Stay logged in
dialog-unsent-leave = Log out and delete them

switcher-heading = Go to a conversation
switcher-label = Name of a person or room
switcher-none = No conversation has that name.

keys-heading = Keyboard shortcuts
keys-close = Close
keys-filter = Filter shortcuts
keys-none = No shortcut matches.
keys-send = Send the message
keys-new-line = Start a new line
keys-format = Bold, italic, code
keys-format-more = Strikethrough, link, numbered list, list, quote
keys-switch = Go to another conversation
keys-page = Scroll through the messages while the message box is empty
keys-end = Go to the latest message while the message box is empty
keys-rove = Move between messages while a message has the focus
keys-edit-last = Edit your last message while the message box is empty
keys-walk = Previous or next conversation
keys-walk-unread = Previous or next unread conversation
keys-pin = In the list: move a pinned conversation
keys-row = In the list: actions for a conversation
keys-read-all = Mark all read
keys-missed = On “What you missed”: next or previous message
keys-letters = On a message: reply, edit, react, pin or unpin, copy its link, mark unread from there
keys-menu = On a message: open its menu, delete it
keys-escape = Close the open menu or dialog, or go back to the message box
keys-help = Show the keyboard shortcuts

error-back = Back to Parlour
error-request = Request { $id }
error-kept = What you typed is still here. Copy it before you leave this page.
error-kept-retry = What you typed is still here. You can send it again.
error-kept-body = Message
error-kept-name = Name
error-kept-topic = Topic
error-kept-username = Username
error-retry = Try again
error-400-heading = Something was wrong with this request
error-400-text = Parlour did not understand what your browser sent. Go back and try again.
error-403-heading = You are not allowed to do this
error-403-text = You do not have permission, or the page was open for too long. Reload it and try again.
error-404-heading = Page not found
error-404-text = This page does not exist, or you do not have access to it.
error-409-heading = Something changed in the meantime
error-409-text = Someone else changed it first. Reload the page to see the current state.
error-413-heading = This is too large
error-413-text = Send something smaller.
error-429-heading = Too many requests
error-429-text = You sent too many requests in a short time. Wait a moment, then try again.
error-500-heading = Something went wrong
error-500-text = This is not your fault. Try again in a moment.
error-503-heading = Parlour is busy
error-503-text = Wait a few seconds and try again.

# How pages without scripts write times, in the form of strftime. Scripts write them as the person's locale does.
format-clock = %H:%M
format-day = %-d %B %Y
format-day-short = %-d %b
format-day-time = %-d %B %Y, %H:%M
