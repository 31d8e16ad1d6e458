import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Connection } from "../../static/js/live/socket.js";

const HELLO = { type: "session.hello", user: { id: 1 }, rooms: [], online: [] };

class FakeSocket {
  readyState = 1;
  sent = [];
  closed = false;

  send(text) {
    this.sent.push(JSON.parse(text).type);
  }

  close() {
    this.closed = true;
  }

  say(event) {
    this.onmessage({ data: JSON.stringify(event) });
  }

  break(code = 1006) {
    this.onclose({ code });
  }
}

function setUp(options = {}) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const sockets = [];
  const heard = [];
  const connection = new Connection({
    open: () => {
      sockets.push(new FakeSocket());
      return sockets.at(-1);
    },
    ...options,
  });
  connection.addEventListener("state", ({ detail }) => heard.push(detail));
  connection.addEventListener("signed-out", ({ detail }) => heard.push(`signed out: ${detail}`));
  connection.start();
  return { connection, sockets, heard };
}

test("is open only after the hello", () => {
  const { connection, sockets } = setUp();
  assert.equal(connection.send({ type: "room.resume" }), false);
  sockets[0].say(HELLO);
  assert.equal(connection.send({ type: "room.resume" }), true);
  assert.deepEqual(sockets[0].sent, ["room.resume"]);
});

test("comes back by itself, later each time, and starts over after a hello", () => {
  const { sockets } = setUp();
  sockets[0].say(HELLO);
  sockets[0].break();
  mock.timers.tick(390);
  assert.equal(sockets.length, 2);
  sockets[1].break();
  mock.timers.tick(699);
  assert.equal(sockets.length, 2);
  mock.timers.tick(601);
  assert.equal(sockets.length, 3);
  sockets[2].say(HELLO);
  sockets[2].break();
  mock.timers.tick(390);
  assert.equal(sockets.length, 4);
});

test("does not wait when asked to try now", () => {
  const { connection, sockets } = setUp();
  sockets[0].say(HELLO);
  sockets[0].break();
  connection.probe();
  assert.equal(sockets.length, 2);
  mock.timers.tick(400);
  assert.equal(sockets.length, 2);
});

test("pings every 20 s and takes 10 s of silence for the end", () => {
  const { connection, sockets } = setUp();
  sockets[0].say(HELLO);
  mock.timers.tick(20_000);
  assert.deepEqual(sockets[0].sent, ["connection.ping"]);
  sockets[0].say({ type: "connection.pong" });
  mock.timers.tick(20_000);
  assert.equal(connection.state, "open");
  mock.timers.tick(10_000);
  assert.equal(sockets[0].closed, true);
  assert.notEqual(connection.state, "open");
});

test("a socket that never says hello is given up", () => {
  const { sockets } = setUp();
  mock.timers.tick(5_000);
  assert.equal(sockets[0].closed, true);
  mock.timers.tick(390);
  assert.equal(sockets.length, 2);
});

test("what an abandoned socket still says is not heard", () => {
  const { connection, sockets } = setUp();
  sockets[0].say(HELLO);
  connection.renew();
  sockets[0].say({ type: "message.created" });
  sockets[0].break();
  assert.equal(connection.state, "connecting");
  assert.equal(sockets.length, 2);
});

test("after an announced restart comes back within the announced time", () => {
  const { sockets } = setUp();
  sockets[0].say(HELLO);
  sockets[0].say({ type: "server.restarting", reconnect_within_ms: 3000 });
  sockets[0].break(1012);
  mock.timers.tick(3000);
  assert.equal(sockets.length, 2);
});

test("signed out elsewhere: says why and connects no more", () => {
  const { sockets, heard } = setUp();
  sockets[0].say(HELLO);
  sockets[0].say({ type: "session.ended", reason: "revoked" });
  sockets[0].break(4401);
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
  assert.deepEqual(heard, ["connecting", "open", "waiting", "ended", "signed out: revoked"]);
});

test("a socket that is refused asks whether the session is over", async () => {
  const { sockets, heard } = setUp({ isSignedOut: async () => true });
  sockets[0].break();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(heard.at(-1), "signed out: signed_out");
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
});

