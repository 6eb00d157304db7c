import { z } from "zod";

/** The preview of a web page. `title` and the rest are null until Messages has loaded it. */
export const LinkPreview = z.object({
  url: z.string().nullable(),
  /** Where it was found, before redirects. */
  originalUrl: z.string().nullable(),
  title: z.string().nullable(),
  summary: z.string().nullable(),
  siteName: z.string().nullable(),
  isPlaceholder: z.boolean(),
});
export type LinkPreview = z.infer<typeof LinkPreview>;

/** A poll as it stands: its options, and who chose what. `votes` holds each handle's latest choice. */
export const Poll = z.object({
  title: z.string().nullable(),
  options: z.array(z.object({ id: z.string(), text: z.string() })),
  votes: z.array(z.object({ option: z.string(), handle: z.string().nullable(), isFromMe: z.boolean() })),
});
export type Poll = z.infer<typeof Poll>;

/** What an app sent: its balloon, in words. */
export const AppBalloon = z.object({
  /** The app's bundle id, without the extension's prefix. */
  bundleId: z.string(),
  /** The app's name, such as `Apple Pay`, `Check In` or `Find My`; null when neither it nor Bellhop knows. */
  name: z.string().nullable(),
  /** One readable sentence, such as `Check In: Has not checked in when expected`. */
  summary: z.string(),
  url: z.string().nullable(),
});
export type AppBalloon = z.infer<typeof AppBalloon>;
