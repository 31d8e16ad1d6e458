// Data that the server renders into the page for scripts.

/** @import { Person, Preferences } from "../live/protocol.js" */

/** Id and name of the person. This module runs only on pages of signed-in people. */
export const userId = Number(document.body.dataset.user);
export const userName = document.body.dataset.name;

/** The history of the database that the page was rendered from. */
export const pageEpoch = document.body.dataset.epoch;

/**
 * @typedef {object} PageData
 * @property {Person} me  @property {Preferences} preferences  @property {string} emoji  address of the list of emoji
 * @property {[string, string][]} quick_emoji  with names
 * @property {boolean} can_pin  @property {number} max_chars  @property {number} edit_window_ms
 * @property {boolean} is_direct  @property {number | null} [about]  the room of a page that does not show its messages
 * @property {number | null} room  @property {string | null} kind  @property {string | null} role
 * @property {number | null} created_ms  @property {number | null} last_seq
 * @property {number[]} folded  people whose messages are folded
 *
 * @typedef {PageData & {room: number, kind: string, role: string, created_ms: number, last_seq: number}} RoomPage
 */

/** Only on chat pages. @type {null | PageData} */
export const pageData = JSON.parse(document.getElementById("page-data")?.textContent ?? "null");
