// Small avatars with initials. The server renders the large ones (accounts/person.rs).

import { build } from "./elements.js";

const HUES = 12;

const LETTER = /[\p{Alphabetic}\p{N}]/gu;

/**
 * Returns the first letters of the first and the last word, or the first two letters of a name of one word, in upper
 * case. Leaves out the user name of a person who shares the name with another one.
 * @param {string} name
 */
export function initialsOf(name) {
  const words = name.replace(/ \(@\S+\)$/u, "").split(/\s+/u);
  const letters = words.map((word) => word.match(LETTER) ?? []).filter(({ length }) => length > 0);
  const shown = letters.length > 1 ? [letters[0][0], letters.at(-1)?.[0]] : (letters[0] ?? []).slice(0, 2);
  return shown.join("").toUpperCase();
}

/**
 * Returns how many of `count` people get a face, and how many are only counted.
 * @param {number} count  @param {number} most
 */
export function shareOut(count, most) {
  return count <= most ? [count, 0] : [most - 1, count - most + 1];
}

/** @param {{id: number, name: string}} person */
export function faceOf({ id, name }) {
  const face = build("span", { className: `seen-face hue-${id % HUES}`, ariaHidden: "true" });
  face.dataset.initials = initialsOf(name);
  return face;
}
