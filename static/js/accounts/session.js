// End of the session on the server: a dialog leads to the log-in page, and nothing typed is lost.

import { byId } from "../page/elements.js";
import { say } from "../page/words.js";

/** @import { Connection } from "../live/socket.js" */

/** @type {Record<string, string>} */
const REASONS = { revoked: "js-signed-out-revoked", password_changed: "js-signed-out-password" };

/** Returns whether the session has ended: then the front page redirects. Null if the server does not answer. */
export async function isSignedOut() {
  try {
    const answer = await fetch("/", { method: "HEAD", redirect: "manual", cache: "no-store" });
    return answer.type === "opaqueredirect";
  } catch {
    return null;
  }
}

/** Shows the dialog when the session has ended. @param {Connection} connection */
export function tellSignedOut(connection) {
  /** @type {HTMLDialogElement} */ const dialog = byId("signed-out");
  connection.addEventListener("signed-out", ({ detail }) => {
    const next = encodeURIComponent(location.pathname + location.search);
    byId("signed-out-reason").textContent = say(REASONS[detail] ?? "js-signed-out");
    /** @type {HTMLAnchorElement} */ (byId("signed-out-action")).href = `/accounts/login/?next=${next}`;
    if (!dialog.open) dialog.showModal();
  });
}
