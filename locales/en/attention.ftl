# What is unread, what is notified and why not, and what was missed.

unread-done = Marked as unread.
unread-from-here = Mark unread from here

level-title = Notifications of { $name }
level-heading = Notifications
level-legend = What do you want to be notified of?
level-everything = Everything
level-everything-hint = Every message.
level-mentions = Mentions and replies
level-mentions-hint = Messages that call you by name or answer you.
level-nothing = Nothing
level-nothing-hint = The list still shows what is unread.
level-hidden = Hidden
level-hidden-hint = Nothing, and the room leaves the list. You find it under “Show hidden”.
level-default = usual
level-save = Save
level-done = You are notified of { $name } as you chose.

why-notified = Nothing kept a notification away. A browser in which Parlour was open showed one, unless the message was on the screen already.
why-not-notified = You were not notified because: { $reasons }.
why-own = you wrote it
why-blocked = you blocked the author
why-hidden = room hidden
why-nothing = room on “Nothing”
why-mentions = room on “Mentions and replies”
why-quiet = quiet hours
why-snoozed = notifications snoozed
why-notice = it only says what happened in the room
why-before = you joined the room after it

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
details-seen-none = Nobody yet.
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
        [one] 1 message by { $people }
       *[other] { $count } messages by { $people }
    }
catch-up-people =
    { $count ->
        [one] 1 person
       *[other] { $count } people
    }
catch-up-reacted = Most reacted
