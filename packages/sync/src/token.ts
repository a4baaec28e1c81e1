/**
 * Tokens: a held lock as an object, for `using`.
 *
 * Invariants
 *  1. A token releases at most once.
 *  2. A token of an exclusive lock never releases a lock that was released otherwise and taken again.
 *
 * The token is a thing of its own and not the lock (a lock is not disposable) nor the op (an op is a thenable, so
 * `await` could not give it).
 */
import type { LockToken } from "./api.ts";
import { dispose } from "./dispose.ts";

/** @internal */
export interface TokenOwner {
  token: LockToken | null;
  unlock(): void;
}

/** @internal */
export class ExclusiveToken implements LockToken {
  private readonly owner: TokenOwner;

  constructor(owner: TokenOwner) {
    this.owner = owner;
  }

  get held(): boolean {
    return this.owner.token === this;
  }

  unlock(): void {
    if (this.owner.token === this) this.owner.unlock();
  }

  [dispose](): void {
    this.unlock();
  }
}

/** @internal */
export interface SharedOwner {
  rUnlock(): void;
}

/** @internal A token of a lock that many hold together. */
export class SharedToken implements LockToken {
  private owner: SharedOwner | null;

  constructor(owner: SharedOwner) {
    this.owner = owner;
  }

  get held(): boolean {
    return this.owner !== null;
  }

  unlock(): void {
    const owner = this.owner;
    this.owner = null;
    owner?.rUnlock();
  }

  [dispose](): void {
    this.unlock();
  }
}
