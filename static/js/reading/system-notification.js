// System notifications: by the page, or, where pages have no constructor of them (Chrome for Android), by the service
// worker.

import { trustedWorker } from "../page/fragment.js";
import { visit } from "../page/visit.js";

/**
 * The target of a notification: its address and, for a message, its room and event.
 * @typedef {{path: string, room?: number, seq?: number}} About
 * @typedef {{page: Notification | null}} Shown  `page` is null if the worker shows it, which outlives the page
 */

/** Where the worker is: at the root, so that it may lead to every page. */
const WORKER = "/worker.js";

/** @type {Promise<ServiceWorkerRegistration> | null} */ let registering = null;

/**
 * Shows a notification that leads to its path when it is pressed. Returns null if this browser shows none.
 * @param {string} title  @param {NotificationOptions} options  @param {About} about  @returns {Promise<Shown | null>}
 */
export async function notify(title, options, about) {
  return byPage(title, options, about) ?? (await byWorker(title, { ...options, data: about }));
}

/**
 * Closes those notifications of the worker whose message is read.
 * @param {(room: number, seq: number) => boolean} isRead
 */
export async function closeRead(isRead) {
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  for (const one of (await worker?.getNotifications()) ?? []) {
    /** @type {About | null} */ const about = one.data;
    if (about?.room && about.seq && isRead(about.room, about.seq)) one.close();
  }
}

/** @param {string} title  @param {NotificationOptions} options  @param {About} about */
function byPage(title, options, { path }) {
  try {
    const page = new Notification(title, options);
    page.addEventListener("click", () => {
      page.close();
      globalThis.focus();
      visit(path);
    });
    return { page };
  } catch {
    return null;
  }
}

/** @param {string} title  @param {NotificationOptions} options */
async function byWorker(title, options) {
  try {
    registering ??= register();
    const worker = await registering;
    await worker.showNotification(title, options);
    return { page: null };
  } catch {
    registering = null;
    return null;
  }
}

async function register() {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }) => {
    const { open } = data ?? {};
    if (typeof open === "string" && open.startsWith("/")) visit(open);
  });
  await serviceWorker.register(trustedWorker(WORKER));
  return serviceWorker.ready;
}
