import { z } from "zod";

// Zod compiles parsers with `new Function`, which the window's content security policy forbids and reports.
// Imported before any schema, because a schema asks for this setting when it is made.
z.config({ jitless: true });
