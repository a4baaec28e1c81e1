/** The areas that a changeset may name, and what their lines begin with. */
export const areas: Readonly<Record<string, string>>;
