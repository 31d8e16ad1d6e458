# How a person wants Parlour to behave.

preferences-title = Preferences
preferences-heading = Preferences
preferences-lead = These apply on all your devices.
preferences-done = Your preferences were saved.
preferences-save = Save preferences

preferences-others = What others see
preferences-typing = Typing
preferences-typing-hint = Others see when you are typing, and you see when they are.
preferences-seen = Seen
preferences-seen-hint = Others see how far you have read, and you see how far they have. If either of you turns it off, neither sees it.

preferences-open-at = Rooms open at
preferences-open-unread = the first unread message
preferences-open-newest = the newest message

preferences-enter = Keyboard and pointer
preferences-enter-sends = Enter sends, Shift+Enter starts a new line
preferences-enter-newline = Enter starts a new line, Ctrl+Enter sends
preferences-letter-keys = Single-letter keys
preferences-letter-keys-hint = While a message has the focus: r to reply, e to edit, u to mark unread.
preferences-double-react = React with a double-click or double-tap
preferences-double-react-hint = Adds the reaction you use most. With a mouse, double-click beside the words of a message: on a word, it selects the word.

preferences-notifications = Notifications
preferences-sounds = Sounds
preferences-sounds-hint = When this is off, Parlour makes no sounds.
preferences-hide-previews = Hide message text in notifications

preferences-here = Notifications in this browser
preferences-here-why = They tell you about new messages while you are on another page or in another app.
preferences-turn-on = Turn on notifications
preferences-test = Send a test

preferences-quiet = Quiet hours
preferences-quiet-hint = No notifications between these times on the days you choose. The end may be on the next day.
preferences-day-mon = Monday
preferences-day-tue = Tuesday
preferences-day-wed = Wednesday
preferences-day-thu = Thursday
preferences-day-fri = Friday
preferences-day-sat = Saturday
preferences-day-sun = Sunday
preferences-quiet-from = From
preferences-quiet-until = Until
preferences-zone = Time zone
preferences-zone-browser = Same as this browser ({ $zone })
preferences-zone-hint = Quiet hours use the time zone of your browser until you choose one here.
preferences-error-time = Enter a time such as 22:00.
preferences-error-zone = There is no such time zone. Choose one from the list.

preferences-snooze = Snooze
preferences-snooze-hint = No notifications for a while. Messages still arrive.
preferences-snoozed = Notifications are snoozed until { $time }.
preferences-snooze-ended = Notifications are on again.
preferences-snooze-half-hour = For 30 minutes
preferences-snooze-tomorrow = Until tomorrow
preferences-snooze-off = End snooze
