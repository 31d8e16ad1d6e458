# The page that tells everybody how quick this server is.

status-title = How quick is it?
status-heading = How quick is it?
status-lead = How long messages took on this server in the last hour. Each browser says when it has a message, so this is the way through the server and to the first screen, not a guess.
status-none = Nobody has written anything in the last hour.
status-step = Step
status-half = Half within
status-most = 99 of 100 within
status-count = Messages
status-ms = { $ms } ms
status-delivered = Delivered
status-delivered-help = From the moment in which the server got a message until the first device of somebody else had it.
status-stored = Stored
status-stored-help = Until it was safely on the disk.
status-announced = Announced
status-announced-help = Until it was handed to everybody's connection.
status-json = The same for programs: ask for application/json.
