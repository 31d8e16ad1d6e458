import assert from "node:assert/strict";
import { test } from "node:test";
import { KnownHistory, keepApart } from "../../static/js/log/known-history.js";
import { Draft, DraftMark } from "../../static/js/messages/drafts.js";
import { BrowserMemory } from "../../static/js/page/storage.js";
import { FakeStorage } from "./memory.mjs";

const MADE = 1_790_000_000_000;
const room = (lastSeq, { number = 7, made = MADE } = {}) => ({ room: number, last_seq: lastSeq, created_ms: made });
const hello = (epoch, ...rooms) => ({ epoch, rooms });

function setUp({ storage = new BrowserMemory(new FakeStorage()), epoch = "one", shown = room(17) } = {}) {
  const history = new KnownHistory({ storage, userId: 1, epoch, room: shown });
  history.opening();
  return { storage, history };
}

test("the same history goes on", () => {
  const { history } = setUp();
  assert.equal(history.greeted(hello("one", room(17))), null);
  history.opening();
  assert.equal(history.greeted(hello("one", room(30))), null);
});

test("another epoch is another history, also where its numbers are larger", () => {
  const { history } = setUp();
  assert.equal(history.greeted(hello("two", room(99))), "page");
  history.opening();
  assert.equal(history.greeted(hello("two", room(99))), null);
});

test("an end behind one's own, or another room of the same number, is another history", () => {
  assert.equal(setUp().history.greeted(hello("one", room(7))), "page");
  assert.equal(setUp().history.greeted(hello("one", room(17, { made: MADE + 1 }))), "page");
});

test("events that arrive while the next connection opens are no reason", () => {
  const { history } = setUp();
  // The stream continues beside the tried socket.
  history.note(7, 18);
  assert.equal(history.greeted(hello("one", room(17))), null);
  assert.equal(history.stamp(7).seen, 18);
});

test("a page that is opened after a restore learns of it from the browser, once", () => {
  const { storage, history } = setUp();
  history.greeted(hello("one", room(17)));
  const later = setUp({ storage, epoch: "two", shown: room(7) }).history;
  assert.equal(later.greeted(hello("two", room(7))), "browser");
  const last = setUp({ storage, epoch: "two", shown: room(7) }).history;
  assert.equal(last.greeted(hello("two", room(7))), null);
});

test("a server without epochs is taken for the same", () => {
  assert.equal(setUp().history.greeted({ rooms: [room(3)] }), null);
});

test("what was stored is compared by epoch, by the newest event, and by the room", () => {
  const { history } = setUp();
  history.greeted(hello("two", room(7)));
  const compare = (stamp) => Object.values(history.compare(7, stamp)).join();
  assert.equal(compare({ epoch: "two", seen: 7, made: MADE }), "true,true");
  assert.equal(compare({ epoch: "one", seen: 3, made: MADE }), "false,true");
  assert.equal(compare({ epoch: "two", seen: 8, made: MADE }), "false,true");
  assert.equal(compare({ epoch: "two", seen: 7, made: MADE + 1 }), "false,false");
  assert.equal(compare({ epoch: "one" }), "false,false", "nobody knows which room it was");
});

test("what an earlier version stored is of the history that the browser knew first", () => {
  const { history, storage } = setUp();
  history.greeted(hello("one", room(17)));
  assert.equal(history.compare(7, {}).isSame, true);
  const later = setUp({ storage, epoch: "two" }).history;
  later.greeted(hello("two", room(17)));
  assert.equal(later.compare(7, {}).isSame, false);
});

function withDrafts(storage, page) {
  const history = new KnownHistory({ storage, userId: 1, epoch: page.epoch, room: page.shown });
  const mark = new DraftMark({ storage, userId: 1, room: 7, made: page.shown.created_ms, history });
  const draft = (part) => new Draft(storage, 1, `7${part}`);
  return { mark, draft };
}

test("a draft of an edit goes into the box when its message may be another one", () => {
  const { storage } = setUp();
  const before = withDrafts(storage, { epoch: "one", shown: room(17) });
  before.mark.settle();
  before.draft("").save("typed");
  before.draft("/edit").saveFields({ id: 12, text: "edited" });
  before.draft("/reply").saveFields({ id: 12, author: "bo", text: "?" });
  assert.deepEqual(withDrafts(storage, { epoch: "one", shown: room(18) }).mark.settle(), []);
  assert.equal(before.draft("/edit").loadFields().text, "edited", "the same history");

  assert.deepEqual(withDrafts(storage, { epoch: "two", shown: room(7) }).mark.settle(), []);
  assert.equal(before.draft("").load(), "typed\nedited");
  assert.equal(before.draft("/edit").loadFields(), null);
  assert.equal(before.draft("/reply").loadFields(), null);
});

test("an end that this browser knew when it left the room is compared with the next hello", () => {
  const { storage } = setUp();
  const before = withDrafts(storage, { epoch: "one", shown: room(17) });
  before.mark.settle();
  // The page was made before the last event, and shown after it.
  const { history } = setUp({ storage, shown: room(16) });
  new DraftMark({ storage, userId: 1, room: 7, made: MADE, history }).settle();
  assert.equal(history.greeted(hello("one", room(7))), "page");
});

test("a draft does not appear in another room of the same number", () => {
  const { storage } = setUp();
  const before = withDrafts(storage, { epoch: "one", shown: room(17) });
  before.mark.settle();
  before.draft("").save("typed");
  const texts = withDrafts(storage, { epoch: "two", shown: room(2, { made: MADE + 5 }) }).mark.settle();
  assert.deepEqual(texts, ["typed"]);
  assert.equal(before.draft("").load(), "");
});

test("what one person wrote is neither sent nor shown by another one of the same number", () => {
  const { storage } = setUp();
  keepApart(storage, 5, "ana");
  new Draft(storage, 5, 7).save("of ana");
  keepApart(storage, 5, "bo");
  assert.equal(new Draft(storage, 5, 7).load(), "");
  keepApart(storage, 9, "ana");
  assert.equal(new Draft(storage, 9, 7).load(), "of ana");
});
