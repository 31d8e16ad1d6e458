// A small picture of a person, as the server makes the large ones (accounts/person.rs).

import { build } from "./elements.js";

const HUES = 12;

/** The first two letters or digits of a name, upper case. @param {string} name */
export function initialsOf(name) {
  return (name.match(/[\p{Alphabetic}\p{N}]/gu) ?? []).slice(0, 2).join("").toUpperCase();
}

/**
 * How many of so many people have a face, and how many are counted behind the faces.
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
