import { z } from "zod";

/** The pointer of a visit that is put to Siro, as it stands when its turn comes. */
export const syncRefSchema = z.object({ connection: z.string(), recordId: z.string() });
export type SyncRef = Readonly<z.infer<typeof syncRefSchema>>;
