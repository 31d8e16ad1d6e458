// The line above the composer with the state of the connection. Short interruptions are not shown.

import { build, buildButton } from "../page/elements.js";
import { release } from "../page/focus.js";
import { say, sayCount } from "../page/words.js";

/** @import { Sender } from "./sender.js" */
/** @import { Connection, State } from "./socket.js" */

const QUIET_MS = 2_000;
const OFFLINE_MS = 10_000;
const GREETING_MS = 3_000;

/** Returns the key of the text for `ms` after the connection was lost. Pure, for tests. @param {number} ms */
export function noticeAfter(ms) {
  if (ms < QUIET_MS) return null;
  return ms < OFFLINE_MS ? "js-reconnecting" : "js-disconnected";
}

export class Notice {
  /** @type {Timer[]} */ #gap = [];
  #greeting = 0;
  #shown = false;
  #upgraded = false;

  /** The version of the server that made the page. @type {string | undefined} */ #version;
  /** Whether the server was restored and the line about it is not yet dismissed. */ #restored = false;
  /** Changes that were dropped because of that. */ #dropped = 0;

  /** @param {HTMLElement | null} element role=status  @param {Connection} connection  @param {Sender} sender */
  constructor(element, connection, sender) {
    this.element = /** @type {HTMLElement} */ (element);
    this.connection = connection;
    if (!element) return;
    connection.addEventListener("state", ({ detail }) => this.#follow(detail));
    connection.addEventListener("restored", () => {
      this.#restored = true;
    });
    sender.addEventListener("dropped", () => {
      this.#dropped += 1;
      this.#restored = true;
    });
    connection.addEventListener("session.hello", ({ detail }) => {
      this.#compare(detail.version);
      if (this.#restored) this.#clear();
    });
    this.#away();
  }

  /** Adds how many messages arrived during the interruption to the line. @param {number} count */
  news(count) {
    if (this.#greeting && count > 0) this.#show(sayCount("js-back-online-news", count), "good");
  }

  /** @param {State} state */
  #follow(state) {
    if (state === "open") this.#back();
    else if (state === "ended") this.#clear();
    else if (this.#gap.length === 0) this.#away();
  }

  #away() {
    clearTimeout(this.#greeting);
    this.#greeting = 0;
    this.#gap = [QUIET_MS, OFFLINE_MS].map((ms) =>
      setTimeout(() => {
        const retry = buildButton(say("js-try-now"), () => this.connection.probe());
        this.#show(say(noticeAfter(ms) ?? ""), "", ...(ms === OFFLINE_MS ? [retry] : []));
        this.#shown = true;
      }, ms),
    );
  }

  #back() {
    const wasShown = this.#shown;
    this.#clear();
    if (!wasShown || this.#restored) return;
    this.#show(say("js-back-online"), "good");
    this.#greeting = setTimeout(() => this.#clear(), GREETING_MS);
  }

  #clear() {
    this.#gap.forEach(clearTimeout);
    clearTimeout(this.#greeting);
    this.#gap = [];
    this.#greeting = 0;
    this.#shown = false;
    if (this.#restored) this.#tellRestored();
    else if (this.#upgraded)
      this.#show(
        say("js-new-version"),
        "good",
        buildButton(say("js-reload"), () => location.reload()),
      );
    else if (this.connection.usesFallback) this.#show(say("js-slow"), "");
    else this.#put();
  }

  /** The server has another history. The line stays until it is dismissed. */
  #tellRestored() {
    const dropped = this.#dropped > 0 ? ` ${sayCount("js-restored-dropped", this.#dropped)}` : "";
    const read = buildButton(say("js-restored-read"), () => {
      this.#restored = false;
      this.#dropped = 0;
      this.#clear();
    });
    this.#show(say("js-restored") + dropped, "", read);
  }

  /**
   * Offers a reload after an upgrade; never reloads by itself, because there may be text in the box.
   * @param {string} version
   */
  #compare(version) {
    this.#version ??= version;
    this.#upgraded ||= version !== this.#version;
    if (this.#upgraded && !this.#greeting) this.#clear();
  }

  /** @param {string} text  @param {"good" | ""} kind  @param {HTMLElement[]} buttons */
  #show(text, kind, ...buttons) {
    this.element.classList.toggle("good", kind === "good");
    this.#put(build("p", {}, text, ...buttons));
  }

  /** @param {HTMLElement[]} lines */
  #put(...lines) {
    // Screen readers would announce the same line again.
    /** @param {Iterable<Node>} nodes */
    const said = (nodes) => [...nodes].map((node) => node.textContent).join("\n");
    if (lines.length > 0 && said(lines) === said(this.element.children)) return;
    release(this.element);
    this.element.replaceChildren(...lines);
  }
}
