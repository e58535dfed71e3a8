// Generated from openapi/identity.yaml by `npm run generate -w contracts`; never edited by hand.
export interface paths {
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users by their ids */
        get: operations["listUsers"];
        put?: never;
        /** Join */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description An unknown user and a wrong password are answered with the same words after the same time. Attempts are limited
         *     for each account and for each address; only those that fail count.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * New tokens for a refresh token
         * @description A refresh token that was spent before ends its session, as it may be in two hands. Only within a few seconds it
         *     answers with the same successor again, for two requests that race.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Log out */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user who asks */
        get: operations["getMe"];
        put?: never;
        post?: never;
        /** Leave */
        delete: operations["deleteMe"];
        options?: never;
        head?: never;
        /**
         * Change the name, the e-mail or the password
         * @description A new e-mail or password needs the current password, else it is a 400. A new password ends all sessions of the user.
         */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/user-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log of users, from a position on
         * @description An HTTP feed (http-feeds.org) of CloudEvents 1.0: up to 500 events after `lastEventId`, the oldest first. A
         *     reader goes on at the address in Link, for ever; it has everything when that names the position in Log-Head.
         *
         *     Positions rise and have gaps, and an event never shows up behind one that a reader has seen already. An event
         *     that a newer one of the same user supersedes goes some day, and so does a UserDeleted after 30 days; what is
         *     read from the beginning leads to the same copy. So a user may begin with a UserUpdated, and UserCreated and
         *     UserUpdated mean the same: this is the profile now. Types and fields that a reader does not know are skipped.
         */
        get: operations["listUserEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that access tokens are verified with */
        get: operations["getKeys"];
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
        /**
         * @description Two that differ only in case are the same name.
         * @example cat_sun_dog
         */
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
         * @description The users that were asked for by their ids.
         * @example {
         *       "items": [
         *         {
         *           "id": 1,
         *           "username": "cat_sun_dog"
         *         }
         *       ]
         *     }
         */
        UserBatch: {
            items: components["schemas"]["User"][];
        };
        /**
         * Format: email
         * @description Two that differ only in case are the same address.
         * @example cat@example.com
         */
        Email: string;
        /**
         * @description A username or an e-mail address.
         * @example cat_sun_dog
         */
        Login: string;
        /**
         * @description Any Unicode text; in NFKC, which is what counts, a password has 8 to 128 code points.
         * @example correct horse battery staple
         */
        Password: string;
        /**
         * @description Somebody who wants to join.
         * @example {
         *       "username": "cat_sun_dog",
         *       "email": "cat@example.com",
         *       "password": "correct horse battery staple"
         *     }
         */
        NewUser: {
            username: components["schemas"]["Username"];
            email: components["schemas"]["Email"];
            password: components["schemas"]["Password"];
        };
        /**
         * @description What a user logs in with.
         * @example {
         *       "username": "cat_sun_dog",
         *       "password": "correct horse battery staple"
         *     }
         */
        Credentials: {
            username: components["schemas"]["Login"];
            password: components["schemas"]["Password"];
        };
        /**
         * @description A JWT (RFC 9068) for `Authorization` with `Bearer`; it holds the user’s id, no name and no e-mail.
         * @example eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl
         */
        AccessToken: string;
        /**
         * @description Opaque. It is good for one use, which answers with its successor; one that is used twice ends the session.
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg
         */
        RefreshToken: string;
        /**
         * @description Seconds for which the access token is good.
         * @example 300
         */
        ExpiresIn: number;
        /**
         * @example {
         *       "refreshToken": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg"
         *     }
         */
        RefreshRequest: {
            refreshToken: components["schemas"]["RefreshToken"];
        };
        /**
         * @description Who logged in, and the tokens of the session.
         * @example {
         *       "user": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "accessToken": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
         *       "refreshToken": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg",
         *       "expiresIn": 300
         *     }
         */
        Session: {
            user: components["schemas"]["User"];
            accessToken: components["schemas"]["AccessToken"];
            refreshToken: components["schemas"]["RefreshToken"];
            expiresIn: components["schemas"]["ExpiresIn"];
        };
        /**
         * @description The user who asks. Nobody else is told the e-mail.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog",
         *       "email": "cat@example.com"
         *     }
         */
        Me: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
            email: components["schemas"]["Email"];
        };
        /**
         * @description At least one change; a new e-mail or password needs the current password.
         * @example {
         *       "username": "cat_moon_dog"
         *     }
         */
        MeChange: {
            username?: components["schemas"]["Username"];
            email?: components["schemas"]["Email"];
            password?: components["schemas"]["Password"];
            currentPassword?: components["schemas"]["Password"];
        };
        /**
         * @description That it is the user who wants this.
         * @example {
         *       "currentPassword": "correct horse battery staple"
         *     }
         */
        Confirmation: {
            currentPassword: components["schemas"]["Password"];
        };
        /**
         * @description A JSON Web Key Set (RFC 7517) of public keys.
         * @example {
         *       "keys": [
         *         {
         *           "kty": "OKP",
         *           "crv": "Ed25519",
         *           "kid": "sU8mYcTjRQ2k1n8XoYJd0w",
         *           "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
         *           "alg": "EdDSA",
         *           "use": "sig"
         *         }
         *       ]
         *     }
         */
        KeySet: {
            keys: components["schemas"]["Key"][];
        };
        /**
         * @description The public half of an Ed25519 key (RFC 8037).
         * @example {
         *       "kty": "OKP",
         *       "crv": "Ed25519",
         *       "kid": "sU8mYcTjRQ2k1n8XoYJd0w",
         *       "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
         *       "alg": "EdDSA",
         *       "use": "sig"
         *     }
         */
        Key: {
            /** @constant */
            kty: "OKP";
            /** @constant */
            crv: "Ed25519";
            kid: string;
            x: string;
            /** @constant */
            alg: "EdDSA";
            /** @constant */
            use: "sig";
        };
        /**
         * Format: date-time
         * @description RFC 3339, in UTC.
         * @example 2026-01-05T09:30:00.000Z
         */
        Timestamp: string;
        /**
         * @description The position of the event in the log, in decimal (at most 2^53 − 1). Positions rise and have gaps.
         * @example 42
         */
        EventId: string;
        /**
         * @description The position once more, with zeros in front, so that texts are in order as the positions are.
         * @example 00000000000000000042
         */
        EventSequence: string;
        /**
         * @description Whose log it is.
         * @example urn:social-network:identity
         * @constant
         */
        EventSource: "urn:social-network:identity";
        /**
         * @description The id of the user, in decimal. Of the events of a subject the newest one counts.
         * @example 7
         */
        EventSubject: string;
        /**
         * @description W3C Trace Context of the request that changed the user; absent when there was none.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        EventTrace: string;
        /**
         * @description Somebody has joined, or was there before the log was.
         * @example {
         *       "specversion": "1.0",
         *       "id": "41",
         *       "source": "urn:social-network:identity",
         *       "type": "UserCreated",
         *       "subject": "7",
         *       "time": "2026-01-05T09:30:00.000Z",
         *       "sequence": "00000000000000000041",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "data": {
         *         "id": 7,
         *         "username": "cat_sun_dog"
         *       }
         *     }
         */
        UserCreated: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "UserCreated";
            subject: components["schemas"]["EventSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["EventTrace"];
            data: components["schemas"]["User"];
        };
        /**
         * @description The public profile is another one now.
         * @example {
         *       "specversion": "1.0",
         *       "id": "42",
         *       "source": "urn:social-network:identity",
         *       "type": "UserUpdated",
         *       "subject": "7",
         *       "time": "2026-01-06T18:15:00.000Z",
         *       "sequence": "00000000000000000042",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "data": {
         *         "id": 7,
         *         "username": "cat_moon_dog"
         *       }
         *     }
         */
        UserUpdated: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "UserUpdated";
            subject: components["schemas"]["EventSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["EventTrace"];
            data: components["schemas"]["User"];
        };
        /**
         * @description The user has left. Everything about that user goes, the name here too.
         * @example {
         *       "specversion": "1.0",
         *       "id": "45",
         *       "source": "urn:social-network:identity",
         *       "type": "UserDeleted",
         *       "subject": "3",
         *       "time": "2026-01-06T18:20:00.000Z",
         *       "sequence": "00000000000000000045",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "method": "DELETE",
         *       "data": {
         *         "id": 3
         *       }
         *     }
         */
        UserDeleted: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["EventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "UserDeleted";
            subject: components["schemas"]["EventSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["EventTrace"];
            /** @constant */
            method: "DELETE";
            data: components["schemas"]["DeletedUser"];
        };
        /**
         * @description What is left of a user.
         * @example {
         *       "id": 3
         *     }
         */
        DeletedUser: {
            id: components["schemas"]["Id"];
        };
        /** @description What happened to a user (CloudEvents 1.0). There may be more types one day; readers skip what they do not know. */
        UserEvent: components["schemas"]["UserCreated"] | components["schemas"]["UserUpdated"] | components["schemas"]["UserDeleted"];
        /**
         * @description Events by their positions, the oldest first.
         * @example []
         */
        UserEventBatch: components["schemas"]["UserEvent"][];
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
            /** @description The faults of the request, for `invalid-request`, and what is taken, for `conflict`. */
            errors?: components["schemas"]["InputFault"][];
        };
        /**
         * @example {
         *       "pointer": "/query/limit",
         *       "detail": "expected a whole number from 1 to 100"
         *     }
         */
        InputFault: {
            /** @description Where the fault is, a JSON pointer (RFC 6901) that starts with /path, /query, /body or /header. */
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
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The answer that the client holds is still right; no body. */
        PrivateNotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Private"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description An id, a list, a page, a header or a body that breaks its bounds, a query parameter that is unknown or repeated, or a field that is unknown. */
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
        /** @description There is no session, or not a valid one. */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description No user has this name or e-mail, or the password is wrong; which of them is not told. */
        LoginFailed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description The current password is wrong. */
        WrongPassword: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
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
        /** @description Another user has this name or e-mail; `errors` says which of them. */
        Conflict: {
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
                    type?: "urn:social-network:problem:conflict";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description The body is larger than 64 KiB. */
        TooLarge: {
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
                    type?: "urn:social-network:problem:content-too-large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description The body is not `application/json`. */
        NotJson: {
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
                    type?: "urn:social-network:problem:unsupported-media-type";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description Too many attempts with a wrong password. Try again after Retry-After. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:too-many-requests";
                    /** @constant */
                    status?: 429;
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
        /** @description Too busy, or not able to serve at the moment (its database does not answer). Ask again after Retry-After. */
        Unavailable: {
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
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:overloaded" | "urn:social-network:problem:not-ready";
                    /** @constant */
                    status?: 503;
                };
            };
        };
    };
    parameters: {
        /**
         * @description The id of the user.
         * @example 1
         */
        Id: components["schemas"]["Id"];
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
        /**
         * @description 1 to 100 ids, separated by commas. An id that stands there twice is answered once.
         * @example [
         *       2,
         *       1
         *     ]
         */
        Ids: components["schemas"]["Id"][];
        /**
         * @description The position after which events are wanted; 0, or left out, for the beginning; `latest` for the newest one, after which there is nothing yet. One beyond the newest is a 400, as it comes from another log.
         * @example 42
         */
        LastEventId: string;
        /**
         * @description Milliseconds to wait for an event when there is none (long polling); the first ones to come are answered at once.
         * @example 5000
         */
        Timeout: number;
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
         * @description The validator of this answer, for If-None-Match (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        ETag: string;
        /**
         * @description The answer may be kept and is revalidated at each use.
         * @example public, no-cache
         */
        "Cache-Control": "public, no-cache";
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
         * @description The answer depends on who asks; only that client may keep it, and it is revalidated at each use.
         * @example private, no-cache
         */
        Private: "private, no-cache";
        /**
         * @description Where the new thing is.
         * @example /api/users/5
         */
        Location: string;
        /**
         * @description How to authenticate (RFC 6750).
         * @example Bearer
         */
        "WWW-Authenticate": string;
        /**
         * @description What is left of each limit (`r` attempts) and when it is whole again (`t` seconds), by draft-ietf-httpapi-ratelimit-headers-10.
         * @example "account";r=3;t=540
         */
        RateLimit: string;
        /**
         * @description What is left of each limit (`r` attempts) and when it is whole again (`t` seconds), by draft-ietf-httpapi-ratelimit-headers-10; absent when no password was checked.
         * @example "account";r=3;t=540
         */
        "Maybe-RateLimit": string;
        /**
         * @description The limits (`q` attempts in `w` seconds), by draft-ietf-httpapi-ratelimit-headers-10.
         * @example "account";q=10;w=900
         */
        "RateLimit-Policy": string;
        /**
         * @description The limits (`q` attempts in `w` seconds), by draft-ietf-httpapi-ratelimit-headers-10; absent when no password was checked.
         * @example "account";q=10;w=900
         */
        "Maybe-RateLimit-Policy": string;
        /**
         * @description This answer is never kept.
         * @example no-store
         */
        "Not-Stored": "no-store";
        /**
         * @description Where to go on (RFC 8288).
         * @example </api/user-events?lastEventId=42>; rel="next"
         */
        Link: string;
        /**
         * @description The position of the newest event there is; 0 when there is none.
         * @example 57
         */
        "Log-Head": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
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
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["Id"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    listUsers: {
        parameters: {
            query: {
                /**
                 * @description 1 to 100 ids, separated by commas. An id that stands there twice is answered once.
                 * @example [
                 *       2,
                 *       1
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The users in the order asked for; ids that are unknown are left out. */
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
                    "application/json": components["schemas"]["UserBatch"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createUser: {
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description The user is there, and logged in. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSession: {
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description A new session. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["LoginFailed"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    refreshSession: {
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description The session goes on with new tokens; the old refresh token is spent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSession: {
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended; its refresh token is worth nothing any more. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMe: {
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
            /** @description The user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMe: {
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description The user is gone, and all sessions with it. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMe: {
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeChange"];
            };
        };
        responses: {
            /** @description The user as changed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUserEvents: {
        parameters: {
            query?: {
                /**
                 * @description The position after which events are wanted; 0, or left out, for the beginning; `latest` for the newest one, after which there is nothing yet. One beyond the newest is a 400, as it comes from another log.
                 * @example 42
                 */
                lastEventId?: components["parameters"]["LastEventId"];
                /**
                 * @description Milliseconds to wait for an event when there is none (long polling); the first ones to come are answered at once.
                 * @example 5000
                 */
                timeout?: components["parameters"]["Timeout"];
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, or none when there is nothing newer. A service that stops answers those who wait at once. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Link: components["headers"]["Link"];
                    "Log-Head": components["headers"]["Log-Head"];
                    [name: string]: unknown;
                };
                content: {
                    "application/cloudevents-batch+json": components["schemas"]["UserEventBatch"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getKeys: {
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
            /** @description A JSON Web Key Set (RFC 7517). A key is there before the first token that it signs, and until the last one has expired. */
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
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
}
