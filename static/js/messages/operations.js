// Operations that can wait in the queue, and their events. They are idempotent: each has a `client_id`, and states the
// wanted result (for example "reacted with 🌱"), not a step (for example "toggle").

/** @import { Item } from "../live/queue.js" */
/** @import { Operation, OperationFields } from "../live/protocol.js" */

/** @type {Record<Item["op"], (item: Required<Item>) => OperationFields>} */
const FRAMES = {
  post: ({ body, reply }) => ({ type: "message.post", body, ...(reply ? { reply_to: reply.id } : {}) }),
  edit: ({ message, body }) => ({ type: "message.edit", id: message, body }),
  delete: ({ message }) => ({ type: "message.delete", id: message }),
  react: ({ message, emoji, on }) => ({ type: "message.react", id: message, emoji, on }),
};

/** Returns the event that sends an item. @param {Item} item  @returns {Operation} */
export function frameOf(item) {
  // An item has the fields that its operation needs.
  const { type, ...fields } = FRAMES[item.op](/** @type {Required<Item>} */ (item));
  const epoch = item.epoch ? { epoch: item.epoch } : {};
  return /** @type {Operation} */ ({ type, room: item.room, client_id: item.clientId, ...epoch, ...fields });
}
