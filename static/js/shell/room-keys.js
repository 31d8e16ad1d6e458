// Alt and an arrow open the previous or next conversation; with Shift the next unread one.

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** @param {(room: number) => boolean} isUnread */
export function walkRooms(isUnread) {
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !(event.key in STEPS)) return;
    const links = [...document.querySelectorAll("#conversations a[data-conversation]")].filter(
      (link) => !link.closest("details:not([open]), .hidden-rooms, [hidden]"),
    );
    if (links.length === 0 || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    const here = links.findIndex((link) => link.getAttribute("aria-current") === "page");
    /** @param {HTMLElement} link */
    const wanted = (link) => !event.shiftKey || isUnread(Number(link.dataset.conversation));
    nextOf(links, here, STEPS[event.key], wanted)?.click();
  });
}

/**
 * Returns the next wanted item, wrapping around; null if there is none. Pure, for tests.
 * @template Item
 * @param {Item[]} items  @param {number} here  @param {number} step  @param {(item: Item) => boolean} wanted
 */
export function nextOf(items, here, step, wanted) {
  const start = here < 0 && step < 0 ? 0 : here;
  for (let index = 1; index <= items.length; index += 1) {
    const at = (((start + step * index) % items.length) + items.length) % items.length;
    if (at !== here && wanted(items[at])) return items[at];
  }
  return null;
}
