import type { BodyFormat, Webhook } from "../../../src-shared/domain/webhook.ts";
import { discordBody, slackBody } from "./bodies.ts";

const SENTENCE = "This is a test from Bellhop: what happens in Messages will arrive here.";

/** The id of the test that an endpoint is sent at this moment: the body says it, and `webhook-id` is to say the same. */
export function testEventId(at: number): string {
  return `evt_test_${at}`;
}

/** The body of a test, in which nothing of anybody's messages is told. `at` is in ms since 1970. */
export function testBody(format: BodyFormat, webhook: Pick<Webhook, "id" | "url">, at: number): string {
  switch (format) {
    case "slack":
      return slackBody(SENTENCE);
    case "discord":
      return discordBody(SENTENCE);
    case "bellhop":
      return JSON.stringify({
        type: "webhook.test",
        data: { webhook_id: webhook.id, url: webhook.url, message: SENTENCE },
        id: testEventId(at),
        seq: null,
        timestamp: new Date(at).toISOString(),
      });
  }
}
