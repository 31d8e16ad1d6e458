// Pagination of the log: extends it at both edges as the reader comes near them (infinite scroll), evicts what is far
// away, or replaces it with another history page. The rows `.earlier` and `.later` are at edges with more behind them.

import { find } from "../page/elements.js";
import { say } from "../page/words.js";
import { MOST, overflow, PAGE } from "./eviction.js";
import { earlierRow, fetchHistoryPage, laterRow } from "./history-page.js";
import { quietly } from "./live-region.js";
import { ROW, regroup, regroupFrom } from "./regroup.js";
import { messageFrom } from "./timeline.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { LogScroll } from "./scroll.js" */
/** @import { Timeline } from "./timeline.js" */
/** @import { HistoryPage } from "./history-page.js" */
/** @import { LogEvent } from "../live/protocol.js" */

const NEAR_PX = 800;
const TRIES = 3;

export class LogHistory {
  #edges;
  #wanted = 0;
  /** Whether the list waits for the first messages of another history of the server. */ #isStale = false;

  /**
   * @param {{list: HTMLElement, scroll: LogScroll, room: number,
   *   timeline: Timeline, shown: (messages: HTMLElement[]) => void,
   *   epoch: () => string, began: (lastSeq: number) => void, lifetime: Lifetime}} options
   *   `epoch` of the server's history; `began`: the newest messages
   *   of another history are there, up to the event `lastSeq`
   */
  constructor({ list, scroll, room, timeline, shown, epoch, began, lifetime }) {
    this.list = list;
    this.scroll = scroll;
    this.room = room;
    this.timeline = timeline;
    this.shown = shown;
    this.epoch = epoch;
    this.began = began;
    this.lifetime = lifetime;
    const { log } = scroll;
    this.#edges = new IntersectionObserver(
      (seen) => {
        for (const { isIntersecting, target } of seen)
          if (isIntersecting) this.#grow(/** @type {HTMLElement} */ (target));
      },
      { root: log, rootMargin: `${NEAR_PX}px 0px` },
    );
    lifetime.disconnect(this.#edges);
    list.addEventListener("click", (event) => this.#pressed(event));
    log.addEventListener("scrollend", () => this.scroll.keep(() => this.trim(PAGE)));
    this.#watch();
  }

  /** Retries what failed to load, for example after a reconnect. */
  retry() {
    if (this.#isStale) this.#replace("");
    else this.#watch();
  }

  /** The server has another history: removes all messages. `retry` loads the newest ones of the new history. */
  restart() {
    this.#isStale = true;
    this.#wanted += 1;
    this.scroll.isNewest = false;
    quietly(this.scroll.log, () => this.#clear());
  }

  /** Replaces the messages with the newest ones. Returns whether they were loaded. */
  showNewest() {
    return this.#replace("");
  }

  /** Replaces the messages with those around one. Returns whether that one is there. @param {number | string} id */
  async showAround(id) {
    return (await this.#replace(`?message=${id}`)) && document.getElementById(`message-${id}`) !== null;
  }

  /** Replaces the messages with those around an event. Returns whether they were loaded. @param {number} seq */
  showAroundEvent(seq) {
    return this.#replace(`?around=${seq}`);
  }

  /** Evicts messages so that `adding` more fit, unless somebody scrolls. Call within `scroll.keep`. */
  trim(adding = 0) {
    if (this.scroll.isMoving) return;
    const messages = this.#messages();
    if (messages.length + adding <= MOST) return;
    const first = this.scroll.atEnd ? messages.at(-1) : this.scroll.reading();
    const reading = first ? Math.max(0, messages.indexOf(first)) : 0;
    const excess = overflow({ count: messages.length, adding, reading });
    if (!excess || excess.drop === 0) return;
    const edge = messages[excess.atStart ? excess.drop : messages.length - 1 - excess.drop];
    const step = excess.atStart ? "previousElementSibling" : "nextElementSibling";
    for (let next = edge[step]; next && !next.matches(".pending"); next = edge[step]) this.#remove(next);
    if (excess.atStart) edge.before(earlierRow(this.room, edge.dataset.seq));
    else edge.after(laterRow(this.room, edge.dataset.seq));
    regroup(edge);
    this.#watch();
  }

  #messages() {
    return [...this.list.querySelectorAll(`:is(${ROW})[data-seq]`)];
  }

  #watch() {
    this.scroll.isNewest = !this.list.querySelector(":scope > .later");
    this.#edges.disconnect();
    for (const row of this.list.querySelectorAll(":scope > .earlier, :scope > .later")) this.#edges.observe(row);
  }

  /** @param {OnElement<MouseEvent>} event */
  async #pressed(event) {
    const row = event.target.closest("#earlier, #later")?.parentElement;
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await this.#grow(row);
    if (!row.isConnected) this.scroll.log.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} row */
  async #grow(row) {
    if (row.ariaBusy === "true") return;
    row.ariaBusy = "true";
    const link = find(row, "a");
    const page = await this.fetch(new URL(link.href).search);
    await this.scroll.rested();
    row.ariaBusy = "false";
    // The row was evicted or replaced in the meantime.
    if (!row.isConnected) return;
    if (!page) {
      this.#edges.unobserve(row);
      link.textContent = say(`js-${row.className}-failed`);
      return;
    }
    this.put(() => {
      this.trim(page.messages.length);
      const fresh = page.messages.filter(({ id }) => !document.getElementById(id));
      const isEarlier = row.matches(".earlier");
      const edge = isEarlier ? page.earlier : this.#laterOf(page);
      row.replaceWith(...(isEarlier ? present(edge, ...fresh) : present(...fresh, edge)));
      return fresh;
    });
  }

