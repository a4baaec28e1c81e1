/** The text of a file of declarations without the members that are marked `@internal`. */
export function stripped(text: string): string;
