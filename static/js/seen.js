// Who has seen the own messages: a mark at the newest one that each of the others has read. Positions
// come from the server, which tells only what both sides want to be seen.

import { say, sayCount } from "./words.js";

/** Under which message each person's mark stands: person → seq of an own message. Pure, for tests. */
export function placeMarks(ownSeqs, positions) {
  const places = new Map();
  for (const [person, { seq }] of positions) {
    const seen = ownSeqs.filter((own) => own <= seq).at(-1);
    if (seen !== undefined) places.set(person, seen);
  }
  return places;
}

export class SeenMarks {
  /** person → {name, seq} */ #positions = new Map();
  #asked = 0;

  /**
   * @param {{list: HTMLElement, userId: number, isDirect: boolean, ask: () => boolean,
   *   keep: (change: () => void) => void}} options
   */
  constructor({ list, userId, isDirect, ask, keep }) {
    Object.assign(this, { list, userId, isDirect, ask, keep });
    // Messages come, change and go; the marks inside of them are none of these children.
    new MutationObserver(() => this.render()).observe(list, { childList: true });
  }

  /** What may be seen has perhaps changed, or the connection is new. */
  askSoon() {
    clearTimeout(this.#asked);
    this.#asked = setTimeout(() => this.ask(), 100);
  }

  /** All of them, anew: whoever is not named shows nothing. */
  told(seen) {
    this.#positions = new Map(seen.map(({ user, seq }) => [user.id, { name: user.username, seq }]));
    this.render();
  }

  /** One of them moved. */
  moved({ user, seq }) {
    this.#positions.set(user.id, { name: user.username, seq });
    this.render();
  }

  render() {
    const own = [...this.list.querySelectorAll(`article[data-seq][data-author="${this.userId}"]`)];
    const places = placeMarks(own.map((article) => Number(article.dataset.seq)), this.#positions);
    const bySeq = new Map();
    for (const [person, seq] of places) {
      bySeq.set(seq, [...(bySeq.get(seq) ?? []), this.#positions.get(person).name]);
    }
    const wanted = own.map((article) => [article, bySeq.get(Number(article.dataset.seq))]);
    const isSame = wanted.every(([article, names]) => (article.dataset.seenBy ?? "") === (names?.join("\n") ?? ""));
    if (!isSame) this.keep(() => wanted.forEach(([article, names]) => this.#mark(article, names)));
  }

  #mark(article, names) {
    article.querySelector(".message-seen")?.remove();
    if (!names) return delete article.dataset.seenBy;
    article.dataset.seenBy = names.join("\n");
    const mark = document.createElement("span");
    const words = document.createElement("span");
    const all = say("js-seen-by", { names: names.join(", ") });
    mark.className = "message-seen";
    mark.title = all;
    mark.dir = "auto";
    words.className = this.isDirect ? "vh" : "";
    words.textContent = this.isDirect ? all : sayCount("js-seen-count", names.length);
    if (!this.isDirect) words.setAttribute("aria-label", all);
    mark.append(words);
    return article.querySelector(".message-body").append(mark);
  }
}
