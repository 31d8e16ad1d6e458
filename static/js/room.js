// The open conversation: joins the log, the queue and the box with the socket of app.js.

import { connection, notice, sender, storage } from "./app.js";
import { Composer, typeAnywhere } from "./composer.js";
import { Draft } from "./drafts.js";
import { loadEarlier } from "./earlier.js";
import { foldTall } from "./fold.js";
import { pageData, userId } from "./page.js";
import { PendingMessages, showSent } from "./pending.js";
import { attend } from "./room-attention.js";
import { relabelAtMidnight, settleAll } from "./regroup.js";
import { pageFromBox, roveMessages } from "./roving.js";
import { LogScroll } from "./scroll.js";
import { Timeline } from "./timeline.js";
import { TypingLine, TypingTeller } from "./typing.js";

const room = pageData.room;
const log = document.getElementById("messages");
const list = document.getElementById("log-inner");
const scroll = new LogScroll(log, document.getElementById("jump"));
const typingLine = new TypingLine(document.getElementById("typing"));
const teller = new TypingTeller(connection, room);
/** clientId → milliseconds, of messages that are answered but perhaps not in the log yet. */
const answered = new Map();
let arrivals = 0;
let composer = null;

const timeline = new Timeline({
  list,
  lastSeq: pageData.last_seq,
  roomPath: `/rooms/${room}/`,
  resume: (after) => connection.send({ type: "room.resume", room, after }),
  inserted(message, event) {
    foldTall([message], scroll);
    const author = Number(message.dataset.author);
    typingLine.stopped({ id: author });
    if (author !== userId) {
      arrivals += 1;
      scroll.countNews(message);
    }
    if (answered.has(event.client_id)) showSent(message, answered.get(event.client_id));
    answered.delete(event.client_id);
  },
  changed: (message) => foldTall([message], scroll),
});
const pending = new PendingMessages({
  list,
  room,
  sender,
  template: document.getElementById("pending-message"),
  holds: (clientId) => timeline.holds(clientId),
  added: (message) => foldTall([message], scroll),
});

/** Handles what concerns this room and leaves the rest to app.js. */
const on = (type, handle) => connection.addEventListener(type, ({ detail }) => {
  if (detail.room === room) handle(detail);
});
// After the whole event: the log takes the message before its pending double goes, in one frame.
const attention = attend({ connection, log, list, room, isAtEnd: () => scroll.atEnd, keep: (change) => scroll.keep(change) });
/** For the menu of a message: it and all after it are unread again. */
export const markUnread = (seq) => attention.markUnread(seq);
const renderPending = () => queueMicrotask(() => scroll.keep(() => pending.render()));
const apply = (event) => {
  scroll.keep(() => timeline.apply(event));
  renderPending();
};

on("message.created", apply);
on("message.changed", apply);
on("member.changed", apply);
on("room.changed", apply);
on("message.accepted", apply);
on("typing.started", ({ user }) => user.id !== userId && typingLine.started(user));
on("typing.stopped", ({ user }) => typingLine.stopped(user));
on("room.events", (answer) => {
  const before = arrivals;
  // Screen readers need not read a hundred messages aloud.
  log.ariaBusy = "true";
  scroll.keep(() => timeline.catchUp(answer));
  log.ariaBusy = "false";
  renderPending();
  notice.news(arrivals - before);
});
connection.addEventListener("session.hello", ({ detail }) => {
  timeline.reconnected(detail.rooms.find((known) => known.room === room)?.last_seq);
});
connection.addEventListener("state", ({ detail }) => detail !== "open" && typingLine.clear());
sender.addEventListener("change", ({ detail }) => detail === room && renderPending());
sender.addEventListener("sent", ({ detail }) => {
  if (detail.room === room) answered.set(detail.clientId, detail.ms);
});

/** The box comes and goes with the friendship (refresh.js). */
function openComposer() {
  const form = document.getElementById("composer");
  composer = form && new Composer({ form, draft: new Draft(storage, userId, room), maxChars: pageData.max_chars });
  composer?.addEventListener("send", ({ detail }) => {
    sender.post(room, detail);
    pending.render();
    scroll.toEnd();
    attention.sent();
    teller.stop();
  });
  composer?.addEventListener("typing", ({ detail }) => teller.typing(detail));
  composer?.addEventListener("left", () => teller.left());
}

const save = () => composer?.saveNow();
addEventListener("pagehide", save);
document.addEventListener("parlour:save", save);
document.addEventListener("parlour:leaving", () => {
  composer = null;
});
document.addEventListener("parlour:swapping", ({ detail }) => detail.id === "post-area" && save());
document.addEventListener("parlour:swapped", ({ detail }) => detail.id === "post-area" && openComposer());

settleAll(list);
foldTall([...list.querySelectorAll("article.message")], scroll);
relabelAtMidnight(list);
loadEarlier(list, scroll);
roveMessages(log, () => composer?.focus());
pageFromBox(log);
typeAnywhere(() => composer);
openComposer();
pending.render();
scroll.toEnd();
if (!location.hash) attention.open();
if (!location.hash) composer?.focusUnlessTouch();
if (connection.state === "open") timeline.reconnected();
