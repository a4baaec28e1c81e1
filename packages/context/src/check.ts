/**
 * The invariants of tree.ts as code: tests call this after every step.
 *
 * Invariant: nothing here changes a context; the walk uses a list, so depth does not matter.
 */
import type { Context } from "./api.ts";
import { checkIsContext } from "./errors.ts";
import { NODE, Node } from "./tree.ts";

function fail(text: string): never {
  throw new Error(`gort: context invariant broken: ${text}`);
}

/**
 * Asserts every invariant of the tree under a context; returns how many contexts hang under it, at any depth. Not for code that runs
 * while contexts are cancelled, such as an abort listener: there some have ended whose channels are not closed yet. O(descendants).
 * @throws an error that says which invariant is broken; a TypeError for what is no context
 *
 * @example
 * ```ts
 * import { background, checkContext, withCancel } from "@gort/context";
 *
 * const [ctx, cancel] = withCancel(background());
 * const [, cancelChild] = withCancel(ctx);
 * checkContext(ctx); // => 1
 * cancelChild();
 * checkContext(ctx); // => 0
 * cancel();
 * ```
 */
export function checkContext(ctx: Context): number {
  checkIsContext("checkContext", ctx);
  const root = ctx.value(NODE);
  if (!(root instanceof Node)) return 0;
  let count = 0;
  const work: Node[] = [root];
  for (let node; (node = work.pop()) !== undefined;) {
    if (node.error !== null) {
      if (node.up !== null || node.first !== null || node.last !== null) {
        fail("an ended context is still in the tree");
      }
      if (node.timer !== null) fail("an ended context has a timer");
      if (node.detach !== null) fail("an ended context hangs on a foreign parent");
    }
    const ch = node.doneChan;
    if (ch !== null && ch.tryRecv()[2] !== (node.error !== null)) fail("done and err disagree");
    let prev: Node | null = null;
    for (let child = node.first; child !== null; child = child.next) {
      if (child.up !== node) fail("a child names another parent");
      if (child.prev !== prev) fail("links disagree");
      if (child.error !== null) fail("an ended context is a child");
      work.push(child);
      count++;
      prev = child;
    }
    if (node.last !== prev) fail("last is not the last child");
  }
  return count;
}
