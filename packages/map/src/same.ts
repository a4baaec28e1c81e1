/**
 * Whether two keys that are equal are the same in every part: not so where one has a zero of another sign.
 *
 * Why not by the type: what a key of an interface type holds is only known when one looks.
 */
import { isInterfaceValue, isOpaque } from "@gort/types";

/** Of two equal keys that are copies of plain data, of one type. O(size). */
export function sameParts(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || a === null) return false;
  // Equal interface values have one type, whichever of them is raw.
  if (isInterfaceValue(a))
    return !isOpaque(a.type) && sameParts(a.value, isInterfaceValue(b) ? b.value : b);
  const [x, y] = [a, b] as Readonly<Record<string, unknown>>[];
  return Object.keys(a).every((part) => sameParts(x![part], y![part]));
}
