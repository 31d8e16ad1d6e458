// What is typed and not sent, per person and room. It can never appear in another room: the key says where.

/** @import { KnownHistory } from "../log/known-history.js" */
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

  /** What `saveFields` kept, or null. */
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

/** The room and the history that the drafts of a room belong to. */
export class DraftMark {
  /**
   * @param {{storage: BrowserMemory, userId: number, room: number, made: number,
   *   history: KnownHistory}} options  `made`: when the room of the page was made
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

  save() {
    this.storage.set(this.key, JSON.stringify({ ...this.history.stamp(this.room), made: this.made }));
  }

  /**
   * When the page opens: what was typed for a message of another history goes into the box, where it cannot
   * change another message. What was typed in another room does not appear in this one.
   * @returns {string[]} texts of another room
   */
  settle() {
    const { seen, ...mark } = JSON.parse(this.storage.get(this.key) ?? "{}");
    // A page that was left later than this one was made may know more. The hello tells whether it went on.
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
}

/** Where all marks of a person lie. @param {number} userId */
export function markPrefix(userId) {
  return `parlour/room/${userId}/`;
}

/** Two texts, one below the other. @param {string} above  @param {string} below */
export const joined = (above, below) => [above, below].filter(Boolean).join("\n");

/** Where all drafts of a person lie. @param {number} userId */
export function draftPrefix(userId) {
  return `parlour/draft/${userId}/`;
}
