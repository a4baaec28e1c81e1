/**
 * What an op may be able to besides: what passes its outcome on, such as what calls it off, can do all of it too.
 *
 * Invariant: none of it has to be there. A select, and what calls an op off, ask each op for what they need.
 */

/** What an op may have; see `Op`, which names these for those who write one. */
export interface Abilities {
  /** It asked for what it waits for before it is used: takes that back; false if it was granted meanwhile, which stands. */
  withdraw(): boolean;
  /** It may begin something when it is tried: whether the last try did. */
  readonly began: boolean;
  /** It may leave its queue early, before anybody's code runs, where it is the case of a select that is decided: leaves it. */
  quit(): void;
  /** It serves more than once: another use of it begins, it may be tried. */
  arm(): void;
  /** It is of a channel: parking it runs nobody's code. */
  readonly ch: unknown;
  /** It is a select: trying it again beside parked cases could pair it with one of them. */
  readonly cases: unknown;
}
