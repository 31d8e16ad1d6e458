// Sending of forms by scripts, in the encoding of browsers.

import { readForeign } from "./fragment.js";

/** @param {FormData} data  without files */
export const encoded = (data) => new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));

/**
 * Sends a form. Returns the page of the answer, of which only texts may be read.
 * @param {HTMLFormElement} form  @param {FormData} [data]
 */
export async function submit(form, data = new FormData(form)) {
  const answer = await fetch(form.action, { method: "POST", body: encoded(data) });
  return { ok: answer.ok, url: answer.url, page: readForeign(await answer.text()) };
}
