// The question before `@everyone` and `@here` notify many people. The server counts them, and renders the dialog. Loaded
// when such a message is sent first.

import { elementFrom } from "../page/fragment.js";
import { showUntilClosed } from "../page/modal.js";
import { isInCode } from "./code.js";

/** The word with nothing of a name around it, as on the server (`formatting/mentions.rs`). */
const WORDS = /(?<![\p{L}\p{N}_@/])@(everyone|here)(?![\p{L}\p{N}\p{M}_]|[.+@-][\p{L}\p{N}_])/giu;

/** Returns the word of a text that calls the most people. @param {string} text */
export function callOf(text) {
  const found = [...text.matchAll(WORDS)].filter(({ index }) => !isInCode(text.slice(0, index)));
  const words = found.map(([, word]) => word.toLowerCase());
  return words.includes("everyone") ? "everyone" : words[0];
}

/**
 * Returns whether a text may be sent: at once if it calls few people, otherwise if the person says so.
 * @param {HTMLFormElement} form of the box  @param {string} text
 */
export async function mayCall(form, text) {
  const word = callOf(text);
  if (!word) return true;
  const answer = await fetch(`${form.action.replace("messages/", "calls/")}?word=${word}`, { redirect: "error" });
  if (!answer.ok) throw new Error(`the question: ${answer.status}`);
  const dialog = /** @type {HTMLDialogElement | null} */ (elementFrom(await answer.text()));
  if (!dialog) return true;
  await showUntilClosed(dialog);
  return dialog.returnValue === "send";
}
