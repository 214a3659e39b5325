import { z } from "zod";

// The policy of the page forbids making code out of text, which zod otherwise tries.
z.config({ jitless: true });

// The messages are the server's, word for word: `fieldMessage` translates both.
const MISSING = "is missing";

/** Counted as the server counts: an emoji is one character. */
function between(least: number, most: number) {
  return z
    .string()
    .min(1, MISSING)
    .refine((text) => [...text].length >= least, `must be ${least} or more characters long`)
    .refine((text) => [...text].length <= most, `must be ${most} or fewer characters long`);
}

export const newAccount = z.object({
  username: between(3, 64).regex(
    /^[A-Za-z0-9_.-]*$/,
    "may have letters (a to z), digits, dots, dashes and underscores only",
  ),
  email: z.string().trim().min(1, MISSING).pipe(z.email("value is not a valid email address")),
  password: between(8, 128),
});

export const newPassword = z.object({
  password: z.string().min(1, MISSING),
  new_password: between(8, 128),
});

export const presentPassword = z.object({
  password: z.string().min(1, MISSING),
});

/** Of whoever signs in elsewhere. */
export const noPassword = z.object({ password: z.string() });

export const newKey = z.object({
  name: z.string().trim().pipe(between(1, 120)),
  scopes: z
    .array(z.enum(["chat", "knowledge:read", "knowledge:write", "insights:read", "insights:write"]))
    .min(1, MISSING),
  days: z.string(),
  password: z.string().min(1, MISSING),
});

export const credentials = z.object({
  username: z.string().trim().min(1, MISSING),
  password: z.string().min(1, MISSING),
});