  /** @param {string} query */
  async #replace(query) {
    this.#wanted += 1;
    const wanted = this.#wanted;
    const stop = this.timeline.collect();
    const page = await this.fetch(query);
    const arrivals = stop();
    if (!page || wanted !== this.#wanted) return false;
    this.put(() => {
      this.#clear();
      // Insert the live messages in the same step, because otherwise `toEnd` would stop at a `.later` row.
      const isContinued = !page.later && arrivals.isWhole;
      const later = isContinued ? null : this.#laterOf(page);
      const messages = [...page.messages, ...(isContinued ? arrivedAfter(page, arrivals.events) : [])];
      const empty = messages.length === 0 ? page.empty : null;
      this.list.prepend(...present(page.earlier, empty, ...messages, later));
      return messages;
    });
    if (this.#isStale && query === "") {
      this.#isStale = false;
      this.scroll.toEnd();
      this.began(page.lastSeq);
    }
    return true;
  }

  /**
   * Fetches a page; again if it is stale, which means rendered before a change that is applied already. Null also if
   * another room has been opened in the meantime.
   * @param {string} query
   */
  async fetch(query) {
    const { signal } = this.lifetime;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const page = await fetchHistoryPage(this.room, query, signal);
      if (this.lifetime.isOver || (page && page.epoch !== this.epoch())) return null;
      if (!page || page.lastSeq >= this.timeline.changedSeq) return page;
    }
    return null;
  }

  /** Returns the `.later` row, also if messages came live after the page was rendered. @param {HistoryPage} page */
  #laterOf(page) {
    const isBehind = page.lastSeq < this.timeline.lastSeq;
    return page.later ?? (isBehind ? laterRow(this.room, page.lastSeq) : null);
  }

  /**
   * Inserts messages: `change` does it and returns them. The view does not move.
   * @param {() => HTMLElement[]} change
   */
  put(change) {
    quietly(this.scroll.log, () =>
      this.scroll.keep(() => {
        const messages = change();
        regroupFrom(messages);
        this.#watch();
        this.shown(messages);
      }),
    );
  }

  #clear() {
    for (const element of [...this.list.children]) if (!element.matches(".pending")) this.#remove(element);
  }

  /** @param {Element} element */
  #remove(element) {
    if (element.contains(document.activeElement)) this.scroll.log.focus({ preventScroll: true });
    element.remove();
  }
}

/** Returns the elements that are not null. @param {(HTMLElement | null)[]} elements */
const present = (...elements) => elements.flatMap((element) => element ?? []);

/**
 * Returns the messages that arrived after `page` was rendered.
 * @param {HistoryPage} page  @param {LogEvent[]} events
 */
function arrivedAfter(page, events) {
  return events.filter(({ seq }) => seq > page.lastSeq).map(messageFrom);
}
