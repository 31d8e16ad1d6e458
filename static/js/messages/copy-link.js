// Copies the address of a message.

import { copy } from "../page/clipboard.js";
import { say } from "../page/words.js";

/** Returns what to tell: that it is copied, or the address to copy by hand. @param {string} path  of the message */
export async function copyLink(path) {
  const address = new URL(path, location.href).href;
  return (await copy(address)) ? say("js-copied") : address;
}
