// Slash commands: their completion, and the form that runs those that are no messages. Loaded at the first `/`.

import { submit } from "../page/submit.js";
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
  const { ok, url, page } = await submit(form);
  const said = page.querySelector(ok ? ".flash" : "#composer-note")?.textContent.trim();
  if (ok && !said) location.assign(url);
  return { isDone: ok, text: said || (ok ? "" : say("js-command-failed")) };
}
