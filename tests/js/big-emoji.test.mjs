import assert from "node:assert/strict";
import { test } from "node:test";

import { isBigEmoji } from "../../static/js/messages/big-emoji.js";

test("up to six emoji alone are big, a family counting as one", () => {
  for (const text of ["🌱", "👨‍👩‍👧", "🌱 🌱\n👍🏽", "🇳🇴", "1️⃣", "❤️", "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧"]) {
    assert.equal(isBigEmoji(text), true, text);
  }
});

test("anything else is not", () => {
  for (const text of ["", " ", "hi 🌱", "1", "#", "!", "🌱🌱🌱🌱🌱🌱🌱", "דנה"]) {
    assert.equal(isBigEmoji(text), false, text);
  }
});
