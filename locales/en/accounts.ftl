# Log in, sign up, password and devices.

login-title = User Login
login-heading = User Login
login-lead = Good to see you again.
login-username = Username
login-password = Password
login-submit = Login
login-no-account = Don't have an account?
login-create = Create one.
login-failed = Wrong username or password. Check both and try again.
login-ended = You were logged out before this was sent.
login-no-cookies = Your browser did not send a cookie. Parlour needs cookies to keep you logged in. Allow them for this site, then try again.
login-kept = Log in again to continue. What you typed is kept.
login-stale = This page was open for too long. Try again.
login-already = You are already logged in as { $name }.
login-limited = Too many attempts. Your password may be correct: wait, then try again.
login-retry =
    { $minutes ->
        [0] Retry in { $seconds } s
       *[other] Retry in { $minutes } min { $seconds } s
    }

kept-heading = Not sent yet
kept-lead = You logged in or out after you opened this page, so it was not sent.

register-title = Create account
register-heading = Create account
register-lead = Choose a name your friends can find you by, and a password. No email needed.
first-run-no-owner = This server has no owner yet. The link that creates the owner’s account was printed when the server started: look in its terminal or log.
register-first-lead = You are the first person here. This account will own the server.
register-first-over = The owner link no longer works: it was already used, or the server has restarted and printed a new one. You can create an ordinary account here.
register-username = Username
register-username-hint = Letters, digits and . _ - + @, at most 40
register-password = Password
register-password-hint = At least 8 characters. A short sentence is easy to remember.
register-password-again = Password again
register-submit = Create account
register-have-account = Already have an account?
register-log-in = Log in.
register-limited = Too many new accounts from your network. Try again later.

username-required = Choose a username.
username-too-long = This username is too long. Use at most 40 characters, or 20 wide ones such as 花.
username-characters = Use only letters, digits and . _ - + @, without spaces.
username-signs = Use at least one letter or digit, and do not start with @.
username-marks = This username has too many accents on one letter.
username-mixed = Use letters from one alphabet. For example, do not mix Latin and Cyrillic letters.
username-reserved = This username is reserved. Choose another one.
username-taken = This username is taken. Try another one.
username-looks-like = This username looks too much like one that is taken. Try another one.
password-required = Choose a password.
password-too-short = Use at least 8 characters.
password-too-long = This password is too long. Use a shorter one (at most 1,024 bytes).
password-too-common = This is a very common password. Choose another one.
password-like-username = This password is too similar to your username. Choose another one.
password-mismatch = The two passwords do not match. Type the same one twice.
password-wrong = This is not your current password.
password-limited = Too many attempts. Wait a while, then try again.

password-title = Change password
password-heading = Change password
password-lead = You stay logged in on this device.
password-current = Current password
password-new = New password
password-new-again = New password again
password-sign-out-others =
    { $count ->
        [0] Log out everywhere else
        [one] Log out the other device
       *[other] Log out the { $count } other devices
    }
password-submit = Change password
password-done = Your password was changed.
password-done-signed-out = Your password was changed, and all other devices were logged out.

devices-title = Devices
devices-heading = Devices
devices-lead = Your account is logged in on these devices. If you do not recognise one, log it out and change your password.
devices-current = This device
devices-last-seen = Last used
devices-since = Logged in
devices-unknown = Unknown browser
devices-revoke = Log out
devices-revoke-label = Log out { $browser }
devices-revoke-others = Log out all other devices
devices-only-one = You are not logged in anywhere else.
devices-revoked = The device was logged out.
devices-others-revoked = All other devices were logged out.

log-out-done = You are logged out.

# Profile
profile-title = Profile
profile-heading = Profile
profile-lead = What other people can see about you.
profile-username = Username
profile-name = Display name
profile-name-hint = Up to { $most } characters. People still find and mention you by your username. Leave it empty to show your username.
profile-name-long = This name is too long. Use at most { $most } characters, or 20 wide ones such as 花.
profile-name-empty = Use at least one letter that people can see.
profile-name-at = Leave out the @, which belongs to usernames.
profile-name-marks = This name has too many accents on one letter.
profile-name-reserved = This name is reserved. Choose another one.
profile-save = Save
profile-saved = Your profile is saved.
profile-about = About you
profile-about-long = This is too long. Use at most { $most } characters.
profile-about-marks = This has too many accents on one letter.
profile-time = Show people my local time
profile-time-hint = Your time zone is { $zone }.

# Status
own-status-heading = Status
own-status-hint = An emoji and a few words beside your name, for example while you are away.
own-status-emoji = Emoji
own-status-emoji-wrong = Use one emoji.
own-status-text = What is going on?
own-status-text-long = This is too long. Use at most { $most } characters.
own-status-ends = Clear after
own-status-ends-same = { $time } (current choice)
own-status-ends-half-hour = 30 minutes
own-status-ends-hour = 1 hour
own-status-ends-today = Today
own-status-ends-never = Don’t clear
own-status-save = Set status
own-status-clear = Clear status
own-status-set = Your status is set.
own-status-cleared = Your status is cleared.
