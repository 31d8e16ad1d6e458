import assert from "node:assert/strict";
import { test } from "node:test";

import { capped, Unread } from "../../static/js/reading/unread.js";

const ANA = 1;
const BO = { id: 2 };
const state = (more = {}) => ({
  room: 7,
  name: "Garden",
  kind: "closed",
  level: "mentions",
  last_seq: 10,
  read_seq: 8,
  unread: 2,
  mentions: 0,
  ...more,
});

function model(more, blocked = []) {
  const unread = new Unread(ANA);
  unread.adopt({ rooms: [state(more)], blocked });
  return unread;
}

const created = (seq, more = {}) => ({ room: 7, seq, author: BO, ...more });
const count = (unread) => [unread.badge(7).unread, unread.badge(7).number];

test("what others post is counted on top of the snapshot, once", () => {
  const unread = model();
  assert.equal(unread.created(created(11)), false);
  unread.created(created(11));
  unread.created(created(12, { mentions: [ANA] }));
  unread.created(created(9));
  assert.deepEqual(count(unread), [4, 1]);
  assert.ok(unread.badge(7).mentioned);
});

test("own messages and those of blocked people are never unread", () => {
  const unread = model({}, [3]);
  unread.created(created(11, { author: { id: ANA } }));
  unread.created(created(12, { author: { id: 3 } }));
  assert.deepEqual(count(unread), [2, 0]);
});

test("in a conversation of two every message calls", () => {
  const unread = model({ kind: "direct", mentions: 2 });
  unread.created(created(11));
  assert.deepEqual(count(unread), [3, 3]);
  assert.equal(unread.badge(7).mentioned, false);
});

test("reading here or elsewhere clears what it covers and leaves what came since", () => {
  const unread = model();
  unread.created(created(11));
  unread.created(created(13));
  unread.read(7, 12);
  assert.deepEqual(count(unread), [1, 0]);
  assert.equal(unread.moved({ room: 7, read_seq: 12, last_seq: 12, unread: 0, mentions: 0 }), false);
  assert.deepEqual(count(unread), [1, 0]);
  unread.moved({ room: 7, read_seq: 13, last_seq: 13, unread: 0, mentions: 0 });
  assert.deepEqual(count(unread), [0, 0]);
});

test("marking unread brings the server's count", () => {
  const unread = model({ read_seq: 10, unread: 0 });
  unread.moved({ room: 7, read_seq: 5, last_seq: 10, unread: 4, mentions: 1 });
  assert.deepEqual(count(unread), [4, 1]);
});

test("a deleted message that came live is not unread; of an older one the server is asked", () => {
  const unread = model();
  unread.created(created(11));
  assert.equal(unread.changed({ room: 7, seq: 12, message_seq: 11, change: "deleted" }), false);
  assert.deepEqual(count(unread), [2, 0]);
  assert.equal(unread.changed({ room: 7, seq: 13, message_seq: 9, change: "deleted" }), true);
  assert.equal(unread.changed({ room: 7, seq: 14, message_seq: 8, change: "deleted" }), false);
  assert.equal(unread.changed({ room: 7, seq: 15, message_seq: 9, change: "reacted" }), false);
  assert.equal(unread.changed({ room: 7, seq: 16, message_seq: 9, change: "edited" }), true);
  assert.equal(unread.changed({ room: 7, seq: 10, message_seq: 9, change: "deleted" }), false);
});

test("what is not known is asked for", () => {
  const unread = model();
  assert.equal(unread.created(created(1, { room: 8 })), true);
  assert.equal(unread.moved({ room: 8, read_seq: 1, last_seq: 1, unread: 0, mentions: 0 }), true);
  assert.equal(unread.moved({ room: 7, read_seq: 9, last_seq: 9, unread: 0, mentions: 0 }), true);
});

test("a snapshot heals everything and keeps what is newer than it", () => {
  const unread = model({ unread: 50 });
  unread.created(created(11));
  unread.created(created(12));
  unread.adopt({ rooms: [state({ last_seq: 11, unread: 3 })], blocked: [] });
  assert.deepEqual(count(unread), [4, 0]);
  unread.adopt({ rooms: [], blocked: [] });
  assert.deepEqual(unread.rooms(), []);
});

test("counts end at a hundred and are written 99+", () => {
  const unread = model({ kind: "direct", unread: 100, mentions: 100 });
  unread.created(created(11));
  assert.deepEqual(count(unread), [100, 100]);
  assert.equal(capped(100), "99+");
  assert.equal(capped(99), "99");
});

test("hidden rooms, and the room in view, are not in the title", () => {
  const unread = new Unread(ANA);
  unread.adopt({
    rooms: [state({ mentions: 2 }), state({ room: 8, level: "hidden", mentions: 5 }), state({ room: 9, mentions: 1 })],
    blocked: [],
  });
  assert.equal(unread.total(), 3);
  assert.equal(
    unread.total((room) => room === 9),
    2,
  );
  unread.level({ room: 8, level: "everything" });
  assert.equal(unread.total(), 8);
  unread.gone(8);
  assert.equal(unread.total(), 3);
});

test("a snapshot that was overtaken by what it cannot know is asked for again", () => {
  const unread = model();
  unread.asking();
  unread.created(created(11));
  assert.equal(unread.told({ rooms: [state()], blocked: [] }), false, "messages are known by their numbers");
  assert.deepEqual(count(unread), [3, 0]);
  unread.asking();
  unread.moved({ room: 7, read_seq: 11, last_seq: 11, unread: 0, mentions: 0 });
  assert.equal(unread.told({ rooms: [state({ last_seq: 11, unread: 3 })], blocked: [] }), true);
  unread.asking();
  assert.equal(unread.told({ rooms: [state({ read_seq: 11, last_seq: 11, unread: 0 })], blocked: [] }), false);
  assert.deepEqual(count(unread), [0, 0]);
});

test("a position that comes after a deletion which it does not know is not trusted", () => {
  const unread = model();
  unread.created(created(11));
  assert.equal(unread.changed({ room: 7, seq: 12, message_seq: 11, change: "deleted" }), false);
  assert.equal(unread.moved({ room: 7, read_seq: 10, last_seq: 11, unread: 1, mentions: 0 }), true);
});

test("who is blocked or not any more is asked when messages are counted", () => {
  const unread = model({ unread: 0 });
  unread.created(created(11));
  unread.told({ rooms: [state({ unread: 0 })], blocked: [BO.id] });
  assert.deepEqual(count(unread), [0, 0]);
  unread.created(created(12));
  unread.told({ rooms: [state({ unread: 0 })], blocked: [] });
  assert.deepEqual(count(unread), [2, 0]);
});

test("a block holds from its event on, before the snapshot that follows it", () => {
  const unread = model({ kind: "group", unread: 0, mentions: 0 });
  unread.created({ room: 7, seq: 12, author: BO, mentions: [ANA] });
  assert.equal(unread.badge(7).unread, 1);
  assert.equal(unread.related({ user: BO, state: "blocked" }), true, "the counts of the server change, too");
  assert.equal(unread.isBlocked(BO.id), true);
  assert.deepEqual(unread.badge(7), { unread: 0, number: 0, mentioned: false });
  unread.related({ user: BO, state: "none" });
  assert.equal(unread.badge(7).number, 1);
});
