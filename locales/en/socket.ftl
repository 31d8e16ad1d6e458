# What the server says over the socket.

room-refused-control = This text holds control characters that cannot be sent. Remove them and send again.
room-refused-missing = This conversation does not exist, or you are not in it.

error-bad-event = The server did not understand this page. Reload it.
error-too-fast = Too fast. Wait a moment.
error-no-room = This conversation does not exist, or you are not in it.
error-busy = Parlour is busy. It tries again in a moment.
