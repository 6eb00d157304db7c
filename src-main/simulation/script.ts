import type { Doom } from "./life.ts";
import type { Action } from "./plan.ts";
import { MOODS } from "./receivers.ts";
import { askFor, WISHES } from "./wishes.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The clock is never set further than that from where it would be. */
const FURTHEST = 12 * DAY;

/** Lets everything happen that this seed has in store, but for the calm at its end. */
export async function playScript(world: World): Promise<void> {
  const { plan, chance } = world;
  // What was there before the first look is no news.
  world.start();
  await world.pass(plan.pollIntervalMs + 5_000);
  for (let at = 0; at < plan.actions && world.violations.length === 0; at += 1) {
    const action = chance.weighted(plan.weights);
    await ACTS[action](world);
    await world.pass(0);
    if (world.gateway() !== null) continue;
    await spendTimeDown(world);
    startAgain(world);
  }
}

/** Starts a gateway that is not there, some of them not for long. */
export function startAgain(world: World): void {
  const { chance } = world;
  const isUnlucky = world.plan.weights.doom > 0 && chance.happens(0.15);
  world.start(isUnlucky ? drawDoom(world) : undefined);
}

async function spendTimeDown(world: World): Promise<void> {
  const { chance } = world;
  await world.pass(chance.pick([10, 3_000, 10 * MINUTE]));
  while (chance.happens(0.4)) write(world);
}

/** More often where something is lost when it is done wrong. */
const FATAL: Readonly<Record<Doom["at"], number>> = {
  any: 4,
  commit: 4,
  write: 2,
  publish: 2,
  post: 3,
  answer: 3,
  sink: 2,
  timer: 1,
};

function drawDoom({ chance }: World): Doom {
  const nth = chance.pick([1, 1, 2, 3, chance.between(1, 30)]);
  return { at: chance.weighted(FATAL), nth, after: chance.happens(0.6) };
}

function write(world: World): void {
  const from = world.messages.rows().length;
  const done = world.messages.commit(world.chance, world.isTold);
  world.wrote(from);
  world.trace(() => `Messages commits: ${done.join("; ") || "nothing"}`);
  world.happened("commit");
  world.noticed();
}

const ACTS: Readonly<Record<Action, (world: World) => void | Promise<void>>> = {
  write,
  tear(world) {
    const done = world.messages.commit(world.chance, world.isTold, () => {
      // The gateway looks while it is half written.
      world.noticed();
      return true;
    });
    world.trace(() => `Messages dies in the middle of: ${done.join("; ") || "nothing"}`);
    world.happened("torn commit");
  },
  send(world) {
    const gateway = world.gateway();
    const life = world.life();
    if (gateway === null || life === null) return;
    // Often several at once: they wait for each other.
    for (let left = world.chance.pick([1, 1, 2, 4]); left > 0; left -= 1)
      life.enter(() => world.outgoing.order(gateway.outbox, life));
  },
  meddle(world) {
    const gateway = world.gateway();
    if (gateway === null) return;
    // Whoever looks after it first sees to it that nothing more goes.
    if (!world.isPaused() && world.chance.happens(0.3)) ACTS.pause(world);
    world.life()?.enter(() => world.outgoing.meddle(gateway.outbox));
  },
  pause(world) {
    const isPaused = !world.isPaused();
    world.trace(() => (isPaused ? "sending is paused" : "sending goes on"));
    world.happened(isPaused ? "sending paused" : "sending goes on");
    world.pause(isPaused);
  },
  async pass(world) {
    const { chance, plan } = world;
    const ms = chance.pick([1, 50, 1_500, 12_000, MINUTE, 20 * plan.pollIntervalMs]);
    world.trace(() => `${ms} ms pass`);
    await world.pass(ms);
  },
  async jump(world) {
    const { chance, time } = world;
    const size = chance.pick([10 * MINUTE, 10 * MINUTE, 3 * HOUR, 2 * DAY, 10 * DAY]);
    const ms = Math.round((chance.fraction() * 2 - 1) * size);
    if (Math.abs(time.offset() + ms) > FURTHEST) return;
    world.trace(
      () => `the clock is set ${ms > 0 ? "forward" : "back"} by ${(Math.abs(ms) / HOUR).toFixed(2)} h`,
    );
    world.happened(ms > 0 ? "clock forward" : "clock back");
    world.clockIsSet(ms);
    time.jump(ms);
    await world.pass(0);
  },
  mood(world) {
    const { chance, receivers } = world;
    const receiver = receivers[chance.between(0, receivers.length - 1)];
    if (receiver === undefined) return;
    // One that is gone for good is rarer than one that has a bad day.
    const mood = chance.happens(0.05) ? "410" : chance.pick(USUAL_MOODS);
    receiver.mood = mood;
    world.trace(() => `${receiver.name} is from now on: ${mood}`);
  },
  client(world) {
    const { chance, clients } = world;
    const client = clients[chance.between(0, clients.length - 1)];
    const [gateway, life] = [world.gateway(), world.life()];
    if (client === undefined || gateway === null || life === null) return;
    if (!client.isConnected()) {
      life.enter(() => client.connect({ life, follow: gateway.follow, journal: gateway.journal }));
      return;
    }
    const next = chance.weighted({ fast: 2, slow: 2, stalled: 3, disconnect: 2 });
    world.trace(() => `${client.name}: ${next}`);
    if (next === "disconnect") client.disconnect();
    else client.pace = next;
  },
  doom(world) {
    const { chance } = world;
    const isPowerFailure = chance.happens(0.3);
    if (chance.happens(0.1)) return world.kill(isPowerFailure);
    const doom = drawDoom(world);
    world.trace(() => `doomed ${doom.after ? "after" : "before"} the ${doom.nth}. ${doom.at} from now`);
    world.doom(doom, isPowerFailure);
  },
  stop: (world) => world.stop(),
  disk(world) {
    const { chance, disk } = world;
    disk.trouble =
      disk.trouble !== null
        ? null
        : {
            code: chance.pick(["SQLITE_FULL", "SQLITE_FULL", "SQLITE_IOERR_WRITE"]),
            share: chance.pick([1, 0.5, 0.1]),
          };
    const { trouble } = disk;
    world.happened(trouble === null ? "disk well" : "disk trouble");
    world.trace(() =>
      trouble === null ? "the disk is well again" : `the disk refuses: ${JSON.stringify(trouble)}`,
    );
  },
  backUp(world) {
    world.messages.backUp();
    world.trace(() => "chat.db is backed up");
  },
  putBack(world) {
    if (!world.messages.hasBackup()) return;
    world.trace(() => "the backup of chat.db is put back");
    world.happened("backup put back");
    world.doubt(true);
    world.messages.putBack();
    world.noticed();
  },
  renumber(world) {
    world.trace(() => "chat.db is rebuilt under other ROWIDs");
    world.happened("chat.db rebuilt");
    world.doubt(true);
    world.messages.renumber();
    world.noticed();
  },
  webhook(world) {
    const { chance, receivers } = world;
    const receiver = receivers[chance.between(0, receivers.length - 1)];
    if (receiver === undefined) return;
    const wish = chance.weighted(WISHES);
    world.trace(() => `somebody asks: ${wish}, ${receiver.name}`);
    world.happened(`webhook: ${wish}`);
    askFor(world, receiver, wish);
  },
};

const [FIRST_MOOD, ...OTHER_MOODS] = MOODS;
const USUAL_MOODS = [FIRST_MOOD, ...OTHER_MOODS.filter((mood) => mood !== "410")] as const;
