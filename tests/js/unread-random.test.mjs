// Badges that cannot stick, in the browser: a small server does whatever comes to mind, its events
// arrive late, and once everything has arrived the model says what the server says.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Unread } from "../../static/js/reading/unread.js";

const ME = 1;
const PEOPLE = [1, 2, 3];
const ROOMS = [
  ["direct", 7],
  ["closed", 8],
];

/** The same throws for the same seed. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

class Server {
  rooms = new Map(ROOMS.map(([kind, room]) => [room, { kind, seq: 0, readSeq: 0, messages: [], isMember: true }]));
  blocked = new Set();
  /** On its way to the browser. */
  wire = [];
  /** Positions have a line of their own: what happens in a room may overtake them. */
  moves = [];

  count(room) {
    const { kind, readSeq, messages } = this.rooms.get(room);
    const unread = messages.filter(
      ({ seq, author, gone }) => seq > readSeq && author !== ME && !gone && !this.blocked.has(author),
    );
    const mentions = unread.filter(({ calls }) => kind === "direct" || calls);
    return { unread: unread.length, mentions: mentions.length };
  }

  state(room) {
    const { kind, seq, readSeq } = this.rooms.get(room);
    return { room, kind, level: "everything", last_seq: seq, read_seq: readSeq, ...this.count(room) };
  }

  snapshot() {
    const mine = [...this.rooms].filter(([, { isMember }]) => isMember);
    return { rooms: mine.map(([room]) => this.state(room)), blocked: [...this.blocked] };
  }

  send(type, detail) {
    this.wire.push([type, detail]);
  }

  /** A numbered event of a room, which only its members receive. */
  tell(room, type, detail) {
    const place = this.rooms.get(room);
    place.seq += 1;
    if (place.isMember) this.send(type, { room, seq: place.seq, ...detail });
    return place.seq;
  }

  post(room, author, calls) {
    const mentions = calls ? [ME] : [];
    const seq = this.tell(room, "message.created", { author: { id: author }, mentions });
    this.rooms.get(room).messages.push({ seq, author, calls, gone: false });
  }

  change(room, message, change, calls) {
    if (!message || message.gone) return;
    if (change === "deleted") message.gone = true;
    if (change === "edited") message.calls = calls;
    this.tell(room, "message.changed", { message_seq: message.seq, change });
  }

  move(room, seq) {
    const place = this.rooms.get(room);
    if (!place.isMember || place.readSeq === seq) return;
    place.readSeq = seq;
    this.moves.push(this.state(room));
  }

  tellMoves() {
    for (const state of this.moves.splice(0)) if (this.rooms.get(state.room).isMember) this.send("read.moved", state);
  }

  block(person) {
    if (this.blocked.has(person)) this.blocked.delete(person);
    else this.blocked.add(person);
    this.send("relation.changed", {});
  }

  comeOrGo(room) {
    const place = this.rooms.get(room);
    place.isMember = !place.isMember;
    if (place.isMember) place.readSeq = place.seq;
    this.send(place.isMember ? "room.added" : "room.removed", { room });
  }
}

class Browser {
  unread = new Unread(ME);
  /** Requested, and not yet received by the server. */
  isAsking = false;
  /** A snapshot that is not on the wire yet. */
  found = null;

  constructor(server) {
    this.server = server;
    this.unread.greeted(server.snapshot());
  }

  /** As attention.js joins the model with the socket. */
  hear([type, detail]) {
    const { unread } = this;
    const overtaken = () => {
      unread.overtake();
      return true;
    };
    const asks = {
      "message.created": () => unread.created(detail),
      "message.changed": () => unread.changed(detail),
      "read.moved": () => unread.moved(detail),
      "unread.told": () => unread.told(detail),
      "room.removed": () => unread.gone(detail.room),
      "room.added": overtaken,
      "relation.changed": overtaken,
    }[type]();
    if (asks) this.isAsking = true;
  }

  /**
   * The server looks now, and what happens next may overtake what it found. The browser asks some moments
   * later than it wants to: positions that were on their way then have come.
   */
  ask() {
    this.answer();
    if (!this.isAsking) return;
    this.server.tellMoves();
    this.isAsking = false;
    this.unread.asking();
    this.found = this.server.snapshot();
  }

  answer() {
    if (this.found) this.server.send("unread.told", this.found);
    this.found = null;
  }
}

/** The page shows the last message and says so, and the server moves the position forwards. */
function readToTheEnd(server, browser, room) {
  const { messages, readSeq } = server.rooms.get(room);
  const last = messages.at(-1)?.seq ?? 0;
  browser.unread.read(room, last);
  if (readSeq < last) server.move(room, last);
}

function act(server, browser, throws) {
  const room = ROOMS[throws(ROOMS.length)][1];
  const { kind, seq, messages } = server.rooms.get(room);
  const message = messages.at(-1 - throws(4));
  const acts = [
    () => server.post(room, PEOPLE[throws(kind === "direct" ? 2 : 3)], throws(2) === 1),
    () => server.change(room, message, "deleted"),
    () => server.change(room, message, "edited", throws(2) === 1),
    () => server.change(room, message, "reacted"),
    () => server.move(room, message ? message.seq - 1 : 0),
    () => server.block(2 + throws(2)),
    () => kind !== "direct" && server.comeOrGo(room),
    () => readToTheEnd(server, browser, room),
    () => server.move(room, seq),
  ];
  acts[Math.max(0, throws(14) - 5)]();
}

function settle(server, browser) {
  const waits = () => server.wire.length + server.moves.length > 0 || browser.isAsking || browser.found;
  for (let round = 0; round < 100 && waits(); round += 1) {
    server.tellMoves();
    browser.answer();
    while (server.wire.length > 0) browser.hear(server.wire.shift());
    browser.ask();
  }
}

function compare(server, browser, where) {
  for (const { room, kind, unread, mentions } of server.snapshot().rooms) {
    const badge = browser.unread.badge(room);
    assert.deepEqual([badge.unread, badge.number], [unread, mentions], `${where}, ${kind}`);
  }
}

test("once everything has arrived, badges are what the server counts, and reading clears them", () => {
  let most = 0;
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const throws = dice(seed);
    const server = new Server();
    const browser = new Browser(server);
    for (let step = 0; step < 40; step += 1) {
      act(server, browser, throws);
      for (let heard = throws(4); heard > 0 && server.wire.length > 0; heard -= 1) browser.hear(server.wire.shift());
      if (throws(3) === 0) browser.ask();
      if (throws(3) === 0) server.tellMoves();
    }
    settle(server, browser);
    compare(server, browser, `seed ${seed}`);
    for (const { room, unread } of server.snapshot().rooms) {
      most = Math.max(most, unread);
      readToTheEnd(server, browser, room);
    }
    settle(server, browser);
    for (const { room } of server.snapshot().rooms) assert.equal(browser.unread.badge(room).unread, 0, `seed ${seed}`);
    assert.equal(browser.unread.total(), 0);
  }
  assert.ok(most > 3, "something was unread before");
});