/** Lets pending requests be answered. */
const settle = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

test("two sockets that do not open on a site that answers make place for a stream", async () => {
  const streams = [];
  const openFallback = () => {
    streams.push(new FakeSocket());
    return streams.at(-1);
  };
  const { connection, sockets } = setUp({ loadFallback: async () => openFallback, isSignedOut: async () => false });
  sockets[0].break();
  await settle();
  mock.timers.tick(400);
  mock.timers.tick(5_000);
  await settle();
  assert.equal(sockets[1].closed, true);
  mock.timers.tick(1_300);
  assert.equal(streams.length, 1);
  streams[0].say(HELLO);
  assert.equal(connection.usesFallback, true);
  assert.equal(connection.send({ type: "room.resume" }), true);

  mock.timers.tick(20_000);
  streams[0].say({ type: "connection.pong" });
  mock.timers.tick(20_000);
  streams[0].say({ type: "connection.pong" });
  mock.timers.tick(20_000);
  streams[0].say({ type: "connection.pong" });
  assert.equal(sockets.length, 3, "a socket is tried again after a minute");
  sockets[2].break();
  assert.equal(connection.usesFallback, true);
  for (let i = 0; i < 3; i += 1) {
    mock.timers.tick(20_000);
    streams[0].say({ type: "connection.pong" });
  }
  sockets[3].say(HELLO);
  assert.equal(connection.usesFallback, false);
  assert.equal(connection.state, "open");
  assert.equal(streams[0].closed, true);
});

test("a site that does not answer is down, and sockets are tried on", async () => {
  const { sockets } = setUp({ loadFallback: () => assert.fail("no stream"), isSignedOut: async () => null });
  for (let i = 0; i < 4; i += 1) {
    sockets.at(-1).break();
    await settle();
    mock.timers.tick(15_000 * 1.3);
  }
  assert.ok(sockets.length >= 5);
});

test("logging out here is no surprise to tell", () => {
  const { connection, sockets, heard } = setUp();
  sockets[0].say(HELLO);
  connection.end();
  sockets[0].break(4401);
  assert.equal(heard.at(-1), "ended");
});

test("a constructor that throws counts as a socket that did not open, and leads to the fallback", async () => {
  const streams = [];
  const { connection, heard } = setUp({
    open: () => {
      throw new DOMException("blocked", "SecurityError");
    },
    loadFallback: async () => () => {
      streams.push(new FakeSocket());
      return streams.at(-1);
    },
    isSignedOut: async () => false,
  });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    assert.equal(connection.state, "waiting");
    await settle();
    mock.timers.tick(1_300);
  }
  assert.equal(streams.length, 1);
  streams[0].say(HELLO);
  assert.equal(connection.usesFallback, true);
  assert.equal(heard.at(-1), "open");

  // It is tried again beside the fallback, which continues.
  mock.timers.tick(60_000);
  assert.equal(connection.state, "open");
  assert.equal(connection.usesFallback, true);
});

test("a fallback that could not be loaded is loaded after the next socket that does not open", async () => {
  let loads = 0;
  const { connection } = setUp({
    open: () => {
      throw new DOMException("blocked", "SecurityError");
    },
    loadFallback: async () => {
      loads += 1;
      if (loads === 1) throw new TypeError("no connection");
      return () => new FakeSocket();
    },
    isSignedOut: async () => false,
  });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await settle();
    assert.equal(connection.usesFallback, false);
    mock.timers.tick(5_000);
  }
  await settle();
  assert.equal(loads, 2);
  assert.equal(connection.state, "connecting");
});

test("a fallback that cannot be opened either is tried again", async () => {
  const refuse = () => {
    throw new TypeError("no such thing here");
  };
  const { connection } = setUp({ open: refuse, loadFallback: async () => refuse, isSignedOut: async () => false });
  for (let attempt = 0; attempt < 6; attempt += 1) {
    assert.equal(connection.state, "waiting");
    await settle();
    mock.timers.tick(20_000);
  }
});
