// Rules about the style sheets that no linter knows.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

const FOLDER = new URL("../../static/css/", import.meta.url);
const sheets = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith(".css"));

/** Returns the selectors of a sheet, one for each rule. @param {string} sheet */
function selectors(sheet) {
  const rules = readFileSync(new URL(sheet, FOLDER), "utf8").replaceAll(/\/\*.*?\*\//gs, "");
  const found = [...rules.matchAll(/([^{};]+)\{/g)].map(([, selector]) => selector.trim());
  return found.filter((selector) => !selector.startsWith("@"));
}

test("no message restyles the log: what stands before + and ~ has a class, an id or an attribute", () => {
  assert.ok(sheets.length > 5);
  // Browsers invalidate a class precisely; an element name or `*` there invalidates all siblings of
  // an added element.
  const isWide = (selector) => /(^|[\s>,(])([a-z][a-z0-9]*|\*)\s*[+~]/.test(selector);
  assert.ok(isWide(".text * + p") && isWide("legend + *") && !isWide(".a + .b, a.b ~ p"));
  const wide = sheets.flatMap((sheet) => selectors(sheet).filter(isWide));
  assert.deepEqual(wide, []);
});

test("the size of text is a token, except that of signs", () => {
  const literal = (sheet) => {
    const rules = readFileSync(new URL(sheet, FOLDER), "utf8");
    return [...rules.matchAll(/font-size: ([0-9.]+rem)/g)].map(([, size]) => `${sheet} ${size}`);
  };
  const known = ["log.css 0.5625rem", "log.css 2.25rem", "rooms.css 1.5rem"];
  assert.deepEqual(sheets.flatMap(literal).sort(), known);
});
