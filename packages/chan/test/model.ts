/** The specification of channels and selects that random programs are compared with: plain arrays. */

export type Case = { ch: number; send: boolean; v: number };

/** What a finished operation did. */
export type Outcome =
  { case: number; value?: number; ok?: boolean } | { panic: string } | { off: number } | "blocked";

export interface Parked {
  id: number;
  cases: Case[];
  /** What can call it off, by number. */
  stops?: number[];
}

/** The specification: buffers and one list of everybody who waits, in the order of parking. */
export class Model {
  readonly caps: (number | null)[];
  readonly buf: number[][];
  readonly closed: boolean[];
  parked: Parked[] = [];

  constructor(caps: (number | null)[]) {
    this.caps = caps;
    this.buf = caps.map(() => []);
    this.closed = caps.map(() => false);
  }

  private partner(c: Case): [Parked, number] | null {
    for (const p of this.parked) {
      const i = p.cases.findIndex((k) => k.ch === c.ch && k.send !== c.send);
      if (i >= 0) return [p, i];
    }
    return null;
  }

  ready(c: Case): boolean {
    const cap = this.caps[c.ch]!;
    if (cap === null) return false;
    if (this.closed[c.ch] || this.partner(c) !== null) return true;
    return c.send ? this.buf[c.ch]!.length < cap : this.buf[c.ch]!.length > 0;
  }

  private wake(p: Parked, done: Map<number, Outcome>, outcome: Outcome): void {
    this.parked.splice(this.parked.indexOf(p), 1);
    done.set(p.id, outcome);
  }

  /** Does a ready case; `done` collects what it let others finish. */
  perform(c: Case, index: number, done: Map<number, Outcome>): Outcome {
    const buf = this.buf[c.ch]!;
    const partner = this.partner(c);
    if (c.send) {
      if (this.closed[c.ch]) return { panic: "send on closed channel" };
      if (partner !== null) {
        this.wake(partner[0], done, { case: partner[1], value: c.v, ok: true });
      } else buf.push(c.v);
      return { case: index };
    }
    let value = 0;
    let ok = true;
    if (buf.length > 0) {
      value = buf.shift()!;
      if (partner !== null) {
        buf.push(partner[0].cases[partner[1]]!.v);
        this.wake(partner[0], done, { case: partner[1] });
      }
    } else if (partner !== null) {
      value = partner[0].cases[partner[1]]!.v;
      this.wake(partner[0], done, { case: partner[1] });
    } else ok = false;
    return { case: index, value, ok };
  }

  /** Calls off everybody who can be by `stop`. */
  cancel(stop: number, done: Map<number, Outcome>): void {
    for (const p of [...this.parked])
      if (p.stops?.includes(stop) === true) this.wake(p, done, { off: stop });
  }

  /** How many wait to send to a channel, or to receive. */
  waiting(ch: number, send: boolean): number {
    if (this.caps[ch] === null) return 0;
    return this.parked.flatMap((p) => p.cases).filter((c) => c.ch === ch && c.send === send).length;
  }

  close(ch: number, done: Map<number, Outcome>): Outcome {
    if (this.caps[ch] === null) return { panic: "close of nil channel" };
    if (this.closed[ch]) return { panic: "close of closed channel" };
    this.closed[ch] = true;
    for (const p of [...this.parked]) {
      const recv = p.cases.findIndex((k) => k.ch === ch && !k.send);
      const send = p.cases.findIndex((k) => k.ch === ch && k.send);
      if (recv >= 0) this.wake(p, done, { case: recv, value: 0, ok: false });
      else if (send >= 0) this.wake(p, done, { panic: "send on closed channel" });
    }
    return { case: 0 };
  }
}
