import { expect, test } from "vitest";
import type { Check } from "./api";
import { errorInWords } from "./checks";

const CHECK: Check = {
  camera: "a",
  gate: null,
  direction: null,
  vehicle_class: "all",
  start: "2026-06-01T00:00:00Z",
  checker: "manual",
  checked_s: 600,
  agreed: 49,
  missed: 2,
  extra: 1,
  error_percent: -2,
  error_low_percent: -11.3,
  error_high_percent: 6.26,
};

test("an error says its sign and its interval", () => {
  expect(errorInWords(CHECK)).toBe("−2.0 % (−11.3 to +6.3)");
});

test("where nobody passed there is no error", () => {
  expect(errorInWords({ ...CHECK, error_percent: null })).toBe("nobody passed");
});
