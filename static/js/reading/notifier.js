// Notifies of a message outside of its room: by a system notification, or by a toast in the visible page. Only one tab
// notifies, and never of a message on the screen. A notification is removed when its message is read.

import { userId } from "../page/data.js";
import { elementFrom } from "../page/fragment.js";
import { nameOf } from "../page/names.js";
import { plainText } from "../page/plain-text.js";
import { say } from "../page/words.js";
import { preferences } from "../preferences/preferences.js";
import { isQuiet, isSnoozed } from "../preferences/quiet-hours.js";
import { isInView, unread } from "./attention.js";
import { Decisions } from "./decisions.js";
import { Leader } from "./leader.js";
import { against, excerpt, titleOf } from "./notifying.js";
import { isLookedAt } from "./reader.js";
import { closeRead, notify } from "./system-notification.js";
import { closeToasts, showToast } from "./toasts.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { MessageCreated, RoomState } from "../live/protocol.js" */

/** Time for another device to read the message, and for another tab to report that it shows it. */
const WAIT_MS = 1_200;

const canNotify = () => globalThis.Notification?.permission === "granted";

class Notifier {
  /** By room. @type {Map<number, {notification: Notification, seq: number}>} */ #shown = new Map();
  /** Messages that some tab shows. @type {Set<number>} */ #onScreen = new Set();
  #tabs = globalThis.BroadcastChannel && new BroadcastChannel(`parlour/tabs/${userId}`);

  /** @param {{leader: Leader, decisions: Decisions}} options */
  constructor({ leader, decisions }) {
    this.leader = leader;
    this.decisions = decisions;
    this.#tabs?.addEventListener("message", ({ data: { onScreen } }) => {
      this.#onScreen.add(onScreen);
      setTimeout(() => this.#onScreen.delete(onScreen), 2 * WAIT_MS);
    });
    // A notification of an unloaded page does nothing when it is pressed.
    addEventListener("pagehide", () => this.#closeAll());
  }

  /** Handles a new message. @param {MessageCreated} event */
  came(event) {
    const state = unread.state(event.room);
    if (!state) return;
    if (isInView(event.room)) this.#tabs?.postMessage({ onScreen: event.id });
    const reasons = against(factsOf(event, state));
    if (reasons.length > 0) return;
    const isOnScreen = isInView(event.room);
    setTimeout(() => this.#decide(event, isOnScreen || this.#onScreen.has(event.id)), WAIT_MS);
  }

  /** The server has another history: the messages of the notifications may not exist there. */
  restart() {
    this.#closeAll();
    this.#shown.clear();
    this.decisions.clear();
  }

  /** A room was read up to event `seq`. @param {number} room  @param {number} seq */
  read(room, seq) {
    const shown = this.#shown.get(room);
    if (shown && shown.seq <= seq) {
      shown.notification.close();
      this.#shown.delete(room);
    }
    if (unread.badge(room).unread === 0) closeToasts(room);
  }

  #closeAll() {
    for (const { notification } of this.#shown.values()) notification.close();
  }

  /** @param {MessageCreated} event  @param {boolean} isOnScreen */
  #decide(event, isOnScreen) {
    // The author may have been blocked while this waited.
    if (unread.isBlocked(event.author.id)) return undefined;
    const isRead = (unread.state(event.room)?.read_seq ?? Infinity) >= event.seq;
    /** @param {string} outcome */
    const note = (outcome) => this.leader.leads && this.decisions.note(event.id, outcome);
    if (isOnScreen) return note("on-screen");
    if (isRead) return note("read");
    const told = { ...textOf(event), path: pathOf(event), room: event.room };
    const toast = () => {
      if (isLookedAt()) showToast(told);
      note("toast");
    };
    if (!canNotify()) toast();
    // Only the leader continues.
    if (!this.leader.leads) return undefined;
    import("./sound.js").then(
      ({ chime }) => chime(),
      () => {},
    );
    return canNotify() ? this.#notify(event, told, { shown: () => note("notified"), failed: toast }) : undefined;
  }

  /**
   * @param {MessageCreated} event  @param {{title: string, body: string, path: string}} options
   * @param {{shown: () => void, failed: () => void}} outcome
   */
  async #notify(event, { title, body, path }, { shown, failed }) {
    // One per room: a newer notification replaces the older one.
    const tag = `parlour/room/${event.room}`;
    /** @type {NotificationOptions & {renotify: true}} */
    const options = { body, tag, renotify: true, silent: true, icon: iconPath() };
    const notified = await notify(title, options, { path, room: event.room, seq: event.seq });
    if (!notified) return failed();
    if (notified.page) this.#shown.set(event.room, { notification: notified.page, seq: event.seq });
    return shown();
  }
}

/** @param {Connection} connection  @param {BrowserMemory} storage */
export function followMessages(connection, storage) {
  const notifier = new Notifier({ leader: new Leader(userId, storage), decisions: new Decisions(storage, userId) });
  connection.addEventListener("restarted", () => notifier.restart());
  connection.addEventListener("message.created", ({ detail }) => notifier.came(detail));
  for (const type of /** @type {const} */ (["reminder.due", "later.refused"])) {
    connection.addEventListener(type, ({ detail }) =>
      import("../later/tell.js").then(
        ({ tell }) => tell(detail, notifier.leader.leads),
        () => {},
      ),
    );
  }
  const closeAllRead = () => closeRead((room, seq) => (unread.state(room)?.read_seq ?? 0) >= seq);
  connection.addEventListener("read.moved", ({ detail }) => {
    notifier.read(detail.room, detail.read_seq);
    closeAllRead();
  });
  document.addEventListener("parlour:notify", async ({ detail: { title, options, path, done } }) => {
    done((await notify(title, options, { path })) !== null);
  });
  // Other devices may have read messages during the interruption.
  document.addEventListener("parlour:unread", () => {
    for (const room of unread.rooms()) notifier.read(room, unread.state(room)?.read_seq ?? 0);
    closeAllRead();
  });
}

/** @param {MessageCreated} event  @param {RoomState} state */
function factsOf({ author, mentions = [] }, state) {
  const now = Date.now();
  return {
    own: author.id === userId,
    blocked: unread.isBlocked(author.id),
    level: state.level,
    called: mentions.includes(userId),
    quiet: isQuiet(preferences(), now),
    snoozed: isSnoozed(preferences(), now),
  };
}

/** @param {MessageCreated} event */
function textOf({ room, author, html }) {
  const title = titleOf(nameOf(author), /** @type {RoomState} */ (unread.state(room)));
  const text = elementFrom(html)?.querySelector(".message-text");
  const plain = text ? excerpt(plainText(text)) : "";
  const said = text?.querySelector(".emote") ? `${nameOf(author)} ${plain}` : plain;
  return { title, body: preferences().hide_previews || said === "" ? say("js-new-message") : said };
}

/** @param {{room: number, id: number}} options */
const pathOf = ({ room, id }) => `/rooms/${room}/messages/${id}/`;

const iconPath = () => /** @type {HTMLLinkElement} */ (document.querySelector('link[rel="apple-touch-icon"]'))?.href;
