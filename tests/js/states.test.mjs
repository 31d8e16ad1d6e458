import assert from "node:assert/strict";
import { test } from "node:test";

import { stateOf } from "../../static/js/messages/states.js";

const names = (known) => stateOf({ sending: "sent", ...known }).name;

test("waiting and sending are what they are", () => {
  assert.equal(stateOf({ sending: "waiting" }).name, "waiting");
  assert.equal(stateOf({ sending: "sending" }).word, "js-sending");
});

test("sent is all that is known where nobody asks, nobody is there, or nobody has it", () => {
  assert.equal(names({ delivered: null }), "sent");
  assert.equal(names({ delivered: { count: 0, of: 0 }, isDirect: true }), "sent");
  assert.equal(names({ delivered: { count: 0, of: 1 }, isDirect: true }), "sent");
});

test("in a conversation of two the other's device is enough", () => {
  const state = stateOf({ sending: "sent", delivered: { count: 1, of: 1 }, isDirect: true, time: "14:02" });
  assert.deepEqual([state.name, state.word], ["delivered", "js-delivered"]);
});

test("in a room two ticks need everybody", () => {
  assert.equal(names({ delivered: { count: 3, of: 5 } }), "sent");
  assert.equal(names({ delivered: { count: 5, of: 5 } }), "delivered");
  assert.match(stateOf({ sending: "sent", delivered: { count: 3, of: 5 } }).details, /js-delivered-to/);
});

test("the time is told with milliseconds where they were measured", () => {
  assert.match(stateOf({ sending: "sent", time: "14:02", ms: 38 }).details, /js-sent-at/);
  assert.match(stateOf({ sending: "sent", time: "14:02" }).details, /js-sent-time/);
});
