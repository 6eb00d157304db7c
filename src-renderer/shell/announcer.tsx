import { create } from "zustand";

const APART_MS = 5000;

const useSaid = create<{ said: string }>()(() => ({ said: "" }));
let lastAt = 0;
let pending: ReturnType<typeof setTimeout> | undefined;

function say(said: string): void {
  lastAt = Date.now();
  useSaid.setState({ said });
}

/** Says at once what a person has just done. */
export function announce(said: string): void {
  say(said);
}

/** Says a change of status, at most one every five seconds; of several the last. */
export function announceStatus(said: string): void {
  clearTimeout(pending);
  const wait = lastAt + APART_MS - Date.now();
  if (wait <= 0) say(said);
  else pending = setTimeout(() => say(said), wait);
}

/** The one polite live region of the window. */
export function Announcer() {
  const said = useSaid((state) => state.said);
  return (
    <div className="vh" aria-live="polite">
      {said}
    </div>
  );
}
