import { type StatusWords, statusWords, stoppedWords } from "../../src-shared/words/status-words.ts";
import { useNow } from "../parts/use-now.ts";
import { useGateway } from "./state.ts";

/** The code with which the bridge says that the gateway itself does not run; its message says why. */
const NOT_RUNNING = "not_running";

/** The state in words; null while nothing is known. */
export function useStatusWords(): StatusWords | null {
  const now = useNow();
  const status = useGateway((state) => state.status);
  const failure = useGateway((state) => state.statusFailure);
  if (failure?.code === NOT_RUNNING) return stoppedWords(failure.message);
  if (failure !== null || status === null) return null;
  return statusWords(status, now);
}
