// What the person writes into the open room: the box, its draft, and the reply that it writes. It begins when the room
// is chosen, before the messages of the room are there.

import { OTHER_HISTORY } from "../log/known-history.js";
import { Composer, typeAnywhere } from "../messages/composer.js";
import { Draft, DraftMark, giveBack } from "../messages/drafts.js";
import { Replying } from "../messages/reply.js";
import { userId } from "../page/data.js";
import { byId } from "../page/elements.js";
import { TypingTeller } from "../presence/typing.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Services } from "./services.js" */

/** Dispatches "box" when there is another box or none, and "sent" after a message was queued. */
export class Writing extends /** @type {new () => TypedTarget<{box: null, sent: null}>} */ (EventTarget) {
  /** The box of the page; null where nobody can write. @type {Composer | null} */ composer = null;
  /** @type {Replying | null} */ replying = null;
  /** Of the present box. @type {Lifetime | null} */ #boxLifetime = null;

  /** @param {{room: number, maxChars: number, drafts: DraftMark, lifetime: Lifetime, services: Services}} options */
  constructor({ room, maxChars, drafts, lifetime, services: { connection, queue, sender, storage } }) {
    super();
    this.room = room;
    this.maxChars = maxChars;
    this.drafts = drafts;
    this.lifetime = lifetime;
    this.sender = sender;
    this.storage = storage;
    this.teller = new TypingTeller(connection, room, lifetime);
    const { signal } = lifetime;
    for (const body of drafts.settle()) queue.add(room, { op: "post", body, refused: { code: OTHER_HISTORY } });
    addEventListener("pagehide", () => this.save(), { signal });
    document.addEventListener("parlour:save", () => this.save(), { signal });
    // The box comes and goes with the friendship (refresh.js).
    /** @param {CustomEvent<HTMLElement>} event */
    const swapping = ({ detail }) => detail.id === "post-area" && this.save();
    /** @param {CustomEvent<HTMLElement>} event */
    const swapped = ({ detail }) => detail.id === "post-area" && this.adopt();
    document.addEventListener("parlour:swapping", swapping, { signal });
    document.addEventListener("parlour:swapped", swapped, { signal });
    typeAnywhere(() => this.composer, lifetime);
    this.adopt();
  }

  /** Takes the box that the page has now. */
  adopt() {
    this.#boxLifetime?.end();
    this.#boxLifetime = this.lifetime.part();
    /** @type {HTMLFormElement | null} */ const form = document.getElementById("composer");
    this.composer = form && this.#open(form, this.#boxLifetime);
    if (!form) {
      this.replying = null;
      giveBack(byId("main"), this.drafts.text.load());
    }
    this.dispatchEvent(new Event("box"));
  }

  save() {
    this.composer?.saveNow();
    this.drafts.save();
  }

  /** @param {HTMLFormElement} form  @param {Lifetime} lifetime */
  #open(form, lifetime) {
    const { room, storage } = this;
    const draft = new Draft(storage, userId, room);
    const composer = new Composer({ form, draft, maxChars: this.maxChars, lifetime });
    this.replying = new Replying({
      line: byId("replying"),
      field: /** @type {HTMLInputElement} */ (form.elements.namedItem("reply_to")),
      draft: new Draft(storage, userId, `${room}/reply`),
      closed: () => composer.focus(),
      lifetime,
    });
    composer.addEventListener("escape", () => this.replying?.clear());
    composer.addEventListener("send", ({ detail }) => {
      this.sender.post(room, detail, this.replying?.take());
      this.dispatchEvent(new Event("sent"));
      this.teller.stop();
    });
    composer.addEventListener("typing", ({ detail }) => this.teller.typing(detail));
    composer.addEventListener("left", () => this.teller.left());
    return composer;
  }
}

/** @param {number} room  @param {number | undefined} made  @param {Services} services */
export const draftsOf = (room, made, { storage, known }) =>
  new DraftMark({ storage, userId, room, made, history: known });
