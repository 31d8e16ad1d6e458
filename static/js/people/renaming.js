// Shows people by their present names, wherever the log names them. The lists are refreshed as a whole
// (live/refresh.js, which loads this when it is needed).

import { initialsOf } from "../page/faces.js";

/** @param {{id: number, name: string}} person */
export function rename({ id, name }) {
  /** @type {HTMLTemplateElement | null} */ const pending = document.querySelector("template#pending-message");
  for (const root of [document, ...(pending ? [pending.content] : [])]) {
    for (const message of root.querySelectorAll(`article[data-author="${id}"]`)) {
      const [avatar, author] = [message.querySelector(".avatar"), message.querySelector(".message-author")];
      if (!avatar || !author || author.textContent === name) continue;
      author.textContent = name;
      avatar.dataset.initials = initialsOf(name);
    }
  }
  for (const author of document.querySelectorAll(`.quote[data-author="${id}"] .quote-author`))
    author.textContent = name;
  for (const chip of document.querySelectorAll(".chip[data-by]")) {
    const at = chip.dataset.by.split(" ").indexOf(String(id));
    const names = chip.title.split(", ");
    // Without a comma in a name, the names stand in the order of the ids.
    if (at >= 0 && names.length === chip.dataset.by.split(" ").length) chip.title = names.with(at, name).join(", ");
  }
}

/** Takes over the names on a newer form of the page. @param {Document} page */
export function adoptNames(page) {
  const authors = [...page.querySelectorAll("article[data-author] > .message-author")];
  const names = new Map(authors.map((author) => [Number(author.parentElement?.dataset.author), author.textContent]));
  for (const [id, name] of names) rename({ id, name });
}
