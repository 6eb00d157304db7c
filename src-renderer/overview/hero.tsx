import type { Status } from "../../src-shared/status.ts";
import { clockWords, exactWords } from "../../src-shared/words/moments.ts";
import { addressWords, type StatusWords } from "../../src-shared/words/status-words.ts";
import { isHere } from "../bridge/is-here.ts";
import { useGateway } from "../gateway/state.ts";
import { StateBell } from "../parts/state-bell.tsx";
import { PauseButton } from "./toolbar.tsx";

function Sentence({ title, address }: { title: string; address: string }) {
  const [before, after] = title.split(address);
  if (after === undefined) return <h2>{title}</h2>;
  return (
    <h2>
      {before}
      <span className="addr">{address}</span>
      {after}
    </h2>
  );
}

/** What is so, in a sentence, with the button that moves on if there is one. */
export function Hero({ words, status }: { words: StatusWords; status: Status }) {
  const { lastMessageAt } = status.reading;
  const exact =
    words.shape === "well" && lastMessageAt !== null
      ? `Last message ${exactWords(lastMessageAt)}`
      : undefined;
  return (
    <div className="hero">
      <StateBell shape={words.shape} />
      <div>
        <Sentence title={words.title} address={addressWords(status)} />
        <p title={exact}>{words.detail}</p>
        {words.shape === "paused" && (
          <div className="act">
            <PauseButton isPaused isPrimary />
          </div>
        )}
      </div>
    </div>
  );
}

function lastSeenWords(words: StatusWords | null, heardAt: number | null): string {
  const at = heardAt === null ? "" : ` at ${clockWords(heardAt)}`;
  if (words === null) return `Last seen${at}`;
  return words.shape === "well" ? `Last seen running,${at}` : `Last seen${at}: ${words.short.toLowerCase()}`;
}

function awayWords(status: Status): string {
  const machine = status.mode === "real" ? "Mac" : "computer";
  return `Is that ${machine} awake and on the network? Bellhop itself may well be running.`;
}

/** What was so when the connection was lost. */
export function OfflineHero({ words, status }: { words: StatusWords | null; status: Status }) {
  const heardAt = useGateway((state) => state.heardAt);
  return (
    <div className="hero">
      <StateBell shape={words?.shape ?? "well"} />
      <div>
        <h2>{lastSeenWords(words, heardAt)}</h2>
        <p>
          {isHere()
            ? "It was stopped, or has ended. Start it again; this page then goes on by itself."
            : awayWords(status)}
        </p>
      </div>
    </div>
  );
}
