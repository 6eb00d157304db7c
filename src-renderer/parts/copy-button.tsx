import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { announce } from "../shell/announcer.tsx";
import { copyText } from "./copy-text.ts";
import { Icon } from "./icon.tsx";

const SHOWN_MS = 1500;

interface CopyButtonProps {
  /** What is copied, for the label: "URL". */
  what: string;
  /** What stands on the button. */
  words: string;
  isSmall?: boolean;
  isDisabled?: boolean;
  /** The text, had only when it is wanted; null when it could not be had. */
  get: () => Promise<string | null> | string | null;
}

/** Copies a value where it stands, and says so on the button for a moment. */
export function CopyButton({ what, words, isSmall = false, isDisabled = false, get }: CopyButtonProps) {
  const [said, setSaid] = useState<"copied" | "not copied" | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy() {
    const text = await get();
    const done = text !== null && (await copyText(text));
    setSaid(done ? "copied" : "not copied");
    announce(done ? `${what} copied` : `${what} not copied`);
  }

  return (
    <button
      type="button"
      className={isSmall ? "b b-sm copy" : "b copy"}
      aria-label={`Copy ${what}`}
      disabled={isDisabled}
      onClick={copy}
    >
      <Icon of={said === "copied" ? Check : Copy} />
      {/* Both are laid out, so that the button keeps its width */}
      <span className="swap">
        <span data-shown={said === null}>{words}</span>
        <span data-shown={said !== null}>{said === "not copied" ? "Not copied" : "Copied"}</span>
      </span>
    </button>
  );
}
