// Shows and removes toasts (toast.js), whose code is loaded with the first one: most pages show none.

/**
 * @typedef {{title: string, body: string, path: string, room: number}} Toast  `room` tells groups of toasts apart: rooms
 *   are positive, people who ask to be friends negative, and 0 is what the person has scheduled
 */

/** @param {Toast} toast */
export const showToast = (toast) =>
  import("./toast.js").then(
    ({ show }) => show(toast),
    () => {},
  );

/** Removes the toasts of a room that was read. @param {number} room */
export function closeToasts(room) {
  for (const close of document.querySelectorAll(`.toast[data-room="${room}"] .toast-close`)) close.click();
}
