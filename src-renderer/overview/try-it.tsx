import { type KeyboardEvent, useRef, useState } from "react";
import type { SendResult } from "../../src-shared/control.ts";
import { withoutPanes } from "../../src-shared/panes.ts";
import type { Status } from "../../src-shared/status.ts";
import type { RowShape } from "../../src-shared/words/shapes.ts";
import { ask } from "../bridge/ask.ts";
import { theLink } from "../gateway/live.ts";
import { StateGlyph } from "../parts/state-glyph.tsx";
import { outlook } from "./sending-words.ts";

const SHAPES: Record<SendResult["outcome"], RowShape> = {
  sent: "well",
  waiting: "paused",
  unknown: "idle",
  failed: "stopped",
  dry_run: "idle",
};
const isMac = /Mac/.test(navigator.platform);

interface Said {
  shape: RowShape;
  sentence: string;
}

function ResultLine({ said }: { said: Said | null }) {
  return (
    <div role="status">
      {said !== null && (
        <>
          <StateGlyph shape={said.shape} isSilent />
          <span className={`is-${said.shape}`}>{said.sentence}</span>
        </>
      )}
    </div>
  );
}

/** A message sent from here the way a program would send it. */
export function TryIt({ status }: { status: Status }) {
  const [recipient, setRecipient] = useState("");
  const [body, setBody] = useState("");
  const [isSending, setSending] = useState(false);
  const [said, setSaid] = useState<Said | null>(null);
  const message = useRef<HTMLTextAreaElement>(null);
  const { canSend, words } = outlook(status, recipient, body);

  async function send() {
    if (!canSend || isSending) return;
    setSending(true);
    setSaid(null);
    const answer = await ask(theLink().bridge, "message.send", { recipient: recipient.trim(), body });
    setSending(false);
    if (answer.ok) {
      setSaid({ shape: SHAPES[answer.value.outcome], sentence: answer.value.sentence });
      if (answer.value.outcome === "failed" || answer.value.outcome === "dry_run") return;
      setBody("");
      // Send has just become impossible: without this the focus would be nowhere
      message.current?.focus();
    } else setSaid({ shape: "stopped", sentence: withoutPanes(answer.error.message) });
  }

  function sendOnReturn(event: KeyboardEvent) {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    void send();
  }

  function typed(set: (value: string) => void, value: string) {
    set(value);
    setSaid(null);
  }

  return (
    <section className="part" aria-label="Try it">
      <div className="gh">
        <h2>Try it</h2>
        <p>Sends one message, as a program would.</p>
      </div>
      <div className="group try">
        <div className="f">
          <label htmlFor="try-to">To</label>
          <div className="field">
            <input
              id="try-to"
              value={recipient}
              onChange={(event) => typed(setRecipient, event.target.value)}
              onKeyDown={sendOnReturn}
              placeholder="+1 503 555 0142 or name@example.com"
              maxLength={320}
              autoComplete="off"
              spellCheck={false}
            />
          </div>
        </div>
        <div className="f">
          <label htmlFor="try-message">Message</label>
          <div className="field tall">
            <textarea
              ref={message}
              id="try-message"
              value={body}
              onChange={(event) => typed(setBody, event.target.value)}
              onKeyDown={sendOnReturn}
              placeholder="Hello from Bellhop"
              maxLength={100_000}
              rows={2}
            />
          </div>
        </div>
        <div className="foot">
          <div className="said">
            <ResultLine said={said} />
            {said === null && <p id="try-outlook">{isSending ? "Sending…" : words}</p>}
          </div>
          <button
            type="button"
            className={status.sending.problem === "paused" ? "b" : "b b-primary"}
            disabled={!canSend}
            aria-disabled={isSending}
            aria-describedby={said === null ? "try-outlook" : undefined}
            title={isMac ? "Send (⌘⏎)" : "Send (Ctrl+Enter)"}
            onClick={send}
          >
            Send
          </button>
        </div>
      </div>
    </section>
  );
}
