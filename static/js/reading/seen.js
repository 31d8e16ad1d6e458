// Seen marks: for each other person, a mark at the newest message of this person that they have read. The server sends
// only positions that both sides agree to share.

import { build, find } from "../page/elements.js";
import { faceOf, shareOut } from "../page/faces.js";
import { nameOf } from "../page/names.js";
import { say } from "../page/words.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { SeenPosition } from "../live/protocol.js" */

/** If there are more, the last place shows how many have no face. */
const MOST_FACES = 5;
/** Isolates the direction of a name in a title (Unicode FSI and PDI). @param {string} name */
const isolated = (name) => `\u2068${name}\u2069`;

/** @typedef {{id: number, name: string}} Marked  a person with a mark */

/**
 * Returns the `seq` of the message that has each person's mark, by person. Pure, for tests.
 * @param {number[]} ownSeqs  @param {Map<number, {seq: number}>} positions
 */
export function placeMarks(ownSeqs, positions) {
  /** @type {Map<number, number>} */ const places = new Map();
  for (const [person, { seq }] of positions) {
    const seen = ownSeqs.filter((own) => own <= seq).at(-1);
    if (seen !== undefined) places.set(person, seen);
  }
  return places;
}

export class SeenMarks {
  /** By person. @type {Map<number, {name: string, seq: number}>} */ #positions = new Map();
  #asked = 0;

  /**
   * @param {{list: HTMLElement, userId: number, isDirect: boolean, ask: () => boolean,
   *   keep: (change: () => void) => void, lifetime: Lifetime}} options
   */
  constructor({ list, userId, isDirect, ask, keep, lifetime }) {
    this.list = list;
    this.userId = userId;
    this.isDirect = isDirect;
    this.ask = ask;
    this.keep = keep;
    // Observes messages alone: marks are no children of the list.
    const observer = new MutationObserver(() => this.render());
    observer.observe(list, { childList: true });
    lifetime.disconnect(observer);
    lifetime.atEnd(() => clearTimeout(this.#asked));
  }

  /** Requests the positions; debounced. */
  askSoon() {
    clearTimeout(this.#asked);
    this.#asked = setTimeout(() => this.ask(), 100);
  }

  /** Replaces all positions. @param {SeenPosition[]} seen */
  told(seen) {
    this.#positions = new Map(seen.map(({ user, seq }) => [user.id, { name: nameOf(user), seq }]));
    this.render();
  }

  /** Moves one position. @param {SeenPosition} position */
  moved({ user, seq }) {
    this.#positions.set(user.id, { name: nameOf(user), seq });
    this.render();
  }

  render() {
    const own = [...this.list.querySelectorAll(`article[data-seq][data-author="${this.userId}"]:not(.deleted)`)];
    const places = placeMarks(
      own.map((article) => Number(article.dataset.seq)),
      this.#positions,
    );
    /** @type {Map<number, Marked[]>} */ const bySeq = new Map();
    for (const [id, seq] of places) {
      bySeq.set(seq, [...(bySeq.get(seq) ?? []), { id, name: this.#positions.get(id)?.name ?? "" }]);
    }
    /** @param {Marked[] | undefined} people */
    const key = (people) => people?.map(({ id, name }) => `${id} ${name}`).join() ?? "";
    const wanted = own.map((article) => ({ article, people: bySeq.get(Number(article.dataset.seq)) }));
    const changed = wanted.filter(({ article, people }) => (article.dataset.seenBy ?? "") !== key(people));
    if (changed.length === 0) return;
    this.keep(() => {
      for (const { article, people } of changed) {
        article.querySelector(".message-seen")?.remove();
        if (people) this.#mark(article, people);
        article.dataset.seenBy = key(people);
      }
    });
  }

  /** @param {HTMLElement} article  @param {Marked[]} people */
  #mark(article, people) {
    const names = people.map(({ name }) => name);
    const words = build("span", { className: "vh" }, say("js-seen-by", { names: names.join(", ") }));
    const title = say("js-seen-by", { names: names.map(isolated).join(", ") });
    // Marks move with every message: screen readers need not announce each of them.
    const mark = build("span", { className: "message-seen", title, ariaLive: "off" }, words);
    if (!this.isDirect) this.#addFaces(mark, people);
    const height = this.isDirect ? 0 : article.offsetHeight;
    find(article, ".message-body").insertBefore(mark, article.querySelector(".message-body > .message-state"));
    // Without room in the last line faces hang below, so that nothing moves.
    if (!this.isDirect)
      mark.classList.toggle("hanging", article.nextElementSibling !== null && article.offsetHeight !== height);
  }

  /** @param {HTMLElement} mark  @param {Marked[]} people */
  #addFaces(mark, people) {
    const [shown, counted] = shareOut(people.length, MOST_FACES);
    mark.classList.add("seen-faces");
    mark.append(...people.slice(0, shown).map(faceOf));
    if (counted === 0) return;
    mark.append(build("span", { className: "seen-more", ariaHidden: "true" }, `+${counted}`));
  }
}
