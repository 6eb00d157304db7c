/** A media type, the uniform type identifiers that macOS has for it, and the endings of such files' names. */
const TYPES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["image/heic", ["public.heic"], ["heic"]],
  ["image/heif", ["public.heif", "public.heif-standard"], ["heif"]],
  ["image/heic-sequence", ["public.heics"], ["heics"]],
  ["image/jpeg", ["public.jpeg"], ["jpeg", "jpg"]],
  ["image/png", ["public.png"], ["png"]],
  ["image/gif", ["com.compuserve.gif"], ["gif"]],
  ["image/tiff", ["public.tiff"], ["tiff", "tif"]],
  ["image/webp", ["org.webmproject.webp"], ["webp"]],
  ["image/svg+xml", ["public.svg-image"], ["svg"]],
  ["audio/x-caf", ["com.apple.coreaudio-format"], ["caf"]],
  ["audio/x-m4a", ["com.apple.m4a-audio", "public.mpeg-4-audio"], ["m4a"]],
  ["audio/amr", ["org.3gpp.adaptive-multi-rate-audio"], ["amr"]],
  ["audio/mpeg", ["public.mp3"], ["mp3"]],
  ["audio/wav", ["com.microsoft.waveform-audio"], ["wav"]],
  ["audio/aiff", ["public.aiff-audio", "public.aifc-audio"], ["aiff", "aif", "aifc"]],
  ["video/quicktime", ["com.apple.quicktime-movie"], ["mov"]],
  ["video/mp4", ["public.mpeg-4"], ["mp4"]],
  ["video/x-m4v", ["com.apple.m4v-video"], ["m4v"]],
  ["video/3gpp", ["public.3gpp"], ["3gp"]],
  ["application/pdf", ["com.adobe.pdf"], ["pdf"]],
  ["application/zip", ["public.zip-archive"], ["zip"]],
  ["application/vnd.apple.pkpass", ["com.apple.pkpass"], ["pkpass"]],
  ["text/plain", ["public.plain-text", "public.utf8-plain-text"], ["txt"]],
  ["text/html", ["public.html"], ["html", "htm"]],
  ["text/vcard", ["public.vcard"], ["vcf"]],
  ["text/calendar", ["com.apple.ical.ics"], ["ics"]],
  ["text/csv", ["public.comma-separated-values-text"], ["csv"]],
  ["text/markdown", ["net.daringfireball.markdown"], ["md"]],
  ["application/json", ["public.json"], ["json"]],
  ["application/rtf", ["public.rtf"], ["rtf"]],
  ["application/epub+zip", ["org.idpf.epub-container"], ["epub"]],
  [
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ["org.openxmlformats.wordprocessingml.document"],
    ["docx"],
  ],
  [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ["org.openxmlformats.spreadsheetml.sheet"],
    ["xlsx"],
  ],
  [
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ["org.openxmlformats.presentationml.presentation"],
    ["pptx"],
  ],
  ["application/msword", ["com.microsoft.word.doc"], ["doc"]],
  ["application/vnd.ms-excel", ["com.microsoft.excel.xls"], ["xls"]],
  ["application/vnd.ms-powerpoint", ["com.microsoft.powerpoint.ppt"], ["ppt"]],
  ["application/vnd.apple.pages", ["com.apple.iwork.pages.sffpages"], ["pages"]],
  ["application/vnd.apple.numbers", ["com.apple.iwork.numbers.sffnumbers"], ["numbers"]],
  ["application/vnd.apple.keynote", ["com.apple.iwork.keynote.sffkey"], ["key"]],
];
const BY_UTI = new Map(TYPES.flatMap(([type, utis]) => utis.map((uti) => [uti, type])));
const BY_ENDING = new Map(TYPES.flatMap(([type, , endings]) => endings.map((ending) => [ending, type])));
const UNKNOWN = "application/octet-stream";
/** `type/subtype` of RFC 9110, section 8.3.1, without parameters. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]{1,127}\/[\w!#$%&'*+.^`|~-]{1,127}$/;

/**
 * The media type of a file in Messages, in lower case: as its row has it, else by its uniform type identifier,
 * else by its name, else `application/octet-stream`. Never something that is no media type.
 */
export function mediaTypeOf(file: { mime_type: string | null; uti: string | null; name: string }): string {
  const said = file.mime_type?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (MEDIA_TYPE.test(said) && said !== UNKNOWN) return said;
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  return BY_UTI.get(file.uti ?? "") ?? BY_ENDING.get(ending) ?? UNKNOWN;
}
