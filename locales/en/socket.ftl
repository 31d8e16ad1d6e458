# What the server says over the socket.

room-refused-missing = This conversation does not exist, or you are not in it.

room-refused-history = This was written before the server was restored from a backup. It may refer to a different message now.

error-bad-event = The server did not understand this page. Reload it.
error-too-fast = Too fast. Wait a moment.
error-no-room = This conversation does not exist, or you are not in it.
error-other-history = The server was restored from a backup. Reload this page.
error-busy = Parlour is busy. It will try again in a moment.
