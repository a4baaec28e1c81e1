import { describe, expect, test } from "vitest";
import data from "../../../apps/oracle/data/ctxtable.json" with { type: "json" };
import {
  ContextWrapper,
  background,
  key,
  todo,
  withCancel,
  withDeadline,
  withTimeout,
  withValue,
} from "../src/index.ts";
import { formatDuration, formatTime } from "../src/text.ts";

test("String: `context.Background.WithCancel`, `...WithDeadline(TIME [REMAINING])`, `WithValue(key, value)` without `type`/`val` words, nil as `<nil>`", () => {
  const { strings } = data;
  const [c1] = withCancel(background());
  expect(String(background())).toBe(strings.Background);
  expect(String(todo())).toBe(strings.TODO);
  expect(String(c1)).toBe(strings["WithCancel(bg)"]);
  const timed = String(withTimeout(c1, 3_600_000)[0])
    .replace(/\d{4}-\d\d-\d\d [^[]*/, "TIME ")
    .replace(/\[\d[^\]]*\]/, "[REMAINING]");
  expect(timed).toBe(strings.WithTimeout);

  const k = key<unknown>("user");
  const bg = "context.Background.WithValue";
  expect(String(withValue(background(), k, "x"))).toBe(`${bg}(user, x)`);
  expect(String(withValue(background(), "k", "v"))).toBe(`${bg}(k, v)`);
  expect(String(withValue(background(), k, 5))).toBe(`${bg}(user, number)`);
  expect(String(withValue(background(), k, null))).toBe(`${bg}(user, <nil>)`);
  expect(String(withValue(background(), k, { toString: () => "mine" }))).toBe(`${bg}(user, mine)`);
  expect(String(withValue(background(), k, {}))).toBe(`${bg}(user, Object)`);
  expect(String(withValue(background(), k, []))).toBe(`${bg}(user, Array)`);
  expect(String(withCancel(withValue(background(), k, "x"))[0])).toBe(`${bg}(user, x).WithCancel`);
});

test("a wrapper prints as the context in it, where Go prints the type that embeds one", () => {
  class Traced extends ContextWrapper {}
  const traced = new Traced(withValue(todo(), "k", "v"));
  expect(String(traced)).toBe("context.TODO.WithValue(k, v)");
  // Go: main.Traced.WithCancel
  expect(String(withCancel(traced)[0])).toBe("context.TODO.WithValue(k, v).WithCancel");
});

test("a context that is not ours prints by its own text, else by its class", () => {
  class Mine {}
  const proto = Object.assign(new Mine(), {
    deadline: () => [0, false] as [number, boolean],
    done: () => background().done(),
    err: () => null,
    value: () => undefined as any,
    signal: new AbortController().signal,
  });
  expect(String(withCancel(proto)[0])).toBe("Mine.WithCancel");
});

describe("formats", () => {
  test("times print as in Go, in UTC, for dates around leap days and centuries", () => {
    for (const iso of [
      "1970-01-01T00:00:00.000Z",
      "1969-12-31T23:59:59.999Z",
      "2000-02-29T12:34:56.789Z",
      "1900-02-28T23:59:59.000Z",
      "2100-03-01T00:00:00.120Z",
      "2026-12-31T23:00:00.500Z",
      "0001-01-01T00:00:00.000Z",
    ]) {
      const want = iso
        .replace("T", " ")
        .replace(/\.(\d*?)0*Z$/, (_, digits: string) => (digits === "" ? "" : `.${digits}`));
      expect(formatTime(Date.parse(iso))).toBe(`${want} +0000 UTC`);
    }
    for (let day = -800_000; day < 800_000; day += 977) {
      const at = day * 86_400_000 + 1;
      const iso = new Date(at).toISOString();
      if (!/^\d{4}-/.test(iso)) continue;
      expect(formatTime(at).slice(0, 10)).toBe(iso.slice(0, 10));
    }
  });

  test("years before 0 have a sign and four digits, as in Go", () => {
    // As Go 1.19 prints time.UnixMilli(ms).UTC().
    for (const [ms, want] of [
      [-64923579870000, "-0088-08-27 16:15:30 +0000 UTC"],
      [-62167219200001, "-0001-12-31 23:59:59.999 +0000 UTC"],
      [-62167219200000, "0000-01-01 00:00:00 +0000 UTC"],
    ] as const)
      expect(formatTime(ms)).toBe(want);
  });

  test("durations print as in Go", () => {
    for (const [ms, want] of [
      [0, "0s"],
      [1, "1ms"],
      [1.5, "1.5ms"],
      [0.001, "1µs"],
      [0.0015, "1.5µs"],
      [0.000001, "1ns"],
      [1000, "1s"],
      [1100, "1.1s"],
      [60_000, "1m0s"],
      [3_600_000, "1h0m0s"],
      [5_405_250, "1h30m5.25s"],
      [-1500, "-1.5s"],
      [Infinity, "2562047h47m16.854775807s"],
      [-1e300, "-2562047h47m16.854775808s"],
    ] as const) {
      expect(formatDuration(ms)).toBe(want);
    }
  });

  test("a deadline beyond all dates prints as the first or the last of them", () => {
    for (const at of [-Infinity, -1e300]) {
      expect(String(withTimeout(background(), at)[0])).toBe(
        "context.Background.WithDeadline(-271821-04-20 00:00:00 +0000 UTC [-2562047h47m16.854775808s])",
      );
    }
    const [late, cancel] = withTimeout(background(), 1e300);
    cancel();
    expect(String(late)).toContain("(275760-09-13 00:00:00 +0000 UTC [2562047h47m16.854775807s])");
  });

  test("a deadline prints its time and what is left", () => {
    const [ctx] = withDeadline(background(), Date.UTC(2000, 0, 1));
    expect(String(ctx)).toMatch(
      /^context\.Background\.WithDeadline\(2000-01-01 00:00:00 \+0000 UTC \[-\d+h\d+m[\d.]+s\]\)$/,
    );
  });
});
