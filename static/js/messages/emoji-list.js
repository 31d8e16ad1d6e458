// All emoji with their names, short codes and skin tones, fetched at first use; and those that this person used last.

import { pageData, userId } from "../page/data.js";
import { BrowserMemory } from "../page/storage.js";

/** An emoji, its name, its short codes, and its form with the lightest skin tone. */
/** @typedef {[string, string, string, string?]} Entry */

/** The skin tones from the lightest to the darkest; the first is none. */
export const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];
const LIGHTEST = TONES[1];
/** Emoji that are remembered: four rows. */
const MOST_RECENT = 32;

/**
 * Fetches the emoji in their groups, which the browser caches; null without an answer.
 * @returns {Promise<Entry[][] | null>}
 */
export async function fetchEmoji() {
  try {
    const answer = await fetch(pageData?.emoji ?? "");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Returns an emoji in a skin tone; one without tones as it is. @param {Entry} entry  @param {string} tone */
export const inTone = ([emoji, , , light], tone) => (tone && light ? light.replaceAll(LIGHTEST, tone) : emoji);

/** Returns the words by which an emoji is found. @param {Entry} entry */
export const wordsOf = ([, name, codes]) => `${name} ${codes.replaceAll("_", " ")}`;

/**
 * Returns the recently used emoji, the latest first. Pure, for tests.
 * @param {[string, string][]} earlier  @param {[string, string]} now  an emoji and its name
 */
export const withRecent = (earlier, now) =>
  [now, ...earlier.filter(([emoji]) => emoji !== now[0])].slice(0, MOST_RECENT);

/** The skin tone and the emoji that this person used last in this browser. */
export class EmojiMemory {
  constructor(storage = new BrowserMemory(), person = userId) {
    this.storage = storage;
    this.key = `parlour/emoji/${person}`;
  }

  /** @returns {{tone: string, recent: [string, string][]}} */
  get all() {
    try {
      return { tone: "", recent: [], ...JSON.parse(this.storage.get(this.key) ?? "{}") };
    } catch {
      return { tone: "", recent: [] };
    }
  }

  /** @param {string} tone */
  setTone(tone) {
    this.storage.set(this.key, JSON.stringify({ ...this.all, tone }));
  }

  /** @param {[string, string]} used  the emoji and its name */
  use(used) {
    const { tone, recent } = this.all;
    this.storage.set(this.key, JSON.stringify({ tone, recent: withRecent(recent, used) }));
  }
}
