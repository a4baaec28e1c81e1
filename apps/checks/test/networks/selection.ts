/** A select that is repeated until each of its cases was chosen as often as it says: made anew for each time, or prepared. */
import { prepare, select, type SelectCase } from "@gort/chan";
import type { Op } from "@gort/sched";
import type { Step } from "../../../../packages/sched/test/steps.ts";
import { fold, type Proc } from "./proc.ts";

interface Chosen {
  case: number | string;
  value: number;
  ok: boolean;
}

export class Selection {
  private readonly proc: Proc;
  private readonly cases: Step[];
  private readonly left: number[];
  private readonly hash = [0, 0, 0];
  private readonly prepared: Op<Chosen> | null = null;

  constructor(proc: Proc, cases: Step[]) {
    this.proc = proc;
    this.cases = cases;
    this.left = cases.map(({ v }) => v || Infinity);
    const makers = Object.fromEntries(cases.map((_, i) => [i, () => this.case(i)]));
    // Never of one case: that would be a plain send or receive, which reports name as such.
    const { nil } = proc.net;
    if (cases[0]!.n % 2 === 0) this.prepared = prepare({ ...makers, none: nil.recv() });
  }

  /** The next select; null if there is none any more. */
  next(): Op<Chosen> | null {
    if (this.left.every((n) => n === 0)) return null;
    if (this.prepared !== null) return this.prepared;
    const cases = this.cases.map((_, i) => this.case(i));
    return select([...cases, this.proc.net.nil.recv()]) as Op<any>;
  }

  took({ case: name, value, ok }: Chosen): void {
    const i = Number(name);
    this.left[i] = this.left[i]! - 1;
    if (this.cases[i]!.k === "s") return;
    if (!ok) this.left[i] = 0;
    this.hash[i] = fold(this.hash[i]!, ok ? value : value - 1);
  }

  end(): void {
    for (const h of this.hash) this.proc.b = fold(this.proc.b, h);
  }

  private case(i: number): SelectCase {
    const { k, n } = this.cases[i]!;
    const ch = this.proc.net.chans[n]!;
    if (this.left[i] === 0) return null;
    return k === "s" ? ch.send(this.proc.a + this.left[i]!) : ch.recv();
  }
}
