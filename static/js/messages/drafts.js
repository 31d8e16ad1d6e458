// Drafts: what is typed and not sent, stored per person and room. The key contains the room, so that a draft cannot
// appear in another one.

import { find } from "../page/elements.js";

/** @import { KnownHistory, Stamp } from "../log/known-history.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/** One room's draft. */
export class Draft {
  /** @param {BrowserMemory} storage @param {number} userId  @param {number | string} room */
  constructor(storage, userId, room) {
    this.storage = storage;
    this.key = `${draftPrefix(userId)}${room}`;
  }

  load() {
    return this.storage.get(this.key) ?? "";
  }

  /** Returns what `saveFields` stored, or null. */
  loadFields() {
    try {
      return JSON.parse(this.load() || "null");
    } catch {
      return null;
    }
  }

  /** @param {object | null} fields */
  saveFields(fields) {
    this.save(fields === null ? "" : JSON.stringify(fields));
  }

  /** @param {string} text */
  save(text) {
    if (text === "") this.storage.remove(this.key);
    else this.storage.set(this.key, text);
  }
}

/** The drafts of a room, with the room and the history that they belong to. */
export class DraftMark {
  /**
   * @param {{storage: BrowserMemory, userId: number, room: number, made: number | undefined,
   *   history: KnownHistory}} options  `made`: when the room was created; undefined if that is not known yet
   */
  constructor({ storage, userId, room, made, history }) {
    this.storage = storage;
    this.room = room;
    this.made = made;
    this.history = history;
    this.key = `${markPrefix(userId)}${room}`;
    const [text, edit, reply] = ["", "/edit", "/reply"].map((part) => new Draft(storage, userId, `${room}${part}`));
    this.text = text;
    this.edit = edit;
    this.reply = reply;
  }

  /** Returns whether the drafts belong to this room and the present history, so that `settle` would change nothing. */
  get isSame() {
    const { seen, ...mark } = this.#mark();
    return this.history.compare(this.room, mark).isSame;
  }

  save() {
    this.storage.set(this.key, JSON.stringify({ ...this.history.stamp(this.room), made: this.made }));
  }

  /**
   * Checks the drafts when the page opens. The text of an edit in another history becomes a draft of a message, so
   * that it cannot change another message. Drafts of another room that had the same id do not appear in this one.
   * @returns {string[]} texts of another room
   */
  settle() {
    const { seen, ...mark } = this.#mark();
    // A page that was closed after this one was rendered may have seen later events.
    const { isSame, isSameRoom } = this.history.compare(this.room, mark);
    if (isSame) this.history.remember(this.room, seen);
    const { text: edited = "" } = isSame ? {} : (this.edit.loadFields() ?? {});
    const typed = this.text.load();
    if (!isSame) {
      this.edit.save("");
      this.reply.save("");
      this.text.save(isSameRoom ? joined(typed, edited) : "");
    }
    this.save();
    return isSameRoom ? [] : [typed, edited].filter(Boolean);
  }

  /** @returns {Stamp} */
  #mark() {
    return JSON.parse(this.storage.get(this.key) ?? "{}");
  }
}

/**
 * Gives back what was typed into a room that is closed now, in a field of the page that shows that.
 * @param {ParentNode} root  @param {string} text
 */
export function giveBack(root, text) {
  const field = root.querySelector(".kept");
  if (!field || text === "") return;
  find(field, "textarea").value = text;
  field.hidden = false;
}

/** Returns the prefix of the keys of marks. @param {number} userId */
function markPrefix(userId) {
  return `parlour/room/${userId}/`;
}

/** Joins texts, one below the other. @param {(string | undefined)[]} texts */
export const joined = (...texts) => texts.filter(Boolean).join("\n");

/** Returns the prefix of the keys of drafts. @param {number} userId */
export function draftPrefix(userId) {
  return `parlour/draft/${userId}/`;
}
