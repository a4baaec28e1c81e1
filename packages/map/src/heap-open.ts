/**
 * Makes maps in a heap, and opens those that are there: layout, root, header.
 *
 * Invariants
 *  1. The header is rooted as long as JavaScript holds the `GoMap` and it is not released; buckets hang from the header.
 *  2. A pointer that is no header of a map of these two types is refused.
 *
 * Why a `FinalizationRegistry` besides `release`: a map that is forgotten would keep its heap objects for ever. It
 * is a net under long-lived programs and may come late; `release` or `using` is the way.
 */
import { badArgument } from "@gort/types";
import type { GoMap, Heap, Ptr, Type } from "./api.ts";
import { type Layout, layOut } from "./heap-layout.ts";
import { H_MAGIC, H_SHAPE } from "./heap-words.ts";
import { HeapMap } from "./heap-map.ts";
import { newHeader } from "./heap-table.ts";
import { hintToB } from "./rules.ts";
import { isWordMap, wordMapOf } from "./word-numbers.ts";

/** A heap with cheap single roots, as `@gort/gc`'s heaps have. */
interface RootingHeap {
  root?(p: Ptr): { release(): void };
}

// Memo of layouts: what two descriptors determine. Nobody can tell but by speed.
const layouts = new WeakMap<Type, WeakMap<Type, Layout>>();
let net: FinalizationRegistry<() => void> | undefined;

function layoutOf(key: Type, value: Type): Layout {
  let ofKey = layouts.get(key);
  if (ofKey === undefined) layouts.set(key, (ofKey = new WeakMap()));
  let layout = ofKey.get(value);
  if (layout === undefined) ofKey.set(value, (layout = layOut(key, value)));
  return layout;
}

function rootIn(heap: Heap, p: Ptr): () => void {
  const { root } = heap as RootingHeap;
  if (root === undefined) {
    return heap.addRoots({
      scan(visit) {
        visit(p);
      },
    });
  }
  const handle = root.call(heap, p);
  return () => handle.release();
}

function classOf(layout: Layout): typeof HeapMap<any, any> {
  return isWordMap(layout) ? wordMapOf(layout) : HeapMap;
}

function open(heap: Heap, layout: Layout, p: Ptr, random: () => number): GoMap<any, any> {
  const unroot = rootIn(heap, p);
  const token = {};
  const release = (): void => {
    net?.unregister(token);
    unroot();
  };
  const m = new (classOf(layout))(heap, layout, p, random, release);
  if (net === undefined && typeof FinalizationRegistry === "function")
    net = new FinalizationRegistry((forgotten) => forgotten());
  net?.register(m, unroot, token);
  return m;
}

/** A new map in `heap`. */
export function newHeapMap(
  heap: Heap,
  key: Type,
  value: Type,
  hint: number | undefined,
  random: () => number,
): GoMap<any, any> {
  const layout = layoutOf(key, value);
  return open(heap, layout, newHeader(heap, layout, hintToB(hint), random()), random);
}

/** The map whose header is at `p`. */
export function openHeapMap(
  heap: Heap,
  p: Ptr,
  key: Type,
  value: Type,
  random: () => number,
): GoMap<any, any> {
  const layout = layoutOf(key, value);
  const { u32 } = heap.memory;
  if (
    typeof p !== "number" ||
    p >>> 0 !== p ||
    p === 0 ||
    p % 8 !== 0 ||
    u32[(p >>> 2) + H_MAGIC] !== layout.magic ||
    u32[(p >>> 2) + H_SHAPE] === undefined
  )
    throw badArgument("mapAt", "ptr", p, `the address of a map[${key.name}]${value.name}`, "type");
  return open(heap, layout, p, random);
}
