// What is typed and not sent, per person and room. It can never appear in another room: the key says where.

/** One room's draft. */
export class Draft {
  /** @param {import("./storage.js").BrowserMemory} storage */
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

  saveFields(fields) {
    this.save(fields === null ? "" : JSON.stringify(fields));
  }

  save(text) {
    if (text === "") this.storage.remove(this.key);
    else this.storage.set(this.key, text);
  }
}

/** Where all drafts of a person lie. */
export function draftPrefix(userId) {
  return `parlour/draft/${userId}/`;
}
