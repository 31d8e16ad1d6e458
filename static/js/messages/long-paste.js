// A pasted text that is too long for the box: says so, and offers to insert it all the same. Loaded when that happens.

import { buildButton } from "../page/elements.js";
import { say } from "../page/words.js";

/**
 * Returns the words and buttons of the offer.
 * @param {string} text  @param {number} most  @param {(wanted: boolean) => void} decided
 */
export const offer = ({ length: count }, most, decided) => [
  say("js-paste-too-long", { count, most }),
  " ",
  buildButton(say("js-paste-anyway"), () => decided(true)),
  " ",
  buildButton(say("js-discard"), () => decided(false)),
];
