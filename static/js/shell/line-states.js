// What each row of the list of conversations says in place of its last line: who types there, what is not sent, what
// is being sent, or the draft. A pencil marks drafts, too.

import { draftPrefix } from "../messages/drafts.js";
import { build, find } from "../page/elements.js";
import { Lifetime } from "../page/lifetime.js";
import { cut, oneLine } from "../page/plain-text.js";
import { shown } from "../page/shown.js";
import { say } from "../page/words.js";
import { TypingLine } from "../presence/typing.js";
import { unread } from "../reading/attention.js";

/** @import { Typing } from "../live/protocol.js" */
/** @import { Sender } from "../live/sender.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/** Most messages are sent sooner, and their line is the next last line. */
const SENDING_SHOWN_AFTER_MS = 600;
const EXCERPT_CHARS = 120;

/**
 * @param {{connection: Connection, sender: Sender, storage: BrowserMemory, userId: number, typing?: Typing}} options
 *   `typing`: who typed before this was loaded
 */
export function followStates({ connection, sender, storage, userId, typing: first }) {
  const prefix = draftPrefix(userId);
  /** The rooms whose row has a state. @type {Set<number>} */ let marked = new Set();

  /** @param {number} room */
  const show = (room) => {
    const row = document.querySelector(`#conversations a[data-conversation="${room}"]`);
    if (!row) return;
    // The open conversation shows its draft in the box itself.
    const draft = room === shown().room ? "" : (storage.get(`${prefix}${room}`) ?? "");
    const state = stateOf(sender.pending(room), draft);
    markDraft(row, draft !== "");
    find(document, `#state-${room}`).replaceChildren(
      ...(state ? [build("span", { className: `line-${state.name}` }, say(`js-line-${state.name}`)), " "] : []),
      ...(state ? [build("bdi", {}, cut(oneLine(state.text), EXCERPT_CHARS))] : []),
    );
  };
  const showAll = () => {
    const drafts = storage.keys(prefix).map((key) => Number(key.slice(prefix.length)));
    const rooms = new Set([...drafts.filter(Boolean), ...sender.queue.rooms()]);
    for (const room of new Set([...marked, ...rooms])) show(room);
    marked = rooms;
  };
  // Several changes at once are drawn once.
  let isScheduled = false;
  const showSoon = () => {
    if (!isScheduled) setTimeout(run, SENDING_SHOWN_AFTER_MS);
    isScheduled = true;
  };
  const run = () => {
    isScheduled = false;
    showAll();
  };
  sender.addEventListener("change", showSoon);
  addEventListener("storage", ({ key }) => (key === null || key.startsWith(prefix)) && showAll());
  document.addEventListener("parlour:room", showAll);

  const typing = followTyping(connection, userId);
  document.addEventListener("parlour:swapped", ({ detail }) => {
    if (detail.id !== "conversations") return;
    showAll();
    typing.showAll();
  });
  showAll();
  if (first) typing.started(first);
}

/**
 * Returns what the row says of the texts of this person, if anything. Pure, for tests.
 * @param {{state: string, item: {body?: string}}[]} pending  oldest first  @param {string} draft
 */
export function stateOf(pending, draft) {
  const refused = pending.find(({ state }) => state === "refused");
  if (refused) return { name: "unsent", text: refused.item.body ?? "" };
  const last = pending.at(-1);
  // Without a connection all of them wait.
  if (last) return { name: pending[0].state === "waiting" ? "waiting" : "sending", text: last.item.body ?? "" };
  return draft === "" ? null : { name: "draft", text: draft };
}

/** @param {Connection} connection  @param {number} userId */
function followTyping(connection, userId) {
  const lifetime = new Lifetime();
  /** By room. @type {Map<number, TypingLine>} */ const lines = new Map();
  /** @param {number} room */
  const put = (room) => {
    const line = lines.get(room);
    if (line) document.getElementById(`state-${room}`)?.before(line.element);
  };
  /** @param {Typing} event */
  const started = ({ room, user }) => {
    if (user.id === userId || unread.isBlocked(user.id)) return;
    if (!lines.has(room)) lines.set(room, new TypingLine(build("span", { className: "line-typing" }), lifetime));
    lines.get(room)?.started(user);
    put(room);
  };
  connection.addEventListener("typing.started", ({ detail }) => started(detail));
  /** @param {number} room  @param {number} id */
  const stopped = (room, id) => lines.get(room)?.stopped({ id });
  connection.addEventListener("typing.stopped", ({ detail: { room, user } }) => stopped(room, user.id));
  connection.addEventListener("message.created", ({ detail: { room, author } }) => stopped(room, author.id));
  connection.addEventListener("state", ({ detail }) => {
    if (detail !== "open") for (const line of lines.values()) line.clear();
  });
  connection.addEventListener("relation.changed", ({ detail: { user } }) => {
    for (const room of lines.keys()) stopped(room, user.id);
  });
  return {
    started,
    showAll() {
      for (const room of lines.keys()) put(room);
    },
  };
}

/** @param {HTMLElement} link  @param {boolean} hasDraft */
function markDraft(link, hasDraft) {
  const old = link.querySelector(".pencil");
  if (hasDraft === Boolean(old)) return;
  link.classList.toggle("has-draft", hasDraft);
  if (old) old.remove();
  else link.append(build("span", { className: "pencil", title: say("js-draft"), ariaHidden: "true" }));
}
