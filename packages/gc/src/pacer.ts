/**
 * The pacer: when to start a cycle, and how hard allocation must help so that it ends in time.
 *
 * Invariants
 *  1. goal = marked + (marked + roots) x GOGC / 100, at least 4 MiB x GOGC / 100, at most what the memory
 *     limit leaves; never below what is marked. What the reservation has room for is a limit as well, but no reason to collect:
 *     with GOGC off and no memory limit there is no goal.
 *  2. marked + 0.7 x (goal - marked) <= trigger <= max(marked + 0.95 x (goal - marked), goal - 4 MiB). The trigger is lower where the
 *     room sets the goal and assists at their most could not mark everything on the way: beyond that goal there is no memory.
 *  3. assistRatio x (bytes left to the goal) >= the scan work that is left. Assists do at most {@link ASSIST_RATIO_MAX}, so a cycle
 *     may end behind its goal, but not behind the room: assistRatioMin x (bytes left of it) >= the scan work that is left.
 *
 * Why a trigger before the goal: marking takes a while, during which the program allocates. The runway is
 * what it allocates while the collector has its {@link UTILIZATION}, estimated from the last cycle as
 * Go 1.19 does (bytes allocated per byte marked, at full use of the processor). Rejected: the
 * proportional controller of Go 1.5 to 1.17, which needs several cycles to settle.
 *
 * Unlike in Go the share is that of a {@link WINDOW_MS}: what can be marked in a quarter of it is marked at once, by assists at their
 * most. In Go other threads would mark meanwhile; here the program pays for all of it, early or late, and while a cycle runs
 * its pointer writes take longer and whatever it drops is kept. So a small heap beside many short-lived objects has fewer cycles.
 */

/** Bytes allocated between two assists, at least: one object may have more. */
export const ASSIST_BYTES = 16384;
/** Share of the processor that marking gets in the background. */
export const UTILIZATION = 0.25;
/** Milliseconds in which it has that share: a slice of the scheduler's, for which others wait anyway. */
export const WINDOW_MS = 10;
/** Go's smallest heap at GOGC=100. */
export const HEAP_MINIMUM = 4 << 20;
/** Most scan work that assists do per byte allocated, unless the memory would end before that. */
export const ASSIST_RATIO_MAX = 4;

export class Pacer {
  gcPercent = 100;
  memoryLimit = Infinity;
  /** Bytes found reachable by the last cycle. */
  marked = 0;
  goal = HEAP_MINIMUM;
  trigger = Math.floor(HEAP_MINIMUM * 0.7);
  /** Scan work to be done per byte allocated while marking. */
  assistRatio = 1;
  /** The same, for marking to be over before the memory is full: less than the other where that is far away. */
  assistRatioMin = 0;
  /** Bytes allocated per byte scanned when both have the processor for themselves; 0 for not known. */
  consMark = 0;
  /** Bytes scanned in the share of one window; 0 for not known. */
  burst = 0;
  /** Bytes scanned by the last cycle. */
  scanLast = 0;
  /** Bytes of objects that the memory holds. */
  #room = Infinity;

  /**
   * Goal and trigger anew, after a cycle or a change of a knob.
   * @param roots bytes of roots
   * @param overhead bytes the memory limit has to cover besides live objects: metadata as far as it is touched, free slots
   * @param room bytes of objects that the memory holds
   */
  commit(marked: number, roots: number, overhead: number, room = Infinity): void {
    this.marked = marked;
    let goal = Infinity;
    if (this.gcPercent >= 0) {
      goal = marked + Math.floor(((marked + roots) * this.gcPercent) / 100);
      goal = Math.max(goal, Math.floor((HEAP_MINIMUM * this.gcPercent) / 100));
    }
    if (this.memoryLimit !== Infinity) {
      goal = Math.min(goal, Math.max(this.memoryLimit - overhead, 0));
    }
    const wanted = goal;
    if (goal !== Infinity) goal = Math.min(goal, room);
    goal = Math.max(goal, marked);
    this.goal = goal;
    this.#room = room;
    if (goal === Infinity) {
      this.trigger = Infinity;
      return;
    }
    const span = goal - marked;
    const low = marked + 0.7 * span;
    const high = Math.max(marked + 0.95 * span, goal - HEAP_MINIMUM);
    const runway = this.#runway(this.scanLast === 0 ? marked : this.scanLast);
    this.trigger = Math.floor(Math.min(Math.max(goal - runway, low), Math.max(low, high)));
    if (goal < wanted)
      this.trigger = Math.max(
        marked,
        Math.min(this.trigger, goal - this.scanLast / ASSIST_RATIO_MAX),
      );
  }

  /** Bytes that the program allocates while so many are scanned. */
  #runway(scan: number): number {
    const perByte = (this.consMark * (1 - UTILIZATION)) / UTILIZATION;
    const atOnce = Math.min(scan, this.burst);
    return (scan - atOnce) * perByte + atOnce * Math.min(perByte, 1 / ASSIST_RATIO_MAX);
  }

  /** The assist ratio anew, while marking. */
  revise(live: number, liveAtStart: number, scanned: number): void {
    let expected = this.scanLast === 0 ? liveAtStart : Math.min(this.scanLast, liveAtStart);
    let room = this.goal - live;
    if (scanned > expected || room <= 0) {
      // Past the estimate or the goal: assume that everything is reachable, and aim at 1.1 x the goal.
      expected = Math.max(liveAtStart, scanned);
      room = this.goal * 1.1 - live;
    }
    const left = Math.max(expected - scanned, 4096);
    this.assistRatio = left / Math.max(room, 4096);
    this.assistRatioMin = left / Math.max(this.#room - live, 4096);
  }

  /** Scan work of the assist for so many bytes allocated. */
  assistWork(bytes: number): number {
    const ratio = Math.max(Math.min(this.assistRatio, ASSIST_RATIO_MAX), this.assistRatioMin);
    return Math.ceil(bytes * ratio);
  }

  /** Learns from a cycle how fast the program allocates against how fast it is marked. */
  learn(allocated: number, mutatorMs: number, scanned: number, markMs: number): void {
    this.scanLast = scanned;
    if (mutatorMs <= 0 || markMs <= 0 || scanned === 0) return;
    const speed = scanned / markMs;
    this.consMark = halfway(this.consMark, allocated / mutatorMs / speed);
    this.burst = halfway(this.burst, speed * UTILIZATION * WINDOW_MS);
  }
}

/** The mean of the old and the new figure; the new one if there was none. */
const halfway = (old: number, measured: number): number =>
  old === 0 ? measured : (measured + old) / 2;
