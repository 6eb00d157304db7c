import { type KeyboardEvent, type PointerEvent, useState } from "react";

function moved(key: string, from: number, last: number): number | null {
  if (key === "ArrowLeft") return Math.max(0, from - 1);
  if (key === "ArrowRight") return Math.min(last, from + 1);
  if (key === "Home") return 0;
  return key === "End" ? last : null;
}

/** Which value of a chart is being read: by hover, or by arrow keys once it has the focus. */
export function useChosen(count: number) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = count - 1;
  return {
    chosen: chosen !== null && chosen <= last ? chosen : null,
    setChosen,
    handlers: {
      onKeyDown(event: KeyboardEvent) {
        const next = moved(event.key, chosen ?? count, last);
        if (next === null || count === 0) return;
        event.preventDefault();
        setChosen(next);
      },
      onBlur: () => setChosen(null),
      onPointerLeave: () => setChosen(null),
      /** Without an own idea of where values stand they are spread evenly. */
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const box = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - box.left) / box.width;
        setChosen(Math.max(0, Math.min(last, Math.floor(share * count))));
      },
    },
  };
}
