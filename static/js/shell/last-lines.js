// The last lines in the list of conversations: author, text and time of the latest message. The
// server renders the same (chat/shell/last_line.rs). The conversation with the newest message comes
// first.

import { userId } from "../page/data.js";
import { build, find } from "../page/elements.js";
import { elementFrom } from "../page/fragment.js";
import { nameOf } from "../page/names.js";
import { cut, plainText } from "../page/plain-text.js";
import { listTime } from "../page/times.js";
import { say } from "../page/words.js";
import { unread } from "../reading/attention.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { Person } from "../live/protocol.js" */

/** As EXCERPT_CHARS on the server. */
const EXCERPT_CHARS = 120;
/** Kinds of conversations in which the other person needs no name. */
const OF_ONE = new Set(["direct", "notes"]);

/** Whether the person walks through the rooms by their places (room-keys.js), which must not change meanwhile. */
let isWalking = false;

/** @typedef {{id: number, author: Person, html: string, at: string}} Latest */

/** @param {Connection} connection  @param {Person} me */
export function followLastLines(connection, me) {
  /** The latest message since the last frame, by room, so that many messages cause one update. @type {Map<number, Latest>} */
  const latest = new Map();
  let isScheduled = false;
  /** @param {number} room  @param {Latest} message */
  const take = (room, message) => {
    latest.set(room, message);
    // After the frame that draws the message itself.
    if (!isScheduled) requestAnimationFrame(() => setTimeout(write));
    isScheduled = true;
  };
  const write = () => {
    isScheduled = false;
    for (const [room, message] of latest) show(room, message);
    latest.clear();
    sort();
  };
  connection.addEventListener("message.created", ({ detail: { room, id, author, html, created_at: at } }) =>
    take(room, { id, author, html, at }),
  );
  connection.addEventListener("message.accepted", ({ detail: { room, id, html, created_at: at } }) =>
    take(room, { id, author: me, html, at }),
  );
  connection.addEventListener("message.changed", ({ detail: { room, id, change, html } }) => {
    const waiting = latest.get(room);
    if (waiting?.id === id) waiting.html = html;
    const row = rowOf(room);
    const line = row?.parentElement?.querySelector(`.last-line[data-message="${id}"]`);
    if (!row || !line || isFolded(row, Number(line.dataset.author))) return;
    const text = find(line, ".last-text");
    if (change === "deleted") text.textContent = say("js-message-deleted");
    else if (change === "edited") text.textContent = excerpt(html);
  });
  document.addEventListener("keydown", ({ altKey, key }) => {
    isWalking ||= altKey && (key === "ArrowUp" || key === "ArrowDown");
  });
  document.addEventListener("pointerdown", () => {
    isWalking = false;
  });
  // The list itself is replaced at times.
  const side = document.getElementById("conversations")?.parentElement;
  for (const event of ["pointerleave", "focusout"]) side?.addEventListener(event, () => setTimeout(sort));
}

/** @param {number} room @returns {HTMLElement | null} */
const rowOf = (room) => document.querySelector(`#conversations a[data-conversation="${room}"]`);

/** @param {number} room  @param {Latest} message */
function show(room, { id, author, html, at }) {
  const row = rowOf(room);
  const line = row?.parentElement?.querySelector(".last-line");
  if (!row || !line) return;
  const isBlocked = isFolded(row, author.id);
  const text = isBlocked ? say("js-blocked") : excerpt(html);
  row.dataset.at = String(Date.parse(at));
  Object.assign(line.dataset, { message: id, author: author.id });
  line.replaceChildren(build("bdi", { className: "last-text" }, text));
  const by = isBlocked ? "" : isAction(html) ? nameOf(author) : byWords(row.dataset.kind ?? "", author);
  if (by) line.prepend(build("bdi", { className: "last-by", translate: false }, by), " ");
  line.parentElement?.querySelector(".side-time")?.remove();
  line.parentElement?.prepend(build("time", { className: "side-time", dateTime: at }, listTime(at)));
}

/** A direct conversation folds nothing. @param {HTMLElement} row  @param {number} author */
const isFolded = (row, author) => row.dataset.kind !== "direct" && unread.isBlocked(author);

/** @param {string} kind  @param {Person} author */
function byWords(kind, { id, ...names }) {
  if (id === userId) return kind === "notes" ? "" : say("js-last-own");
  return OF_ONE.has(kind) ? "" : say("js-last-by", { name: nameOf(names) });
}

/** Whether it says what its author does, to be read behind their name. @param {string} html */
const isAction = (html) => elementFrom(html)?.querySelector(".emote") != null;

/** @param {string} html */
function excerpt(html) {
  const text = elementFrom(html)?.querySelector(".message-text");
  return text ? cut(plainText(text), EXCERPT_CHARS) : "";
}

/** Sorts the conversations by their newest message, but not while somebody points at them or walks through them. */
function sort() {
  const list = document.querySelector("#conversations .other-rooms");
  if (!list || isWalking || list.matches(":hover, :focus-within")) return;
  const rows = [...list.children].map((item, index) => ({ item, index, at: timeOf(item) }));
  const sorted = rows.toSorted((one, other) => (one.at === other.at ? one.index - other.index : other.at - one.at));
  if (sorted.every(({ index }, place) => index === place)) return;
  list.append(...sorted.map(({ item }) => item));
}

/** @param {Element} item */
const timeOf = (item) => Number(find(item, "a").dataset.at);
