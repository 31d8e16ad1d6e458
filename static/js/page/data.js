// What the server wrote into the page for scripts.

/** The signed-in person's id, or null, and name. */
export const userId = Number(document.body.dataset.user) || null;
export const userName = document.body.dataset.name;

/** The history of the database that the page was made of. */
export const pageEpoch = document.body.dataset.epoch;

/**
 * @typedef {{typing: boolean, seen: boolean, open_unread: boolean, enter_sends: boolean, sounds: boolean,
 *   hide_previews: boolean, letter_keys: boolean, quiet_days: number, quiet_from: number, quiet_until: number,
 *   time_zone: string, snoozed_until: number | null}} Preferences
 */

/**
 * Only on chat pages.
 * @type {null | {me: {id: number, username: string}, room: number | null, kind: string | null,
 *   created_ms: number | null, last_seq: number, max_chars: number,
 *   preferences: Preferences}}
 */
export const pageData = JSON.parse(document.getElementById("page-data")?.textContent ?? "null");
