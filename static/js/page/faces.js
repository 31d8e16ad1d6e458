// Small avatars with initials. The server renders the large ones (accounts/person.rs).

import { build } from "./elements.js";

const HUES = 12;

/** Returns the first two letters or digits of a name in upper case. @param {string} name */
export function initialsOf(name) {
  return (name.match(/[\p{Alphabetic}\p{N}]/gu) ?? []).slice(0, 2).join("").toUpperCase();
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
