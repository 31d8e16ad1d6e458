# What the server says over the socket.

room-refused-missing = This conversation does not exist, or you are not in it.

room-refused-history = This was written before the server was restored from a backup, so it may refer to a different message now.

error-bad-event = The server did not understand what this page sent. Reload the page.
error-too-fast = You are doing that too fast. Wait a moment, then try again.
error-no-room = This conversation does not exist, or you are not in it.
error-other-history = The server was restored from a backup. Reload the page.
error-too-many-pins = You have pinned as many conversations as you can. Unpin one first.
error-busy = Parlour is busy. It will try again in a moment.
