import { z } from "zod";
import { fileRoute, type Route } from "../../http/route.ts";
import { FORMATS } from "../../messages-app/converter.ts";
import type { Attachments } from "../../reading/attachments.ts";

const GuidParams = z.object({ guid: z.string() });
const FormatQuery = z.object({
  format: z.enum(FORMATS, { error: `must be ${FORMATS.join(" or ")}, or left out` }).optional(),
});

/** + The files of messages, as they are or converted. */
export function attachments(prefix: string, { attachments }: { attachments: Attachments }): Route[] {
  return [
    fileRoute({
      path: `${prefix}/attachments/:guid`,
      summary:
        "The file of an attachment, as a download; `format` has an image or a sound converted on a Mac.",
      scope: "messages:read",
      params: GuidParams,
      query: FormatQuery,
      mediaTypes: ["*/*"],
      handler: ({ params, query, signal }) => attachments.file(params.guid, query.format, signal),
    }),
  ];
}
