# Log in, sign up, password and devices.

login-title = User Login
login-heading = User Login
login-lead = Good to see you again.
login-username = Username*
login-password = Password*
login-submit = Login
login-no-account = Don't have an account?
login-create = Create one.
login-failed = That username and password do not belong together. Check both and try again.
login-limited = Too many tries. Your password may be right: wait, then try again.
login-retry =
    { $minutes ->
        [0] Retry in { $seconds } s
       *[other] Retry in { $minutes } min { $seconds } s
    }

register-title = Create account
register-heading = Create account
register-lead = A name your friends can find you by, and a password. No e-mail needed.
register-first-lead = You are the first one here. This account will own the place.
register-username = Username*
register-username-hint = Letters, digits and . _ - + @
register-password = Password*
register-password-hint = At least 8 characters. A short sentence is easy to keep in mind.
register-password-again = Password again*
register-submit = Create account
register-have-account = Already have an account?
register-log-in = Log in.
register-limited = Too many new accounts from this address. Try again later.

username-required = Choose a username.
username-too-long = This username is too long. Keep it under 150 characters.
username-characters = Use letters, digits and . _ - + @ only, without spaces.
username-taken = This username is taken. Try another one.
password-required = Choose a password.
password-too-short = Use at least 8 characters.
password-too-long = This password is too long. Keep it under 1,024 bytes.
password-too-common = This password is on every list of common passwords. Choose another one.
password-like-username = This password is too close to your username. Choose another one.
password-mismatch = The two passwords differ. Type the same one twice.
password-wrong = This is not your current password.
password-limited = Too many tries. Wait a while, then try again.

password-title = Change password
password-heading = Change password
password-lead = You stay logged in here.
password-current = Current password*
password-new = New password*
password-new-again = New password again*
password-sign-out-others =
    { $count ->
        [0] Log out everywhere else
        [one] Log out the other device
       *[other] Log out the { $count } other devices
    }
password-submit = Change password
password-done = Your password is changed.
password-done-signed-out = Your password is changed, and every other device is logged out.

devices-title = Devices
devices-heading = Devices
devices-lead = Every browser in which you are logged in. Log out the ones you do not know, then change your password.
devices-current = This device
devices-last-seen = Last used
devices-since = Logged in
devices-unknown = Unknown browser
devices-revoke = Log out
devices-revoke-label = Log out { $browser }
devices-revoke-others = Log out all other devices
devices-only-one = You are logged in nowhere else.
devices-revoked = That device is logged out.
devices-others-revoked = All other devices are logged out.

log-out-done = You are logged out.
