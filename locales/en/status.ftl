# The page that tells everyone how fast this server is.

status-title = How fast is it?
status-heading = How fast is it?
status-lead = How long messages took on this server in the last hour. Each browser reports when it receives a message, so the times include the network.
status-none = No messages in the last hour.

# For people: on the page about a room, and above the figures of the server.
delivery-heading = Delivery
delivery-usual = Messages usually arrive in { $time }.
delivery-seconds = { $seconds } s
delivery-figures = Figures
delivery-server = How fast is this server?
delivery-of-room = Messages in this conversation in the last hour:
delivery-of-server = This conversation was quiet in the last hour. Messages on this server in that time:

status-step = Step
status-half = 50 % within
status-most = 99 % within
status-count = Messages
status-ms = { $ms } ms
status-delivered = Delivered
status-delivered-help = From when the server received a message until the first device of another person received it.
status-stored = Stored
status-stored-help = Until the message was safely on disk.
status-announced = Broadcast
status-announced-help = Until the message was passed to every connection.
status-json = For programs: request application/json.
