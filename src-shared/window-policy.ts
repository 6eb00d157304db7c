/**
 * The content security policy of the window: its own files and nothing else, nothing inline.
 * @param connect whom it may talk to: nobody in Electron (it has the bridge), its own gateway in a browser.
 */
export function windowPolicy(connect: "'none'" | "'self'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
