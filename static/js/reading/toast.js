// A notification inside the page, for browsers that may show none outside. It takes no focus, is read
// out politely, and goes away by itself unless somebody is about to use it.

import { release } from "../page/focus.js";
import { say } from "../page/words.js";

const STAYS_MS = 8_000;
const MOST = 3;

/** @param {{title: string, body: string, path: string, room: number}} notification */
export function showToast({ title, body, path, room }) {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  const toast = document.createElement("div");
  const link = document.createElement("a");
  const name = document.createElement("bdi");
  const text = document.createElement("span");
  const close = document.createElement("button");
  toast.className = "toast";
  toast.dataset.room = room;
  link.href = path;
  name.className = "toast-title";
  name.textContent = title;
  text.className = "toast-text";
  text.dir = "auto";
  text.textContent = body;
  link.append(name, text);
  close.type = "button";
  close.className = "toast-close";
  close.setAttribute("aria-label", say("js-toast-close"));
  close.textContent = "×";
  close.addEventListener("click", () => remove(toast));
  toast.append(link, close);
  toasts.append(toast);
  while (toasts.children.length > MOST) remove(toasts.firstElementChild);
  leaveLater(toast);
}

/** The room was read: its toasts have nothing to say any more. */
export function closeToasts(room) {
  document.querySelectorAll(`.toast[data-room="${room}"]`).forEach(remove);
}

function remove(toast) {
  release(toast, toast.nextElementSibling?.querySelector("a"));
  toast.remove();
}

function leaveLater(toast) {
  setTimeout(() => {
    if (!toast.isConnected) return;
    if (toast.matches(":hover") || toast.contains(document.activeElement)) leaveLater(toast);
    else remove(toast);
  }, STAYS_MS);
}
