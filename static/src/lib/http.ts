/**
 * The client of the REST API.
 *
 *   api.get<T>(path, {query, signal})     api.post<T>(path, body, options)   api.patch / api.put / api.del
 *   api.list<T>(path, {query})            -> {items, next} of a keyset list; api.all walks every page
 *   api.upload<T>(path, form, {onProgress})
 *
 * Every failure is an AlpApiError. A GET that the network dropped is tried again; nothing else is repeated, because
 * only the caller knows whether an op_id makes that safe (`retries` says so).
 */

import { boot } from "./boot.ts";
import { takeEarly } from "./early.ts";

export class AlpApiError extends Error {
  override readonly name = "AlpApiError";
  constructor(
    readonly code: string,
    message: string,
    /** 0 when no answer came at all. */
    readonly status: number,
    readonly data: Record<string, unknown> = {},
  ) {
    super(message);
  }
  /** Messages by field of a form, from `data.fields` of an "invalid" answer. */
  get fields(): Record<string, string> {
    return flattenFields(this.data["fields"]);
  }
  get isNetwork(): boolean {
    return this.status === 0 && this.code === "network";
  }
}

export type QueryValue = string | number | boolean | null | undefined | (string | number)[];
export interface RequestOptions {
  query?: Record<string, QueryValue>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Repeats after a network failure or a 503. GET: 2, others: 0. */
  retries?: number;
  /** The request outlives the page (last saves); bodies up to 64 KiB. */
  keepalive?: boolean;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}
export interface UploadOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  onProgress?: (sent: number, total: number) => void;
}
export interface ApiDeps {
  fetch: typeof fetch;
  sleep: (ms: number) => Promise<void>;
  cookie: () => string;
  /** Whose page this is: the server refuses (401) what another person's session would send in their name. */
  user: () => string;
  /** Called when the session has ended (401). */
  onSignedOut: () => void;
}

export const SIGNED_OUT = "alp:signed-out";
/** Rung on the window when someone has signed in again in place. */
export const SIGNED_IN = "alp:signed-in";

let pageUser: string | null = null;

const defaults: ApiDeps = {
  fetch: (input, init) => globalThis.fetch(input, init),
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  cookie: () => document.cookie,
  user: () => (pageUser ??= boot().user?.id ?? ""),
  onSignedOut: () => void window.dispatchEvent(new CustomEvent(SIGNED_OUT)),
};

export function csrfToken(cookie: string = document.cookie): string {
  const found = /(?:^|;\s*)csrftoken=([^;]*)/.exec(cookie);
  return found ? decodeURIComponent(found[1] ?? "") : "";
}

export function withQuery(path: string, query: Record<string, QueryValue> = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) params.append(key, String(one));
    else params.append(key, String(value));
  }
  const text = params.toString();
  if (!text) return path;
  return path + (path.includes("?") ? "&" : "?") + text;
}

function flattenFields(value: unknown, prefix = ""): Record<string, string> {
  if (typeof value === "string") return { [prefix]: value };
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one === "string"))
      return value.length ? { [prefix]: value.join(" ") } : {};
    return Object.assign(
      {},
      ...value.map((one, i) => flattenFields(one, joinPath(prefix, String(i)))),
    ) as Record<string, string>;
  }
  if (!value || typeof value !== "object") return {};
  const parts = Object.entries(value).map(([key, inner]) => flattenFields(inner, joinPath(prefix, key)));
  return Object.assign({}, ...parts) as Record<string, string>;
}

function joinPath(prefix: string, key: string): string {
  return prefix ? `${prefix}.${key}` : key;
}

/** Turns any body of a failed answer into the one error. */
export function errorFrom(status: number, body: unknown): AlpApiError {
  if (body && typeof body === "object" && "error" in body) {
    const { code, message, data } = body.error as {
      code?: string;
      message?: string;
      data?: Record<string, unknown>;
    };
    // What a framework says of a lost session helps nobody.
    const text = status === 401 || !message ? fallback(status) : message;
    return new AlpApiError(code ?? "error", text, status, data ?? {});
  }
  return new AlpApiError(status >= 500 ? "server_error" : "error", fallback(status), status);
}

function fallback(status: number): string {
  if (status === 401) return "You are signed out.";
  if (status === 403) return "Your role does not allow this.";
  if (status === 404) return "It is not there any more, or you may not see it.";
  if (status === 413) return "This is larger than the server accepts.";
  if (status === 429) return "Too many requests: wait a moment.";
  if (status >= 500) return "The server failed. What you did may not have been carried out.";
  return `The server refused the request (${status}).`;
}

function parseBody(text: string, type: string): unknown {
  if (!text) return undefined;
  if (!type.includes("json")) return text;
  return JSON.parse(text) as unknown;
}

