# Rooms: making one, who is in it, links into it, and what the log tells of all this.

# ---- what the log tells; $actor did it, $value is a name or a text
notice-created = { $actor } began this conversation
notice-joined = { $actor } joined
notice-invited = { $actor } joined by a link
notice-added = { $actor } added { $value }
notice-removed = { $actor } removed { $value }
notice-left = { $actor } left
notice-moderator = { $actor } made { $value } a moderator
notice-member = { $actor } made { $value } an ordinary member again
notice-owner = { $actor } handed the room over to { $value }
notice-renamed = { $actor } renamed the room to { $value }
notice-topic = { $actor } changed the topic to { $value }
notice-topic-gone = { $actor } removed the topic
notice-opened = { $actor } opened the room: everybody on this server can join
notice-closed = { $actor } closed the room: only people who are invited can join
notice-archived = { $actor } archived the room: it can be read, and nobody can write
notice-unarchived = { $actor } took the room out of the archive
notice-deleting = { $actor } will have the room deleted on { $value }
notice-kept = { $actor } keeps the room: it will not be deleted
