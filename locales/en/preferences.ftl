# How a person wants Parlour to behave.

preferences-title = Preferences
preferences-heading = Preferences
preferences-lead = They hold on all your devices.
preferences-done = Your preferences are saved.
preferences-save = Save preferences

preferences-others = What others see
preferences-typing = Typing
preferences-typing-hint = Others see when you type, and you see when they do.
preferences-seen = Seen
preferences-seen-hint = Others see how far you have read, and you see how far they have. Off on either side, it is off for both.

preferences-open-at = Rooms open at
preferences-open-unread = the first unread message
preferences-open-newest = the newest message

preferences-enter = Keyboard
preferences-enter-sends = Enter sends, Shift+Enter begins a new line
preferences-enter-newline = Enter begins a new line, Ctrl+Enter sends
preferences-letter-keys = Single-letter keys
preferences-letter-keys-hint = While a message has the focus: r replies, e edits, u marks unread.

preferences-notifications = Notifications
preferences-sounds = Sounds
preferences-sounds-hint = Off means that Parlour makes no sound at all.
preferences-hide-previews = Do not show what was written

preferences-here = Notifications in this browser
preferences-here-why = They tell you of new messages while another page or program is in front.
preferences-turn-on = Turn on notifications
preferences-test = Send a test

preferences-quiet = Quiet hours
preferences-quiet-hint = On these days nothing is notified from the first time to the second, which may be on the next day.
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
preferences-zone-hint = As Europe/Berlin. Without one, times are UTC.
preferences-error-time = Write a time such as 22:00.
preferences-error-zone = There is no time zone of this name. Write one such as Europe/Berlin.

preferences-snooze = Snooze
preferences-snooze-hint = No notification for a while; messages arrive as always.
preferences-snoozed = Nothing is notified until { $time }.
preferences-snooze-ended = Notifications are on again.
preferences-snooze-half-hour = For 30 minutes
preferences-snooze-tomorrow = Until tomorrow
preferences-snooze-off = End snooze
