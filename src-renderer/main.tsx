import "./bridge/zod-without-eval.ts";
import "./design/tokens.css";
import "./design/base.css";
import "./design/controls.css";
import "./design/rows.css";
import "./shell/shell.css";
import "./overview/overview.css";
import "./overview/charts.css";
import "./overview/events.css";
import "./overview/connect.css";
import "./design/narrow.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { preloadLink } from "./bridge/preload-link.ts";
import { socketLink } from "./bridge/socket-link.ts";
import { keepLive } from "./gateway/live.ts";
import { App } from "./shell/app.tsx";

keepLive(window.bellhop === undefined ? socketLink() : preloadLink(window.bellhop));

const root = document.getElementById("root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
