// The end of a session: signed out elsewhere (a dialog, nothing is lost) or here (asks, then clears).

import { decisionsKey } from "../reading/decisions.js";
import { forget } from "../log/known-history.js";
import { draftPrefix, markPrefix } from "../messages/drafts.js";
import { say } from "../page/words.js";

const REASONS = { revoked: "js-signed-out-revoked", password_changed: "js-signed-out-password" };

/** Is nobody signed in any more? A redirect of the front page says so; no answer says nothing (null). */
export async function isSignedOut() {
  try {
    const answer = await fetch("/", { method: "HEAD", redirect: "manual", cache: "no-store" });
    return answer.type === "opaqueredirect";
  } catch {
    return null;
  }
}

/** @param {import("../live/socket.js").Connection} connection */
export function tellSignedOut(connection) {
  const dialog = document.getElementById("signed-out");
  connection.addEventListener("signed-out", ({ detail }) => {
    const next = encodeURIComponent(location.pathname + location.search);
    document.getElementById("signed-out-reason").textContent = say(REASONS[detail] ?? "js-signed-out");
    document.getElementById("signed-out-action").href = `/accounts/login/?next=${next}`;
    if (!dialog.open) dialog.showModal();
  });
}

/**
 * Logging out leaves nothing of the person in this browser, after a question if something is unsent.
 * @param {{connection: import("../live/socket.js").Connection, queue: import("../live/queue.js").Queue,
 *   storage: import("../page/storage.js").BrowserMemory, userId: number}} options
 */
export function guardLogOut({ connection, queue, storage, userId }) {
  const form = document.getElementById("log-out");
  const dialog = document.getElementById("unsent");
  const drafts = () => storage.keys(draftPrefix(userId));
  const leave = () => {
    // The page is told first, so that no box saves its text again while the page goes away.
    document.dispatchEvent(new CustomEvent("parlour:leaving"));
    connection.end();
    queue.clear();
    for (const key of [...drafts(), ...storage.keys(markPrefix(userId))]) storage.remove(key);
    storage.remove(decisionsKey(userId));
    forget(storage, userId);
  };
  form.addEventListener("submit", (event) => {
    document.dispatchEvent(new CustomEvent("parlour:save"));
    if (queue.all().length === 0 && drafts().length === 0) return leave();
    event.preventDefault();
    dialog.returnValue = "";
    return dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "leave") return;
    leave();
    form.submit();
  });
}
