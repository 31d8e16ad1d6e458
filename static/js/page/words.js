// The words that scripts need, in the page's language. They come with the page (templates/_words.hbs).

import { build } from "./elements.js";

const source = globalThis.document?.getElementById("words");
/** @type {Record<string, string>} key → text with places such as `{ $name }` */
const words = source ? JSON.parse(source.textContent) : {};

const PLACE = /\{ \$([a-z]+) \}/;

/**
 * The pattern with its places filled in; a place without a value stays visible.
 * @param {string} pattern  @param {Record<string, unknown>} values
 */
export function fill(pattern, values) {
  return pattern
    .split(PLACE)
    .map((part, index) => (index % 2 === 0 ? part : String(values[part] ?? `{ $${part} }`)))
    .join("");
}

/**
 * `key-one` or `key-other`, whichever the language uses for `count`; languages with more forms use `other`.
 * @param {string} key  @param {number} count
 */
export function pluralKey(key, count, language = "en") {
  return `${key}-${new Intl.PluralRules(language).select(count) === "one" ? "one" : "other"}`;
}

/** The text of `key`; a missing key stands for itself. @param {string} key */
export function say(key, values = {}) {
  return fill(words[key] ?? key, values);
}

/** The text of `key` for a number of things. @param {string} key  @param {number} count */
export function sayCount(key, count, values = {}) {
  return say(pluralKey(key, count, document.documentElement.lang), { count, ...values });
}

/**
 * As `say`, but every value stands in a <bdi>, so that a name cannot reorder its neighbours.
 * @param {string} key  @param {Record<string, string>} names
 */
export function sayNames(key, names) {
  const nodes = new DocumentFragment();
  (words[key] ?? key).split(PLACE).forEach((part, index) => {
    nodes.append(index % 2 === 0 ? part : build("bdi", {}, names[part] ?? ""));
  });
  return nodes;
}
