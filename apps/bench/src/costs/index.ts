/** All sheets, in the order of the packages. */
import alloc from "./alloc.ts";
import chan from "./chan.ts";
import context from "./context.ts";
import gc from "./gc.ts";
import map from "./map.ts";
import sched from "./sched.ts";
import type { Sheet } from "./sheet.ts";
import slice from "./slice.ts";
import sync from "./sync.ts";
import types from "./types.ts";

export const sheets: readonly Sheet[] = [sched, chan, sync, context, types, alloc, gc, slice, map];
