// Message actions: reply, react, edit, delete, copy, mention. Connects their parts with the log, the queue and the
// composer.

import { foldTall } from "../log/fold.js";
import { build, byId, find } from "../page/elements.js";
import { release } from "../page/focus.js";
import { insertText } from "../page/insert.js";
import { once } from "../page/once.js";
import { dateAndTime } from "../page/times.js";
import { say } from "../page/words.js";
import { offerAids, offerBar } from "./aids.js";
import { BlockedMessages, isFolded } from "./blocked.js";
import { Completion, onDemand } from "./completion.js";
import { Draft } from "./drafts.js";
import { Editing } from "./editing.js";
import { EmojiPopup } from "./emoji-popup.js";
import { listenToKeys } from "./keys.js";
import { mentionsOf } from "./mentions.js";
import { MessageMenu } from "./menu.js";
import { People } from "./names.js";
import { OptimisticUpdates } from "./optimistic.js";
import { hasReacted, markOwn } from "./reactions.js";
import { quoteOf } from "./reply.js";
import { allowed, factsOf, isPinned } from "./rights.js";
import { keepTabInside, linkMentions, offerMenu, prepareMessages } from "./tab-order.js";

/** @import { Sender } from "../live/sender.js" */
/** @import { LogScroll } from "../log/scroll.js" */
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Composer } from "./composer.js" */
/** @import { Replying } from "./reply.js" */
/** @import { Item } from "../live/queue.js" */
/** @import { MessageChanged } from "../live/protocol.js" */
/** @import { RoomPage } from "../page/data.js" */
/** @import { Right } from "./rights.js" */
/** @import { acts as Acts } from "./message-bar.js" */

const TOLD_MS = 2_000;

const SHORT_CODES = onDemand(/(?:^|[^\p{L}\d:/]):[\p{L}\d_+-]{2,}:?$/u, async () =>
  (await import("./short-codes.js")).shortCodes(),
);

const COMMANDS = onDemand(/^\/[a-z]*$/, async () => (await import("./commands.js")).commands());

/** The bar over messages, and the actions that are not needed at first. Loaded when the page is idle. */
const loadActs = () => import("./message-bar.js");

export class MessageActions {
  /** @type {Replying | null} */ replying = null;
  /** @type {Composer | null} */ #composer = null;
  /** @type {import("./message-bar.js").UsedReactions | null} */ #used = null;

