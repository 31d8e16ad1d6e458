// The people that can be mentioned in a room: at first those whose messages are here, then all members.

import { find } from "../page/elements.js";
import { folded } from "../page/match.js";
import { nameOf } from "../page/names.js";

/** @import { Person } from "../live/protocol.js" */

/** Letters of scripts without spaces: a name may follow them directly. As in `formatting/scripts.rs`. */
const UNSPACED = [
  ...["Han", "Hiragana", "Katakana", "Bopomofo", "Hangul", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"],
  ...["Javanese", "Balinese", "Yi"],
]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
const TYPED_NAME = new RegExp(
  `(?:^|[^\\p{L}\\p{N}_@/]|[${UNSPACED}])@([\\p{L}\\p{N}_][\\p{L}\\p{N}\\p{M}\\u200C\\u200D_.+-]{0,40})$`,
  "u",
);

/**
 * Returns the beginning of a name before the caret, or null. It may follow signs, and letters of a script without
 * spaces, as on the server (`formatting/mentions.rs`). In `ana@example` there is none.
 * @param {string} text  @param {number} caret
 */
export function typedName(text, caret) {
  const found = TYPED_NAME.exec(text.slice(0, caret));
  return found ? found[1] : null;
}

/**
 * Returns the people whose name or user name contains what was typed: first those with a name that starts with it, the latest speakers
 * first, then the others.
 * @param {Person[]} people  @param {string} typed
 * @param {number[]} speakers  ids, the latest first
 */
export function suggested(people, typed, speakers) {
  const wanted = folded(typed);
  /** @param {number} id */
  const recent = (id) => (speakers.includes(id) ? speakers.indexOf(id) : speakers.length);
  /** @param {Person} person */
  const rank = ({ id, ...names }) => [
    [nameOf(names), names.username].some((one) => folded(one).startsWith(wanted)) ? 0 : 1,
    recent(id),
  ];
  return people
    .filter((person) => folded(`${nameOf(person)} ${person.username}`).includes(wanted))
    .map((person) => ({ person, rank: rank(person) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || nameOf(a.person).localeCompare(nameOf(b.person)))
    .map(({ person }) => person);
}

export class People {
  /** @type {Person[] | null} */ #fetched = null;
  #asking = false;

  /**
   * @param {{list: HTMLElement, room: number, me: {id: number},
   *   isBlocked: (person: number) => boolean}} options  blocked people are not suggested
   */
  constructor({ list, room, me, isBlocked }) {
    this.list = list;
    this.room = room;
    this.me = me;
    this.isBlocked = isBlocked;
  }

  /** The server has another history, or other people are blocked: fetches the names again. */
  forget() {
    this.#fetched = null;
  }

  /** Returns the ids of the authors of the messages here, the latest first. */
  speakers() {
    const ids = [...this.list.querySelectorAll("article.message[data-id]")].map(({ dataset }) =>
      Number(dataset.author),
    );
    return [...new Set(ids.reverse())];
  }

  known() {
    /** @type {Map<number, Person>} */ const known = new Map();
    for (const message of this.list.querySelectorAll("article.message[data-id]")) {
      const id = Number(message.dataset.author);
      const { textContent: name, dataset } = find(message, ".message-author");
      known.set(id, { id, name, username: dataset.username ?? name });
    }
    for (const person of this.#fetched ?? []) known.set(person.id, person);
    known.delete(this.me.id);
    return [...known.values()].filter(({ id }) => !this.isBlocked(id));
  }

  /** Fetches the members once; after a failure, again next time. Returns whether they were loaded now. */
  async fetch() {
    if (this.#fetched || this.#asking) return false;
    this.#asking = true;
    try {
      const answer = await fetch(`/rooms/${this.room}/names/`, { redirect: "error" });
      if (answer.ok) this.#fetched = await answer.json();
    } catch {
      // Offline: only the authors of the messages here are suggested.
    }
    this.#asking = false;
    return this.#fetched !== null;
  }
}
