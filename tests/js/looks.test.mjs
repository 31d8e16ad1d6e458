// The contrast of the accent colours that people can choose, in both themes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const sheet = (name) => readFileSync(new URL(`../../static/css/page/${name}.css`, import.meta.url), "utf8");

/** The smallest contrast of text, WCAG 2.2 AA. */
const READABLE = 4.5;

/** @param {string} colour  `#1F6B52` */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Returns the custom properties of a block. */
const properties = (block) => Object.fromEntries([...block.matchAll(/--([\w-]+): ([^;]+);/g)].map((m) => m.slice(1)));

const tokens = sheet("tokens");
const themes = [/:root \{([^}]*)\}/, /:root\[data-theme="dark"\] \{([^}]*)\}/].map((rule) =>
  properties(rule.exec(tokens)[1]),
);
const accents = [...sheet("looks").matchAll(/data-accent="(\w+)"\] \{([^}]*)\}/g)].map(([, name, block]) => {
  const pairs = Object.entries(properties(block));
  const halves = pairs.map(([property, value]) => [property, value.match(/#\w{6}/g)]);
  return { name, themes: [0, 1].map((n) => Object.fromEntries(halves.map(([property, two]) => [property, two[n]]))) };
});

test("every accent can be read on every ground, in both themes", () => {
  assert.equal(accents.length, 4);
  const all = [{ name: "green", themes: [{}, {}] }, ...accents];
  for (const { name, themes: changes } of all)
    themes.forEach((theme, number) => {
      const colours = { ...theme, ...changes[number] };
      const pairs = [
        ...["paper", "surface", "sunken", "accent-soft"].map((ground) => ["accent", ground]),
        ...["accent", "accent-strong"].map((ground) => ["on-accent", ground]),
        ...["ink", "muted"].map((text) => [text, "accent-soft"]),
      ];
      for (const [text, ground] of pairs) {
        const found = contrast(colours[text], colours[ground]);
        assert.ok(found >= READABLE, `${name} ${number}: ${text} on ${ground} is ${found.toFixed(2)}`);
      }
    });
});
