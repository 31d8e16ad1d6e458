// Completion of names after `@` and a letter.

import { nameOf } from "../page/names.js";
import { suggested, typedName } from "./names.js";

/** @import { Source } from "./completion.js" */
/** @import { People } from "./names.js" */

/** @param {People} people  @returns {Source} */
export const mentionsOf = (people) => ({
  isNear: (before) => /@\S*$/u.test(before),
  fetch: () => people.fetch(),
  find(before) {
    const typed = typedName(before, before.length);
    if (typed === null) return null;
    const options = suggested(people.known(), typed, people.speakers()).map((person) => ({
      id: `name-${person.id}`,
      name: nameOf(person),
      text: person.username,
      username: person.username,
    }));
    return { length: typed.length, options };
  },
});
