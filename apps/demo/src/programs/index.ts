/** The small programs by name. */
import type { Program } from "./api.ts";
import { deadlock } from "./deadlock.ts";
import { leak } from "./leak.ts";
import { linkedList } from "./linked-list.ts";
import { mapGrowth } from "./map-growth.ts";
import { philosophers } from "./philosophers.ts";
import { pingPong } from "./ping-pong.ts";
import { primeSieve } from "./prime-sieve.ts";
import { sliceAliasing } from "./slice-aliasing.ts";

export type { Program } from "./api.ts";

export const programs: Readonly<Record<string, Program>> = {
  "prime-sieve": primeSieve,
  "ping-pong": pingPong,
  philosophers,
  deadlock,
  leak,
  "linked-list": linkedList,
  "map-growth": mapGrowth,
  "slice-aliasing": sliceAliasing,
};
