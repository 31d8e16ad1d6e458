// History pages (pagination by cursor): fetches them, and builds the rows of the log that lead to more.

import { build } from "../page/elements.js";
import { fetchPage } from "../page/fragment.js";
import { localise } from "../page/times.js";
import { say } from "../page/words.js";
import { ROW } from "./regroup.js";

/**
 * @typedef {{messages: HTMLElement[], earlier: HTMLElement | null, later: HTMLElement | null, lastSeq: number,
 *   empty: HTMLElement | null, epoch: string}} HistoryPage
 *   `lastSeq`: the room's newest event when the page was rendered; `empty`: the text for a room without messages
 */

/**
 * Fetches a page of the log, for example "?before=7"; null if that fails.
 * @param {number} room  @param {string} query  @param {AbortSignal} signal  @returns {Promise<HistoryPage | null>}
 */
export async function fetchHistoryPage(room, query, signal) {
  const fetched = (await fetchPage(`/rooms/${room}/log/${query}`, { signal }))?.getElementById("log-inner");
  if (!fetched) return null;
  const list = document.importNode(fetched, true);
  localise(list);
  return {
    messages: [...list.querySelectorAll(ROW)],
    earlier: list.querySelector(".earlier"),
    later: list.querySelector(".later"),
    lastSeq: Number(list.dataset.lastSeq),
    empty: list.querySelector(".room-empty"),
    epoch: list.dataset.epoch,
  };
}

/** Builds the row above the first message. @param {number} room  @param {number | string} seq of that message */
export function earlierRow(room, seq) {
  return row("earlier", `/rooms/${room}/?before=${seq}`);
}

/** Builds the row below the last message. @param {number} room  @param {number | string} seq of that message */
export function laterRow(room, seq) {
  return row("later", `/rooms/${room}/?after=${seq}#earlier`);
}

/** @param {string} name  @param {string} href */
function row(name, href) {
  const link = build("a", { id: name, className: "button", href }, say(`js-${name}`));
  return build("p", { className: name }, link);
}
