/** The names of the server's messages, each with the types that go with it. */

export interface RequestType<P, R> {
  readonly method: string;
  /** Never there: it only carries the types. */
  readonly types?: (params: P) => R;
}

export interface NotificationType<P> {
  readonly method: string;
  /** Never there: it only carries the types. */
  readonly types?: (params: P) => void;
}

export function request<P, R>(method: string): RequestType<P, R> {
  return { method };
}

export function notification<P>(method: string): NotificationType<P> {
  return { method };
}
