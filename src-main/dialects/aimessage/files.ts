import { z } from "zod";
import { ContactCard } from "../../../src-shared/domain/contact-card.ts";
import type { StoredFile } from "../../../src-shared/domain/file.ts";
import type { Files } from "../../files/files.ts";
import { type Route, route, uploadRoute } from "../../http/route.ts";
import { Deleted, IdParams } from "./shapes.ts";
import { wireTime } from "./translate-message.ts";

/** + A file that was uploaded to be sent: its `id` goes into `attachments`. */
const WireFile = z.object({
  id: z.string(),
  name: z.string(),
  size: z.int(),
  mime_type: z.string(),
  sha256: z.string(),
  created_at: z.string(),
  expires_at: z.string(),
});

function wireFile({ id, name, sizeBytes, mimeType, sha256, createdAt, expiresAt }: StoredFile) {
  return {
    id,
    name,
    size: sizeBytes,
    mime_type: mimeType,
    sha256,
    created_at: wireTime(createdAt),
    expires_at: wireTime(expiresAt),
  };
}

/** + Files on their way to be sent. */
export function fileRoutes(prefix: string, files: Files): Route[] {
  const scope = "files:write";
  return [
    uploadRoute({
      path: `${prefix}/files`,
      summary:
        "Takes a file to be sent: as the body with `X-Filename`, or as a form. It is kept for an hour.",
      scope,
      output: WireFile,
      handler: async ({ upload: { name, body }, key }) =>
        wireFile(await files.receive({ name, body, by: key.id })),
    }),
    route({
      method: "GET",
      path: `${prefix}/files/:id`,
      summary: "What is known of an uploaded file.",
      scope,
      params: IdParams,
      output: WireFile,
      handler: ({ params }) => wireFile(files.get(params.id)),
    }),
    route({
      method: "DELETE",
      path: `${prefix}/files/:id`,
      summary: "Removes an uploaded file; what waits in the outbox goes all the same.",
      scope,
      params: IdParams,
      output: Deleted,
      handler({ params }) {
        files.remove(params.id);
        return { deleted: true as const };
      },
    }),
    route({
      method: "POST",
      path: `${prefix}/contact-cards`,
      summary: "Makes a contact card to be sent, out of a name, numbers and addresses.",
      scope,
      status: 201,
      body: ContactCard,
      output: WireFile,
      handler: async ({ body }) => wireFile(await files.contactCard(body)),
    }),
  ];
}
