// Optimistic updates: changes that the server has not confirmed are shown on their messages at once, each with its
// state. The confirmed form is kept, and comes back if the change is refused and discarded (rollback).

import { foldTall } from "../log/fold.js";
import { quietly } from "../log/live-region.js";
import { swap } from "../log/swap.js";
import { build, buildButton, byId, find } from "../page/elements.js";
import { say } from "../page/words.js";
import { markOwn, showReaction } from "./reactions.js";
import { refusalLine } from "./states.js";
/** @import { Pending, Sender, SenderEvents } from "../live/sender.js" */
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Person } from "../live/protocol.js" */
/** @import { LogScroll } from "../log/scroll.js" */
/** @import { Item } from "../live/queue.js" */

/** @typedef {Pick<Pending, "item" | "state" | "reason">} Change  a change of a message that is not confirmed */

export class OptimisticUpdates {
  /** By id. @type {Map<number, {shown: HTMLElement, base: HTMLElement, signature: string}>} */ #updated = new Map();
  /** Confirmed changes whose event has not arrived yet. @type {{item: Item, seq: number}[]} */
  #settling = [];

  /**
   * @param {{room: number, me: Person, sender: Sender,
   *   scroll: LogScroll, lastSeq: () => number, lifetime: Lifetime}} options
   */
  constructor({ room, me, sender, scroll, lastSeq, lifetime: { signal } }) {
    this.room = room;
    this.me = me;
    this.sender = sender;
    this.scroll = scroll;
    this.lastSeq = lastSeq;
    /** @param {CustomEvent<SenderEvents["changed"]>} event */
    const changed = ({ detail: { room: where, item, seq } }) => {
      if (where === room && seq !== null && seq > lastSeq()) this.#settling.push({ item, seq });
    };
    sender.addEventListener("changed", changed, { signal });
  }

  /** Returns the text of the message after its pending edits, or undefined without one. @param {number} id */
  bodyOf(id) {
    const edits = this.#changes().filter(({ item }) => item.op === "edit" && item.message === id);
    return edits.at(-1)?.item.body;
  }

  /** Returns whether the message is about to be deleted. @param {number} id */
  isGoing(id) {
    return this.#changes().some(
      ({ item, state }) => item.op === "delete" && item.message === id && state !== "refused",
    );
  }

  /** Returns the confirmed forms of the messages that are shown with changes. */
  bases() {
    return [...this.#updated.values()].map(({ base }) => base);
  }

  /** The server has another history: forgets the confirmed forms. */
  restart() {
    this.#updated.clear();
    this.#settling = [];
  }

  /** Shows the changes in the queue. Screen readers do not announce them. */
  render() {
    this.#settling = this.#settling.filter(({ seq }) => seq > this.lastSeq());
    if (this.#updated.size === 0 && this.#changes().length === 0) return;
    quietly(this.scroll.log, () => this.#render());
  }

  #render() {
    /** @type {Map<number, Change[]>} */ const changes = new Map();
    for (const change of this.#changes()) {
      const message = Number(change.item.message);
      changes.set(message, [...(changes.get(message) ?? []), change]);
    }
    for (const id of this.#updated.keys()) if (!changes.has(id)) this.#restore(id);
    for (const [id, ofOne] of changes) this.#show(id, ofOne);
  }

  /** @returns {Change[]} */
  #changes() {
    return [
      ...this.#settling.map(({ item }) => ({ item, state: /** @type {const} */ ("sending"), reason: "" })),
      ...this.sender.changes(this.room),
    ];
  }

  /** @param {number} id */
  #restore(id) {
    const known = this.#updated.get(id);
    this.#updated.delete(id);
    if (known?.shown.isConnected) swap(known.shown, known.base);
  }

  /** @param {number} id  @param {Change[]} changes */
  #show(id, changes) {
    const present = document.getElementById(`message-${id}`);
    if (!present) return;
    const known = this.#updated.get(id);
    const signature = changes.map(({ item, state, reason }) => `${item.clientId} ${state} ${reason}`).join();
    if (known?.shown === present && known.signature === signature) return;
    const base = known?.shown === present ? known.base : present;
    const shown = /** @type {HTMLElement} */ (base.cloneNode(true));
    shown.querySelector(".fold")?.remove();
    shown.querySelector(".folded")?.classList.remove("folded");
    for (const change of changes) this.#apply(shown, change);
    this.#updated.set(id, { shown, base, signature });
    swap(present, shown);
    foldTall([shown], this.scroll);
  }

  /** @param {HTMLElement} shown  @param {Change} change */
  #apply(shown, change) {
    const { item, state } = change;
    const text = find(shown, ".message-text");
    // A refused edit also stays visible.
    if (item.op === "edit") text.textContent = item.body ?? "";
    if (state === "refused") return shown.append(this.#refusal(change));
    if (item.op === "react") {
      showReaction(shown, /** @type {Required<Item>} */ (item), this.me);
      return markOwn(shown, this.me.id);
    }
    if (item.op === "pin") return showPin(shown, item.on);
    shown.classList.add("changing");
    if (item.op === "edit") return text.after(stateLine(state === "sending" ? "js-saving" : "js-edit-waiting"));
    shown.classList.add("going");
    const line = stateLine(state === "sending" ? "js-deleting" : "js-deleted-soon");
    if (!item.tried)
      line.append(
        " ",
        buildButton(say("js-undo"), () => this.sender.withdraw(item.clientId)),
      );
    return text.after(line);
  }

  /** @param {Change} change */
  #refusal({ item, reason }) {
    return refusalLine(
      say(`js-not-done-${item.op}`, { reason: reason || say("js-refused-unknown") }),
      buildButton(say("js-retry"), () => this.sender.retry(item.clientId)),
      buildButton(say("js-discard"), () => this.sender.remove(item.clientId)),
    );
  }
}

/** @param {HTMLElement} message  @param {boolean | undefined} on */
function showPin(message, on) {
  message.querySelector(".pinned")?.remove();
  /** @type {HTMLTemplateElement} */ const mark = byId("pinned-mark");
  if (on) find(message, ".message-body").append(mark.content.cloneNode(true));
}

/** @param {string} key */
function stateLine(key) {
  return build("span", { className: "change-state", role: "status" }, say(key));
}
