import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Queue } from "../../static/js/live/queue.js";
import { Sender } from "../../static/js/live/sender.js";
import { KnownHistory } from "../../static/js/log/known-history.js";
import { BrowserMemory } from "../../static/js/page/storage.js";
import { FakeStorage } from "./memory.mjs";

class FakeConnection extends EventTarget {
  state = "open";
  sent = [];

  send(event) {
    if (this.state !== "open") return false;
    this.sent.push(event);
    return true;
  }

  become(state) {
    this.state = state;
    this.say("state", state);
  }

  say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function setUp({ store = new FakeStorage(), state = "open" } = {}) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_790_000_000_000 });
  const connection = new FakeConnection();
  connection.state = state;
  const queue = new Queue(new BrowserMemory(store), 1);
  const sender = new Sender(queue, connection);
  const states = () => sender.pending(7).map((one) => `${one.item.body} ${one.state}`);
  const accept = (index, seq = index + 1) => {
    const { client_id } = connection.sent[index];
    connection.say("message.accepted", { room: 7, client_id, id: seq, seq });
  };
  const refuse = (index, rest) => {
    const { client_id } = connection.sent[index];
    connection.say("message.refused", { room: 7, client_id, text: "No.", ...rest });
  };
  const bodies = () => connection.sent.map((event) => event.body);
  return { store, connection, queue, sender, states, accept, refuse, bodies };
}

test("one message is in flight, the next goes when it is answered", () => {
  const { sender, accept, bodies } = setUp();
  for (const body of ["one", "two", "three"]) sender.post(7, body);
  assert.deepEqual(bodies(), ["one"]);
  accept(0);
  accept(1);
  assert.deepEqual(bodies(), ["one", "two", "three"]);
});

test("rooms do not wait for each other", () => {
  const { sender, bodies } = setUp();
  sender.post(7, "to seven");
  sender.post(8, "to eight");
  assert.deepEqual(bodies(), ["to seven", "to eight"]);
});

test("without a connection messages wait, and go out in order after it", () => {
  const { sender, connection, states, accept, bodies } = setUp({ state: "waiting" });
  sender.post(7, "one");
  sender.post(7, "two");
  assert.deepEqual(states(), ["one waiting", "two waiting"]);
  connection.become("open");
  accept(0);
  accept(1);
  assert.deepEqual(bodies(), ["one", "two"]);
  assert.deepEqual(states(), []);
});

test("losing the connection is no failure: the same message goes out again under the same id", () => {
  const { sender, connection, states } = setUp();
  sender.post(7, "one");
  connection.become("waiting");
  assert.deepEqual(states(), ["one waiting"]);
  connection.become("open");
  assert.equal(connection.sent.length, 2);
  assert.equal(connection.sent[0].client_id, connection.sent[1].client_id);
});

test("the broadcast resolves a message whose answer was lost", () => {
  const { sender, connection, states, bodies } = setUp();
  sender.post(7, "one");
  sender.post(7, "two");
  const { client_id } = connection.sent[0];
  connection.say("message.created", { room: 7, client_id, author: { id: 2 }, seq: 1 });
  assert.deepEqual(states(), ["one sending", "two sending"], "another person may use the same id");
  connection.say("message.created", { room: 7, client_id, author: { id: 1 }, seq: 2 });
  assert.deepEqual(states(), ["two sending"]);
  assert.deepEqual(bodies(), ["one", "two"]);
});

test("so does catching up", () => {
  const { sender, connection, states } = setUp();
  sender.post(7, "one");
  const { client_id } = connection.sent[0];
  connection.say("room.events", { room: 7, events: [{ seq: 1, client_id, author: { id: 1 } }] });
  assert.deepEqual(states(), []);
});

test("a refused message steps aside with its reason and does not block the next", () => {
  const { sender, refuse, bodies } = setUp();
  sender.post(7, "bad");
  sender.post(7, "good");
  refuse(0, { code: "not_allowed" });
  assert.deepEqual(bodies(), ["bad", "good"]);
  const [first] = sender.pending(7);
  assert.equal(first.state, "refused");
  assert.equal(first.reason, "No.");
});

test("a refused message is sent again or removed only by the person", () => {
  const { sender, refuse, bodies, queue } = setUp();
  const { clientId } = sender.post(7, "bad");
  refuse(0, { code: "not_allowed" });
  sender.pumpAll();
  assert.deepEqual(bodies(), ["bad"]);
  sender.retry(clientId);
  assert.deepEqual(bodies(), ["bad", "bad"]);
  refuse(1, { code: "not_allowed" });
  sender.remove(clientId);
  assert.deepEqual(queue.all(), []);
});