  /**
   * @param {{list: HTMLElement, log: HTMLElement, room: number, storage: BrowserMemory,
   *   sender: Sender, scroll: LogScroll, lastSeq: () => number,
   *   markUnread: (message: HTMLElement) => void, page: RoomPage,
   *   isBlocked: (person: number) => boolean, lifetime: Lifetime}} options
   */
  constructor({ list, log, room, storage, sender, scroll, lastSeq, markUnread, page, isBlocked, lifetime }) {
    this.list = list;
    this.log = log;
    this.room = room;
    this.storage = storage;
    this.sender = sender;
    this.scroll = scroll;
    this.markUnread = markUnread;
    this.page = page;
    this.me = page.me;
    this.changes = new OptimisticUpdates({ room, me: page.me, sender, scroll, lastSeq, lifetime });
    this.people = new People({ list, room, me: page.me, isBlocked });
    this.completion = new Completion(byId("names"), [mentionsOf(this.people), SHORT_CODES, COMMANDS], lifetime);
    this.picker = new EmojiPopup({ element: byId("picker"), quick: page.quick_emoji, lifetime });
    this.lifetime = lifetime;
    this.editing = new Editing({
      template: byId("edit-box"),
      maxChars: page.max_chars,
      draft: new Draft(storage, this.me.id, `${room}/edit`),
      bodyOf: (id) => this.changes.bodyOf(id),
      save: (message, body) => this.#change({ op: "edit", message, body }),
      opened: (box) => this.#help(box),
      closed: (message) => {
        message?.focus({ preventScroll: true });
        this.#composer?.focusUnlessTouch();
      },
    });
    /** @param {Right} what  @param {HTMLElement} message */
    const act = (what, message) => this.#act(what, message);
    this.menu = new MessageMenu({
      element: byId("message-menu"),
      log,
      rights: (message) => this.#rights(message),
      act,
      lifetime,
    });
    listenToKeys(log, {
      menu: (message) => this.menu.open(message, message.querySelector(".message-more"), message),
      act,
    });
    list.addEventListener("click", (event) => this.#chip(event));
    const offerMessageBar = once(
      loadActs,
      ({ offerBar: offer }, /** @type {HTMLElement} */ target) => lifetime.isOver || this.#offerBar(offer, target),
    );
    for (const type of /** @type {const} */ (["pointerover", "focusin"]))
      log.addEventListener(type, ({ target }) => offerMessageBar(target));
    // So that it is there when the connection is lost.
    (globalThis.requestIdleCallback ?? setTimeout)(() => loadActs().catch(() => {}));
    this.blocked = new BlockedMessages({ list, isBlocked, opened: (message) => foldTall([message], scroll) });
    this.keepInside = keepTabInside(list);
    prepareMessages(list, (message) => this.#prepare(message), lifetime);
    this.editing.restore();
  }

  /**
   * Shows the bar over messages, first over that at `target`.
   * @param {typeof import("./message-bar.js").offerBar} offer  @param {HTMLElement} target
   */
  #offerBar(offer, target) {
    const { show, used } = offer({
      log: this.log,
      quick: this.page.quick_emoji,
      rights: (message) => this.#rights(message),
      act: (what, message) => this.#act(what, message),
      toggle: (message, emoji) => this.#toggle(message, emoji),
    });
    this.#used = used;
    show(target);
  }

  /**
   * Takes the composer of the page, which may have been replaced; null without one.
   * @param {Composer | null} composer  @param {Replying | null} replying
   */
  adoptBox(composer, replying) {
    this.#composer = composer;
    this.replying = replying;
    if (!composer) return;
    this.#help(composer.box);
    offerBar(composer.form, this.storage, this.lifetime.signal);
    composer.addEventListener("edit-last", () => this.#editLast());
    composer.addEventListener("emoji", ({ detail: anchor }) => {
      if (this.picker.popup.isOpen) return this.picker.popup.close();
      return this.picker.open({ anchor, back: composer.box, choose: (emoji) => insertText(composer.box, emoji) });
    });
  }

  /** Helps to write in a box: completion, formatting, lists, paste. @param {HTMLTextAreaElement} box */
  #help(box) {
    this.completion.attach(box);
    offerAids(box, this.lifetime.signal);
  }

  /** Shows the changes in the queue on their messages. */
  render() {
    this.changes.render();
  }

  /** Somebody was blocked or unblocked. */
  blockedChanged() {
    this.people.forget();
    this.scroll.keep(() => {
      for (const message of this.list.querySelectorAll("article.message")) this.#prepare(message);
    });
  }

  /** Puts the text of a queued message back into the composer. Returns whether there is one. @param {Item} item */
  takeBack({ body, reply }) {
    if (!this.#composer) return false;
    this.#composer.putBefore(body ?? "");
    if (reply && !this.replying?.current) this.replying?.start(reply);
    return true;
  }

  /**
   * The server has another history: closes what is open for a message, because its id may be another one now.
   * @returns {string} the texts of edits
   */
  restart() {
    this.menu.popup.close(false);
    this.picker.popup.close(false);
    /** @type {HTMLDialogElement} */ (byId("deleting")).close();
    this.replying?.clear();
    this.changes.restart();
    this.people.forget();
    return this.editing.giveUp();
  }

  /** A message has changed on the server: removes quotes of a deleted one. @param {MessageChanged} event */
  follow({ change, id }) {
    if (change === "deleted") this.#dropQuotes(id);
  }

  /** @param {Partial<Item>} fields */
  #change(fields) {
    this.sender.change(this.room, fields);
    this.scroll.keep(() => this.render());
  }

  /** @param {HTMLElement} message */
  #rights(message) {
    const { role, can_pin: canPin, edit_window_ms: editWindowMs } = this.page;
    const facts = factsOf(message);
    if (isFolded(message) || this.changes.isGoing(facts.id)) return /** @type {Set<Right>} */ (new Set());
    return allowed(facts, { userId: this.me.id, role, canPost: this.#composer !== null, canPin, editWindowMs });
  }

  /** @param {Right} what  @param {HTMLElement} message */
  #act(what, message) {
    if (!this.#rights(message).has(what)) return;
    if (what === "reply") this.#reply(message);
    else if (what === "react") this.#react(message);
    else if (what === "edit") this.scroll.keep(() => this.editing.start(message));
    else if (what === "pin") this.#change({ op: "pin", message: Number(message.dataset.id), on: !isPinned(message) });
    else if (what === "copy") this.#load(async (acts) => this.#tell(await acts.copyLink(this.#pathOf(message))));
    else if (what === "unread") this.markUnread(message);
    else if (what === "remind") this.#remind(message);
    else if (what === "details") location.assign(`${this.#pathOf(message)}details/`);
    else this.#load((acts) => acts.askToDelete(message, (fields) => this.#change(fields)));
  }

  /** Says so if what an action needs cannot be loaded. @param {(acts: typeof Acts) => void} use */
  #load(use) {
    loadActs()
      .then(({ acts }) => use(acts))
      .catch(() => this.#tell(say("js-command-failed")));
  }

  /** @param {HTMLElement} message */
  #reply(message) {
    const author = find(message, ".message-author").textContent;
    this.scroll.keep(() => this.replying?.start({ id: Number(message.dataset.id), author, text: quoteOf(message) }));
    this.#composer?.focus();
  }

  /** @param {HTMLElement} message */
  #react(message) {
    const anchor = find(message, ".message-more");
    const choose = (/** @type {string} */ emoji) => this.#toggle(document.getElementById(message.id) ?? message, emoji);
    this.picker.open({ anchor, opener: message, choose });
  }

