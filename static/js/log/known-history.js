// Which history of the server's database this browser knows. A restored database assigns the numbers of events,
// messages, rooms and people again, so that a remembered number is valid only in its own history (its epoch).

/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { RoomState, SessionHello } from "../live/protocol.js" */
/** @import { PageData } from "../page/data.js" */

/** @typedef {{epoch?: string, seen?: number, made?: number}} Stamp  the epoch, the newest event of the room that
 *   the page knew, and when the room was made (Unix ms) */

/** Stored in the browser, so that a tab that is opened after a restore detects it, too. @param {number} userId */
const epochKey = (userId) => `parlour/epoch/${userId}`;
/** Key of the name of the person that the stored data of an id belongs to. @param {number} userId */
const nameKey = (userId) => `parlour/name/${userId}`;

/** Code of a refusal because the numbers of the event belong to another history. */
export const OTHER_HISTORY = "other_history";

export class KnownHistory {
  /** By room. @type {Map<number, {seq: number, made?: number}>} */ #rooms = new Map();
  /** The state when the connection was opened, which its hello is compared with. */
  /** @type {Map<number, {seq: number, made?: number}>} */ #before = new Map();
  /** Epoch of items that an earlier version of these scripts stored without one. */ #unnamed;

  /**
   * @param {{storage: BrowserMemory, userId: number, epoch: string | undefined,
   *   room?: null | Pick<PageData, "room" | "last_seq" | "created_ms">}} options
   *   `epoch` and `room` as the server wrote them into the page
   */
  constructor({ storage, userId, epoch, room = null }) {
    this.storage = storage;
    this.userId = userId;
    this.epoch = epoch;
    this.remembered = storage.get(epochKey(userId)) ?? epoch;
    this.#unnamed = this.remembered;
    if (room?.room) this.note(room.room, room.last_seq, room.created_ms ?? undefined);
  }

  /**
   * Records that the room has an event of this number. Does nothing without a number.
   * @param {number} room  @param {number | undefined | null} seq  @param {number} [made]
   */
  note(room, seq, made) {
    if (typeof seq !== "number") return;
    const known = this.#rooms.get(room);
    this.#rooms.set(room, { seq: Math.max(known?.seq ?? 0, seq), made: made ?? known?.made });
  }

  /**
   * Records that this browser knew an event of this number before the page was opened.
   * @param {number} room  @param {number | undefined} seq
   */
  remember(room, seq) {
    this.note(room, seq);
    this.#before.set(room, { ...this.#before.get(room), seq: this.#rooms.get(room)?.seq ?? 0 });
  }

  /** Call before a connection is opened. */
  opening() {
    this.#before = new Map(this.#rooms);
  }

  /** Invalidates the epoch: the next hello counts as one of another history. */
  doubt() {
    this.epoch = undefined;
  }

  /**
   * Compares a hello with the known history.
   * @returns {null | "page" | "browser"} "page" if another history began since this page was rendered, "browser"
   *   if it began since the last visit of this browser
   * @param {Pick<SessionHello, "epoch" | "rooms">} hello
   */
  greeted({ epoch, rooms }) {
    if (epoch === undefined) return null;
    const isAnother = epoch !== this.epoch || rooms.some((state) => this.#contradicts(state));
    const wasAway = this.remembered !== epoch;
    if (isAnother) this.#rooms.clear();
    for (const { room, last_seq: seq, created_ms: made } of rooms) this.note(room, seq, made);
    this.epoch = epoch;
    this.remembered = epoch;
    this.storage.set(epochKey(this.userId), epoch);
    if (isAnother) return "page";
    return wasAway ? "browser" : null;
  }

  /** @param {RoomState} state */
  #contradicts({ room, last_seq: seq, created_ms: made }) {
    const known = this.#before.get(room);
    return known !== undefined && (seq < known.seq || (known.made !== undefined && known.made !== made));
  }

  /**
   * Returns the stamp that is stored with everything that refers to a room by its numbers.
   * @returns {Stamp} @param {number} room
   */
  stamp(room) {
    const { seq, made } = this.#rooms.get(room) ?? {};
    return { epoch: this.epoch, seen: seq, made };
  }

  /**
   * Returns whether what was stored with this stamp belongs to the present history, and to the room that has this
   * number now. @param {number} room  @param {Stamp} stamp
   */
  compare(room, { epoch = this.#unnamed, seen = 0, made }) {
    const known = this.#rooms.get(room);
    const isSame = epoch === this.epoch && seen <= (known?.seq ?? seen);
    const isSameRoom = made === known?.made || (isSame && (made === undefined || known?.made === undefined));
    return { isSame: isSame && isSameRoom, isSameRoom };
  }
}

/** Kinds of keys that store what a person wrote. */
const WRITTEN = ["queue", "draft", "room"];

/**
 * If an id belongs to another person now, moves the data stored under it to a key with the former person's name.
 * It is moved back when somebody of that name signs in, perhaps with another id.
 * @param {BrowserMemory} storage  @param {number} userId  @param {string} name
 */
export function keepApart(storage, userId, name) {
  const owner = nameKey(userId);
  const before = storage.get(owner);
  for (const kind of WRITTEN) {
    const present = `parlour/${kind}/${userId}/`;
    if (before !== null && before !== name) move(storage, present, `parlour/kept/${before}/${kind}/`);
    move(storage, `parlour/kept/${name}/${kind}/`, present);
  }
  storage.set(owner, name);
}

/** @param {BrowserMemory} storage  @param {string} from  @param {string} to */
function move(storage, from, to) {
  for (const key of storage.keys(from)) {
    storage.set(to + key.slice(from.length), storage.get(key) ?? "");
    storage.remove(key);
  }
}
