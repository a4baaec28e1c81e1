/**
 * The cases of a select: where they stand, and what is said of them. How one is chosen: `select-op.ts`.
 *
 * Invariants
 *  1. No op is a case twice; each is fresh, or a prepared select that has made the cases of its pass.
 *  2. Up to two cases stand in fields; of more, all stand in the lists, which may be longer than `n`.
 *
 * Why: nearly all selects have two, and lists cost those a third of their time; what only lists need stands in methods of its own,
 * so that V8 inlines the rest.
 */
import { Op, type OpRecord, type WaitReason } from "@gort/sched";
import { inUse, makeReady, refuseTwice } from "./cases.ts";
import { FRESH } from "./states.ts";

export const none = null as unknown as OpRecord<any>;
const NO_OPS: OpRecord<any>[] = [];
const NO_NAMES: (string | number)[] = [];

/** An op that has cases. */
export abstract class CaseList extends Op<any> {
  /** Number of cases. */
  n = 0;
  a: OpRecord<any> = none;
  b: OpRecord<any> = none;
  protected nameA: string | number = "";
  protected nameB: string | number = "";
  protected ops: OpRecord<any>[] = NO_OPS;
  protected names: (string | number)[] = NO_NAMES;
  private seen: Set<OpRecord<any>> | null = null;

  /** A select over one case waits for what the case waits for, as in Go. */
  get reason(): WaitReason {
    return this.n === 0 ? "select (no cases)" : this.n === 1 ? this.a.reason : "select";
  }

  /** The cases, in the order in which they were tried. */
  get cases(): OpRecord<any>[] {
    return this.n > 2 ? this.ops.slice(0, this.n) : [this.a, this.b].slice(0, this.n);
  }

  override describe(): string {
    return this.cases.map((op) => op.describe() || op.reason).join(", ");
  }

  override isDurable(): boolean {
    return this.cases.every((op) => op.isDurable());
  }

  /** Adds a case that can be ready. */
  add(op: OpRecord<any>, name: string | number): void {
    if (op.state !== FRESH) makeReady(op, name);
    const n = this.n;
    if (n === 0) {
      this.a = op;
      this.nameA = name;
    } else if (n === 1) {
      if (op === this.a) throw inUse(name);
      this.b = op;
      this.nameB = name;
    } else this.addToList(op, name, n);
    this.n = n + 1;
  }

  private addToList(op: OpRecord<any>, name: string | number, n: number): void {
    if (n === 2) {
      // A prepared select comes here once per pass.
      if (this.ops === NO_OPS) {
        this.ops = [];
        this.names = [];
      }
      this.ops[0] = this.a;
      this.ops[1] = this.b;
      this.names[0] = this.nameA;
      this.names[1] = this.nameB;
      this.seen = null;
    }
    this.seen = refuseTwice(op, name, this.ops, n, this.seen);
    this.ops[n] = op;
    this.names[n] = name;
  }

  /** Lets go of the lists. */
  protected dropLists(): void {
    this.ops = NO_OPS;
    this.names = NO_NAMES;
    this.seen = null;
  }

  protected each(f: (op: OpRecord<any>, name: string | number, by: this) => void): void {
    const { n, a, b, ops, names } = this;
    if (n > 2) for (let i = 0; i < n; i++) f(ops[i]!, names[i]!, this);
    else {
      if (n > 0) f(a, this.nameA, this);
      if (n > 1) f(b, this.nameB, this);
    }
  }
}
