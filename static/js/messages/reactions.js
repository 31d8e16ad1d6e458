// The reactions under a message: which are this person's own, and how they look while one more is on
// its way.

import { say } from "../page/words.js";

const idsOf = (chip) => chip.dataset.by.split(" ").filter(Boolean).map(Number);

/** Tells this person's own chips below `root` from the others. */
export function markOwn(root, userId) {
  for (const chip of root.querySelectorAll(".chip[data-by]")) {
    chip.type = "button";
    chip.setAttribute("aria-pressed", String(idsOf(chip).includes(userId)));
  }
}

/** Has this person put the emoji there? */
export function hasReacted(message, emoji) {
  return chipOf(message, emoji)?.getAttribute("aria-pressed") === "true";
}

/** Shows a reaction of this person as put or taken. */
export function showReaction(message, { emoji, on }, { id, username }) {
  const chip = chipOf(message, emoji);
  if (!chip) return on ? groupOf(message).append(newChip(emoji, { id, username })) : undefined;
  const ids = idsOf(chip);
  if (ids.includes(id) === on) return undefined;
  const others = ids.filter((other) => other !== id);
  if (!on && others.length === 0) return removeChip(chip);
  chip.dataset.by = (on ? [...others, id] : others).join(" ");
  chip.title = chip.title
    .split(", ")
    .filter((name) => name !== username)
    .concat(on ? username : [])
    .join(", ");
  chip.querySelector(".chip-count").textContent = String(others.length + (on ? 1 : 0));
  return chip.setAttribute("aria-pressed", String(on));
}

function chipOf(message, emoji) {
  return [...message.querySelectorAll(".chip[data-by]")].find(({ value }) => value === emoji);
}

function groupOf(message) {
  const present = message.querySelector(".reactions");
  if (present) return present;
  const group = document.createElement("div");
  group.className = "reactions";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", say("js-reactions"));
  message.append(group);
  return group;
}

function newChip(emoji, { id, username }) {
  const chip = document.createElement("button");
  const count = document.createElement("span");
  chip.type = "button";
  chip.className = "chip";
  chip.value = emoji;
  chip.title = username;
  chip.dataset.by = String(id);
  chip.setAttribute("aria-pressed", "true");
  count.className = "chip-count";
  count.textContent = "1";
  chip.append(`${emoji} `, count);
  return chip;
}

function removeChip(chip) {
  const group = chip.parentElement;
  chip.remove();
  if (group.childElementCount === 0) group.remove();
}
