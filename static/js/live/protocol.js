// The wire format: the shapes of the events of the socket, as docs/protocol.md describes them. Types only.

/**
 * @typedef {{id: number, username: string, name?: string}} Person  `name` if it is another one, see page/names.js
 *
 * @typedef {"online" | "away" | "offline"} PresenceState
 *
 * @typedef {object} Preferences
 * @property {boolean} typing  @property {boolean} seen  @property {boolean} open_unread
 * @property {boolean} enter_sends  @property {boolean} sounds  @property {boolean} hide_previews
 * @property {boolean} letter_keys  @property {boolean} double_react  @property {boolean} [catch_up]
 * @property {number} quiet_days  a bit for each day on which quiet hours begin, Monday first
 * @property {number} quiet_from  @property {number} quiet_until  minutes after midnight in `time_zone`
 * @property {string} time_zone  @property {number | null} snoozed_until  Unix milliseconds
 *
 * @typedef {object} RoomState  a conversation in `session.hello` and `unread.told`
 * @property {number} room  @property {number} created_ms  @property {string} name  @property {string} kind
 * @property {string} level  @property {number} last_seq  @property {number} read_seq
 * @property {number} unread  @property {number} mentions  @property {number} [received]
 *
 * @typedef {{rooms: RoomState[], blocked: number[]}} UnreadSnapshot
 */

/**
 * Events of the server.
 *
 * @typedef {object} SessionHello
 * @property {Person} user  @property {string} version  @property {string} [epoch]
 * @property {RoomState[]} rooms  @property {number[]} blocked  @property {number[]} [requests]
 * @property {number[]} online  @property {number[]} [away]
 * @property {{message_chars: number, events_per_second: number}} [limits]  @property {Preferences} [preferences]
 *
 * @typedef {object} MessageCreated
 * @property {"message.created"} type  @property {number} room  @property {number} seq  @property {number} id
 * @property {Person} author  @property {string} body  @property {string} created_at  @property {string} html
 * @property {string} client_id  @property {number[]} [mentions]
 *
 * @typedef {object} MessageChanged
 * @property {"message.changed"} type  @property {number} room  @property {number} seq  @property {number} id
 * @property {number} message_seq  @property {"edited" | "deleted" | "reacted" | "pinned" | "unpinned"} change  @property {number} by
 * @property {string} html
 *
 * @typedef {object} MemberChanged  with `html` and `id` if the log has a line about it
 * @property {"member.changed"} type  @property {number} room  @property {number} seq
 * @property {"joined" | "left" | "role"} change  @property {Person} user
 * @property {number} [id]  @property {string} [html]
 *
 * @typedef {object} RoomChanged
 * @property {"room.changed"} type  @property {number} room  @property {number} seq  @property {number} by
 * @property {number} [id]  @property {string} [html]
 *
 * @typedef {object} MessageAccepted
 * @property {"message.accepted"} type  @property {number} room  @property {string} client_id  @property {number} id
 * @property {number} seq  @property {string} created_at  @property {string} html
 *
 * @typedef {MessageCreated | MessageChanged | MemberChanged | RoomChanged | MessageAccepted} LogEvent
 *   an event with a number in the log of a room
 *
 * @typedef {{room: number, client_id: string, seq: number | null}} ChangeAccepted
 *
 * @typedef {object} MessageRefused
 * @property {number} room  @property {string} client_id  @property {string} code  @property {string} text
 * @property {number} [excess]  @property {number} [retry_after_ms]
 *
 * @typedef {{from: number, to: number}} Gap  the first and the last event that are missing
 *
 * @typedef {object} RoomEvents
 * @property {number} room  @property {number} after  @property {LogEvent[]} events  @property {number} last_seq
 * @property {Gap | null} missing  @property {true} [cut]  @property {true} [restarted]
 * @property {number} [messages]  of others, also those in the gap; only if `cut`
 *
 * @typedef {{room: number, of: number, positions: {user: number, seq: number}[]}} RoomDelivered
 * @typedef {{room: number, read_seq: number, last_seq: number, unread: number, mentions: number}} ReadMoved
 * @typedef {{user: Person, seq: number}} SeenPosition
 * @typedef {{room: number, user: Person}} Typing
 *
 * @typedef {{
 *   "message.created": MessageCreated, "message.changed": MessageChanged, "message.accepted": MessageAccepted,
 *   "change.accepted": ChangeAccepted, "message.refused": MessageRefused,
 *   "member.changed": MemberChanged, "room.changed": RoomChanged, "room.events": RoomEvents,
 *   "room.added": {room: number}, "room.removed": {room: number},
 *   "room.delivered": RoomDelivered,
 *   "read.moved": ReadMoved, "level.changed": {room: number, level: string},
 *   "read.seen": SeenPosition & {room: number}, "seen.told": {room: number, seen: SeenPosition[]},
 *   "typing.started": Typing, "typing.stopped": Typing,
 * }} EventsOfRooms  by their type
 *
 * @typedef {{type: "reminder.due" | "later.refused", id: number, title: string, text: string, path: string}} Told
 *
 * @typedef {EventsOfRooms & {
 *   "session.hello": SessionHello, "session.ended": {reason: string},
 *   "pins.changed": {rooms: number[]}, "error.reported": {code: string, text: string},
 *   "server.restarting": {reconnect_within_ms: number},
 *   "relation.changed": {user: Person, state: string}, "person.changed": {user: Person},
 *   "preferences.changed": {preferences: Preferences},
 *   "requests.changed": object, "later.changed": object, "reminder.due": Told, "later.refused": Told, "unread.told": UnreadSnapshot, "seen.changed": object, "presence.changed": {user: number, state: PresenceState},
 * }} ServerEvents  by their type
 */

/** @import { Operation } from "../messages/operations.js" */
/**
 * Events of the browser. Events with numbers of an earlier history have its `epoch`.
 *
 * @typedef {{type: "room.received", room: number, from: number, to: number, waited_ms?: number}} Received
 *
 * @typedef {Operation
 *   | {type: "room.resume", room: number, after: number, epoch?: string}
 *   | Received
 *   | {type: "room.read" | "room.unread", room: number, seq: number}
 *   | {type: "room.status" | "seen.ask" | "typing.start" | "typing.stop", room: number}
 *   | {type: "room.level", room: number, level: string} | {type: "room.pin", room: number, to: string}
 *   | {type: "rooms.read" | "rooms.unread" | "unread.ask" | "connection.ping"}
 *   | {type: "presence.set", state: PresenceState}} ClientEvent
 */

export {};
