# Messages that are sent later, and reminders of messages.

later-heading = Send later
later-title = Later
later-text = Message
later-soon = In 20 minutes
later-hour = In 1 hour
later-evening = This evening
later-tomorrow = Tomorrow
later-monday = Monday
later-own = Another time
later-date = Date
later-time = Time
later-choose = Choose this time
later-zone = Times are in the time zone { $zone }.
later-done = The message will be sent on { $time }.
later-cancelled = The message will not be sent.
later-error-unreadable = Choose a date and a time.
later-error-past = This time is in the past. Choose a later one.
later-error-far = Choose a time within the next { $days } days.
later-error-many = You can have { $most } scheduled messages. Cancel one first.
later-error-closed = Nobody can write in this conversation any more.
later-error-limited = That was very fast. Wait a moment and try again.
later-error-calls =
    { $count ->
        [one] This notifies 1 person. Choose the time again to schedule it.
       *[other] This notifies { $count } people. Choose the time again to schedule it.
    }
later-waiting =
    { $count ->
        [one] 1 message scheduled
       *[other] { $count } messages scheduled
    }
later-refused =
    { $count ->
        [one] 1 scheduled message was not sent
       *[other] { $count } scheduled messages were not sent
    }
later-scheduled = Scheduled messages
later-none = You have no scheduled messages.
later-no-room = A conversation that is gone
later-at = To be sent on
later-was-at = It was due on
later-returned = You took it back into the box.
later-left = Not sent: you are not in this conversation any more.
later-closed = Not sent: you could not write in this conversation at that time.
later-too-long = Not sent: it is longer than messages may be.
later-replaced = Not sent: you have already sent another message in its place.
later-edit = Edit
later-cancel = Delete
later-refused-title = Not sent: { $text }
later-refused-one = A scheduled message was not sent
nav-later = Reminders and scheduled messages
reminder-open = Remind me…
reminder-form = Remind me of this message
reminder-heading = Reminder
reminder-about = Reminder: { $name }
reminder-set = You will be reminded on { $time }.
reminder-at = You will be reminded on
reminder-replace = Another time replaces it.
reminder-error-many =
    { $most ->
        [one] You can have 1 reminder. Delete it first.
       *[other] You can have { $most } reminders. Delete one first.
    }
reminder-hidden = You cannot see this message any more.
reminder-no-preview = You wanted to be reminded of a message.
reminder-in = in { $name }
reminder-to = to { $name }
reminder-done = Done
reminder-hour = Again in 1 hour
reminder-tomorrow = Tomorrow
reminder-change = Change
reminder-finished = The reminder is deleted.
reminders-title = Reminders
reminders-due = Due reminders
reminders-waiting = Waiting
reminders-none = You have no reminders. Choose “Remind me…” in the menu of a message.
reminders-due-count =
    { $count ->
        [one] 1 reminder is due
       *[other] { $count } reminders are due
    }
