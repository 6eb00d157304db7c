import { expect, it } from "vitest";
import { parseTarget, reactionOf } from "./association.ts";

it.each([
  [2000, "love", false],
  [2001, "like", false],
  [2002, "dislike", false],
  [2003, "laugh", false],
  [2004, "emphasize", false],
  [2005, "question", false],
  [2006, "emoji", false],
  [2007, "sticker", false],
  [3000, "love", true],
  [3006, "emoji", true],
  [3007, "sticker", true],
])("reads type %i as %s, taken back: %s", (type, kind, removed) => {
  expect(reactionOf(type)).toEqual({ kind, removed });
});

it.each([0, 2, 3, 1000, 1999, 2008, 2999, 3008, 4000, -1])("takes type %i for no reaction", (type) => {
  expect(reactionOf(type)).toBeNull();
});

it.each([
  ["p:0/ABC", { guid: "ABC", part: 0 }],
  ["p:12/ABC", { guid: "ABC", part: 12 }],
  ["p:-1/ABC", { guid: "ABC", part: null }],
  ["bp:ABC", { guid: "ABC", part: null }],
  ["ABC", { guid: "ABC", part: null }],
  ["p:x/ABC", { guid: "p:x/ABC", part: null }],
  ["", { guid: "", part: null }],
])("reads %s", (text, target) => {
  expect(parseTarget(text)).toEqual(target);
});
