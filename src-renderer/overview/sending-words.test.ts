import { describe, expect, it } from "vitest";
import { SendingProblem } from "../../src-shared/status.ts";
import { sampleStatus } from "../../src-shared/words/sample-status.ts";
import { outlook, selfTestOutlook } from "./sending-words.ts";

const sendingWith = (problem: SendingProblem | null) =>
  sampleStatus({ sending: { ...sampleStatus().sending, problem } });

describe("what is true of a message before it is sent", () => {
  it("cannot go without a recipient or a text, and says which", () => {
    expect(outlook(sendingWith(null), " ", "Hello")).toMatchObject({
      canSend: false,
      words: expect.stringContaining("Say who"),
    });
    expect(outlook(sendingWith(null), "+1", " \n")).toEqual({ canSend: false, words: "Write a message." });
    expect(outlook(sendingWith(null), "+1", "Hello").canSend).toBe(true);
  });

  it.each(SendingProblem.options)("%s: it says what will become of the message", (problem) => {
    const expected = {
      paused: [true, /waits in the outbox until you resume/],
      no_sender: [false, /no Messages/],
      automation_denied: [true, /refuses it/],
      reading_off: [false, /nothing can be sent/],
    } as const;
    const [canSend, words] = expected[problem];
    const said = outlook(sendingWith(problem), "+1", "Hello");
    expect(said.canSend).toBe(canSend);
    expect(said.words).toMatch(words);
  });

  it("says that nobody is texted while Messages is simulated", () => {
    expect(outlook(sampleStatus({ mode: "simulated" }), "+1", "Hello").words).toContain("nobody is texted");
  });
});

describe("what the self-test will do", () => {
  it("is said before it runs: who is texted, and what macOS may ask", () => {
    const permissions = { ...sampleStatus().permissions, automation: "unknown" } as const;
    expect(selfTestOutlook(sampleStatus())).toContain("real message to yourself");
    expect(selfTestOutlook(sampleStatus({ permissions }))).toContain("allow it");
    expect(selfTestOutlook(sampleStatus({ mode: "simulated" }))).toContain("nobody is texted");
  });
});
