// Open friend requests to this person: their number at the link to Add Friends and in the title, and a toast for a new
// one.

import { userId } from "../page/data.js";
import { nameOf } from "../page/names.js";
import { say } from "../page/words.js";
import { isLookedAt } from "./reader.js";
import { closeToasts, showToast } from "./toasts.js";

/** @import { Connection } from "../live/socket.js" */

class Requests {
  /** Ids of the senders; null until the hello. @type {Set<number> | null} */ #senders = null;

  get count() {
    return this.#senders?.size ?? Number(document.querySelector("a[data-requests]")?.dataset.requests ?? 0);
  }

  /** @param {number[]} senders */
  adopt(senders) {
    this.#senders = new Set(senders);
  }

  /** A relation changed. Returns whether it is a new request. @param {number} person  @param {string} state */
  related(person, state) {
    this.#senders ??= new Set();
    const isNew = state === "incoming" && !this.#senders.has(person);
    if (state === "incoming") this.#senders.add(person);
    else this.#senders.delete(person);
    return isNew;
  }
}

export const requests = new Requests();

/** @param {number} person  a key of toasts beside those of rooms, which are positive */
const toastKey = (person) => -person;

/** Follows the requests. Call before the badges follow the connection. @param {Connection} connection */
export function followRequests(connection) {
  connection.addEventListener("session.hello", ({ detail }) => requests.adopt(detail.requests ?? []));
  connection.addEventListener("relation.changed", ({ detail: { user, state } }) => {
    if (user.id === userId) return;
    const isNew = requests.related(user.id, state);
    if (!isNew) return closeToasts(toastKey(user.id));
    if (isLookedAt()) {
      showToast({ title: nameOf(user), body: say("js-asks"), path: "/friends/", room: toastKey(user.id) });
    }
  });
}
