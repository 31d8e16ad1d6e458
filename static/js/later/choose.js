// The dialog that chooses when a message is sent. It shows the form of the page for browsers without scripts, and sends
// the same. Loaded when it is opened first.

import { build, buildButton, find } from "../page/elements.js";
import { fetchPage } from "../page/fragment.js";
import { showUntilClosed } from "../page/modal.js";
import { submit } from "../page/submit.js";
import { say } from "../page/words.js";

/**
 * Asks for a time, and schedules the text of the box. Returns whether that is done, and what to say.
 * @param {HTMLFormElement} composer the form of the box
 * @returns {Promise<{isDone: boolean, text: string}>}
 */
export async function choose(composer) {
  const page = await fetchPage(composer.action.replace("messages/", "scheduled/new/"));
  const form = page?.querySelector("#later-form");
  if (!page || !form) throw new Error("no form");
  const heading = build("h2", { id: "later-dialog" }, find(page, "h1").textContent);
  const alert = build("p", { className: "form-error", role: "alert" });
  const fields = /** @type {HTMLFormElement} */ (document.importNode(form, true));
  find(fields, ".later-text").remove();
  const cancel = buildButton(say("js-cancel"), () => dialog.close());
  const actions = build("p", { className: "dialog-actions" }, cancel);
  const dialog = build("dialog", { className: "dialog" }, heading, alert, fields, actions);
  dialog.setAttribute("aria-labelledby", heading.id);
  let result = { isDone: false, text: "" };
  fields.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(fields, event.submitter);
    const written = new FormData(composer);
    for (const name of ["body", "reply_to"]) data.set(name, written.get(name) ?? "");
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
