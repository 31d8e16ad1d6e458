import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Receipts } from "../../static/js/receipts/receipts.js";

class FakeConnection extends EventTarget {
  sent = [];
  state = "open";

  send(event) {
    if (this.state !== "open") return false;
    this.sent.push(event);
    return true;
  }

  say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail: { type, ...detail } }));
  }

  told() {
    return this.sent.filter(({ type }) => type === "room.received").map(({ room, from, to }) => [room, from, to]);
  }
}

function setUp(rooms = [{ room: 7, last_seq: 3, received: 3 }], room = 7) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const clock = { ms: 1000 };
  const connection = new FakeConnection();
  const receipts = new Receipts(connection, { room, now: () => clock.ms });
  connection.say("session.hello", { rooms });
  const pass = (ms) => {
    clock.ms += ms;
    mock.timers.tick(ms);
  };
  return { connection, receipts, pass };
}

test("the first event is told at once, and a burst as one range", () => {
  const { connection, pass } = setUp();
  connection.say("message.created", { room: 7, seq: 4 });
  assert.deepEqual(connection.told(), [[7, 4, 4]]);
  for (const seq of [5, 6, 7]) connection.say("message.created", { room: 7, seq });
  assert.equal(connection.told().length, 1);
  pass(250);
  assert.deepEqual(connection.told().slice(1), [[7, 4, 7]]);
  assert.equal(connection.sent.at(-1).waited_ms, 250);
  pass(10_000);
  assert.equal(connection.told().length, 2);
});

test("nothing is told of rooms in which nobody asks", () => {
  const { connection, pass } = setUp([{ room: 7, last_seq: 3 }]);
  connection.say("message.created", { room: 7, seq: 4 });
  pass(1000);
  assert.deepEqual(connection.told(), []);
});

test("what came after a gap is a range of its own", () => {
  const { connection, pass } = setUp();
  connection.say("message.created", { room: 7, seq: 4 });
  pass(1000);
  connection.say("message.created", { room: 7, seq: 9 });
  assert.deepEqual(connection.told(), [
    [7, 4, 4],
    [7, 9, 9],
  ]);
});

test("after coming back everything is told again", () => {
  const { connection, pass } = setUp();
  connection.say("message.created", { room: 7, seq: 4 });
  connection.state = "waiting";
  pass(1000);
  connection.say("message.created", { room: 7, seq: 5 });
  assert.equal(connection.told().length, 1);
  connection.state = "open";
  pass(1000);
  connection.say("session.hello", { rooms: [{ room: 7, last_seq: 5, received: 4 }] });
  assert.deepEqual(connection.told().slice(1), [[7, 4, 5]]);
});

test("rooms that are a little behind are asked for one after the other, but not the open one", () => {
  const { connection } = setUp([
    { room: 7, last_seq: 9, received: 3 },
    { room: 8, last_seq: 9, received: 3 },
    { room: 9, last_seq: 900, received: 3 },
    { room: 10, last_seq: 2, received: 0 },
  ]);
  const asked = () =>
    connection.sent.filter(({ type }) => type === "room.resume").map(({ room, after }) => [room, after]);
  assert.deepEqual(asked(), [[8, 3]]);
  connection.say("room.events", { room: 8, after: 3, last_seq: 9, events: [] });
  assert.deepEqual(asked(), [
    [8, 3],
    [10, 0],
  ]);
  assert.deepEqual(connection.told(), [[8, 4, 9]]);
});

test("what is missing was not received until its place is filled", () => {
  const { connection, receipts, pass } = setUp();
  connection.say("message.created", { room: 7, seq: 4 });
  pass(1000);
  connection.say("room.events", { room: 7, after: 4, last_seq: 99, events: [], missing: { from: 5, to: 49 } });
  pass(1000);
  assert.deepEqual(connection.told().slice(1), [[7, 50, 99]]);
  receipts.has(7, 5, 49);
  pass(1000);
  assert.deepEqual(connection.told().slice(2), [[7, 5, 99]]);
});

test("a place that is filled says nothing of another one", () => {
  const { connection, receipts, pass } = setUp();
  connection.say("room.events", { room: 7, after: 3, last_seq: 99, events: [], missing: { from: 4, to: 49 } });
  pass(1000);
  connection.say("room.events", { room: 7, after: 99, last_seq: 200, events: [], missing: { from: 100, to: 150 } });
  pass(1000);
  receipts.has(7, 4, 49);
  pass(1000);
  assert.deepEqual(connection.told().at(-1), [7, 4, 49]);
});
