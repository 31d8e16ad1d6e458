// Older messages come into the page above the present ones; without scripts the same link opens them.

import { foldTall } from "./fold.js";
import { pageFrom } from "./fragment.js";
import { settleAll } from "./regroup.js";
import { localise } from "./times.js";
import { say } from "./words.js";

/** @param {HTMLElement} list  @param {import("./scroll.js").LogScroll} scroll */
export function loadEarlier(list, scroll) {
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("#earlier");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    const page = await fetchPage(link.href);
    link.ariaBusy = "false";
    if (!page) {
      link.textContent = say("js-earlier-failed");
      return;
    }
    scroll.keep(() => foldTall(prepend(list, page), scroll));
    list.parentElement.focus({ preventScroll: true });
  });
}

async function fetchPage(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
    return answer.ok ? pageFrom(await answer.text()) : null;
  } catch {
    return null;
  }
}

function prepend(list, page) {
  const older = [...page.querySelectorAll("#log-inner :is(article.message, .notice)")]
    .filter((message) => !document.getElementById(message.id))
    .map((message) => document.importNode(message, true));
  const next = page.querySelector(".earlier");
  list.querySelector(".earlier")?.remove();
  list.prepend(...older);
  if (next) list.prepend(document.importNode(next, true));
  localise(list);
  settleAll(list);
  return older;
}
