// The dialog that chooses a time: when a message is sent, or when somebody is reminded of one. It shows the form of the
// page for browsers without scripts, and sends the same. Loaded when it is opened first.

import { build, buildButton, find } from "../page/elements.js";
import { fetchPage } from "../page/fragment.js";
import { showUntilClosed } from "../page/modal.js";
import { submit } from "../page/submit.js";
import { clockTime, localise } from "../page/times.js";
import { say } from "../page/words.js";

/** @typedef {{isDone: boolean, text: string}} Chosen  whether a time was chosen, and what to say */

/**
 * Asks for a time, and schedules the text of the box.
 * @param {HTMLFormElement} composer the form of the box
 * @returns {Promise<Chosen>}
 */
export function choose(composer) {
  return ask(composer.action.replace("messages/", "scheduled/new/"), (fields) => {
    const written = new FormData(composer);
    for (const name of ["body", "reply_to"]) fields.set(name, written.get(name) ?? "");
  });
}

/**
 * Asks for a time at which the person is reminded of a message.
 * @param {string} path of the message
 * @returns {Promise<Chosen>}
 */
export const remind = (path) => ask(`${path}reminder/`);

/**
 * @param {string} address  of the page with the form
 * @param {(fields: FormData) => void} [complete]  adds what the form does not have
 * @returns {Promise<Chosen>}
 */
async function ask(address, complete) {
  const page = await fetchPage(address);
  const form = page?.querySelector("#later-form");
  if (!page || !form) throw new Error("no form");
  const heading = build("h2", { id: "later-dialog" }, find(page, "h1").textContent);
  const alert = build("p", { className: "form-error", role: "alert" });
  const fields = /** @type {HTMLFormElement} */ (document.importNode(form, true));
  fields.querySelector(".later-text")?.remove();
  for (const time of fields.querySelectorAll("time")) {
    if (time.dataset.clock) time.textContent = clockTime(time.dataset.clock);
  }
  localise(fields);
  const cancel = buildButton(say("js-cancel"), () => dialog.close());
  const actions = build("p", { className: "dialog-actions" }, cancel);
  const dialog = build("dialog", { className: "dialog" }, heading, alert, fields, actions);
  dialog.setAttribute("aria-labelledby", heading.id);
  let result = { isDone: false, text: "" };
  fields.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(fields, event.submitter);
    complete?.(data);
    const sent = await send(fields, data).catch(() => null);
    if (sent?.isDone) {
      result = sent;
      dialog.close();
    } else {
      alert.textContent = sent?.text || say("js-command-failed");
      if (sent?.asks) fields.append(build("input", { type: "hidden", name: "calls", value: "1" }));
    }
  });
  await showUntilClosed(dialog);
  return result;
}

/** @param {HTMLFormElement} form  @param {FormData} data */
async function send(form, data) {
  const { ok, page } = await submit(form, data);
  const said = page.querySelector(ok ? ".flash" : ".form-error")?.textContent.trim();
  return { isDone: ok, text: said ?? "", asks: page.querySelector("[name=calls]") !== null };
}
