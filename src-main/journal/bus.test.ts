import { expect, it } from "vitest";
import type { Event } from "../../src-shared/domain/event.ts";
import { received } from "../testing/sample-changes.ts";
import { createBus } from "./bus.ts";

function event(seq: number): Event {
  return { ...received(`GUID-${seq}`), id: `evt_${seq}`, seq, at: 0 };
}

it("tells every listener of every event, in order", () => {
  const bus = createBus(() => {});
  const heard: string[] = [];
  bus.subscribe(({ seq }) => heard.push(`a${seq}`));
  bus.subscribe(({ seq }) => heard.push(`b${seq}`));
  bus.publish([event(1), event(2)]);
  expect(heard).toEqual(["a1", "b1", "a2", "b2"]);
});

it("tells those who have left nothing more", () => {
  const bus = createBus(() => {});
  const heard: number[] = [];
  const leave = bus.subscribe(({ seq }) => heard.push(seq));
  bus.publish([event(1)]);
  leave();
  bus.publish([event(2)]);
  expect(heard).toEqual([1]);
});

it("does not let one listener harm another", () => {
  const complaints: unknown[] = [];
  const bus = createBus((thrown) => complaints.push(thrown));
  const heard: number[] = [];
  bus.subscribe(() => {
    throw new Error("mine");
  });
  bus.subscribe(({ seq }) => heard.push(seq));
  bus.publish([event(1)]);
  expect(heard).toEqual([1]);
  expect(complaints).toHaveLength(1);
});
