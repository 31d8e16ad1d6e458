// Who is online: a dot and a word wherever the page names a person (`data-presence-of`).

import { say } from "./words.js";

/** @param {import("./socket.js").Connection} connection */
export function followPresence(connection) {
  const online = new Set();
  const show = (element) => {
    const isOnline = online.has(Number(element.dataset.presenceOf));
    element.dataset.online = String(isOnline);
    if ("presenceWord" in element.dataset) element.textContent = say(isOnline ? "js-online" : "js-offline");
  };
  const showAll = () => connection.hello && document.querySelectorAll("[data-presence-of]").forEach(show);
  connection.addEventListener("session.hello", ({ detail }) => {
    online.clear();
    detail.online.forEach((id) => online.add(id));
    showAll();
  });
  connection.addEventListener("presence.changed", ({ detail: { user, online: isOnline } }) => {
    if (isOnline) online.add(idOf(user));
    else online.delete(idOf(user));
    document.querySelectorAll(`[data-presence-of="${idOf(user)}"]`).forEach(show);
  });
  document.addEventListener("parlour:swapped", showAll);
  followOwn(connection);
}

/** The own word: others see this person online exactly while the socket is open. */
function followOwn(connection) {
  const word = document.getElementById("my-presence");
  connection.addEventListener("state", ({ detail }) => {
    if (word && detail !== "connecting") word.textContent = say(detail === "open" ? "js-online" : "js-offline");
  });
}

const idOf = (user) => (typeof user === "object" ? user.id : user);
