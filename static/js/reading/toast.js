// Toasts: notifications inside the page, where system notifications are not allowed. They take no focus, are announced
// politely, and disappear unless somebody is about to use them. Loaded by toasts.js with the first one.

import { build, find } from "../page/elements.js";
import { release } from "../page/focus.js";
import { say } from "../page/words.js";

const STAYS_MS = 8_000;
const MOST = 3;

/** @param {import("./toasts.js").Toast} toast */
export function show({ title, body, path, room }) {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  const name = build("bdi", { className: "toast-title", translate: false }, title);
  const text = build("span", { className: "toast-text", dir: "auto" }, body);
  const close = build("button", { type: "button", className: "toast-close", ariaLabel: say("js-toast-close") }, "×");
  const toast = build("div", { className: "toast" }, build("a", { href: path }, name, text), close);
  toast.dataset.room = String(room);
  close.addEventListener("click", () => remove(toast));
  toasts.append(toast);
  while (toasts.children.length > MOST) remove(find(toasts, ".toast"));
  leaveLater(toast);
}

/** @param {HTMLElement} toast */
function remove(toast) {
  release(toast, toast.nextElementSibling?.querySelector("a"));
  toast.remove();
}

/** @param {HTMLElement} toast */
function leaveLater(toast) {
  setTimeout(() => {
    if (!toast.isConnected) return;
    if (toast.matches(":hover") || toast.contains(document.activeElement)) leaveLater(toast);
    else remove(toast);
  }, STAYS_MS);
}
