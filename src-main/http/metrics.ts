import { type Dialect, textRoute } from "./route.ts";

/** `GET /metrics` as Prometheus reads it, beside every dialect; refusals are worded by `errorBody`. */
export function metricsPage(
  metrics: { mediaType: string; text(): Promise<string> },
  errorBody: Dialect["errorBody"],
): Dialect {
  const page = textRoute({
    path: "/metrics",
    summary: "Figures for Prometheus.",
    scope: "metrics:read",
    mediaType: metrics.mediaType,
    handler: () => metrics.text(),
  });
  return { name: "metrics", prefix: "/metrics", routes: [page], errorBody };
}
