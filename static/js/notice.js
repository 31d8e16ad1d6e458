// The line above the composer that tells the state of the connection. Nothing for a short gap.

import { release } from "./focus.js";
import { say, sayCount } from "./words.js";

const QUIET_MS = 2_000;
const OFFLINE_MS = 10_000;
const GREETING_MS = 3_000;

/** What to say `ms` after the connection was lost. Pure, for tests. */
export function noticeAfter(ms) {
  if (ms < QUIET_MS) return null;
  return ms < OFFLINE_MS ? "js-reconnecting" : "js-disconnected";
}

export class Notice {
  #gap = [];
  #greeting = 0;
  #shown = false;
  #upgraded = false;

  /** @param {HTMLElement | null} element role=status  @param {import("./socket.js").Connection} connection */
  constructor(element, connection) {
    this.element = element;
    this.connection = connection;
    if (!element) return;
    connection.addEventListener("state", ({ detail }) => this.#follow(detail));
    connection.addEventListener("session.hello", ({ detail }) => this.#compare(detail.version));
    this.#away();
  }

  /** Messages that came while the connection was away, told together with the greeting. */
  news(count) {
    if (this.#greeting && count > 0) this.#show(sayCount("js-back-online-news", count), "good");
  }

  #follow(state) {
    if (state === "open") this.#back();
    else if (state === "ended") this.#clear();
    else if (this.#gap.length === 0) this.#away();
  }

  #away() {
    clearTimeout(this.#greeting);
    this.#greeting = 0;
    this.#gap = [QUIET_MS, OFFLINE_MS].map((ms) => setTimeout(() => {
      const action = ms === OFFLINE_MS ? [say("js-try-now"), () => this.connection.probe()] : [];
      this.#show(say(noticeAfter(ms)), "", ...action);
      this.#shown = true;
    }, ms));
  }

  #back() {
    const wasShown = this.#shown;
    this.#clear();
    if (!wasShown) return;
    this.#show(say("js-back-online"), "good");
    this.#greeting = setTimeout(() => this.#clear(), GREETING_MS);
  }

  #clear() {
    this.#gap.forEach(clearTimeout);
    clearTimeout(this.#greeting);
    this.#gap = [];
    this.#greeting = 0;
    this.#shown = false;
    if (this.#upgraded) this.#show(say("js-new-version"), "good", say("js-reload"), () => location.reload());
    else if (this.connection.isSlow) this.#show(say("js-slow"), "");
    else this.#put();
  }

  /** An upgraded server: offered, never done by itself, for there may be text in the box. */
  #compare(version) {
    this.first ??= version;
    this.#upgraded ||= version !== this.first;
    if (this.#upgraded && !this.#greeting) this.#clear();
  }

  #show(text, kind, actionText, action) {
    const line = document.createElement("p");
    line.append(text);
    if (action) line.append(button(actionText, action));
    this.element.classList.toggle("good", kind === "good");
    this.#put(line);
  }

  #put(...lines) {
    release(this.element);
    this.element.replaceChildren(...lines);
  }
}

function button(text, action) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = text;
  element.addEventListener("click", action);
  return element;
}
