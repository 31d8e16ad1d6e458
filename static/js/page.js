// What the server wrote into the page for scripts.

/** The signed-in person's id, or null. */
export const userId = Number(document.body.dataset.user) || null;

/**
 * Only on chat pages.
 * @type {null | {me: {id: number, username: string}, room: number | null, last_seq: number, max_chars: number}}
 */
export const pageData = JSON.parse(document.getElementById("page-data")?.textContent ?? "null");
