/**
 * Freezing of copies that nobody is to take for windows on memory: see accessor.ts.
 *
 * Invariant: what is frozen is the copy alone, at every depth. What a part only refers to (the value of an `any`, what somebody else's
 * type gave) belongs to others, and stays as it is.
 *
 * Why a function per type: what there is to freeze is known beforehand, and a field is read often.
 */
import type { BaseType } from "./base.ts";

type Freeze = (value: any) => unknown;

interface Parts {
  readonly elem: BaseType<any>;
  readonly fields: readonly { readonly name: string; readonly type: BaseType<any> }[];
}

/** How copies of a type's values are frozen; null where they have no parts, or nobody knows of any. */
export function freezer(t: BaseType<any>): Freeze | null {
  if (t.adapted) return null;
  const { elem, fields } = t as unknown as Parts;
  switch (t.kind as string) {
    case "array": {
      const part = freezer(elem);
      if (part === null) return Object.freeze;
      return (list: unknown[]) => {
        for (let i = 0; i < list.length; i++) part(list[i]);
        return Object.freeze(list);
      };
    }
    case "struct": {
      const parts = fields.flatMap(({ name, type }) => {
        const part = name === "_" ? null : freezer(type);
        return part === null ? [] : [{ name, part }];
      });
      if (parts.length === 0) return Object.freeze;
      return (record: Record<string, unknown>) => {
        for (const { name, part } of parts) part(record[name]);
        return Object.freeze(record);
      };
    }
    case "slice": // A header: its elements lie elsewhere.
    case "complex64":
    case "complex128":
      return Object.freeze;
    default:
      return null;
  }
}
