import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { getElementById: () => null, body: { dataset: {} } };
const { stateOf } = await import("../../static/js/shell/line-states.js");

const item = (state, body) => ({ state, item: { body } });

test("what is not sent comes before what is being sent, and that before a draft", () => {
  assert.equal(stateOf([], ""), null);
  assert.deepEqual(stateOf([], "soup"), { name: "draft", text: "soup" });
  const sending = [item("sending", "one"), item("waiting", "two")];
  assert.deepEqual(stateOf(sending, "soup"), { name: "sending", text: "two" });
  assert.equal(stateOf([item("waiting", "one"), item("waiting", "two")], "").name, "waiting");
  const refused = [item("refused", "no"), ...sending];
  assert.deepEqual(stateOf(refused, "soup"), { name: "unsent", text: "no" });
});
