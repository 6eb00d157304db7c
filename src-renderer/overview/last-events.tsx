import {
  ArrowDownLeft,
  ArrowUpRight,
  Check,
  CheckCheck,
  CircleQuestionMark,
  Heart,
  HeartOff,
  type LucideIcon,
  OctagonX,
  Pencil,
  RefreshCw,
  SendHorizontal,
  Trash2,
  TriangleAlert,
  Undo2,
  Users,
} from "lucide-react";
import type { EventLine } from "../../src-shared/control.ts";
import { eventWords } from "../../src-shared/words/event-words.ts";
import { exactWords, logTimeWords } from "../../src-shared/words/moments.ts";
import { figureWords } from "../../src-shared/words/numbers.ts";
import { refresh } from "../gateway/live.ts";
import { useGateway } from "../gateway/state.ts";
import { Icon } from "../parts/icon.tsx";
import { useNow } from "../parts/use-now.ts";

/** In a low window the style sheet shows fewer. */
const SHOWN = 8;

const GLYPHS: Record<NonNullable<EventLine["type"]>, LucideIcon> = {
  "message.received": ArrowDownLeft,
  "message.sent": ArrowUpRight,
  "message.delivered": Check,
  "message.read": CheckCheck,
  "message.failed": OctagonX,
  "message.edited": Pencil,
  "message.unsent": Undo2,
  "message.updated": RefreshCw,
  "message.deleted": Trash2,
  "reaction.added": Heart,
  "reaction.removed": HeartOff,
  "conversation.updated": Users,
  "outbox.updated": SendHorizontal,
};

function glyphOf({ type, outbox }: EventLine): LucideIcon {
  if (type === null) return TriangleAlert;
  if (outbox?.state === "failed") return OctagonX;
  if (outbox?.state === "unknown") return CircleQuestionMark;
  return GLYPHS[type];
}

function Row({ line, isNew, now }: { line: EventLine; isNew: boolean; now: number }) {
  const { before, person, after } = eventWords(line);
  const at = new Date(line.at);
  return (
    <li className={isNew ? "ev is-new" : "ev"}>
      <time dateTime={at.toISOString()} title={exactWords(line.at)}>
        {logTimeWords(line.at, now)}
      </time>
      <Icon of={glyphOf(line)} />
      <span className="cut">
        {before}
        {person !== "" && <b>{person}</b>}
        {after}
      </span>
      <code>{line.type}</code>
      <span className="seq">{line.seq === null ? "" : figureWords(line.seq)}</span>
    </li>
  );
}

function None() {
  const canSend = useGateway((state) => state.status?.sending.problem !== "no_sender");
  if (!canSend) {
    return (
      <div className="none">
        <p>No events yet. They come as soon as something changes in chat.db.</p>
      </div>
    );
  }
  return (
    <div className="none">
      <p>No events yet. Send a message to this computer, or one from here.</p>
      <button
        type="button"
        className="b b-sm"
        onClick={() => {
          const field = document.getElementById("try-to");
          field?.scrollIntoView({ block: "center" });
          field?.focus();
        }}
      >
        Write a message
      </button>
    </div>
  );
}

/** What has just happened, the newest first. */
export function LastEvents() {
  const events = useGateway((state) => state.events);
  const failure = useGateway((state) => state.eventsFailure);
  const arrived = useGateway((state) => state.arrived);
  const now = useNow();
  return (
    <section className="events" aria-label="Last events">
      <div className="gh">
        <h2>Last events</h2>
      </div>
      {failure !== null && (
        <div className="none">
          <p>{failure.message}</p>
          <button type="button" className="b b-sm" onClick={() => refresh()}>
            Try again
          </button>
        </div>
      )}
      {failure === null && events?.length === 0 && <None />}
      {failure === null && events !== null && events.length > 0 && (
        <ol>
          {events.slice(0, SHOWN).map((line) => (
            <Row key={line.id} line={line} isNew={arrived.has(line.id)} now={now} />
          ))}
        </ol>
      )}
    </section>
  );
}
