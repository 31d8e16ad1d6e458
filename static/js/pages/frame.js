// The frame of a room's page: puts the page of another room into this document. The box stays the
// same element, so that focus, caret and the composition of an input method continue while the page
// around it changes.

import { swap } from "../live/refresh.js";
import { byId, find } from "../page/elements.js";
import { say } from "../page/words.js";

/** Input events on the log of the former room, which are ignored while it is still there. */
const HAPPENINGS = ["click", "contextmenu", "keydown", "pointerdown", "submit"];

/**
 * Shows that a room is chosen: its name, and its empty box. Returns the function that replaces the log of the former
 * room with an empty one, which is not done at once, because the page of the room usually comes as quickly.
 * @param {HTMLElement} link  of the room in the list of conversations  @param {HTMLElement} status  of the connection
 */
export function choose(link, status) {
  // Before the page is changed, so that it need not be laid out for this.
  link.scrollIntoView({ block: "nearest" });
  const main = waitingFor(link);
  const site = document.querySelector(".brand span")?.textContent ?? "";
  document.title = `${find(main, "h1").textContent} – ${site}`;
  markCurrent(link);
  let isEmpty = false;
  const empty = () => {
    if (!isEmpty) put(main, status);
    isEmpty = true;
  };
  const box = document.getElementById("composer");
  const log = document.getElementById("messages");
  if (box && log) {
    find(byId("main"), ".room-head").replaceWith(find(main, ".room-head").cloneNode(true));
    adjustForm(/** @type {HTMLFormElement} */ (box), find(main, "#composer"));
    for (const popup of document.querySelectorAll("#main .popup")) popup.hidden = true;
    for (const type of HAPPENINGS) log.addEventListener(type, ignore, { capture: true });
  } else empty();
  emptyBox();
  return empty;
}

/** @param {Event} event */
function ignore(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Builds the main part of a room whose page is not there yet. @param {HTMLElement} link */
function waitingFor(link) {
  const room = Number(link.dataset.conversation);
  const name = find(link, ".side-name").textContent;
  /** @type {HTMLTemplateElement} */ const template = byId("room-opening");
  const main = /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
  main.dataset.room = String(room);
  find(main, "h1 bdi").textContent = name;
  const face = link.querySelector(".face")?.cloneNode(true);
  if (face) find(main, ".face").replaceWith(face);
  /** @type {HTMLFormElement} */ const form = find(main, "#composer");
  const words = say("js-message-to", { name });
  form.action = `/rooms/${room}/messages/`;
  find(form, "label").textContent = words;
  find(form, "textarea").placeholder = words;
  return main;
}

/**
 * Shows the page of the room that is open, and the list of conversations of that page. Returns whether the box stayed.
 * @param {Document} page  @param {HTMLElement} status  of the connection
 * @param {boolean} keepsOrder whether the list must keep its order
 */
export function showPage(page, status, keepsOrder) {
  const isKept = put(/** @type {HTMLElement} */ (page.getElementById("main")), status);
  document.title = page.title;
  const [old, fresh] = [document, page].map((one) => one.getElementById("conversations"));
  /** @param {HTMLElement} list */
  const rows = (list) => (keepsOrder ? rowsOf(list).sort() : rowsOf(list)).join("\n");
  if (old && fresh && rows(old) !== rows(fresh)) swap(old, document.importNode(fresh, true));
  return isKept;
}

/** Sets the address to which the menus and forms around the room return. @param {number} room */
export function leadBackTo(room) {
  const path = `/rooms/${room}/`;
  /** @type {NodeListOf<HTMLInputElement>} */ const fields = document.querySelectorAll("input[name=next]:not(#main *)");
  for (const field of fields) field.value = path;
  /** @type {HTMLFormElement | null} */ const form = document.getElementById("reacting");
  if (form) form.action = path;
}

/** Empties the box, whose text is stored as the draft of the former room. */
function emptyBox() {
  /** @type {HTMLFormElement} */ const form = byId("composer");
  for (const name of ["body", "reply_to"]) field(form, name).value = "";
  find(form, "textarea").removeAttribute("aria-invalid");
  const note = byId("composer-note");
  note.replaceChildren();
  note.classList.remove("refused");
}

/** @param {HTMLElement} link */
function markCurrent(link) {
  for (const other of document.querySelectorAll("#conversations [aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "page");
}

/** Returns which conversations a list has, in its order. @param {HTMLElement} list */
function rowsOf(list) {
  const links = [...list.querySelectorAll("a[data-conversation]")];
  return links.map(
    (link) =>
      `${link.dataset.conversation} ${link.closest("details") !== null} ${find(link, ".side-name").textContent}`,
  );
}

/** @param {HTMLElement} main  the new one  @param {HTMLElement} status */
function put(main, status) {
  const present = byId("main");
  find(main, "#connection").replaceWith(status);
  copyAttributes(present, main);
  if (present.parentElement) present.parentElement.className = "shell shell-room";
  const [box, twin] = [present, main].map((one) => one.querySelector("#composer")?.closest("#post-area"));
  if (!box || !twin) {
    present.replaceChildren(...main.childNodes);
    return false;
  }
  adjustBox(/** @type {HTMLElement} */ (box), /** @type {HTMLElement} */ (twin));
  putAround(/** @type {HTMLElement} */ (box), /** @type {HTMLElement} */ (twin), present);
  return true;
}

/**
 * Replaces everything in `root` around `kept` with what is around its `twin` in another tree of the same shape.
 * @param {Element} kept  @param {Element} twin  @param {Element} root
 */
function putAround(kept, twin, root) {
  const [parent, other] = [kept, twin].map((one) => /** @type {Element} */ (one.parentElement));
  for (const node of [...parent.childNodes]) if (node !== kept) node.remove();
  const nodes = [...other.childNodes];
  const at = nodes.indexOf(/** @type {ChildNode} */ (twin));
  kept.before(...nodes.slice(0, at));
  kept.after(...nodes.slice(at + 1));
  if (parent !== root) putAround(parent, other, root);
}

/** Gives the box the labels and the address of another room. @param {HTMLElement} box  @param {HTMLElement} twin */
function adjustBox(box, twin) {
  copyAttributes(box, twin);
  adjustForm(find(box, "#composer"), find(twin, "#composer"));
}

/** @param {HTMLFormElement} form  @param {HTMLFormElement} other */
function adjustForm(form, other) {
  form.action = other.action;
  find(form, "label").textContent = find(other, "label").textContent;
  find(form, "textarea").placeholder = find(other, "textarea").placeholder;
  for (const name of ["csrf_token", "client_id"]) field(form, name).value = field(other, name).value;
}

/** @param {HTMLFormElement} form  @param {string} name */
const field = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/** @param {Element} to  @param {Element} from */
function copyAttributes(to, from) {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const { name, value } of from.attributes) to.setAttribute(name, value);
}
