import assert from "node:assert/strict";
import { test } from "node:test";

import { EventStream } from "../../static/js/live/event-stream.js";

class FakeSource extends EventTarget {
  closed = false;

  say(type, data) {
    const event = Object.assign(new Event(type), { data });
    if (type === "message") this.onmessage(event);
    else this.dispatchEvent(event);
  }

  close() {
    this.closed = true;
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp(answers = []) {
  const source = new FakeSource();
  const posted = [];
  const post = async (name, body) => {
    posted.push([name, JSON.parse(body)]);
    const status = answers.shift() ?? 204;
    if (status === 0) throw new TypeError("network");
    return { ok: status < 300, status };
  };
  const stream = new EventStream(source, post);
  const heard = [];
  stream.onmessage = ({ data }) => heard.push(data);
  stream.onclose = ({ code }) => heard.push(code);
  source.say("stream", "abc");
  return { stream, source, posted, heard };
}

test("says one batch at a time, in order, under the name of the stream", async () => {
  const { stream, posted } = setUp();
  for (const number of [1, 2, 3]) stream.send(String(number));
  await settle();
  assert.deepEqual(posted, [
    ["abc", [1]],
    ["abc", [2, 3]],
  ]);
});

test("hears events and the end with its code", () => {
  const { source, heard } = setUp();
  source.say("message", "{}");
  source.say("close", JSON.stringify({ code: 4401 }));
  source.onerror();
  assert.deepEqual(heard, ["{}", 4401]);
  assert.equal(source.closed, true);
});

test("a request that does not arrive is the end, like a broken socket", async () => {
  for (const status of [0, 404, 403]) {
    const { stream, heard } = setUp([status]);
    stream.send("1");
    await settle();
    assert.deepEqual(heard, [1006], String(status));
  }
});
