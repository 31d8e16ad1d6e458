// Operations that can wait in the queue, and their events. They are idempotent: each has a `client_id`, and states the
// wanted result (for example "reacted with 🌱"), not a step (for example "toggle").

/** @import { Item } from "../live/queue.js" */

/**
 * @typedef {{id: number, author: string, text: string}} Reply
 *
 * The fields of an operation in the queue.
 * @typedef {object} OperationItem
 * @property {"post" | "edit" | "delete" | "react" | "pin"} op
 * @property {string} [body]  of a post or an edit
 * @property {Reply | null} [reply]  what a post answers
 * @property {number} [message]  id of the message that is changed
 * @property {string} [emoji]  @property {boolean} [on]  of a reaction or a pin
 *
 * The events, without the fields that all have in common.
 * @typedef {{type: "message.post", body: string, reply_to?: number}} PostFields
 * @typedef {{type: "message.edit", id: number, body: string}} EditFields
 * @typedef {{type: "message.delete", id: number}} DeleteFields
 * @typedef {{type: "message.react", id: number, emoji: string, on: boolean}} ReactFields
 * @typedef {{type: "message.pin", id: number, on: boolean}} PinFields
 * @typedef {PinFields | PostFields | EditFields | DeleteFields | ReactFields} OperationFields
 * @typedef {OperationFields & {room: number, client_id: string, epoch?: string}} Operation
 */

/** @type {Record<Item["op"], (item: Required<Item>) => OperationFields>} */
const FRAMES = {
  post: ({ body, reply }) => ({ type: "message.post", body, ...(reply ? { reply_to: reply.id } : {}) }),
  edit: ({ message, body }) => ({ type: "message.edit", id: message, body }),
  delete: ({ message }) => ({ type: "message.delete", id: message }),
  react: ({ message, emoji, on }) => ({ type: "message.react", id: message, emoji, on }),
  pin: ({ message, on }) => ({ type: "message.pin", id: message, on }),
};

/** Returns the event that sends an item. @param {Item} item  @returns {Operation} */
export function frameOf(item) {
  // An item has the fields that its operation needs.
  const { type, ...fields } = FRAMES[item.op](/** @type {Required<Item>} */ (item));
  const epoch = item.epoch ? { epoch: item.epoch } : {};
  return /** @type {Operation} */ ({ type, room: item.room, client_id: item.clientId, ...epoch, ...fields });
}
