import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, overflow, PAGE } from "../../static/js/log/eviction.js";

test("nothing goes while everything fits", () => {
  assert.equal(overflow({ count: MOST - PAGE, adding: PAGE, reading: 0 }), null);
});

test("a reader near the top loses pages at the bottom, and the other way round", () => {
  assert.deepEqual(overflow({ count: MOST, adding: PAGE, reading: 20 }), { atStart: false, drop: PAGE });
  assert.deepEqual(overflow({ count: MOST, adding: PAGE, reading: MOST - 20 }), { atStart: true, drop: PAGE });
});

test("one message too many takes a whole page, so that not every message moves the edge", () => {
  assert.deepEqual(overflow({ count: MOST + 1, adding: 0, reading: MOST }), { atStart: true, drop: PAGE });
});

test("however many come at once, the page stays bounded and what is read stays", () => {
  for (const count of [401, 450, 899, 1000]) {
    for (const reading of [0, 1, count >> 1, count - 2, count - 1]) {
      const { atStart, drop } = overflow({ count, adding: 0, reading });
      const kept = atStart ? [drop, count - 1] : [0, count - 1 - drop];
      assert.ok(kept[0] <= reading && reading <= kept[1], `${count} ${reading}`);
      assert.ok(count - drop <= MOST || drop === (atStart ? reading : count - 1 - reading));
    }
  }
});

test("twenty pages up and down again never hold more than the most", () => {
  let first = 1000;
  let last = 1049;
  const load = (direction) => {
    const count = last - first + 1;
    const reading = direction < 0 ? 10 : count - 10;
    const excess = overflow({ count, adding: PAGE, reading });
    if (excess?.atStart) first += excess.drop;
    else if (excess) last -= excess.drop;
    if (direction < 0) first -= PAGE;
    else last += PAGE;
    assert.ok(last - first + 1 <= MOST);
  };
  for (let page = 0; page < 20; page += 1) load(-1);
  assert.equal(first, 0);
  for (let page = 0; page < 20; page += 1) load(1);
  assert.ok(last > 1049);
});
