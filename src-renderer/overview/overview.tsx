import type { Status } from "../../src-shared/status.ts";
import { useGateway } from "../gateway/state.ts";
import { useStatusWords } from "../gateway/use-status-words.ts";
import { OfflineBanner } from "../shell/offline-banner.tsx";
import { Connect } from "./connect.tsx";
import { Health } from "./health.tsx";
import { Hero, OfflineHero } from "./hero.tsx";
import { HoursChart } from "./hours-chart.tsx";
import { LastEvents } from "./last-events.tsx";
import { LatencyChart } from "./latency-chart.tsx";
import { Loading } from "./loading.tsx";
import { PauseFailure } from "./pause-failure.tsx";
import { SelfTestPart } from "./self-test.tsx";
import { StatusFailure } from "./status-failure.tsx";
import { Toolbar } from "./toolbar.tsx";
import { TryIt } from "./try-it.tsx";

function Known({ status }: { status: Status }) {
  const words = useStatusWords();
  const isLost = useGateway((state) => state.connection.state !== "open");
  return (
    <div className={isLost ? "scroll stale" : "scroll"} inert={isLost}>
      <div className="col">
        {isLost ? (
          <OfflineHero words={words} status={status} />
        ) : (
          words !== null && <Hero words={words} status={status} />
        )}
        <Health status={status} />
        <div className="charts">
          <HoursChart status={status} />
          <LatencyChart status={status} />
        </div>
        <LastEvents />
        <Connect status={status} />
        {status.sending.problem !== "no_sender" && (
          <>
            <TryIt status={status} />
            <SelfTestPart status={status} />
          </>
        )}
      </div>
    </div>
  );
}

/** How Bellhop is, what has just happened, where to connect, and a message to try it with. */
export function Overview() {
  const status = useGateway((state) => state.status);
  const failure = useGateway((state) => state.statusFailure);
  return (
    <>
      <Toolbar />
      <OfflineBanner />
      <PauseFailure />
      {failure !== null ? (
        <StatusFailure failure={failure} />
      ) : status === null ? (
        <Loading />
      ) : (
        <Known status={status} />
      )}
    </>
  );
}