test("too fast: waits as long as told, keeps the order, and sends by itself", () => {
  const { sender, refuse, accept, bodies, states } = setUp();
  sender.post(7, "one");
  sender.post(7, "two");
  refuse(0, { code: "rate", retry_after_ms: 4000 });
  assert.deepEqual(states(), ["one paused", "two waiting"]);
  mock.timers.tick(3999);
  assert.deepEqual(bodies(), ["one"]);
  mock.timers.tick(1);
  assert.deepEqual(bodies(), ["one", "one"]);
  accept(1);
  assert.deepEqual(bodies(), ["one", "one", "two"]);
});

test("a server that does not answer is asked again", () => {
  const { sender, bodies } = setUp();
  sender.post(7, "one");
  mock.timers.tick(15_000);
  assert.deepEqual(bodies(), ["one", "one"]);
});

test("what waited when the tab was closed goes out when it opens again", () => {
  const { store, sender } = setUp({ state: "waiting" });
  for (const body of ["one", "two", "three"]) sender.post(7, body);
  const again = setUp({ store, state: "waiting" });
  again.connection.become("open");
  for (const index of [0, 1, 2]) again.accept(index);
  assert.deepEqual(again.bodies(), ["one", "two", "three"]);
});

test("another tab's message is left to it at first, then taken over", () => {
  const { store, connection, sender, states } = setUp();
  new Queue(new BrowserMemory(store), 1).add(7, "from the other tab");
  sender.adopt();
  assert.deepEqual(states(), ["from the other tab sending"]);
  assert.equal(connection.sent.length, 0);
  mock.timers.tick(1500);
  assert.equal(connection.sent.length, 1);
});

test("what another tab got answered stays visible until its event arrives", () => {
  const { store, connection, sender, states } = setUp({ state: "waiting" });
  const { clientId } = sender.post(7, "one");
  new Queue(new BrowserMemory(store), 1).remove(clientId);
  sender.adopt();
  assert.deepEqual(states(), ["one sending"]);
  connection.say("message.created", { room: 7, client_id: clientId, author: { id: 1 }, seq: 1 });
  assert.deepEqual(states(), []);
});

test("what another tab deleted goes away by itself", () => {
  const { store, sender, states } = setUp({ state: "waiting" });
  const { clientId } = sender.post(7, "one");
  new Queue(new BrowserMemory(store), 1).remove(clientId);
  sender.adopt();
  mock.timers.tick(3000);
  assert.deepEqual(states(), []);
});

test("tells how long the server took, once", () => {
  const { sender, connection, accept } = setUp();
  const told = [];
  sender.addEventListener("sent", ({ detail }) => told.push(detail));
  const { clientId } = sender.post(7, "one");
  connection.say("message.created", { room: 7, client_id: clientId, author: { id: 1 }, seq: 1 });
  accept(0);
  assert.equal(told.length, 1);
  assert.equal(typeof told[0].ms, "number");
});

test("changes wait in one line with posts, each as the event of its kind", () => {
  const { sender, connection, accept } = setUp();
  sender.post(7, "one", { id: 3, author: "bo", text: "zero" });
  sender.change(7, { op: "edit", message: 5, body: "two" });
  sender.change(7, { op: "react", message: 5, emoji: "🌱", on: false });
  accept(0);
  connection.say("change.accepted", { room: 7, client_id: connection.sent[1].client_id, seq: 9 });
  const sent = connection.sent.map(({ client_id, ...rest }) => rest);
  assert.deepEqual(sent, [
    { type: "message.post", room: 7, body: "one", reply_to: 3 },
    { type: "message.edit", room: 7, id: 5, body: "two" },
    { type: "message.react", room: 7, id: 5, emoji: "🌱", on: false },
  ]);
  assert.deepEqual(
    sender.changes(7).map(({ item }) => item.op),
    ["react"],
  );
});

test("what is held back lets the others pass, and goes out when its time comes", () => {
  const { sender, connection, accept } = setUp();
  sender.change(7, { op: "delete", message: 5, heldUntil: Date.now() + 5000 });
  sender.post(7, "one");
  assert.equal(sender.changes(7)[0].state, "held");
  accept(0);
  mock.timers.tick(4999);
  assert.deepEqual(
    connection.sent.map(({ type }) => type),
    ["message.post"],
  );
  mock.timers.tick(1);
  assert.deepEqual(
    connection.sent.map(({ type }) => type),
    ["message.post", "message.delete"],
  );
});

