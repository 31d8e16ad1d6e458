// Slash commands: their completion, and the form that runs those that are no messages. Loaded at the first `/`.

import { readForeign } from "../page/fragment.js";
import { say } from "../page/words.js";
import { isInCode } from "./code.js";

/** @import { Source } from "./completion.js" */

const COMMANDS = ["me", "shrug", "mute", "invite"];

/** @returns {Source} */
export const commands = () => ({
  isNear: () => false,
  fetch: async () => false,
  find(before) {
    const typed = /^\/([a-z]*)$/.exec(before)?.[1];
    // A whole command is sent by Enter.
    if (typed === undefined || COMMANDS.includes(typed) || isInCode(before)) return null;
    const found = COMMANDS.filter((command) => command.startsWith(typed));
    const options = found.map((command) => ({
      id: `command-${command}`,
      name: say(`js-command-${command}`),
      text: `/${command}`,
    }));
    return { length: before.length, options, label: say("js-commands") };
  },
});

/**
 * Sends the form of the box, and returns what the page that answers says. It has a notice, or a reason beside the box.
 * @param {HTMLFormElement} form
 */
export async function run(form) {
  const fields = /** @type {URLSearchParams} */ (/** @type {unknown} */ (new FormData(form)));
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
  // Only the text of the page is read.
  const page = readForeign(await answer.text());
  const said = page.querySelector(answer.ok ? ".flash" : "#composer-note")?.textContent.trim();
  if (answer.ok && !said) location.assign(answer.url);
  return { isDone: answer.ok, text: said || (answer.ok ? "" : say("js-command-failed")) };
}
