import assert from "node:assert/strict";
import { test } from "node:test";

import { Burst, isBurst } from "../../static/js/log/burst.js";
import { Lifetime } from "../../static/js/page/lifetime.js";

test("more than three within five seconds are a burst", () => {
  assert.equal(isBurst([0, 1000, 2000], 2000), false);
  assert.equal(isBurst([0, 1000, 2000, 3000], 3000), true);
  assert.equal(isBurst([0, 1000, 2000, 5000], 5000), false);
});

test("the log is silent during a burst, and its summary is said once it is over", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const attributes = new Map();
  const log = {
    setAttribute: (name, value) => attributes.set(name, value),
    removeAttribute: (name) => attributes.delete(name),
  };
  const status = { textContent: "" };
  globalThis.document ??= { documentElement: { lang: "en" }, getElementById: () => null };
  const burst = new Burst(log, status, new Lifetime());
  for (const author of [1, 2, 1]) burst.arrived(author);
  assert.equal(attributes.has("aria-live"), false);
  for (const author of [1, 2]) burst.arrived(author);
  assert.equal(attributes.get("aria-live"), "off");
  context.mock.timers.tick(2_600);
  assert.equal(attributes.has("aria-live"), false);
  assert.equal(status.textContent, "js-burst-other");
});
