// The messages of the open room: connects its log, actions and read tracking with the socket and the queue.

import { floatDay } from "../log/floating-day.js";
import { foldTall } from "../log/fold.js";
import { fillGaps } from "../log/gaps.js";
import { LogHistory } from "../log/history.js";
import { Jumper } from "../log/jump.js";
import { quietly } from "../log/live-region.js";
import { Pill } from "../log/pill.js";
import { regroupAll, relabelAtMidnight } from "../log/regroup.js";
import { Revalidation } from "../log/revalidation.js";
import { pageFromBox, roveMessages } from "../log/roving.js";
import { LogScroll } from "../log/scroll.js";
import { Timeline } from "../log/timeline.js";
import { MessageActions } from "../messages/actions.js";
import { joined } from "../messages/drafts.js";
import { Outsiders } from "../messages/outsiders.js";
import { PendingMessages } from "../messages/pending.js";
import { userId } from "../page/data.js";
import { byId } from "../page/elements.js";
import { tabMemory } from "../page/storage.js";
import { TypingLine } from "../presence/typing.js";
import { followBlocks, unread } from "../reading/attention.js";
import { isLookedAt } from "../reading/reader.js";
import { trackReading } from "../reading/room-attention.js";
import { Ticks } from "../receipts/ticks.js";

/** @import { LogEvent, RoomEvents } from "../live/protocol.js" */
/** @import { RoomPage } from "../page/data.js" */
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Services } from "./services.js" */
/** @import { Writing } from "./writing.js" */

/** Notices next to each other, or without the first one of their line. */
const UNGATHERED = "[data-gathers] + [data-gathers]:not(.inside), :not(.gathers, .inside) + .inside";

/**
 * Sets up the log that the page has. Returns the function that stores the place of the reader.
 * @param {{page: RoomPage, writing: Writing, lifetime: Lifetime, services: Services}} options
 */