test("what is held back can be undone, also after a reload", () => {
  const { store, sender } = setUp();
  const { clientId } = sender.change(7, { op: "delete", message: 5, heldUntil: Date.now() + 5000 });
  const again = setUp({ store });
  assert.equal(again.sender.withdraw(clientId).message, 5);
  mock.timers.tick(6000);
  assert.deepEqual(again.connection.sent, []);
  assert.deepEqual(again.queue.all(), []);
});

test("what is under way cannot be taken back, what waits can", () => {
  const { sender, connection } = setUp();
  const first = sender.post(7, "one");
  const second = sender.post(7, "two");
  assert.equal(sender.withdraw(first.clientId), undefined);
  assert.equal(sender.withdraw(second.clientId).body, "two");
  connection.become("waiting");
  assert.equal(sender.withdraw(first.clientId), undefined, "the server may have it");
});

test("a change that is made tells under which number, and counts as no message", () => {
  const { sender, connection } = setUp();
  const told = [];
  sender.addEventListener("changed", ({ detail }) => told.push(detail.seq));
  sender.addEventListener("sent", () => told.push("sent"));
  sender.change(7, { op: "edit", message: 5, body: "two" });
  connection.say("change.accepted", { room: 7, client_id: connection.sent[0].client_id, seq: 9 });
  assert.deepEqual(told, [9]);
});

/** A sender whose server is restored: other rooms and messages may bear the numbers. */
function setUpRestored({ made = 5, seq = 7 } = {}) {
  const store = new FakeStorage();
  const memory = new BrowserMemory(store);
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_790_000_000_000 });
  const history = new KnownHistory({
    storage: memory,
    userId: 1,
    epoch: "one",
    room: { room: 7, last_seq: 17, created_ms: 5 },
  });
  const connection = new FakeConnection();
  connection.state = "waiting";
  const queue = new Queue(memory, 1, { stamp: (room) => history.stamp(room) });
  const sender = new Sender(queue, connection, history);
  let dropped = 0;
  sender.addEventListener("dropped", () => {
    dropped += 1;
  });
  const restore = (epoch) => {
    history.opening();
    const news = history.greeted({ epoch, rooms: [{ room: 7, last_seq: seq, created_ms: made }] });
    connection.become("open");
    return news;
  };
  return { connection, queue, sender, restore, dropped: () => dropped };
}

for (const epoch of ["two", "one"]) {
  test(`after a restore with epoch ${epoch} texts go out once, and nothing changes a message`, () => {
    const { connection, queue, sender, restore, dropped } = setUpRestored();
    sender.post(7, "an answer", { id: 12, author: "bo", text: "?" });
    sender.change(7, { op: "edit", message: 12, body: "edited" });
    sender.change(7, { op: "delete", message: 12, heldUntil: Date.now() + 5_000 });
    sender.change(7, { op: "react", message: 12, emoji: "🌱", on: true });
    const [post] = queue.all(7);

    assert.equal(restore(epoch), "page");
    assert.equal(connection.sent.length, 1);
    const { client_id: clientId, type, body, reply_to: replyTo, epoch: sent } = connection.sent[0];
    assert.deepEqual(
      [clientId, type, body, replyTo, sent],
      [post.clientId, "message.post", "an answer", undefined, epoch],
    );
    connection.say("message.accepted", { room: 7, client_id: clientId, id: 8, seq: 8 });
    mock.timers.tick(20_000);
    assert.equal(connection.sent.length, 1);
    assert.equal(dropped(), 2);
    const kept = sender.pending(7).map(({ item, state, code }) => [item.body, item.refused.op, state, code]);
    assert.deepEqual(kept, [["edited", "edit", "refused", "other_history"]]);
    assert.deepEqual(sender.changes(7), []);
  });
}

test("a text does not go into another room that has the number of the one it was written in", () => {
  const { connection, sender, restore } = setUpRestored({ made: 6, seq: 99 });
  sender.post(7, "between us");
  restore("two");
  assert.deepEqual(connection.sent, []);
  assert.deepEqual(
    sender.pending(7).map(({ item, code }) => [item.body, code]),
    [["between us", "other_history"]],
  );
});

test("what the server refuses as of another history is kept if it is a text", () => {
  const { connection, sender, refuse, dropped } = { ...setUp(), dropped: [] };
  sender.addEventListener("dropped", () => dropped.push(1));
  sender.change(7, { op: "edit", message: 12, body: "edited" });
  refuse(0, { code: "other_history" });
  sender.change(7, { op: "delete", message: 12 });
  refuse(1, { code: "other_history" });
  assert.equal(connection.sent.length, 2);
  assert.deepEqual(
    sender.pending(7).map(({ item, state }) => [item.body, state]),
    [["edited", "refused"]],
  );
  assert.deepEqual([sender.changes(7), dropped.length], [[], 1]);
});
