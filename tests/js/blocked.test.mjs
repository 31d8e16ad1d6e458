import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutBlocked } from "../../static/js/messages/blocked.js";

const isBlocked = (person) => [3, 7].includes(person);

test("blocked people leave the ids and the names of a reaction", () => {
  assert.deepEqual(withoutBlocked("2 3 4", "bo, eve, cleo", isBlocked), { by: "2 4", names: "bo, cleo" });
  assert.deepEqual(withoutBlocked("3", "eve", isBlocked), { by: "", names: "" });
  assert.deepEqual(withoutBlocked("2 4", "bo, cleo", isBlocked), { by: "2 4", names: "bo, cleo" });
  assert.deepEqual(withoutBlocked("3 7", "eve, mallory", isBlocked), { by: "", names: "" });
});

test("people who are only counted keep their count", () => {
  const ids = Array.from({ length: 25 }, (_, index) => (index === 1 ? 3 : 100 + index)).join(" ");
  const names = `${Array.from({ length: 20 }, (_, index) => `p${index}`).join(", ")} and 5 more`;
  const after = withoutBlocked(ids, names, isBlocked);
  assert.equal(after.by.split(" ").length, 24);
  assert.ok(after.names.startsWith("p0, p2, ") && after.names.endsWith("p19 and 5 more"), after.names);
});
