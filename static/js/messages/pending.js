// Pending messages: those that the server has not accepted yet, at the end of the log, each with its state.

import { OTHER_HISTORY } from "../log/known-history.js";
import { regroup } from "../log/regroup.js";
import { buildButton, find } from "../page/elements.js";
import { release } from "../page/focus.js";
import { clockTime } from "../page/times.js";
import { say } from "../page/words.js";
import { isBigEmoji } from "./big-emoji.js";
import { quoteLine } from "./reply.js";
import { refusalLine, stateElement, stateOf } from "./states.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Pending, Sender } from "../live/sender.js" */
/** @import { Item } from "../live/queue.js" */

const COUNTDOWN_MS = 1_000;

export class PendingMessages {
  #ticking = 0;

  /**
   * @param {{list: HTMLElement, template: HTMLTemplateElement, room: number,
   *   sender: Sender, holds: (clientId: string) => boolean,
   *   added: (message: HTMLElement) => void, takenBack: (item: Item) => boolean, lifetime: Lifetime}} options
   */
  constructor({ list, template, room, sender, holds, added, takenBack, lifetime }) {
    this.list = list;
    this.template = template;
    this.room = room;
    this.sender = sender;
    this.holds = holds;
    this.added = added;
    this.takenBack = takenBack;
    lifetime.atEnd(() => clearTimeout(this.#ticking));
  }

  /** Shows the posts in the queue. */
  render() {
    const pending = this.sender.pending(this.room);
    const wanted = new Set(pending.map(({ item }) => item.clientId));
    for (const message of this.list.querySelectorAll(".pending")) {
      const { clientId } = message.dataset;
      if (!wanted.has(clientId) && !this.holds(clientId)) this.#remove(message);
    }
    for (const one of pending) this.#place(one);
    this.#countDown(pending);
  }

  /** @param {HTMLElement} message */
  #remove(message) {
    const next = message.nextElementSibling;
    release(message, this.list.parentElement);
    message.remove();
    if (next?.matches("article.message")) regroup(/** @type {HTMLElement} */ (next));
  }

  /** @param {Pending} one */
  #place(one) {
    const { clientId } = one.item;
    const message = this.list.querySelector(`.pending[data-client-id="${clientId}"]`) ?? this.#add(one.item);
    const signature = `${one.state} ${one.reason} ${this.#secondsUntil(one)}`;
    if (message.dataset.state === signature) return;
    message.dataset.state = signature;
    this.#showState(message, one);
  }

  /** @param {Item} item */
  #add(item) {
    const message = this.#build(item);
    document.getElementById("room-empty")?.remove();
    this.list.append(message);
    regroup(message);
    this.added(message);
    return message;
  }

  /** @param {Item} item */
  #build({ clientId, body = "", at, reply }) {
    const message = /** @type {HTMLElement} */ (this.template.content.firstElementChild?.cloneNode(true));
    const text = find(message, ".message-text");
    const time = find(message, "time");
    Object.assign(message.dataset, { clientId, at });
    nameByParts(message, clientId);
    text.textContent = body;
    text.classList.toggle("big", isBigEmoji(body));
    if (reply) text.before(quoteLine(reply, this.room));
    time.dateTime = at;
    time.textContent = clockTime(at);
    return message;
  }

  /** @param {HTMLElement} message  @param {Pending} one */
  #showState(message, one) {
    for (const part of message.querySelectorAll(".message-state, .refusal")) {
      // The pressed button is removed with its line.
      release(part, message);
      part.remove();
    }
    message.classList.toggle("refused", one.state === "refused");
    if (one.state === "refused") return message.append(this.#refusal(one));
    const waits = this.sender.connection.state === "open" ? "behind" : "waiting";
    const line = stateElement(stateOf({ sending: one.state === "sending" ? "sending" : waits }));
    if (one.state === "paused") {
      line.textContent = this.#countdown(one);
    }
    if (one.state === "waiting" && !one.item.tried)
      line.append(
        " ",
        buildButton(say("js-cancel"), () => this.#takeBack(one.item)),
      );
    return find(message, ".message-body").append(line);
  }

  /** @param {Item} item */
  #takeBack(item) {
    if (this.sender.withdraw(item.clientId)) this.takenBack(item);
  }

  /** @param {Pending} pending */
  #refusal({ item, reason }) {
    const { code, op } = item.refused ?? {};
    const isEdit = op === "edit";
    const isOld = code === OTHER_HISTORY;
    const unsaid = isOld ? `js-other-history-${isEdit ? "edit" : "post"}` : "js-refused-unknown";
    const words = say(isEdit ? "js-not-done-edit" : "js-not-sent", { reason: reason || say(unsaid) });
    const toBox = buildButton(say("js-to-box"), () => this.takenBack(item) && this.sender.remove(item.clientId));
    // Sending it again would reach whatever has the id now.
    const again = isOld ? [toBox] : [buildButton(say("js-retry"), () => this.sender.retry(item.clientId)), toBox];
    const discard = buildButton(say(isOld ? "js-discard" : "js-delete"), () => this.sender.remove(item.clientId));
    return refusalLine(words, ...again, discard);
  }

  /** @param {Pending} one */
  #countdown(one) {
    const seconds = this.#secondsUntil(one);
    return one.code === "rate" ? say("js-too-fast", { seconds }) : `${one.reason} ${say("js-next-in", { seconds })}`;
  }

  /** @param {Pending} pending */
  #secondsUntil({ state, until }) {
    return state === "paused" ? Math.max(1, Math.ceil((until - Date.now()) / 1000)) : 0;
  }

  /** @param {Pending[]} pending */
  #countDown(pending) {
    clearTimeout(this.#ticking);
    if (pending.some(({ state }) => state === "paused")) {
      this.#ticking = setTimeout(() => this.render(), COUNTDOWN_MS);
    }
  }
}

/**
 * Sets the accessible name of the article: author, text and time, as the server does.
 * @param {HTMLElement} message  @param {string} key
 */
function nameByParts(message, key) {
  const parts = [...message.querySelectorAll(".message-author, .message-text, time")];
  for (const part of parts) part.id = part.id.replace("pending", key);
  message.setAttribute("aria-labelledby", parts.map((part) => part.id).join(" "));
}
