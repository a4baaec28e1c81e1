/**
 * Patience: how long a bubble stands still, in the host's time, before it is given up where the event loop never runs empty, as
 * under a test runner.
 *
 * Invariants
 *  1. Nothing is given up that moved meanwhile, nor while an async function waits for what is no op, or anybody for a signal.
 *  2. It goes by the host's own time, whatever fake timers a test has.
 *  3. The process waits for it. When its event loop runs empty a verdict comes too, but by then the test runner of Node (before
 *     Node 24) has given up all tests of the file.
 *
 * Why time and not at once: an async function may wait for the host beside an op, as in a `Promise.race`, and nobody can tell.
 */
import type { Core } from "../core.ts";
import { ownTimer } from "../host.ts";

export class Patience {
  /** The body has returned: what is left is left, whatever it waits for. */
  bodyOver = false;
  private readonly core: Core;
  private readonly ms: number;
  private callOff: () => void = () => {};

  constructor(core: Core, ms: number) {
    this.core = core;
    this.ms = ms;
    core.onStill = (durable) => this.begin(durable);
  }

  private begin(durable: boolean): void {
    const { core } = this;
    this.end();
    const { gate } = core;
    const inGort = durable && core.tally.signalled === 0 && gate.parked >= core.asyncs;
    if (!this.bodyOver && !inGort) return;
    const { created } = core;
    const { moved } = gate;
    const { contextSwitches } = core.stats();
    this.callOff = ownTimer(this.ms, () => {
      if (core.isStirring() || moved !== gate.moved || created !== core.created) return;
      if (contextSwitches !== core.stats().contextSwitches) return;
      // The bubble itself waits for quiet when its body is over.
      if (core.settled.length > 0) core.wakeSettled();
      else core.deadlock();
    });
  }

  /** The bubble is over. */
  end(): void {
    this.callOff();
  }
}
