// The room that is open, from its choice until another one is chosen. Everything that is set up for it ends with its
// lifetime.

import { PendingMessages } from "../messages/pending.js";
import { byId } from "../page/elements.js";
import { Lifetime } from "../page/lifetime.js";
import { openConversation } from "./conversation.js";
import { Writing } from "./writing.js";

/** @import { DraftMark } from "../messages/drafts.js" */
/** @import { RoomPage } from "../page/data.js" */
/** @import { Services } from "./services.js" */

/** How long the log of the former room may stay: a change that is quicker does not flicker. */
const HELD_MS = 200;

export class OpenRoom {
  lifetime = new Lifetime();
  /** Until the messages are there. */ #waiting = this.lifetime.part();
  /** @type {ReturnType<typeof openConversation> | null} */ #conversation = null;

  /**
   * Takes the box of the page, so that what is typed belongs to this room.
   * @param {{room: number, maxChars: number, drafts: DraftMark, services: Services}} options
   */
  constructor({ room, maxChars, drafts, services }) {
    this.room = room;
    this.services = services;
    this.writing = new Writing({ room, maxChars, drafts, lifetime: this.lifetime, services });
    // After log-out, or removal from the room, nothing is stored any more.
    document.addEventListener("parlour:leaving", () => this.lifetime.end(), { signal: this.lifetime.signal });
  }

  /** Whether its messages are shown. */
  get isShown() {
    return this.#conversation !== null;
  }

  /**
   * The page of the room is not there yet. After a while, or when something is sent, the log of the former
   * room is replaced by an empty one, which shows messages sent in the meantime.
   * @param {() => void} empty  replaces the log
   */
  wait(empty) {
    const { signal } = this.#waiting;
    const begin = () => {
      if (signal.aborted) return;
      clearTimeout(timer);
      empty();
      this.#showPending();
    };
    const timer = setTimeout(begin, HELD_MS);
    this.#waiting.atEnd(() => clearTimeout(timer));
    this.writing.addEventListener("sent", begin, { signal, once: true });
  }

  #showPending() {
    const { sender } = this.services;
    const pending = new PendingMessages({
      list: byId("log-inner"),
      room: this.room,
      sender,
      template: byId("pending-message"),
      holds: () => false,
      added: () => {},
      takenBack: ({ body = "" }) => {
        this.writing.composer?.putBefore(body);
        return this.writing.composer !== null;
      },
      lifetime: this.#waiting,
    });
    /** @param {CustomEvent<number>} event */
    const changed = ({ detail }) => detail === this.room && pending.render();
    sender.addEventListener("change", changed, { signal: this.#waiting.signal });
    pending.render();
  }

  /** The page has the messages of the room now. @param {RoomPage} page */
  show(page) {
    const { lifetime, services, writing } = this;
    this.#waiting.end();
    writing.drafts.made = page.created_ms;
    this.#conversation = openConversation({ page, writing, lifetime, services });
  }

  /**
   * Another room is chosen: stores what was typed and where it was read, and ends everything.
   * @param {boolean} isPresent  whether the present entry of the history is still one of this room
   */
  leave(isPresent) {
    if (this.lifetime.isOver) return;
    this.writing.save();
    this.#conversation?.remember(isPresent);
    this.lifetime.end();
  }
}
