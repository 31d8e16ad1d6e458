// Draft markers: a pencil beside each conversation that has an unsent draft.

import { build } from "../page/elements.js";
import { say } from "../page/words.js";
import { draftPrefix } from "./drafts.js";
/** @import { BrowserMemory } from "../page/storage.js" */

/** @param {{storage: BrowserMemory, userId: number}} options */
export function markDrafts({ storage, userId }) {
  const prefix = draftPrefix(userId);
  const showAll = () => {
    const drafts = new Set(storage.keys(prefix).map((key) => `/rooms/${key.slice(prefix.length)}/`));
    for (const link of document.querySelectorAll("#conversations a[href^='/rooms/']")) {
      // The open conversation shows its draft in the box itself.
      show(link, drafts.has(link.getAttribute("href") ?? "") && link.getAttribute("aria-current") !== "page");
    }
  };
  addEventListener("storage", ({ key }) => (key === null || key.startsWith(prefix)) && showAll());
  document.addEventListener("parlour:swapped", ({ detail }) => detail.id === "conversations" && showAll());
  document.addEventListener("parlour:room", showAll);
  showAll();
}

/** @param {HTMLElement} link  @param {boolean} hasDraft */
function show(link, hasDraft) {
  const old = link.querySelector(".pencil");
  if (hasDraft === Boolean(old)) return;
  link.classList.toggle("has-draft", hasDraft);
  const id = `draft${(link.getAttribute("href") ?? "").replaceAll("/", "-")}`;
  const described = (link.getAttribute("aria-describedby") ?? "").split(" ").filter((part) => part && part !== id);
  if (hasDraft) {
    const title = say("js-draft");
    const word = build("span", { className: "vh" }, title);
    // Hidden, because it describes the link and is no part of its name.
    link.append(build("span", { id, className: "pencil", title, ariaHidden: "true" }, word));
    described.push(id);
  } else {
    old?.remove();
  }
  if (described.length > 0) link.setAttribute("aria-describedby", described.join(" "));
  else link.removeAttribute("aria-describedby");
}
