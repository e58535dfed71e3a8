// Generated from openapi/gateway.yaml by `npm run generate -w contracts`; never edited by hand.
export interface paths {
    "/api/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One post with its author */
        get: operations["getPost"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Posts by their ids */
        get: operations["listPosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One user
         * @description 404 when Identity says that there is no such user; 502, 503 or 504 when it cannot tell and no copy, not even a stale one, is held.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A user’s posts, newest first
         * @description 404 when Identity says that there is no such user. When it cannot tell, the page comes all the same, degraded, with a null author.
         */
        get: operations["listUserPosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a profile screen needs
         * @description 404 when Identity says that there is no such user. When it cannot tell, `user` is null, and so are the authors.
         */
        get: operations["getUserProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document for people */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the page is made of */
        get: operations["getDocsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Format: int64
         * @description A positive integer that every JSON reader holds exactly (at most 2^53 − 1).
         * @example 5
         */
        Id: number;
        /** @example cat_sun_dog */
        Username: string;
        /**
         * @description The public profile of a user.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog"
         *     }
         */
        User: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
        };
        /**
         * @description The text of a post; its length is counted in Unicode code points.
         * @example Cats are great, dogs are too. But, to be fair, the sun is much better.
         */
        Content: string;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC.
         * @example 2026-01-05T09:30:00.000Z
         */
        Timestamp: string;
        /** @example eyJpIjo1fQ */
        Cursor: string;
        /**
         * @description The `cursor` of the next page; null on the last one.
         * @example eyJpIjo1fQ
         */
        NextCursor: string | null;
        /**
         * Format: int64
         * @example 12
         */
        Count: number;
        /**
         * @description A post with its author.
         * @example {
         *       "id": 5,
         *       "content": "Cats are great, dogs are too. But, to be fair, the sun is much better.",
         *       "author": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "createdAt": "2026-01-05T09:30:00.000Z"
         *     }
         */
        Post: {
            id: components["schemas"]["Id"];
            content: components["schemas"]["Content"];
            /** @description Null when there is no such user, or when nobody can tell at the moment. */
            author: components["schemas"]["User"] | null;
            createdAt: components["schemas"]["Timestamp"];
        };
        /**
         * @description The posts that were asked for by their ids.
         * @example {
         *       "items": []
         *     }
         */
        PostList: {
            items: components["schemas"]["Post"][];
        };
        /**
         * @description Posts, newest first.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        Page: {
            items: components["schemas"]["Post"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @example {
         *       "user": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "posts": [],
         *       "postCount": 0,
         *       "friendCount": 3
         *     }
         */
        Profile: {
            /** @description Null when Identity cannot tell at the moment. */
            user: components["schemas"]["User"] | null;
            /** @description The newest posts. */
            posts: components["schemas"]["Post"][];
            postCount: components["schemas"]["Count"];
            friendCount: components["schemas"]["Count"];
        };
        /**
         * @description An OpenAPI 3.1 document.
         * @example {
         *       "openapi": "3.1.0",
         *       "info": {},
         *       "paths": {}
         *     }
         */
        OpenApi: {
            openapi: string;
            info: {
                [key: string]: unknown;
            };
            paths: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /**
         * @description What went wrong (RFC 9457). `type` is for programs, `detail` is for people.
         * @example {
         *       "type": "urn:social-network:problem:not-found",
         *       "title": "There is no such thing",
         *       "status": 404,
         *       "detail": "There is no user 999.",
         *       "instance": "/api/users/999",
         *       "requestId": "9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d"
         *     }
         */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description The path that was asked for, without its query; at most its first 500 characters. */
            instance: string;
            /** @description The same as the header X-Request-Id. */
            requestId: string;
            /** @description The faults of the request, for `invalid-request`. */
            errors?: components["schemas"]["InputFault"][];
        };
        /**
         * @example {
         *       "pointer": "/query/limit",
         *       "detail": "expected a whole number from 1 to 100"
         *     }
         */
        InputFault: {
            /** @description Where the fault is, a JSON pointer (RFC 6901) that starts with /path, /query or /body. */
            pointer: string;
            detail: string;
        };
    };
    responses: {
        /** @description The answer that the client holds is still right; no body. */
        NotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The file that the client holds is still right; no body. */
        PageNotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control"];
                "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description An id, a list or a page that breaks its bounds, or a query parameter that is unknown or repeated. */
        InvalidRequest: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:invalid-request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description There is no such thing, or no such path. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:not-found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description What this path answers to a method that is not in Allow. OPTIONS is always answered, with 204 and Allow. */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:method-not-allowed";
                    /** @constant */
                    status?: 405;
                };
            };
        };
        /** @description The request came too slowly. It is found out before there is a request, so the answer has none of the usual headers. */
        RequestTimeout: {
            headers: {
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:request-timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description The request line and headers together are too large. It is found out before there is a request, so the answer has none of the usual headers. */
        HeadersTooLarge: {
            headers: {
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:headers-too-large";
                    /** @constant */
                    status?: 431;
                };
            };
        };
        /** @description A fault of this service itself; nothing of the inside is told. */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:internal";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description A service that the answer cannot do without answered nonsense; Proxy-Status names it. */
        UpstreamInvalid: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:upstream-invalid";
                    /** @constant */
                    status?: 502;
                };
            };
        };
        /** @description A service that the answer cannot do without refuses or has its breaker open; or the gateway is overloaded and refused before any work; or a part of the answer is missing and the client wants all or nothing (`Prefer: handling=strict`). */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:upstream-unavailable" | "urn:social-network:problem:overloaded" | "urn:social-network:problem:incomplete-answer";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description The gateway is overloaded and refused before any work. */
        Overloaded: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:overloaded";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description A service that the answer cannot do without is too slow; Proxy-Status names it. */
        UpstreamTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:upstream-timeout";
                    /** @constant */
                    status?: 504;
                };
            };
        };
    };
    parameters: {
        /**
         * @description The id of the post.
         * @example 5
         */
        PostId: components["schemas"]["Id"];
        /**
         * @description The id of the user.
         * @example 1
         */
        UserId: components["schemas"]["Id"];
        /**
         * @description 1 to 100 ids, separated by commas. An id that stands there twice is answered once.
         * @example [
         *       5,
         *       3
         *     ]
         */
        Ids: components["schemas"]["Id"][];
        /**
         * @description The largest number of items in the page.
         * @example 20
         */
        Limit: number;
        /**
         * @description The `nextCursor` of the page before. Opaque; it stays good while new posts arrive.
         * @example eyJpIjo1fQ
         */
        Cursor: components["schemas"]["Cursor"];
        /**
         * @description With `handling=strict` (RFC 7240) what would be a degraded answer is a 503 that names the missing part. Other preferences are ignored.
         * @example handling=strict
         */
        Prefer: string;
        /**
         * @description The name of a file.
         * @example swagger-ui.css
         */
        DocsFile: string;
        /**
         * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        IfNoneMatch: string;
        /**
         * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
         * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
         */
        RequestId: string;
        /**
         * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        TraceParent: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The id of this exchange, taken over from the request when well-formed, else made. It stands in every log line about it.
         * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
         */
        "X-Request-Id": string;
        /**
         * @description W3C Trace Context. The trace of the request when that is well-formed, else a new one; the span is always new.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        traceparent: string;
        /**
         * @description The body is what Content-Type says.
         * @example nosniff
         */
        "X-Content-Type-Options": "nosniff";
        /**
         * @description The validator of this answer, for If-None-Match (RFC 9110). Only a whole answer has one; a degraded one has none.
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        ETag: string;
        /**
         * @description A whole answer may be kept and is revalidated at each use; a degraded one is `no-store`; one that depends on who asks is `private`.
         * @example public, no-cache
         */
        "Cache-Control": "public, no-cache" | "private, no-cache" | "no-store";
        /**
         * @description The methods that this path knows (RFC 9110).
         * @example GET, HEAD, OPTIONS
         */
        Allow: string;
        /**
         * @description Seconds after which another attempt makes sense.
         * @example 1
         */
        "Retry-After": number;
        /**
         * @description One member for each kind of thing that was looked up (RFC 9211), such as `author; hit; ttl=21` or `author; fwd=stale`.
         * @example post; hit; ttl=1, author; fwd=miss; stored
         */
        "Cache-Status": string;
        /**
         * @description One member for each kind of thing that was looked up (RFC 9211), such as `author; hit; ttl=21` or `author; fwd=stale`; absent when nothing was looked up.
         * @example post; hit; ttl=1, author; fwd=miss; stored
         */
        "Maybe-Cache-Status": string;
        /**
         * @description One member for each upstream that failed (RFC 9209), such as `identity; error=destination_unavailable` while its breaker is open.
         * @example identity; error=connection_refused
         */
        "Proxy-Status": string;
        /**
         * @description One member for each upstream that failed (RFC 9209), such as `identity; error=destination_unavailable` while its breaker is open; absent when none failed.
         * @example identity; error=connection_refused
         */
        "Maybe-Proxy-Status": string;
        /**
         * @description Milliseconds spent in each upstream that was asked; absent when none was.
         * @example social;dur=2.4, identity;dur=1.8
         */
        "Server-Timing": string;
        /**
         * @description The request headers that the answer depends on.
         * @example Prefer
         */
        Vary: string;
        /**
         * @description The request headers that the answer depends on; absent when it depends on none.
         * @example Prefer
         */
        "Maybe-Vary": string;
        /**
         * @description Says that the wish for all or nothing was heeded (RFC 7240).
         * @example handling=strict
         */
        "Preference-Applied": "handling=strict";
        /**
         * @description The pages load nothing from elsewhere.
         * @example default-src 'none'; script-src 'self'
         */
        "Content-Security-Policy": string;
        /**
         * @description A problem is never kept.
         * @example no-store
         */
        "Not-Stored": "no-store";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getPost: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) what would be a degraded answer is a 503 that names the missing part. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the post.
                 * @example 5
                 */
                id: components["parameters"]["PostId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The post. Its author is null when there is no such user, or (degraded) when Identity cannot tell. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listPosts: {
        parameters: {
            query: {
                /**
                 * @description 1 to 100 ids, separated by commas. An id that stands there twice is answered once.
                 * @example [
                 *       5,
                 *       3
                 *     ]
                 */
                ids: components["parameters"]["Ids"];
            };
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) what would be a degraded answer is a 503 that names the missing part. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The posts in the order asked for; ids that are unknown are left out. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostList"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) what would be a degraded answer is a 503 that names the missing part. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listUserPosts: {
        parameters: {
            query?: {
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the page before. Opaque; it stays good while new posts arrive.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) what would be a degraded answer is a 503 that names the missing part. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of posts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) what would be a degraded answer is a 503 that names the missing part. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user, the 20 newest posts, and how many posts and friends there are. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document as JSON. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApi"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Overloaded"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that needs nothing from the internet. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            304: components["responses"]["PageNotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Overloaded"];
        };
    };
    getDocsFile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Taken over when it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; else a new one is made. Never a reason for 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context; a malformed one is replaced. Never a reason for 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of an answer that the client holds; when nothing has changed the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The name of a file.
                 * @example swagger-ui.css
                 */
                file: components["parameters"]["DocsFile"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A script or a style. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                    "text/javascript": string;
                };
            };
            304: components["responses"]["PageNotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Overloaded"];
        };
    };
}
