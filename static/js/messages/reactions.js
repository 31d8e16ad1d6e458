// Reactions under a message: marks those of the person, and shows one that is added or removed (optimistic update).

import { build, find } from "../page/elements.js";
import { nameOf } from "../page/names.js";
import { say } from "../page/words.js";

/** @import { Person } from "../live/protocol.js" */

/** @param {HTMLElement} root */
const chipsOf = (root) => [.../** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".chip[data-by]"))];
/** @param {HTMLButtonElement} chip */
const idsOf = (chip) => chip.dataset.by.split(" ").filter(Boolean).map(Number);

/** Marks the person's own chips below `root` as pressed. @param {HTMLElement} root  @param {number} userId */
export function markOwn(root, userId) {
  for (const chip of chipsOf(root)) {
    chip.type = "button";
    chip.setAttribute("aria-pressed", String(idsOf(chip).includes(userId)));
  }
}

/** Returns whether this person has reacted with the emoji. @param {HTMLElement} message  @param {string} emoji */
export function hasReacted(message, emoji) {
  return chipOf(message, emoji)?.getAttribute("aria-pressed") === "true";
}

/**
 * Shows a reaction of the person as added or removed.
 * @param {HTMLElement} message  @param {{emoji: string, on: boolean}} options  @param {Person} person
 */
export function showReaction(message, { emoji, on }, person) {
  const [id, name] = [person.id, nameOf(person)];
  const chip = chipOf(message, emoji);
  if (!chip) return on ? groupOf(message).append(newChip(emoji, person)) : undefined;
  const ids = idsOf(chip);
  if (ids.includes(id) === on) return undefined;
  const others = ids.filter((other) => other !== id);
  if (!on && others.length === 0) return removeChip(chip);
  chip.dataset.by = (on ? [...others, id] : others).join(" ");
  chip.title = chip.title
    .split(", ")
    .filter((one) => one !== name)
    .concat(on ? name : [])
    .join(", ");
  find(chip, ".chip-count").textContent = String(others.length + (on ? 1 : 0));
  chip.classList.toggle("fresh", on);
  return chip.setAttribute("aria-pressed", String(on));
}

/** @param {HTMLElement} message  @param {string} emoji */
function chipOf(message, emoji) {
  return chipsOf(message).find(({ value }) => value === emoji);
}

/** @param {HTMLElement} message */
function groupOf(message) {
  const present = message.querySelector(".reactions");
  if (present) return present;
  const group = build("div", { className: "reactions", role: "group", ariaLabel: say("js-reactions") });
  message.append(group);
  return group;
}

/** @param {string} emoji  @param {Person} person */
function newChip(emoji, person) {
  const count = build("span", { className: "chip-count" }, "1");
  const fields = { type: "button", className: "chip fresh", value: emoji, title: nameOf(person), ariaPressed: "true" };
  const chip = build("button", /** @type {Partial<HTMLButtonElement>} */ (fields), `${emoji} `, count);
  chip.dataset.by = String(person.id);
  return chip;
}

/** @param {HTMLButtonElement} chip */
function removeChip(chip) {
  const group = chip.parentElement;
  chip.remove();
  if (group?.childElementCount === 0) group.remove();
}
