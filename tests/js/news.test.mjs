import assert from "node:assert/strict";
import { test } from "node:test";

import { News } from "../../static/js/log/news.js";

const above = { atEnd: false, isFar: false };

test("news are counted, the first press leads to the first of them, the second to the end", () => {
  const news = new News();
  for (const id of [11, 12, 13]) news.add(id);
  assert.equal(news.count, 3);
  assert.equal(news.press(), 11);
  assert.equal(news.count, 0);
  assert.equal(news.isShown(above), true, "there is more below");
  assert.equal(news.press(), null);
});

test("what arrives on the way to the end counts anew", () => {
  const news = new News();
  news.add(11);
  news.press();
  news.add(12);
  assert.equal(news.count, 1);
  assert.equal(news.press(), 12);
});

test("at the end nothing is new and there is nothing to press", () => {
  const news = new News();
  news.add(11);
  news.clear();
  assert.equal(news.count, 0);
  assert.equal(news.isShown({ atEnd: true, isFar: false }), false);
  assert.equal(news.press(), null);
});

test("without news the pill is there only far from the end", () => {
  const news = new News();
  assert.equal(news.isShown(above), false);
  assert.equal(news.isShown({ atEnd: false, isFar: true }), true);
  news.add(11);
  assert.equal(news.isShown(above), true);
});

test("whoever was taken to a message finds the way to the end, until there", () => {
  const news = new News();
  news.away();
  assert.equal(news.isShown(above), true);
  news.clear();
  assert.equal(news.isShown(above), false);
});
