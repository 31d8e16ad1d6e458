import assert from "node:assert/strict";
import { test } from "node:test";

import { suggested, typedName } from "../../static/js/messages/names.js";

const people = [
  { id: 1, username: "Ana" },
  { id: 2, username: "Zoë" },
  { id: 3, username: "anton" },
  { id: 4, username: "dana" },
];
const names = (typed, speakers = []) => suggested(people, typed, speakers).map(({ username }) => username);

test("a name begins with an at sign and a letter, at the start or behind a space", () => {
  assert.equal(typedName("@an", 3), "an");
  assert.equal(typedName("hello @Zoë", 10), "Zoë");
  assert.equal(typedName("hello @", 7), null);
  assert.equal(typedName("mail@example", 12), null);
  assert.equal(typedName("@ana hi", 7), null);
  assert.equal(typedName("@ana hi", 3), "an", "only what stands in front of the caret");
});

test("a name may directly follow signs, and letters of a script without spaces", () => {
  for (const [text, name] of [
    ["交给@Sc", "Sc"],
    ["你好@花", "花"],
    ["안녕@철", "철"],
    ["ถาม@สม", "สม"],
    ["ที่@สม", "สม"],
    ["「@花", "花"],
    ["你好，@花", "花"],
    ["“@an", "an"],
    ["@an", "an"],
    ["hi,@an", "an"],
    ["@शी", "शी"],
    ["help@bo", null],
    ["почта@bo", null],
    ["é@bo", null],
    ["a_@bo", null],
    ["@@bo", null],
    ["//@bo", null],
    ["7@bo", null],
  ]) {
    assert.equal(typedName(text, text.length), name, text);
  }
});

test("names that start so come first, then those that hold it; accents and case do not matter", () => {
  assert.deepEqual(names("AN"), ["Ana", "anton", "dana"]);
  assert.deepEqual(names("zoe"), ["Zoë"]);
  assert.deepEqual(names("x"), []);
});

test("among equals who spoke last comes first", () => {
  assert.deepEqual(names("an", [3, 1]), ["anton", "Ana", "dana"]);
});

test("people are found by the display name and by the user name", () => {
  const martha = [{ id: 5, username: "mk_77", name: "Martha King" }];
  for (const typed of ["mar", "king", "mk"]) assert.equal(suggested(martha, typed, []).length, 1, typed);
  assert.equal(suggested(martha, "ana", []).length, 0);
});
