import { decodeAttributedBody } from "../src-main/apple-messages/typedstream/attributed-body.ts";
import { messageBody, piecesOf } from "../src-main/simulator/message-body.ts";
import { printFigure } from "./figures.ts";

const ROUNDS = 200;
const BODIES = 500;

/** Decodes typical bodies over and over; a sample is one round's time for each body, in µs. */
export function benchDecode(): void {
  const texts = Array.from(
    { length: BODIES },
    (_, at) => `Message ${at}: see you at ${at % 24}:15, bring the folder`,
  );
  const bodies = texts.map((text) => messageBody(piecesOf(text)).encoded);
  const json = texts.map((text) => JSON.stringify({ text, runs: [{ start: 0, length: text.length }] }));
  const decode = rounds(() => {
    for (const body of bodies) decodeAttributedBody(body);
  });
  const reference = rounds(() => {
    for (const text of json) JSON.parse(text);
  });
  printFigure("decodeAttributedBody", decode, "µs each");
  printFigure("JSON.parse (reference)", reference, "µs each");
}

function rounds(work: () => void): number[] {
  for (let at = 0; at < 20; at += 1) work();
  return Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    work();
    return ((performance.now() - started) * 1_000) / BODIES;
  });
}
