/**
 * Whether anybody waits for contexts to end, and whether a channel says so already.
 *
 * Invariant: only receives from `done()` are looked at; whoever waits by a signal counts for himself (see `onAbort`). A channel of
 * another copy of the packages, which tells nothing, counts as waited for.
 */
import type { Node } from "./tree.ts";

/** What is known here of a channel. */
interface Waited {
  readonly core?: { readonly recvq: { readonly head: unknown }; readonly closed: boolean };
}

/** Whether a channel is closed. */
export function isClosed(ch: unknown): boolean {
  return (ch as Waited).core?.closed === true;
}

/** Whether anybody waits by a channel for the end of `root` or of a context below it. O(descendants). */
export function isAwaited(root: Node): boolean {
  for (let node: Node | null = root; node !== null;) {
    const ch = node.doneChan as Waited | null;
    if (ch !== null && ch.core?.recvq.head !== null) return true;
    if (node.first !== null) {
      node = node.first;
      continue;
    }
    while (node !== root && node.next === null) node = node.up!;
    node = node === root ? null : node.next;
  }
  return false;
}