export function openConversation({ page, writing, lifetime, services }) {
  const { connection, known, notice, receipts, sender, storage } = services;
  const { room } = page;
  const { signal } = lifetime;
  const log = byId("messages");
  const list = byId("log-inner");
  // Opening the room announces nothing: the log is filled before it becomes live.
  quietly(log, () => regroupAll(list));
  const scroll = new LogScroll(log, lifetime);
  const pill = new Pill({ scroll, jump: byId("jump"), back: byId("back-to-place"), isLookedAt });
  const typingLine = new TypingLine(byId("typing"), lifetime);
  /** Milliseconds until the answer, by client id, of messages that may not be in the log yet. */
  /** @type {Map<string, number | null>} */ const answered = new Map();
  const ticks = new Ticks({ list, userId, isDirect: page.is_direct, lifetime });
  /** Messages that the present change of the log added, and those of others. */
  /** @type {HTMLElement[]} */ const fresh = [];
  /** @type {{id: number, seq: number}[]} */ const news = [];
  let arrivals = 0;
  /** Whether messages of this person are folded. A direct conversation folds nothing. @param {number} person */
  const isBlocked = (person) => !page.is_direct && unread.isBlocked(person);

  const timeline = new Timeline({
    list,
    lastSeq: page.last_seq,
    room,
    resume: (after) => connection.send({ type: "room.resume", room, after, epoch: known.epoch }),
    isNewest: () => scroll.isNewest,
    counted: countNews,
    inserted(message, event) {
      // A notice is not counted as a new message.
      if (message.matches(".notice")) return gather();
      // The copy that was shown while it was sent has been announced already.
      if (Number(message.dataset.author) === userId) message.ariaLive = "off";
      fresh.push(message);
      countNews(event);
      if (!("client_id" in event)) return;
      const ms = answered.get(event.client_id);
      if (ms !== undefined) ticks.sent(message, ms);
      answered.delete(event.client_id);
    },
    changed: (message) => fresh.push(message),
  });
  const history = new LogHistory({
    list,
    scroll,
    room,
    timeline,
    shown: (messages) => {
      foldTall(messages, scroll);
      gather();
    },
    epoch: () => known.epoch ?? "",
    began: (lastSeq) => {
      receipts.has(room, 1, lastSeq);
      renderPending();
    },
    lifetime,
  });
  const revalidation = new Revalidation({
    list,
    history,
    changed: (message) => {
      foldTall([message], scroll);
      renderPending();
    },
    keep: (change) => quietly(log, () => scroll.keep(change)),
  });
  const jumper = new Jumper({
    scroll,
    history,
    room,
    memory: tabMemory(),
    key: `parlour/place/${userId}/${room}`,
    epoch: known.epoch ?? "",
    lifetime,
  });
  const actions = new MessageActions({
    list,
    log,
    room,
    storage,
    sender,
    scroll,
    lastSeq: () => timeline.lastSeq,
    markUnread: (message) => attention.markUnread(message),
    page,
    isBlocked,
    lifetime,
  });
  const pending = new PendingMessages({
    list,
    room,
    sender,
    template: byId("pending-message"),
    holds: (clientId) => timeline.holds(clientId),
    added: (message) => foldTall([message], scroll),
    takenBack: (item) => actions.takeBack(item),
    lifetime,
  });
  const outsiders = new Outsiders({ area: byId("outsiders"), room, left: () => writing.composer?.focus() });

  /** Counts a new message, whether or not the page shows it. @param {LogEvent} event */
  function countNews(event) {
    // The answer to a post has no author.
    const author = "author" in event ? event.author : null;
    typingLine.stopped({ id: author?.id ?? userId });
    if (!author || author.id === userId || isBlocked(author.id)) return;
    arrivals += 1;
    news.push({ id: Number(event.id), seq: event.seq });
  }

  /** @typedef {{from: number, to: number, count: number}} LeftOut  a gap, and the messages of others in it */
  /** @param {RoomEvents} answer  @returns {LeftOut | null} */
  function leftOut({ missing, messages, events }) {
    if (!missing || messages === undefined) return null;
    const isOther = (/** @type {LogEvent} */ event) =>
      event.type === "message.created" && event.author.id !== userId && !isBlocked(event.author.id);
    const count = messages - events.filter(isOther).length;
    return count > 0 ? { ...missing, count } : null;
  }

  // app.js handles the events of other rooms.
  const on = connection.inRoom(room, signal);
  const attention = trackReading({ connection, list, room, isDirect: page.is_direct, scroll, lifetime });

  // Lines such as "ana added bo and 2 more": few pages need more of them than the server has made.
  const gather = () => {
    if (!list.querySelector(UNGATHERED)) return;
    const use = (/** @type {typeof import("../log/gathering.js")} */ { gatherNotices }) =>
      lifetime.isOver || scroll.keep(() => gatherNotices(list));
    import("../log/gathering.js").then(use, () => {});
  };

  // After the event, so that the message is inserted before its pending copy is removed, in one frame.
  const renderPending = () =>
    queueMicrotask(() => {
      if (lifetime.isOver) return;
      scroll.keep(() => {
        pending.render();
        actions.render();
      });
    });
  /**
   * Changes the log. New messages are measured together afterwards, which needs one layout.
   * @param {() => void} change
   * @param {{isMissed?: boolean, left?: LeftOut | null}} [options]  `isMissed`: nobody saw the new messages arrive;
   *   `left`: those that the page does not get
   */
  const changeLog = (change, { isMissed = !isLookedAt(), left = null } = {}) => {
    scroll.keep(() => {
      change();
      history.trim();
      foldTall(fresh.splice(0), scroll);
    });
    const arrived = news.splice(0);
    const gap = left && list.querySelector(`.missing[data-from="${left.from}"]`);
    const first = gap ?? (arrived[0] && document.getElementById(`message-${arrived[0].id}`));
    if (isMissed && first) attention.missed(first);
    if (isMissed || !scroll.atEnd) pill.count(arrived, left);
  };
  /** @param {LogEvent} event */
  const apply = (event) => {
    changeLog(() => timeline.apply(event));
    renderPending();
  };

  on("message.created", apply);
  on("message.changed", (event) => {
    if (event.change === "deleted") pill.remove(event);
    // A change does not announce the message again.
    quietly(log, () => apply(event));
    actions.follow(event);
  });
  on("member.changed", apply);
  on("room.changed", apply);
  on("message.accepted", apply);
  on("message.accepted", (message) => outsiders.said(message));
  on("message.changed", (message) => message.change === "edited" && message.by === userId && outsiders.said(message));
  on("member.changed", () => outsiders.membersChanged());
  connection.addEventListener(
    "person.changed",
    ({ detail: { user } }) => user.id === userId && Object.assign(page.me, { name: undefined }, user),
    { signal },
  );
  on("typing.started", ({ user }) => user.id !== userId && typingLine.started(user));
  on("typing.stopped", ({ user }) => typingLine.stopped(user));
  on("room.events", (answer) => {
    const before = arrivals;
    const left = leftOut(answer);
    // Screen readers do not announce a hundred messages.
    quietly(log, () => changeLog(() => timeline.catchUp(answer), { isMissed: true, left }));
    for (const event of answer.events) if (event.type === "message.changed") actions.follow(event);
    renderPending();
    notice.news(arrivals - before + (left?.count ?? 0));
    if (answer.cut) revalidation.invalidate(answer.after);
  });
  followBlocks(connection, lifetime, () => {
    actions.blockedChanged();
    // The server left out reactions of a person who is not blocked any more.
    revalidation.invalidate(timeline.lastSeq);
  });
  on("room.delivered", (delivered) => ticks.delivered(delivered));
  connection.addEventListener(
    "restarted",
    ({ detail }) => {
      const now = detail.rooms.find((state) => state.room === room && state.created_ms === page.created_ms);
      // If the room does not exist in the new history, removed.js closes the page.
      if (now) restart(now.last_seq);
    },
    { signal },
  );
  connection.addEventListener(
    "session.hello",
    ({ detail }) => {
      timeline.reconnected(detail.rooms.find((known) => known.room === room)?.last_seq);
      history.retry();
      revalidation.retry();
    },
    { signal },
  );
  connection.addEventListener("state", ({ detail }) => detail !== "open" && typingLine.clear(), { signal });
  sender.addEventListener("change", ({ detail }) => detail === room && renderPending(), { signal });
  sender.addEventListener("sent", ({ detail }) => detail.room === room && answered.set(detail.clientId, detail.ms), {
    signal,
  });

  /**
   * The server has another history: reloads the log. What was typed is kept; the text of an edit is appended to that
   * of the composer.
   * @param {number} lastSeq
   */
  function restart(lastSeq) {
    const typed = actions.restart();
    const { composer, drafts } = writing;
    if (typed && composer) composer.putAfter(typed);
    else if (typed) drafts.text.save(joined(drafts.text.load(), typed));
    timeline.restart(lastSeq);
    revalidation.restart();
    answered.clear();
    ticks.restart();
    pill.restart();
    outsiders.close();
    jumper.restart(known.epoch ?? "");
    document.getElementById("catch-up")?.remove();
    history.restart();
    drafts.save();
  }

  const adopt = () => actions.adoptBox(writing.composer, writing.replying);
  writing.addEventListener("box", adopt, { signal });
  writing.addEventListener(
    "sent",
    () => {
      const place = scroll.isFar ? scroll.place() : null;
      scroll.keep(() => pending.render());
      scroll.toEnd();
      attention.sent();
      jumper.toEnd();
      if (place) pill.offerBack(place);
    },
    { signal },
  );

  foldTall([...list.querySelectorAll("article.message")], scroll);
  relabelAtMidnight(list, lifetime);
  fillGaps(list, history, ({ from, to }) => receipts.has(room, from, to));
  floatDay(byId("day-float"), scroll);
  jumper.addEventListener("jumped", () => pill.away());
  pill.addEventListener("first", ({ detail }) => jumper.toFirst(detail, (message) => attention.mark(message)));
  for (const event of ["focus", "pageshow"]) addEventListener(event, () => pill.lookedAt(), { signal });
  document.addEventListener("visibilitychange", () => pill.lookedAt(), { signal });
  pill.addEventListener("end", () => jumper.toEnd());
  pill.addEventListener("back", ({ detail }) => jumper.restore(detail));
  roveMessages(log, { toBox: () => writing.composer?.focus(), toEnd: () => jumper.toEnd() });
  pageFromBox(log, () => jumper.toEnd(), lifetime);
  // A page in the middle of the log does not have all events.
  if (scroll.isNewest) receipts.has(room, 1, page.last_seq);
  const askDelivered = () => connection.send({ type: "room.status", room });
  connection.addEventListener("session.hello", askDelivered, { signal });
  if (connection.state === "open") askDelivered();
  adopt();
  sender.settle(room);
  pending.render();
  actions.render();
  jumper.start(() => attention.open());
  if (connection.state === "open") timeline.reconnected();

  return { remember: (/** @type {boolean} */ isPresent) => jumper.remember(isPresent) };
}
