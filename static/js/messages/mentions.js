// Completion of names after `@` and a letter.

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
    const options = suggested(people.known(), typed, people.speakers()).map(({ id, username }) => ({
      id: `name-${id}`,
      name: username,
      text: username,
    }));
    return { length: typed.length, options };
  },
});
