// Unread counts per room, from which every badge is derived. Pure: the last snapshot of the server, and the events
// since. Never guesses a count: a method returns true if the events are not enough, and a new snapshot is needed.

/** @import { MessageChanged, MessageCreated, ReadMoved, RoomState, UnreadSnapshot } from "../live/protocol.js" */

/** The largest count of a snapshot. */
const COUNTED = 100;
const LARGEST = 99;

/**
 * @typedef {{unread: number, number: number, mentioned: boolean}} Badge
 * @typedef {{author: number, calls: boolean}} Live  a message that the snapshot does not count
 */

export class Unread {
  /**
   * By room. `changedSeq` is the last event that changed a message; `live` has messages that the snapshot does not
   * count, by `seq`. Blocked authors are left out when counting, because a block may arrive after the message.
   */
  /** @type {Map<number, {state: RoomState, live: Map<number, Live>, changedSeq: number}>} */ #rooms = new Map();
  /** @type {Set<number>} */ #blocked = new Set();
  /** Snapshots that were requested and have not arrived. */ #asked = 0;
  /** Whether an event arrived after the last request, so that the answer may not include it. */ #isOvertaken = false;

  /** @param {number} me the person's id  @param {number[]} blocked  those of the page, until a snapshot arrives */
  constructor(me, blocked = []) {
    this.me = me;
    this.#blocked = new Set(blocked);
  }

  /** Takes over a snapshot; newer messages stay. @param {UnreadSnapshot} snapshot */
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
   * Takes the snapshot of a new connection. Requests on an earlier one are not answered any more.
   * @param {UnreadSnapshot} snapshot
   */
  greeted(snapshot) {
    this.#asked = 0;
    this.adopt(snapshot);
  }

  /** The server has another history: forgets everything. */
  forget() {
    this.#rooms.clear();
  }

  /** A snapshot was requested. */
  asking() {
    this.#asked += 1;
    this.#isOvertaken = false;
  }

  /**
   * Takes a requested snapshot, which may be older than events that arrived before it. Messages that it does not
   * count are recognised by their `seq`. Returns true if another event overtook it.
   * @param {UnreadSnapshot} snapshot
   */
  told(snapshot) {
    this.#asked = Math.max(0, this.#asked - 1);
    this.adopt(snapshot);
    return this.#isOvertaken;
  }

  /** Something changed that a requested snapshot may not include. */
  overtake() {
    if (this.#asked > 0) this.#isOvertaken = true;
  }

  /** Counts a new message. @param {MessageCreated} event */
  created({ room, seq, author, mentions = [] }) {
    const known = this.#rooms.get(room);
    if (!known) return true;
    if (seq <= known.state.last_seq || seq <= known.state.read_seq) return false;
    if (author.id === this.me) return false;
    known.live.set(seq, { author: author.id, calls: known.state.kind === "direct" || mentions.includes(this.me) });
    return false;
  }

  /** A message was changed. @param {MessageChanged} event */
  changed({ room, seq, message_seq: messageSeq, change }) {
    const known = this.#rooms.get(room);
    if (change !== "reacted") this.overtake();
    if (!known) return true;
    const { state, live } = known;
    if (change !== "reacted") known.changedSeq = seq;
    if (change === "reacted" || messageSeq <= state.read_seq || seq <= state.last_seq) return false;
    if (change === "deleted" && live.delete(messageSeq)) return false;
    // It may be one of those counted, and an edit may mention other people.
    return change === "deleted" ? messageSeq <= state.last_seq : state.kind !== "direct";
  }

  /**
   * The position moved, on any device. Returns true also if the event is older than what is known.
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

  /** Everything up to event `seq` was read here (optimistic update). @param {number} room  @param {number} seq */
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

  /** The person left the room. @param {number} room */
  gone(room) {
    this.overtake();
    this.#rooms.delete(room);
  }

  /** @param {number} room  @returns {RoomState | undefined} the last state from the server */
  state(room) {
    return this.#rooms.get(room)?.state;
  }

  /**
   * A relation changed, so that this person may be blocked now or not any more. The counts need a new snapshot.
   * @param {{user: {id: number}, state: string}} event
   */
  related({ user, state }) {
    this.overtake();
    if (state === "blocked") this.#blocked.add(user.id);
    else this.#blocked.delete(user.id);
    return true;
  }

  /** Returns the ids of the people whom the person blocks, sorted. */
  blocked() {
    return [...this.#blocked].sort((a, b) => a - b);
  }

  /** @param {number} person */
  isBlocked(person) {
    return this.#blocked.has(person);
  }

  /** Returns the number of the newest event that may be unread. @param {number} room */
  newest(room) {
    const known = this.#rooms.get(room);
    return known ? Math.max(known.state.last_seq, ...known.live.keys()) : 0;
  }

  /** Returns the ids of all known rooms. */
  rooms() {
    return [...this.#rooms.keys()];
  }

  /** @param {number} room  @returns {Badge} */
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
   * Returns the number for the title, without hidden rooms and those that `leaveOut` selects.
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

/** Returns a number as badges show it. @param {number} number */
export const capped = (number) => (number > LARGEST ? `${LARGEST}+` : String(number));
