// Gaps: rows that show where messages are missing after a long absence. A press loads them in place, a page at a
// time; without scripts the link leads to the page that begins there.

import { build, find } from "../page/elements.js";
import { say } from "../page/words.js";
/** @import { LogHistory } from "./history.js" */
/** @import { HistoryPage } from "./history-page.js" */
/** @import { Gap } from "../live/protocol.js" */

/** @param {number} room  @param {Gap} missing */
export function gapRow(room, missing) {
  const row = build("p", { className: "missing" }, build("a"));
  row.dataset.first = String(missing.from);
  name(row, room, missing);
  return row;
}

/**
 * @param {HTMLElement} list  @param {LogHistory} history
 * @param {(gap: Gap) => void} filled  called for each gap that is filled completely
 */
export function fillGaps(list, history, filled) {
  list.addEventListener("click", async (event) => {
    const row = event.target.closest(".missing a")?.parentElement;
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (row.ariaBusy === "true") return;
    row.ariaBusy = "true";
    const page = await history.fetch(`?after=${Number(row.dataset.from) - 1}`);
    row.ariaBusy = "false";
    if (!row.isConnected) return;
    if (page) fill(row, page, history, filled);
    else find(row, "a").textContent = say("js-missing-failed");
  });
}

/**
 * @param {HTMLElement} row  @param {HistoryPage} page  @param {LogHistory} history
 * @param {(gap: Gap) => void} filled
 */
function fill(row, { messages, later }, history, filled) {
  const to = Number(row.dataset.to);
  /** @param {HTMLElement} message */
  const seqOf = (message) => Number(message.dataset.seq);
  const missing = messages.filter((message) => seqOf(message) <= to && !document.getElementById(message.id));
  const last = messages[messages.length - 1];
  const isFilled = !later || seqOf(last) >= to;
  history.put(() => {
    history.trim(missing.length);
    if (!row.isConnected) return [];
    row.before(...missing);
    if (!isFilled) {
      name(row, history.room, { from: seqOf(last) + 1, to });
      return missing;
    }
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    filled({ from: Number(row.dataset.first), to });
    if (hadFocus) (missing[0] ?? history.scroll.log).focus({ preventScroll: true });
    return missing;
  });
}

/** @param {HTMLElement} row  @param {number} room  @param {Gap} gap */
function name(row, room, { from, to }) {
  const link = find(row, "a");
  Object.assign(row.dataset, { from, to });
  link.href = `/rooms/${room}/?after=${from - 1}#earlier`;
  link.textContent = say("js-missing");
}
