import { z } from 'zod';
import { line } from './common.ts';

const email = z.email().max(254);
const newPassword = z.string().min(10).max(128);
const callbackURL = z.string().max(500).meta({ description: 'A page of ours to open afterwards' }).optional();

export const signUp = z
  .strictObject({
    name: line(120),
    email,
    password: newPassword,
    callbackURL,
    rememberMe: z.boolean().optional(),
    referralCode: z.string().trim().max(40).optional().meta({ description: 'Of the customer who invited' }),
  })
  .meta({ id: 'SignUp' });

export const signIn = z
  .strictObject({
    email,
    password: z.string().min(1).max(128),
    callbackURL,
    rememberMe: z.boolean().optional(),
  })
  .meta({ id: 'SignIn' });

export const sendVerification = z.strictObject({ email, callbackURL }).meta({ id: 'SendVerification' });
export const verifyQuery = z.object({ token: z.string().max(2000), callbackURL });
export const requestReset = z
  .strictObject({ email, redirectTo: z.string().max(500).optional() })
  .meta({ id: 'RequestPasswordReset' });
export const resetPassword = z
  .strictObject({ newPassword, token: z.string().min(1).max(200) })
  .meta({ id: 'ResetPassword' });
export const changePassword = z
  .strictObject({
    currentPassword: z.string().min(1).max(128),
    newPassword,
    revokeOtherSessions: z.boolean().optional(),
  })
  .meta({ id: 'ChangePassword' });

const user = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    role: z.string().nullish(),
  })
  .meta({ id: 'User' });

/** The session's token stays in the httpOnly cookie: the library would repeat it here, for pages to leak. */
export const signedIn = z.object({ user }).meta({ id: 'SignedIn' });
export const currentSession = z
  .object({ user, session: z.object({ expiresAt: z.string() }) })
  .nullable()
  .meta({ id: 'CurrentSession' });
export const done = z.object({}).meta({ id: 'Done' });