export type Api = ReturnType<typeof createApi>;

export function createApi(given: Partial<ApiDeps> = {}) {
  const deps: ApiDeps = { ...defaults, ...given };

  function named(): Record<string, string> {
    const user = deps.user();
    return user ? { "X-ALP-User": user } : {};
  }

  async function fetched(method: string, url: string, init: RequestInit): Promise<Response> {
    const early = takeEarly(method, url);
    return (early && (await early)) ?? (await deps.fetch(url, init));
  }

  async function once(
    method: string,
    url: string,
    body: unknown,
    options: RequestOptions,
  ): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", ...named(), ...options.headers };
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (options.signal) init.signal = options.signal;
    if (options.keepalive) init.keepalive = true;
    if (method !== "GET") headers["X-CSRFToken"] = csrfToken(deps.cookie());
    if (body instanceof FormData || body instanceof Blob || body instanceof ArrayBuffer) init.body = body;
    else if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    try {
      return await fetched(method, url, init);
    } catch (error) {
      if (options.signal?.aborted || (error instanceof DOMException && error.name === "AbortError"))
        throw error;
      throw new AlpApiError("network", "The server cannot be reached.", 0);
    }
  }

  async function send<T>(
    method: string,
    path: string,
    body: unknown,
    options: RequestOptions = {},
  ): Promise<T> {
    const url = withQuery(path, options.query);
    const retries = options.retries ?? (method === "GET" ? 2 : 0);
    for (let attempt = 0; ; attempt++) {
      try {
        return (await answer(await once(method, url, body, options))) as T;
      } catch (error) {
        const worthIt = error instanceof AlpApiError && (error.isNetwork || error.status === 503);
        if (!worthIt || attempt >= retries || options.signal?.aborted) throw error;
        await deps.sleep(300 * 3 ** attempt);
      }
    }
  }

  async function answer(response: Response): Promise<unknown> {
    let body: unknown;
    try {
      body = parseBody(await response.text(), response.headers.get("Content-Type") ?? "");
    } catch (error) {
      if (error instanceof DOMException) throw error;
      throw new AlpApiError("bad_answer", "The server's answer cannot be read.", response.status);
    }
    if (response.ok) return body;
    if (response.status === 401) deps.onSignedOut();
    throw errorFrom(response.status, body);
  }

  function get<T>(path: string, options?: RequestOptions): Promise<T> {
    return send<T>("GET", path, undefined, options);
  }

  async function all<T>(path: string, options: RequestOptions = {}): Promise<T[]> {
    const items: T[] = [];
    let after: string | null = null;
    do {
      const page: Page<T> = await get(path, { ...options, query: { ...options.query, after } });
      items.push(...page.items);
      after = page.next;
    } while (after !== null);
    return items;
  }

  /** Sends a form with its progress; fetch tells none, so this is an XMLHttpRequest. */
  function upload<T>(path: string, form: FormData | Blob, options: UploadOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open("POST", path);
      xhr.setRequestHeader("Accept", "application/json");
      xhr.setRequestHeader("X-CSRFToken", csrfToken(deps.cookie()));
      for (const [key, value] of Object.entries({ ...named(), ...options.headers }))
        xhr.setRequestHeader(key, value);
      xhr.upload.onprogress = (event) => {
        if (event.lengthComputable) options.onProgress?.(event.loaded, event.total);
      };
      xhr.onerror = () => reject(new AlpApiError("network", "The server cannot be reached.", 0));
      xhr.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
      xhr.onload = () => {
        const headers = { "Content-Type": xhr.getResponseHeader("Content-Type") ?? "" };
        const empty = xhr.status === 204 || xhr.status === 205;
        const response = new Response(empty ? null : xhr.responseText, { status: xhr.status, headers });
        answer(response).then((body) => resolve(body as T), reject);
      };
      options.signal?.addEventListener("abort", () => xhr.abort(), { once: true });
      xhr.send(form);
    });
  }

  return {
    get,
    all,
    upload,
    list: <T>(path: string, options?: RequestOptions) => get<Page<T>>(path, options),
    post: <T>(path: string, body?: unknown, options?: RequestOptions) => send<T>("POST", path, body, options),
    patch: <T>(path: string, body?: unknown, options?: RequestOptions) =>
      send<T>("PATCH", path, body, options),
    put: <T>(path: string, body?: unknown, options?: RequestOptions) => send<T>("PUT", path, body, options),
    del: <T = void>(path: string, options?: RequestOptions, body?: unknown) =>
      send<T>("DELETE", path, body, options),
  };
}

export const api: Api = createApi();

/** True for the error of a request that was stopped on purpose. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** The one sentence to show a person. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}
