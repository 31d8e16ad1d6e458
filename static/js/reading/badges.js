// Unread badges: bold names, numbers and dots in the list, the title, the favicon, the badge of the installed app. The
// server renders the same texts (chat/shell/badges.rs).

import { byId, find } from "../page/elements.js";
import { say, sayCount } from "../page/words.js";
import { capped } from "./unread.js";

/** @import { Badge, Unread } from "./unread.js" */

const COUNT = /^\(\d+\+?\) /;

export class Badges {
  /** What icons show. @type {number | null} */ #total = null;

  /** @param {Unread} unread  @param {(room: number) => boolean} isInView  @param {() => number} asking */
  constructor(unread, isInView, asking) {
    this.unread = unread;
    this.isInView = isInView;
    this.asking = asking;
  }

  show() {
    let any = false;
    /** What a section says while it is folded. @type {Map<HTMLElement, Badge>} */ const sections = new Map();
    for (const link of document.querySelectorAll("a[data-conversation]")) {
      const room = Number(link.dataset.conversation);
      const badge = this.isInView(room) ? { unread: 0, number: 0, mentioned: false } : this.unread.badge(room);
      any ||= badge.unread > 0;
      showLink(link, badge);
      const section = link.closest(".side-section");
      if (section) sections.set(section, sum(badge, sections.get(section)));
    }
    for (const [section, badge] of sections) showSection(section, badge);
    const asking = this.asking();
    showRequests(asking);
    const total = this.unread.total(this.isInView) + asking;
    showTitle(total);
    if (total !== this.#total) {
      showIcon(total);
      showOnApp(total);
    }
    this.#total = total;
    const form = document.getElementById("read-all");
    if (!form) return;
    const button = byId("read-all-do");
    const undo = byId("read-all-undo");
    const hadFocus = document.activeElement === button;
    button.hidden = !any;
    form.hidden = !any && undo.hidden;
    if (hadFocus && !any) (undo.hidden ? document.querySelector("a[data-conversation]") : undo)?.focus();
  }
}

/** Returns what follows the name in the accessible name, for example `, 3 unread`. @param {Badge} badge */
function suffix({ unread, mentioned }) {
  if (unread === 0) return "";
  return say("js-unread", { count: capped(unread) }) + (mentioned ? say("js-mentioned") : "");
}

/** @param {HTMLElement} link  @param {Badge} badge */
function showLink(link, badge) {
  const name = find(link, ".side-name").textContent;
  link.classList.toggle("unread", badge.unread > 0);
  link.setAttribute("aria-label", name + suffix(badge));
  showMark(find(link, ".badge"), badge);
}

/** @param {HTMLElement} mark  @param {Badge} badge */
function showMark(mark, badge) {
  mark.hidden = badge.unread === 0;
  mark.classList.toggle("badge-dot", badge.number === 0);
  if (badge.number > 0) mark.dataset.number = capped(badge.number);
  else delete mark.dataset.number;
}

/** @param {Badge} one  @param {Badge} [other]  @returns {Badge} */
const sum = (one, other) =>
  other
    ? {
        unread: one.unread + other.unread,
        number: one.number + other.number,
        mentioned: one.mentioned || other.mentioned,
      }
    : one;

/** @param {HTMLElement} section  @param {Badge} badge */
function showSection(section, badge) {
  find(section, ".side-unread").textContent = suffix(badge);
  showMark(find(section, ".badge"), badge);
}

/** Shows the number of friend requests at the links to Add Friends. @param {number} count */
function showRequests(count) {
  for (const link of document.querySelectorAll("a[data-requests]")) {
    const mark = find(link, ".badge");
    link.dataset.requests = String(count);
    mark.hidden = count === 0;
    mark.dataset.number = capped(count);
    if (count > 0) link.setAttribute("aria-label", `${link.textContent.trim()}, ${sayCount("js-requests", count)}`);
    else link.removeAttribute("aria-label");
  }
}

/** @param {number} total */
function showTitle(total) {
  const title = (total > 0 ? `(${capped(total)}) ` : "") + document.title.replace(COUNT, "");
  if (document.title !== title) document.title = title;
}

/** @param {number} total */
function showIcon(total) {
  const icon = byId("favicon");
  const address = (icon.getAttribute("href") ?? "").replace(
    /mark(-badge)?\.svg$/,
    total > 0 ? "mark-badge.svg" : "mark.svg",
  );
  if (icon.getAttribute("href") !== address) icon.setAttribute("href", address);
}

/** @param {number} total */
function showOnApp(total) {
  // The promise is rejected except in installed apps.
  if (total > 0) navigator.setAppBadge?.(total).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
}
