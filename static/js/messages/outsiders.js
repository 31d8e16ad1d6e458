// Offer to add somebody who was mentioned and is not in the room. Only the server knows who that is; it renders the
// offer (templates/chat/messages/_outsiders.hbs), whose forms work without this module.

import { find } from "../page/elements.js";
import { encoded } from "../page/encoded.js";
import { elementFrom } from "../page/fragment.js";

/** A mention that the server did not turn into an element, because it is no member's name. */
const NAME = /(?:^|[^\p{L}\p{N}_@/])@[\p{L}\p{N}_]/u;

/**
 * Returns whether a rendered text mentions somebody who is not in the room.
 * @param {HTMLElement} text  @returns {boolean}
 */
function namesOutsiders(text) {
  return [...text.childNodes].some((node) => {
    if (node instanceof Text) return NAME.test(node.data);
    return node instanceof HTMLElement && !node.matches(".mention, code, pre, a") && namesOutsiders(node);
  });
}

export class Outsiders {
  /** The message whose offer is shown. @type {number | null} */ #message = null;
  /** The message of the last request; null once its answer is not wanted any more. @type {number | null} */
  #asked = null;

  /** @param {{area: HTMLElement, room: number, left: () => void}} options `left` takes the focus */
  constructor({ area, room, left }) {
    this.area = area;
    this.room = room;
    this.left = left;
    area.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add(/** @type {HTMLFormElement} */ (event.target));
    });
    area.addEventListener("click", (event) => {
      if (!event.target.closest(".close")) return;
      event.preventDefault();
      this.close();
    });
  }

  /** A message of the person was stored or edited. @param {{id: number, html: string}} message */
  said({ id, html }) {
    const text = elementFrom(html)?.querySelector(".message-text");
    if (text && namesOutsiders(text)) this.#ask(id);
    else if (id === this.#message) this.close();
  }

  /** Somebody joined or left. */
  membersChanged() {
    if (this.#message !== null) this.#ask(this.#message);
  }

  /** @param {number} message */
  async #ask(message) {
    this.#asked = message;
    try {
      const answer = await fetch(`/rooms/${this.room}/messages/${message}/outsiders/`, { redirect: "error" });
      const html = answer.ok ? await answer.text() : "";
      if (answer.ok && this.#asked === message) this.#show(message, html);
    } catch {
      // Offline: the page of the message has the same offer.
    }
  }

  /** @param {number} message  @param {string} html */
  #show(message, html) {
    const offer = elementFrom(html);
    if (!offer) return message === this.#message ? this.close() : undefined;
    this.#message = message;
    return this.#swap(offer);
  }

  /** @param {HTMLFormElement} form */
  async #add(form) {
    const button = find(form, "button");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: encoded(new FormData(form)),
        redirect: "manual",
      });
      if (answer.type !== "opaqueredirect") return form.submit();
    } catch {
      button.disabled = false;
      return undefined;
    }
    // The notice about it arrives with the log.
    form.remove();
    if (!this.area.querySelector("form")) this.close();
    return this.left();
  }

  /** Removes the offer. */
  close() {
    this.#message = null;
    this.#asked = null;
    this.#swap();
  }

  /** @param {HTMLElement[]} offer */
  #swap(...offer) {
    const hadFocus = this.area.contains(document.activeElement);
    this.area.replaceChildren(...offer);
    if (hadFocus) this.left();
  }
}
