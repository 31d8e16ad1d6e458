# What every page shares: the frame, the menu, the theme, error pages.

site-name = Parlour
site-skip = Skip to content
site-noscript = Without JavaScript Parlour works, but new messages appear only after a reload.

nav-conversations = Conversations
nav-menu = Menu
nav-add-friends = Add Friends
nav-preferences = Preferences
nav-devices = Devices
nav-password = Change password
nav-log-out = Log out
nav-back = Back to conversations
nav-account = Your account

theme-heading = Appearance
theme-system = As the system
theme-light = Light
theme-dark = Dark

presence-online = online
presence-away = away
presence-offline = offline

dialog-signed-out-heading = You were signed out
dialog-signed-out-text = What you typed is kept in this browser. Log in again and go on where you were.
dialog-signed-out-action = Log in again
dialog-unsent-heading = Something is not sent yet
dialog-unsent-text = This browser holds messages or drafts that nobody has received. Logging out removes them.
dialog-unsent-stay = Stay
dialog-unsent-leave = Log out and remove them

switcher-heading = Go to a conversation
switcher-label = Name of a person or room
switcher-none = No conversation has that name.

keys-heading = Keyboard
keys-close = Close
keys-send = Send the message
keys-new-line = Begin a new line
keys-switch = Go to another conversation
keys-page = Move through the messages while the box is empty
keys-end = To the latest message while the box is empty
keys-rove = From message to message, once one has the focus
keys-edit-last = Edit your last message while the box is empty
keys-walk = The conversation before or after this one
keys-walk-unread = The unread one before or after this one
keys-read-all = Mark all read
keys-letters = On a message: reply, edit, react, copy its link, mark unread from there
keys-menu = On a message: all that can be done with it, delete it
keys-escape = Close what is open, or go back to the box
keys-help = Show these keys

error-back = Back to Parlour
error-request = Request { $id }
error-kept = What you typed is still here. Copy it before you leave this page.
error-kept-retry = What you typed is still here. You can send it again.
error-kept-body = Message
error-kept-name = Name
error-kept-topic = Topic
error-kept-username = Username
error-retry = Try again
error-400-heading = That did not look right
error-400-text = The browser sent something Parlour does not understand. Go back and try once more.
error-403-heading = This is not allowed
error-403-text = You may not do this, or the page was open for too long. Load it again and try once more.
error-404-heading = There is nothing here
error-404-text = The page does not exist, or it is not yours to see.
error-409-heading = Something changed in between
error-409-text = Somebody was quicker. Load the page again to see how things stand.
error-413-heading = That was too large
error-413-text = Send something smaller.
error-429-heading = A little slower
error-429-text = That was too often in a short time. Wait a moment and try again.
error-500-heading = Something broke here
error-500-text = This is not your fault. Try again in a moment.
error-503-heading = Parlour is busy
error-503-text = Wait a few seconds and try again.
