/** What editors are not to offer: see scripts/strip-internal.mjs. */
import { expect, test } from "vitest";
import { stripped } from "../../../scripts/strip-internal.mjs";

test("members that are marked go, and all else stays", () => {
  const text = `
/** @internal Other packages import it. */
declare function initOp(): void;
/** A lock. */
declare class Mutex {
    /** @internal */
    locked: boolean;
    /** Its name. */
    readonly name: string;
    /** @internal Who holds it. */
    constructor(holder: number);
    /** Locks. Nothing is @internalised here. */
    lock(): void;
    /** @internal */
    get spare(): number;
}
interface Owner {
    /** @internal */
    releases: number;
    unlock(): void;
}
`;
  expect(stripped(text)).toBe(`
/** @internal Other packages import it. */
declare function initOp(): void;
/** A lock. */
declare class Mutex {
    /** Its name. */
    readonly name: string;
    /** @internal Who holds it. */
    constructor(holder: number);
    /** Locks. Nothing is @internalised here. */
    lock(): void;
}
interface Owner {
    unlock(): void;
}
`);
});
