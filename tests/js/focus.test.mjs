import assert from "node:assert/strict";
import { test } from "node:test";
import { release } from "../../static/js/page/focus.js";

const named = (name) => ({ focus: () => focused.push(name) });
const holds = (inside) => ({ contains: (element) => element === inside });
let focused = [];

function released(active, element, to) {
  focused = [];
  globalThis.document = { activeElement: active, getElementById: named };
  release(element, to);
  return focused;
}

test("the focus leaves what goes, for the main part of the page unless another place is better", () => {
  const button = {};
  assert.deepEqual(released(button, holds(button)), ["main"]);
  assert.deepEqual(released(button, holds(button), named("log")), ["log"]);
});

test("the focus stays where it is when something else goes", () => {
  assert.deepEqual(released({}, holds({})), []);
});
