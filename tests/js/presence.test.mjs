import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document ??= { getElementById: () => null, body: { dataset: {} } };
const { ownState } = await import("../../static/js/presence/presence.js");

test("online is a tab in sight that was used in the last five minutes", () => {
  assert.equal(ownState({ visible: true, idleMs: 0 }), "online");
  assert.equal(ownState({ visible: true, idleMs: 299_999 }), "online");
  assert.equal(ownState({ visible: true, idleMs: 300_000 }), "away");
  assert.equal(ownState({ visible: false, idleMs: 0 }), "away");
});
