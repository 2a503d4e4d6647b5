import { useMutation } from '@tanstack/react-query';
import { request } from './request.ts';

/** Where the links in our e-mails bring people back to. */
const verifyPage = '/console/verify-email';
const resetPage = '/console/reset-password';

/** A 401 here means a wrong password, not a lost session. */
const publicPage = { meta: { publicPage: true } };

export interface Credentials {
  email: string;
  password: string;
}

export interface Registration extends Credentials {
  name: string;
  /** Of the customer who invited. */
  referralCode?: string | undefined;
}

export function useSignIn() {
  return useMutation({
    ...publicPage,
    mutationFn: (body: Credentials) => request<unknown>('POST', '/api/auth/sign-in/email', { body }),
  });
}

export function useSignUp() {
  return useMutation({
    ...publicPage,
    mutationFn: (body: Registration) =>
      request<unknown>('POST', '/api/auth/sign-up/email', { body: { ...body, callbackURL: verifyPage } }),
  });
}

export function useSignOut() {
  return useMutation({
    ...publicPage,
    mutationFn: () => request<unknown>('POST', '/api/auth/sign-out'),
  });
}

export function useSendVerification() {
  return useMutation({
    ...publicPage,
    mutationFn: (email: string) =>
      request<unknown>('POST', '/api/auth/send-verification-email', {
        body: { email, callbackURL: verifyPage },
      }),
  });
}

export function useRequestReset() {
  return useMutation({
    ...publicPage,
    mutationFn: (email: string) =>
      request<unknown>('POST', '/api/auth/request-password-reset', {
        body: { email, redirectTo: resetPage },
      }),
  });
}

export function useResetPassword() {
  return useMutation({
    ...publicPage,
    mutationFn: (body: { newPassword: string; token: string }) =>
      request<unknown>('POST', '/api/auth/reset-password', { body }),
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { currentPassword: string; newPassword: string }) =>
      request<unknown>('POST', '/api/auth/change-password', { body: { ...body, revokeOtherSessions: true } }),
  });
}
