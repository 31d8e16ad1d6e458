// Sending of forms by scripts.

import { encoded } from "./encoded.js";
import { readForeign } from "./fragment.js";

/**
 * Sends a form. Returns the page of the answer, of which only texts may be read.
 * @param {HTMLFormElement} form  @param {FormData} [data]
 */
export async function submit(form, data = new FormData(form)) {
  const answer = await fetch(form.action, { method: "POST", body: encoded(data) });
  return { ok: answer.ok, url: answer.url, page: readForeign(await answer.text()) };
}
