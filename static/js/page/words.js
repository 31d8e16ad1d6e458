// Localised texts for scripts, which the server renders into the page (templates/_words.hbs).

import { build } from "./elements.js";

const source = globalThis.document?.getElementById("words");
/** @type {Record<string, string>} key → text with places such as `{ $name }` */
const words = source ? JSON.parse(source.textContent) : {};

const PLACE = /\{ \$([a-z]+) \}/;

/**
 * Interpolates a pattern; a placeholder without a value stays as it is.
 * @param {string} pattern  @param {Record<string, unknown>} values
 */
export function fill(pattern, values) {
  return pattern
    .split(PLACE)
    .map((part, index) => (index % 2 === 0 ? part : String(values[part] ?? `{ $${part} }`)))
    .join("");
}

/**
 * Returns the key of the plural form for `count`, `key-one` or `key-other`. Other forms use `other`.
 * @param {string} key  @param {number} count
 */
export function pluralKey(key, count, language = "en") {
  return `${key}-${new Intl.PluralRules(language).select(count) === "one" ? "one" : "other"}`;
}

/** Returns the text of `key`, or the key itself if there is none. @param {string} key */
export function say(key, values = {}) {
  return fill(words[key] ?? key, values);
}

/** Returns the text of `key` in the plural form for `count`. @param {string} key  @param {number} count */
export function sayCount(key, count, values = {}) {
  return say(pluralKey(key, count, document.documentElement.lang), { count, ...values });
}

/**
 * Like `say`, with each value in a <bdi>, so that the direction of a name does not affect the text around it.
 * @param {string} key  @param {Record<string, string>} names
 */
export function sayNames(key, names) {
  const nodes = new DocumentFragment();
  (words[key] ?? key).split(PLACE).forEach((part, index) => {
    nodes.append(index % 2 === 0 ? part : build("bdi", { translate: false }, names[part] ?? ""));
  });
  return nodes;
}
