// What is unread, room by room. Pure: the server's last snapshot, and what happened since. Every
// badge is derived from it. What cannot be known from events is asked anew, never guessed: the
// methods answer true when the snapshot has to be asked for.

/** @import { MessageChanged, MessageCreated, ReadMoved, RoomState, UnreadSnapshot } from "../live/protocol.js" */

/** Counts of a snapshot end here. */
const COUNTED = 100;
const LARGEST = 99;

/**
 * @typedef {{unread: number, number: number, mentioned: boolean}} Badge
 * @typedef {{author: number, calls: boolean}} Live  a message that the snapshot does not count
 */

export class Unread {
  /**
   * room → {state, live, changedSeq}. `changedSeq`: the last event by which a message became another. `live`:
   * seq → {author, calls}, of messages that the snapshot does not count. Whether their authors are blocked is
   * asked when they are counted: a block may be told later than a message.
   */
  /** @type {Map<number, {state: RoomState, live: Map<number, Live>, changedSeq: number}>} */ #rooms = new Map();
  /** @type {Set<number>} */ #blocked = new Set();
  /** Snapshots that are on their way. */ #asked = 0;
  /** Has something come since the last question that its answer may not know? */ #isOvertaken = false;

  /** @param {number} me the person's id */
  constructor(me) {
    this.me = me;
  }

  /** The server's snapshot. What is newer than it stays. @param {{rooms: RoomState[], blocked: number[]}} snapshot */
  adopt({ rooms, blocked }) {
    const before = this.#rooms;
    this.#blocked = new Set(blocked);
    this.#rooms = new Map(
      rooms.map((state) => {
        const live = new Map(before.get(state.room)?.live);
        this.#forget(live, state.last_seq);
        return [state.room, { state: { ...state }, live, changedSeq: before.get(state.room)?.changedSeq ?? 0 }];
      }),
    );
  }

  /**
   * A new connection begins with a snapshot; what an earlier one was asked is not answered any more.
   * @param {UnreadSnapshot} snapshot
   */
  greeted(snapshot) {
    this.#asked = 0;
    this.adopt(snapshot);
  }

  /** What is known is of another history of the server. */
  forget() {
    this.#rooms.clear();
  }

  /** The server is being asked. */
  asking() {
    this.#asked += 1;
    this.#isOvertaken = false;
  }

  /**
   * The answer, which is older than events that came before it. Messages that it does not count are known by
   * their numbers; of all else only a new question tells. True if something overtook it.
   * @param {UnreadSnapshot} snapshot
   */
  told(snapshot) {
    this.#asked = Math.max(0, this.#asked - 1);
    this.adopt(snapshot);
    return this.#isOvertaken;
  }

  /** Something changed that a snapshot on its way may not know. */
  overtake() {
    if (this.#asked > 0) this.#isOvertaken = true;
  }

  /** Somebody posted. @param {MessageCreated} event */
  created({ room, seq, author, mentions = [] }) {
    const known = this.#rooms.get(room);
    if (!known) return true;
    if (seq <= known.state.last_seq || seq <= known.state.read_seq) return false;
    if (author.id === this.me) return false;
    known.live.set(seq, { author: author.id, calls: known.state.kind === "direct" || mentions.includes(this.me) });
    return false;
  }

  /** A message is another now. @param {MessageChanged} event */
  changed({ room, seq, message_seq: messageSeq, change }) {
    const known = this.#rooms.get(room);
    if (change !== "reacted") this.overtake();
    if (!known) return true;
    const { state, live } = known;
    if (change !== "reacted") known.changedSeq = seq;
    if (change === "reacted" || messageSeq <= state.read_seq || seq <= state.last_seq) return false;
    if (change === "deleted" && live.delete(messageSeq)) return false;
    // It may have been one of those counted, and an edited one may call somebody else now.
    return change === "deleted" ? messageSeq <= state.last_seq : state.kind !== "direct";
  }

  /**
   * The position moved, on whatever device. True also if this is older than what is known.
   * @param {ReadMoved} event
   */
  moved({ room, read_seq, last_seq, unread, mentions }) {
    const known = this.#rooms.get(room);
    this.overtake();
    if (!known) return true;
    const isOlder = last_seq < Math.max(known.state.last_seq, known.changedSeq);
    Object.assign(known.state, { read_seq, last_seq, unread, mentions });
    this.#forget(known.live, Math.max(last_seq, read_seq));
    return isOlder;
  }

  /**
   * This page has just shown everything up to a number; the server is being told.
   * @param {number} room  @param {number} seq
   */
  read(room, seq) {
    const known = this.#rooms.get(room);
    if (!known || seq <= known.state.read_seq) return;
    known.state.read_seq = seq;
    this.#forget(known.live, seq);
    if (seq >= known.state.last_seq) Object.assign(known.state, { unread: 0, mentions: 0 });
  }

  /** @param {{room: number, level: string}} options */
  level({ room, level }) {
    const known = this.#rooms.get(room);
    this.overtake();
    if (known) known.state.level = level;
    return !known;
  }

  /** The person is not in the room any more. @param {number} room */
  gone(room) {
    this.overtake();
    this.#rooms.delete(room);
  }

  /** @returns {RoomState | undefined} as the server told it last @param {number} room */
  state(room) {
    return this.#rooms.get(room)?.state;
  }

  /** @param {number} person */
  isBlocked(person) {
    return this.#blocked.has(person);
  }

  /** All rooms that are known. */
  rooms() {
    return [...this.#rooms.keys()];
  }

  /** @returns {Badge} @param {number} room */
  badge(room) {
    const known = this.#rooms.get(room);
    if (!known) return { unread: 0, number: 0, mentioned: false };
    const live = [...known.live.values()].filter(({ author }) => !this.#blocked.has(author));
    const calls = live.filter((message) => message.calls).length;
    const unread = Math.min(known.state.unread + live.length, COUNTED);
    const number = Math.min(known.state.mentions + calls, COUNTED);
    return { unread, number, mentioned: number > 0 && known.state.kind !== "direct" };
  }

  /**
   * The number for the title: all that calls, but for hidden rooms and those left out.
   * @param {(room: number) => boolean} leaveOut
   */
  total(leaveOut = () => false) {
    return this.rooms()
      .filter((room) => this.state(room)?.level !== "hidden" && !leaveOut(room))
      .reduce((sum, room) => sum + this.badge(room).number, 0);
  }

  /** @param {Map<number, Live>} live  @param {number} upTo */
  #forget(live, upTo) {
    for (const seq of live.keys()) if (seq <= upTo) live.delete(seq);
  }
}

/** A number as badges show it. @param {number} number */
export const capped = (number) => (number > LARGEST ? `${LARGEST}+` : String(number));
