// Neighbouring notices of one kind in one line: "ana added bo and 2 more". The server does the same in the pages that it
// renders (chat/messages/gathering.rs); this is for notices that arrive later, and at the edges of pages. Loaded then.
// Pinned messages are counted: "ana pinned 3 messages".

import { build, find } from "../page/elements.js";
import { dayKey } from "../page/times.js";
import { say, sayNames } from "../page/words.js";

/** Which name of its text each kind gathers: the first one, or the second or none with the first in common. */
const NAMES = { joined: 0, invited: 0, left: 0, added: 1, removed: 1, pinned: -1 };
/** A single notice with fewer names is short enough as it is. */
const MANY = 3;

/** @param {HTMLElement} row */
const kindOf = (row) => /** @type {keyof typeof NAMES | undefined} */ (row.dataset.gathers);
/** @param {HTMLElement} row @param {number} index */
const nameIn = (row, index) => row.querySelectorAll(".notice-text bdi")[index]?.textContent ?? "";

/** Returns whether `row` shares the line of `first`. @param {HTMLElement} first  @param {HTMLElement} row */
function isSame(first, row) {
  const kind = kindOf(first);
  if (!kind || kind !== kindOf(row) || dayKey(first.dataset.at) !== dayKey(row.dataset.at)) return false;
  return NAMES[kind] === 0 || nameIn(first, 0) === nameIn(row, 0);
}

/** Returns the names of a run. @param {HTMLElement[]} run */
function namesOf(run) {
  const kind = kindOf(run[0]);
  if (!kind) return [];
  if (NAMES[kind] < 0) return run.map((row) => row.id);
  return run.flatMap((row) => (NAMES[kind] === 0 ? [nameIn(row, 0)] : (row.dataset.names ?? "").split("\n")));
}

/** Gathers the notices of a log. @param {HTMLElement} list */
export function gatherNotices(list) {
  /** @type {HTMLElement[]} */ let run = [];
  for (const row of /** @type {Iterable<HTMLElement>} */ (list.children)) {
    if (run.length > 0 && row.matches(".notice") && isSame(run[0], row)) run.push(row);
    else {
      gather(run);
      run = row.matches(".notice") ? [row] : [];
    }
  }
  gather(run);
}

/** @param {HTMLElement[]} run */
function gather(run) {
  const [first, ...others] = run;
  if (!first) return;
  const names = namesOf(run);
  const isLine = names.length >= (others.length > 0 ? 2 : MANY);
  first.classList.remove("inside");
  first.classList.toggle("gathers", isLine);
  for (const row of others) {
    row.classList.remove("gathers");
    row.classList.toggle("inside", isLine);
    row.querySelector(".gathered")?.remove();
  }
  if (isLine) showLine(first, names);
  else first.querySelector(".gathered")?.remove();
}

/** @param {HTMLElement} first  @param {string[]} names */
function showLine(first, names) {
  if (kindOf(first) === "pinned") return showPins(first, names.length);
  const all = names.join(", ");
  const old = first.querySelector(".gathered-names");
  if (old?.textContent === all) return undefined;
  const [one, other] = names;
  const short =
    names.length === 2
      ? say("js-gathered-two", { one, other })
      : say("js-gathered-more", { one, more: names.length - 1 });
  const text = find(first, ".notice-text").cloneNode(true);
  const words = build("span", {}, ...text.childNodes);
  words.querySelectorAll("bdi")[NAMES[/** @type {keyof typeof NAMES} */ (kindOf(first))]].textContent = short;
  const summary = [words, build("span", { className: "vh" }, `: ${all}`)];
  // Whatever is open or has the focus stays so.
  if (old) {
    find(first, ".gathered > summary").replaceChildren(...summary);
    old.textContent = all;
    return undefined;
  }
  const shown = build("bdi", { className: "gathered-names", translate: false }, all);
  find(first, ".notice-text").after(
    build("details", { className: "gathered" }, build("summary", {}, ...summary), shown),
  );
  return undefined;
}

/** @param {HTMLElement} first  @param {number} count */
function showPins(first, count) {
  const line = sayNames("js-gathered-pins", { actor: nameIn(first, 0), value: String(count) });
  const old = first.querySelector(".gathered");
  if (old) return old.replaceChildren(line);
  // The address of a message is below that of its room.
  const text = /** @type {HTMLAnchorElement} */ (find(first, ".notice-text"));
  const href = text.href.replace(/messages.*/, "pins/");
  return text.after(build("a", { className: "gathered", href }, line));
}
