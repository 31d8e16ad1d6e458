// What can wait in the queue, and what each says to the server. An operation says what is to be, not
// what is to happen: sent twice, it is done once.

/** @import { Item } from "../live/queue.js" */
/** @import { Operation, OperationFields } from "../live/protocol.js" */

/** @type {Record<Item["op"], (item: Required<Item>) => OperationFields>} */
const FRAMES = {
  post: ({ body, reply }) => ({ type: "message.post", body, ...(reply ? { reply_to: reply.id } : {}) }),
  edit: ({ message, body }) => ({ type: "message.edit", id: message, body }),
  delete: ({ message }) => ({ type: "message.delete", id: message }),
  react: ({ message, emoji, on }) => ({ type: "message.react", id: message, emoji, on }),
};

/** The event that sends a queued item. @param {Item} item  @returns {Operation} */
export function frameOf(item) {
  // An item has what its operation needs.
  const { type, ...fields } = FRAMES[item.op](/** @type {Required<Item>} */ (item));
  const epoch = item.epoch ? { epoch: item.epoch } : {};
  return /** @type {Operation} */ ({ type, room: item.room, client_id: item.clientId, ...epoch, ...fields });
}
