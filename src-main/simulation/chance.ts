import type { Randomness } from "../ports/randomness.ts";
import { seededChance } from "../simulator/seeded-chance.ts";

/** Chance as a script draws it; the same seed draws the same for ever. */
export interface Chance extends Randomness {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  happens(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** One of the keys, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
}

/** `stream` keeps what one part of the world draws apart from the others, so that a change in one moves no other. */
export function openChance(seed: number, stream: number): Chance {
  const randomness = seededChance(Math.imul(seed, 0x2545_f491) ^ Math.imul(stream + 1, 0x9e37_79b1));
  const { fraction } = randomness;
  const between = (least: number, most: number): number =>
    least + Math.floor(fraction() * (most - least + 1));
  return {
    ...randomness,
    between,
    happens: (probability) => fraction() < probability,
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
    weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
      const entries = Object.entries<number>(weights) as [K, number][];
      let left = fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const found = entries.find(([, weight]) => {
        left -= weight;
        return left < 0;
      });
      const [name] = found ?? entries[0] ?? [];
      if (name === undefined) throw new Error("there is nothing to choose from");
      return name;
    },
  };
}
