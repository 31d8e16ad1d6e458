import assert from "node:assert/strict";
import { test } from "node:test";

import { News } from "../../static/js/log/news.js";

const above = { atEnd: false, isFar: false };

test("news are counted, the first press leads to the first of them, the second to the end", () => {
  const news = new News();
  for (const id of [11, 12, 13]) news.add(id, id);
  assert.equal(news.count, 3);
  assert.deepEqual(news.press(), { id: 11, seq: 11 });
  assert.equal(news.count, 0);
  assert.equal(news.isShown(above), true, "there is more below");
  assert.equal(news.press(), null);
});

test("what arrives on the way to the end counts anew", () => {
  const news = new News();
  news.add(11, 11);
  news.press();
  news.add(12, 12);
  assert.equal(news.count, 1);
  assert.deepEqual(news.press(), { id: 12, seq: 12 });
});

test("at the end nothing is new and there is nothing to press", () => {
  const news = new News();
  news.add(11, 11);
  news.clear();
  assert.equal(news.count, 0);
  assert.equal(news.isShown({ atEnd: true, isFar: false }), false);
  assert.equal(news.press(), null);
});

test("without news the pill is there only far from the end", () => {
  const news = new News();
  assert.equal(news.isShown(above), false);
  assert.equal(news.isShown({ atEnd: false, isFar: true }), true);
  news.add(11, 11);
  assert.equal(news.isShown(above), true);
});

test("whoever was taken to a message finds the way to the end, until there", () => {
  const news = new News();
  news.away();
  assert.equal(news.isShown(above), true);
  news.clear();
  assert.equal(news.isShown(above), false);
});

test("a deleted message is not new any more", () => {
  const news = new News();
  for (const id of [11, 12]) news.add(id, id);
  news.remove(11, 11);
  news.remove(11, 11);
  assert.equal(news.count, 1);
  assert.deepEqual(news.press(), { id: 12, seq: 12 });
  news.remove(12, 12);
  assert.equal(news.count, 0);
});

test("messages that the page lacks count, and the first press leads to where they begin", () => {
  const news = new News();
  news.missed({ from: 101, to: 1350, count: 1250 });
  for (let id = 1351; id <= 1400; id += 1) news.add(id, id);
  assert.equal(news.count, 1300);
  news.remove(7, 120);
  news.remove(8, 50);
  assert.equal(news.count, 1299, "only what was counted");
  assert.deepEqual(news.press(), { id: null, seq: 101 });
  assert.equal(news.press(), null);
});

test("messages that came before a gap are older than it", () => {
  const news = new News();
  news.add(90, 90);
  news.missed({ from: 101, to: 120, count: 3 });
  news.missed({ from: 151, to: 160, count: 2 });
  assert.equal(news.count, 6);
  assert.deepEqual(news.press(), { id: 90, seq: 90 });
});