  /** @param {HTMLElement} message  @param {string} emoji */
  #toggle(message, emoji) {
    const on = !hasReacted(message, emoji);
    this.#change({ op: "react", message: Number(message.dataset.id), emoji, on });
    if (on) this.#used?.add(emoji);
  }

  /** @param {OnElement<MouseEvent>} event */
  #chip(event) {
    /** @type {HTMLButtonElement | null} */ const chip = event.target.closest(".chip");
    const message = chip?.closest("article");
    if (!chip || !message) return;
    event.preventDefault();
    if (this.#rights(message).has("react")) this.#toggle(message, chip.value);
  }

  /** @param {HTMLElement} message */
  async #remind(message) {
    const result = await import("../later/choose.js")
      .then(({ remind }) => remind(this.#pathOf(message)))
      .catch(() => null);
    this.#tell(result?.text ?? say("js-command-failed"));
  }

  /** @param {HTMLElement} message */
  #pathOf(message) {
    return `/rooms/${this.room}/messages/${message.dataset.id}/`;
  }

  /** Shows a text for a moment. @param {string} text */
  #tell(text) {
    const line = byId("copied");
    line.textContent = text;
    setTimeout(() => line.replaceChildren(), TOLD_MS);
  }

  #editLast() {
    // The last message is on its way, and cannot be edited yet; an older one is not meant.
    if (this.list.querySelector(".pending:not(.refused)")) return;
    const own = this.list.querySelectorAll(`article.message[data-id][data-author="${this.me.id}"]`);
    const last = [...own].reverse().find((message) => this.#rights(message).has("edit"));
    if (last) this.#act("edit", last);
  }

  /** @param {HTMLElement} message */
  #prepare(message) {
    if (!message.dataset.id) return;
    this.blocked.fold(message);
    offerMenu(message);
    linkMentions(message);
    markOwn(message, this.me.id);
    const edited = message.querySelector("a.edited");
    if (edited) edited.title = say("js-edited-at", { time: dateAndTime(edited.dataset.time ?? "") });
    // Excludes names and code from translations of the browser, which would break them.
    for (const part of message.querySelectorAll(".mention, code, .link-host")) part.translate = false;
    const call = message.querySelectorAll(`.mention[data-user="${this.me.id}"]`);
    const isBlocked = message.matches(".blocked");
    for (const mention of call) mention.classList.toggle("mention-me", !isBlocked);
    const isAnswer =
      message.querySelector(`.quote[data-author="${this.me.id}"]`) && Number(message.dataset.author) !== this.me.id;
    message.classList.toggle("calls-me", !isBlocked && (call.length > 0 || Boolean(isAnswer)));
    this.keepInside(message);
    this.editing.follow(message);
  }

  /** @param {number} id */
  #dropQuotes(id) {
    for (const root of [this.list, ...this.changes.bases()]) {
      for (const quote of root.querySelectorAll(`a.quote[data-of="${id}"]`)) {
        const gone = build("span", { className: "quote quote-gone" }, say("js-quote-gone"));
        gone.dataset.of = String(id);
        release(quote, quote.closest("article"));
        quote.replaceWith(gone);
      }
    }
  }
}
