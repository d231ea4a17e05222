import { describe, expect, it } from "vitest";
import { accepts, doubtsOf, inWords, type Quality, worst } from "./quality";

const rows = (...qualities: (Quality | null)[]) => qualities.map((quality) => ({ quality }));

describe("quality", () => {
  it("of a sum is that of its worst part, and not known where a part's is not", () => {
    expect(worst(rows("good", "usable", "good"))).toBe("usable");
    expect(worst(rows("usable", "doubtful"))).toBe("doubtful");
    expect(worst(rows("good", null))).toBeNull();
    expect(worst([])).toBeNull();
  });
  it("is asked for by what is accepted; what nobody judged is only in all", () => {
    expect(["any", "usable", "good"].map((key) => accepts(key, "usable"))).toEqual([true, true, false]);
    expect(["any", "usable", "good", "nonsense"].map((key) => accepts(key, null))).toEqual([true, false, false, true]);
  });
  it("is said in words, each doubt once, also one that this page does not know", () => {
    const doubts = doubtsOf([{ doubts: ["stuck", "alien_doubt"] }, { doubts: ["gap", "stuck"] }]);
    expect(doubts).toEqual(["gap", "stuck", "alien_doubt"]);
    expect(inWords("doubtful", doubts)).toBe("doubtful: its hour has a gap, the same count for too long, alien doubt");
    expect(inWords("good", [])).toBe("good");
    expect(inWords(null, [])).toBe("not judged yet");
  });
});
