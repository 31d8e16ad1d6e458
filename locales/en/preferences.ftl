# How a person wants Parlour to behave.

preferences-title = Preferences
preferences-heading = Preferences
preferences-lead = These apply on all your devices, except for the appearance.
preferences-done = Your preferences were saved.
preferences-saved = Saved
preferences-failed = Not saved. Check your connection and try again.

looks-heading = Appearance
looks-hint = In this browser only.
looks-save = Save appearance
looks-theme = Theme
looks-theme-system = Same as system
looks-theme-light = Light
looks-theme-dark = Dark
looks-accent = Colour
looks-accent-green = Green
looks-accent-blue = Blue
looks-accent-plum = Plum
looks-accent-rose = Rose
looks-accent-slate = Slate
looks-text_size = Text size
looks-text_size-small = Small
looks-text_size-normal = Normal
looks-text_size-large = Large
looks-text_size-larger = Larger
looks-density = Spacing
looks-density-comfortable = Comfortable
looks-density-compact = Compact

preferences-reading = Reading
preferences-save-reading = Save reading
preferences-catch-up = Start with what you missed
preferences-catch-up-hint = After more than a day away, Parlour opens with a summary of your unread messages.

preferences-others = What others see
preferences-typing = Typing
preferences-typing-hint = Others see when you are typing, and you see when they are.
preferences-seen = Seen
preferences-seen-hint = Others see how far you have read, and you see how far they have. If either of you turns it off, neither sees it.

preferences-open-at = Rooms open at
preferences-open-unread = the first unread message
preferences-open-newest = the newest message

preferences-save-others = Save what others see

preferences-enter = Keyboard and pointer
preferences-save-writing = Save keyboard and pointer
preferences-enter-key = Enter key
preferences-enter-sends = Enter sends, Shift+Enter starts a new line
preferences-enter-newline = Enter starts a new line, Ctrl+Enter sends
preferences-letter-keys = Single-letter keys
preferences-letter-keys-hint = While a message has the focus: r to reply, e to edit, u to mark unread.
preferences-double-react = React with a double-click or double-tap
preferences-double-react-hint = Double-click or double-tap a message to add the reaction you use most. With a mouse, double-click beside the text; on a word, a double-click selects the word.

preferences-notifications = Notifications
preferences-sounds = Sounds
preferences-save-notifications = Save notifications
preferences-test-sound = Test sound
preferences-sounds-hint = When this is off, Parlour makes no sounds.
preferences-hide-previews = Hide message text in notifications

preferences-here = Notifications in this browser
preferences-here-why = They tell you about new messages while you are on another page or in another app.
preferences-turn-on = Turn on notifications
preferences-test = Send a test

preferences-quiet = Quiet hours
preferences-quiet-hint = No notifications between these times on the days you choose. The end may be on the next day.
preferences-save-quiet = Save quiet hours
preferences-days = Days
preferences-short-mon = Mon
preferences-short-tue = Tue
preferences-short-wed = Wed
preferences-short-thu = Thu
preferences-short-fri = Fri
preferences-short-sat = Sat
preferences-short-sun = Sun
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
