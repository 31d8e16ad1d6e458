# What is unread, what is notified and why not, and what was missed.

unread-done = Marked as unread.
unread-from-here = Mark unread from here

level-title = Notifications for { $name }
level-heading = Notifications
level-legend = What do you want to be notified about?
level-everything = Everything
level-everything-hint = Every message.
level-mentions = Mentions and replies
level-mentions-hint = Messages that mention you or reply to you.
level-nothing = Nothing
level-nothing-hint = No notifications. Unread messages are still shown in the list.
level-hidden = Hidden
level-hidden-hint = No notifications, and the conversation is not in your list. Find it under “Show hidden”.
level-default = default
level-save = Save
in-list-heading = In the list of conversations
in-list-unread = There are unread messages.
in-list-read = You have read all messages.
pin = Pin
pin-hint = Pinned conversations come first in the list, in your own order.
pinned = Pinned
pin-up = Move up
pin-down = Move down
pin-done = { $name } is pinned.
pin-moved = { $name } was moved.
pin-removed = { $name } is no longer pinned.
hide = Hide
mute = Mute
muted = Muted
unmute = Unmute
unhide = Show in the list
unpin = Unpin
mark-read = Mark as read
read-done = Marked as read.

level-done = Notifications for { $name } are saved.

why-notified = Notifications were on for this message. If Parlour was open in a browser, you were notified there, unless the message was already on screen.
why-not-notified = You were not notified because: { $reasons }.
why-call-everyone = It mentions you with @everyone, which notifies all people in the conversation.
why-call-here = It mentions you with @here, which notified the people who were online.
why-own = you wrote this message
why-blocked = you blocked the author
why-hidden = the conversation is hidden
why-nothing = notifications for this conversation are set to “Nothing”
why-mentions = notifications for this conversation are set to “Mentions and replies”
why-quiet = it arrived during your quiet hours
why-snoozed = your notifications were snoozed
why-notice = it is a notice about the room
why-before = you joined the room after it was sent

details-title = Message details
details-heading = Message details
details-notification = Notification
details-delivered = Delivered
details-delivered-to =
    { $all ->
        [one] To { $count } of 1 person
       *[other] To { $count } of { $all } people
    }
details-seen = Seen by
details-seen-none = No one yet.
details-deleted = This message was deleted.
details-back = Back to the message

catch-up-title = { $name }: what you missed
catch-up-heading = What you missed
catch-up-since = Since you left:
catch-up-nothing = nothing new
catch-up-open = Catch me up
catch-up-room = Go to the messages
catch-up-mentions =
    { $count ->
        [one] 1 mention
       *[other] { $count } mentions
    }
catch-up-replies =
    { $count ->
        [one] 1 reply
       *[other] { $count } replies
    }
catch-up-messages =
    { $count ->
        [one] 1 message
       *[other] { $count } messages by { $people }
    }
catch-up-people =
    { $count ->
        [one] 1 person
       *[other] { $count } people
    }
catch-up-pinned = Pinned since you were here
catch-up-reacted = Most reactions
catch-up-latest = Latest messages
catch-up-to-you = Replied to you:
catch-up-to = In reply to { $name }:
catch-up-reaction =
    { $count ->
        [one] { $emoji } from 1 person
       *[other] { $emoji } from { $count } people
    }
catch-up-more =
    { $count ->
        [one] and 1 more message
       *[other] and { $count } more messages
    }
catch-up-joined = { $names } joined
catch-up-joined-all = { $names } and { $last } joined
catch-up-joined-more = { $names } and { $more } more joined

digest-all = All conversations
digest-lead = From your conversations since you last read them.
digest-read-all = Mark all as read
digest-read = Mark as read: { $name }
digest-more =
    { $count ->
        [one] and 1 more conversation
       *[other] and { $count } more conversations
    }
digest-done = You’re all caught up
digest-done-text = New messages will appear here and in your conversations.
digest-undo-text = Marked as read.
digest-home = Go to conversations
digest-open = Catch up
