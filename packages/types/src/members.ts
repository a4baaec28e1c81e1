/** What the makers of structs and interfaces take: plain objects whose names are identifiers. */
import { badArgument } from "./errors.ts";

/** Throws unless `members` is an object that is no collection: a Map or a list has no names that could be looked at. */
export function checkMembers(where: string, argument: string, members: object, want: string): void {
  if (typeof members !== "object" || members === null || Symbol.iterator in members)
    throw badArgument(where, argument, members, want, "type");
}

/** Throws unless `name` is an identifier in Go and in JavaScript. */
export function checkIdentifier(where: string, argument: string, name: string): void {
  // U+2E2F is the one letter of Go's that JavaScript has not in identifiers.
  if (!/^[\p{L}_$][\p{L}\p{Nd}_$]*$/u.test(name) || /\u2e2f|^__proto__$/.test(name))
    throw badArgument(where, argument, name, "an identifier", "type");
}
