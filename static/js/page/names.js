// Which of the names of a person to show.

/** Returns the name to show. @param {{username: string, name?: string}} person */
export const nameOf = ({ username, name = username }) => name;
