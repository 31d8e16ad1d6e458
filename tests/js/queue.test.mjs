import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "../../static/js/live/queue.js";
import { Draft } from "../../static/js/messages/drafts.js";
import { BrowserMemory } from "../../static/js/page/storage.js";
import { FakeStorage } from "./memory.mjs";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const bodies = (items) => items.map((item) => item.body);

function setUp(now = () => 1_790_000_000_000) {
  const store = new FakeStorage();
  const queue = new Queue(new BrowserMemory(store), 1, { now });
  return { store, queue };
}

test("keeps the order of writing, also within one millisecond", () => {
  const { queue } = setUp();
  for (let index = 0; index < 30; index += 1) queue.add(7, `m${index}`);
  assert.deepEqual(
    bodies(queue.all(7)),
    Array.from({ length: 30 }, (_, index) => `m${index}`),
  );
});

test("keeps the order when the clock is set back", () => {
  let time = 1_790_000_000_000;
  const { queue } = setUp(() => time);
  queue.add(7, "first");
  time -= 3_600_000;
  queue.add(7, "second");
  assert.deepEqual(bodies(queue.all(7)), ["first", "second"]);
});

test("survives a reload, with the same ids", () => {
  const { store, queue } = setUp();
  const item = queue.add(7, "hello");
  const reloaded = new Queue(new BrowserMemory(store), 1);
  assert.deepEqual(reloaded.all(), [item]);
  assert.match(item.clientId, UUID);
  assert.equal(item.key, `parlour/queue/1/7/1790000000000000-${item.clientId}`);
});

test("belongs to one person and one room", () => {
  const { store, queue } = setUp();
  queue.add(7, "to seven");
  queue.add(77, "to seventy-seven");
  assert.deepEqual(bodies(queue.all(7)), ["to seven"]);
  assert.deepEqual(queue.rooms(), [7, 77]);
  assert.deepEqual(new Queue(new BrowserMemory(store), 11).all(), []);
});

test("a refused message comes back at its old place", () => {
  const { queue } = setUp();
  const first = queue.add(7, "first");
  queue.add(7, "second");
  queue.refuse(first, { code: "not_allowed", text: "No." });
  const again = queue.retry(queue.find(first.clientId));
  assert.equal(again.clientId, first.clientId);
  assert.deepEqual(bodies(queue.all(7)), ["first", "second"]);
  assert.equal(queue.all(7)[0].refused, null);
});

test("after a conflict it goes out under a new id", () => {
  const { queue } = setUp();
  const item = queue.add(7, "text");
  queue.refuse(item, { code: "conflict", text: "Used." });
  const again = queue.retry(queue.find(item.clientId));
  assert.notEqual(again.clientId, item.clientId);
  assert.equal(queue.all().length, 1);
});

test("what somebody else wrote into the storage breaks nothing", () => {
  const { store, queue } = setUp();
  store.setItem("parlour/queue/1/7/broken", "not json");
  queue.add(7, "fine");
  assert.deepEqual(bodies(queue.all(7)), ["fine"]);
});

test("a full storage keeps the message in the tab", () => {
  const { store, queue } = setUp();
  store.full = true;
  const item = queue.add(7, "still here");
  assert.deepEqual(bodies(queue.all(7)), ["still here"]);
  queue.remove(item.clientId);
  assert.deepEqual(queue.all(), []);
});

test("logging out leaves nothing of the person", () => {
  const { store, queue } = setUp();
  new Queue(new BrowserMemory(store), 2).add(7, "of another person");
  queue.add(7, "mine");
  queue.clear();
  assert.equal(store.length, 1);
});

test("a draft is of one room and one person, and an empty one is none", () => {
  const store = new FakeStorage();
  const memory = new BrowserMemory(store);
  const draft = new Draft(memory, 1, 7);
  draft.save("half a");
  assert.equal(new Draft(memory, 1, 7).load(), "half a");
  assert.equal(new Draft(memory, 1, 8).load(), "");
  assert.equal(new Draft(memory, 2, 7).load(), "");
  draft.save("");
  assert.equal(store.length, 0);
});
