import { useState } from "react";
import type { Status } from "../../src-shared/status.ts";
import { ask } from "../bridge/ask.ts";
import { theLink } from "../gateway/live.ts";
import { CopyButton } from "../parts/copy-button.tsx";

const MASK = "•".repeat(16);

function maskOf(key: string): string {
  const prefix = /^[a-z]+_(?:[a-z]+_)?/.exec(key)?.[0] ?? "";
  return `${prefix}••••••••${key.slice(-4)}`;
}

function KeyRow() {
  const [shown, setShown] = useState<string | null>(null);
  const [mask, setMask] = useState(MASK);
  const [failure, setFailure] = useState<string | null>(null);

  async function reveal(): Promise<string | null> {
    const answer = await ask(theLink().bridge, "key.reveal", {});
    setFailure(answer.ok ? null : answer.error.message);
    if (!answer.ok) return null;
    setMask(maskOf(answer.value.key));
    return answer.value.key;
  }

  return (
    <div className="row">
      <div className="lab">
        <b>API key</b>
        <p className={failure === null ? undefined : "bad"}>{failure ?? "Can do everything."}</p>
      </div>
      <span className="val" data-testid="api-key">
        {shown ?? mask}
      </span>
      <div className="ctl">
        <button
          type="button"
          className="b b-sm show"
          aria-label={shown === null ? "Show API key" : "Hide API key"}
          onClick={async () => setShown(shown === null ? await reveal() : null)}
        >
          {shown === null ? "Show" : "Hide"}
        </button>
        <CopyButton what="API key" words="Copy" isSmall get={reveal} />
      </div>
    </div>
  );
}

/** Where programs connect and what they show. */
export function Connect({ status }: { status: Status }) {
  return (
    <section className="part" aria-label="Connect">
      <div className="gh">
        <h2>Connect</h2>
        <p>What a program needs to use Bellhop.</p>
      </div>
      <div className="group">
        <div className="row">
          <div className="lab">
            <b>Base URL</b>
          </div>
          <span className="val">{status.url}</span>
          <div className="ctl">
            <CopyButton what="base URL" words="Copy" isSmall get={() => status.url} />
          </div>
        </div>
        <KeyRow />
      </div>
    </section>
  );
}
