/**
 * Tokens: a held lock as an object, for `using`.
 *
 * Invariants
 *  1. A token releases at most once.
 *  2. A token of an exclusive lock never releases a lock that was released otherwise and taken again: the lock counts its
 *     releases, and the token knows the count at which it was made. A hold that a wait for a condition interrupted is the same hold
 *     after it, so the lock notes which count the one of now stands for.
 *  3. `yield*` of a lock that was free allocates nothing: the op gives one result object for all, whose `value` makes
 *     the token for whoever looks at it.
 *
 * The token is a thing of its own and not the lock (a lock is not disposable) nor the op (an op is a thenable, so
 * `await` could not give it).
 */
import type { LockToken } from "./api.ts";
import { disposable } from "./dispose.ts";

/** @internal An exclusive lock. */
export interface TokenOwner {
  /** Counts releases, modulo 2^32. */
  releases: number;
  /** Null until somebody has waited for a condition of it. */
  resumed: Resumed | null;
  unlock(): void;
}

/** The hold at the count `at` goes on with the one at the count `from`. */
export interface Resumed {
  from: number;
  at: number;
}

/** @internal What tells the hold of now from others: the count of releases at its beginning. For a lock of somebody's own anything. */
export function holdOf({ resumed, releases = 0 }: Partial<TokenOwner>): number {
  return resumed?.at === releases ? resumed.from : releases;
}

/** @internal The lock is held again after a wait for a condition, by whom `hold` was. */
export function resume(l: Partial<TokenOwner>, hold: number): void {
  const { resumed, releases = 0 } = l;
  if (resumed === null) l.resumed = { from: hold, at: releases };
  else if (resumed !== undefined) {
    resumed.from = hold;
    resumed.at = releases;
  }
}

/** @internal Made while its lock is held. */
export const ExclusiveToken: new (owner: TokenOwner) => LockToken = /* @__PURE__ */ disposable(
  class ExclusiveToken {
    private readonly owner: TokenOwner;
    private readonly releases: number;

    constructor(owner: TokenOwner) {
      this.owner = owner;
      this.releases = holdOf(owner);
    }

    get held(): boolean {
      return holdOf(this.owner) === this.releases;
    }

    unlock(): void {
      if (this.held) this.owner.unlock();
    }

    end(): void {
      this.unlock();
    }
  },
);

/** @internal A lock that many hold together. */
export interface SharedOwner {
  rUnlock(): void;
}

/** @internal A token of a lock that many hold together. */
export const SharedToken: new (owner: SharedOwner) => LockToken = /* @__PURE__ */ disposable(
  class SharedToken {
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

    end(): void {
      this.unlock();
    }
  },
);

/** @internal What `yield*` gets if an exclusive lock was free. */
export class TakenFree implements IteratorReturnResult<LockToken> {
  readonly done = true;
  private readonly owner: TokenOwner;

  constructor(owner: TokenOwner) {
    this.owner = owner;
  }

  get value(): LockToken {
    return new ExclusiveToken(this.owner);
  }
}

/** @internal What `yield*` gets if a lock that many hold together could be had at once. */
export class SharedFree implements IteratorReturnResult<LockToken> {
  readonly done = true;
  private readonly owner: SharedOwner;

  constructor(owner: SharedOwner) {
    this.owner = owner;
  }

  get value(): LockToken {
    return new SharedToken(this.owner);
  }
}
