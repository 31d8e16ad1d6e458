// What app.js sets up once for the page, whichever room is open. Types only.

/** @import { Notice } from "../live/notice.js" */
/** @import { Queue } from "../live/queue.js" */
/** @import { Sender } from "../live/sender.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { KnownHistory } from "../log/known-history.js" */
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { Receipts } from "../receipts/receipts.js" */

/**
 * @typedef {{connection: Connection, known: KnownHistory, notice: Notice, queue: Queue, receipts: Receipts,
 *   sender: Sender, storage: BrowserMemory}} Services
 */

export {};
