/**
 * The API as its OpenAPI schema tells it: paths, parameters, bodies and answers are checked by the compiler.
 *
 *   const member = await client.patch("/api/v1/members/{member_id}/", { path: { member_id }, body: { role: "viewer" } });
 *   type Member = Schema<"Member">;
 *
 * It stands on `lib/http`, so errors, retries and CSRF are the same. `make api-types` refreshes the types.
 */
import type { components, paths } from "./api-types.ts";
import { api, type Api, type RequestOptions } from "./http.ts";

/** A named shape of the API. */
export type Schema<N extends keyof components["schemas"]> = components["schemas"][N];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
/** Paths that have the method. */
export type PathsOf<M extends Method> = {
  [P in keyof paths]: [NonNullable<paths[P][M]>] extends [never] ? never : P;
}[keyof paths];
type JsonOf<R> = R extends { content: { "application/json": infer J } } ? J : undefined;
type Good = 200 | 201 | 202 | 203 | 204;
export type AnswerOf<O> = O extends { responses: infer R } ? JsonOf<R[keyof R & Good]> : never;
type BodyOf<O> = O extends { requestBody?: infer R }
  ? NonNullable<R> extends { content: { "application/json": infer B } }
    ? [NonNullable<R>] extends [never]
      ? never
      : B
    : never
  : never;
type PathOf<O> = O extends { parameters: { path: infer P } } ? P : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

type Options<O> = Omit<RequestOptions, "query"> &
  ([PathOf<O>] extends [never] ? { path?: undefined } : { path: PathOf<O> }) &
  ([BodyOf<O>] extends [never] ? { body?: undefined } : { body: BodyOf<O> }) &
  ([QueryOf<O>] extends [never] ? { query?: undefined } : { query?: QueryOf<O> });
/** Options may be left out when nothing in them is needed. */
type Args<O> = Record<never, never> extends Options<O> ? [options?: Options<O>] : [options: Options<O>];

/** Puts values into "/a/{id}/"; a value that is missing is a mistake worth a clear word. */
export function fillPath(template: string, values: Record<string, unknown> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (typeof value !== "string" && typeof value !== "number")
      throw new Error(`${template} needs "${name}".`);
    return encodeURIComponent(value);
  });
}

type Loose = RequestOptions & { path?: Record<string, unknown>; body?: unknown };

export function createClient(http: Api) {
  function split(template: string, given: unknown): { url: string; body: unknown; options: RequestOptions } {
    const { path, body, ...options } = (given ?? {}) as Loose;
    return { url: fillPath(template, path), body, options };
  }
  return {
    get<P extends PathsOf<"get">>(
      path: P,
      ...args: Args<Operation<P, "get">>
    ): Promise<AnswerOf<Operation<P, "get">>> {
      const { url, options } = split(path, args[0]);
      return http.get(url, options);
    },
    post<P extends PathsOf<"post">>(
      path: P,
      ...args: Args<Operation<P, "post">>
    ): Promise<AnswerOf<Operation<P, "post">>> {
      const { url, body, options } = split(path, args[0]);
      return http.post(url, body, options);
    },
    put<P extends PathsOf<"put">>(
      path: P,
      ...args: Args<Operation<P, "put">>
    ): Promise<AnswerOf<Operation<P, "put">>> {
      const { url, body, options } = split(path, args[0]);
      return http.put(url, body, options);
    },
    patch<P extends PathsOf<"patch">>(
      path: P,
      ...args: Args<Operation<P, "patch">>
    ): Promise<AnswerOf<Operation<P, "patch">>> {
      const { url, body, options } = split(path, args[0]);
      return http.patch(url, body, options);
    },
    del<P extends PathsOf<"delete">>(
      path: P,
      ...args: Args<Operation<P, "delete">>
    ): Promise<AnswerOf<Operation<P, "delete">>> {
      const { url, options } = split(path, args[0]);
      return http.del(url, options);
    },
  };
}

export const client = createClient(api);
