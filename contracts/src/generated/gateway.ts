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
        /**
         * Delete a post
         * @description Only its author may.
         */
        delete: operations["deletePost"];
        options?: never;
        head?: never;
        /**
         * Another text for a post
         * @description Only its author may.
         */
        patch: operations["updatePost"];
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
        /**
         * A new post by the user who asks
         * @description With an `Idempotency-Key` a request can be repeated: for 24 hours the same key with the same body is answered
         *     with the same post, which is made once. Keys of different users have nothing to do with each other.
         */
        post: operations["createPost"];
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
         * @description The user comes down the same ladder as an author does. 404 when there is no such user. When nobody can tell,
         *     neither Identity nor a copy, stale or Social's, it is the 502, 503 or 504 of Identity's failure: that Social's
         *     copy holds no such user is no reason for a 404, as it may not have heard of that user yet. Where authors come
         *     from Social's copy alone, what that does not hold is a 404.
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
         * @description 404 when Identity says that there is no such user. When it cannot tell, the page comes all the same, degraded, with the author of a copy or a null one.
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
         * @description 404 when Identity says that there is no such user. When it cannot tell, `user` and the authors come from a copy, or are null when nobody can tell.
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
    "/api/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Posts of the user and of friends, newest first */
        get: operations["getFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/friends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The friends of the user, by their ids */
        get: operations["listFriends"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/friends/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who asked the user to be friends, or was asked by the user */
        get: operations["listFriendRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/friends/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Ask to be friends, or accept when the other one asked
         * @description Idempotent. Oneself is a 400; a user that Identity does not know is a 404. A body is not looked at.
         */
        put: operations["putFriend"];
        post?: never;
        /**
         * End a friendship, refuse a request, or withdraw one
         * @description Idempotent. Oneself is a 400.
         */
        delete: operations["deleteFriend"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join, and be logged in */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in, for browsers
         * @description An unknown user and a wrong password are answered with the same words after the same time. Attempts are limited
         *     for each account and for each address; only those that fail count.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * New cookies
         * @description The gateway does this by itself when it is needed; a page may do it to learn who is logged in. Without a session that goes on it is a 401. A body is not looked at.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Also without a session, or when it has ended already; then there is nothing to do. Only an access token in `Authorization` that is not valid is a 401. A body is not looked at.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tokens, for clients that are no browsers
         * @description With a username and a password, as for `/api/auth/login`, or with the refresh token of an earlier answer, which is
         *     good for one use: one that is used twice ends its session.
         */
        post: operations["createToken"];
        delete?: never;
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
         * @description The text of a post, as it was given; its length is counted in Unicode code points, white space around it included.
         * @example Cats are great, dogs are too. But, to be fair, the sun is much better.
         */
        Content: string;
        /**
         * @description A text to be posted, kept as it is given. Without the white space around it it has 1 to 5,000 Unicode code points.
         * @example Cats are great, dogs are too. But, to be fair, the sun is much better.
         */
        NewContent: string;
        /**
         * @example {
         *       "content": "Good morning."
         *     }
         */
        NewPost: {
            content: components["schemas"]["NewContent"];
        };
        /**
         * @example {
         *       "content": "Good evening."
         *     }
         */
        PostChange: {
            content: components["schemas"]["NewContent"];
        };
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
            /** @description Null when nobody can tell at the moment. */
            user: components["schemas"]["User"] | null;
            /** @description The newest posts. */
            posts: components["schemas"]["Post"][];
            postCount: components["schemas"]["Count"];
            friendCount: components["schemas"]["Count"];
        };
        /**
         * @description How things stand with the user `id`.
         * @example {
         *       "id": 2,
         *       "state": "requested"
         *     }
         */
        Friendship: {
            id: components["schemas"]["Id"];
            /**
             * @description `requested`: it is for the other one to accept.
             * @enum {string}
             */
            state: "requested" | "friends";
        };
        /**
         * @description Friends, by their ids.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        Friends: {
            items: components["schemas"]["Friend"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @description A friend, and since when.
         * @example {
         *       "id": 2,
         *       "username": "early_bird",
         *       "since": "2026-01-02T12:00:00.000Z"
         *     }
         */
        Friend: {
            id: components["schemas"]["Id"];
            /** @description Null when nobody can tell at the moment. Who is gone is left out. */
            username: components["schemas"]["Username"] | null;
            since: components["schemas"]["Timestamp"];
        };
        /**
         * @description Requests to be friends that wait for an answer, by the ids of the others.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        FriendRequests: {
            items: components["schemas"]["FriendRequest"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @description The other one of a request that waits for an answer.
         * @example {
         *       "id": 2,
         *       "username": "early_bird",
         *       "requestedAt": "2026-01-02T12:00:00.000Z"
         *     }
         */
        FriendRequest: {
            id: components["schemas"]["Id"];
            /** @description Null when nobody can tell at the moment. Who is gone is left out. */
            username: components["schemas"]["Username"] | null;
            requestedAt: components["schemas"]["Timestamp"];
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
         * @description Who is logged in; the session itself is in the cookies.
         * @example {
         *       "user": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       }
         *     }
         */
        SessionUser: {
            user: components["schemas"]["User"];
        };
        /**
         * @description A username and a password, or a refresh token.
         * @example {
         *       "username": "cat_sun_dog",
         *       "password": "correct horse battery staple"
         *     }
         */
        TokenRequest: {
            username?: components["schemas"]["Login"];
            password?: components["schemas"]["Password"];
            refreshToken?: components["schemas"]["RefreshToken"];
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
         * @description The tokens of a session.
         * @example {
         *       "accessToken": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
         *       "refreshToken": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg",
         *       "expiresIn": 300
         *     }
         */
        Tokens: {
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
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
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
        /** @description An id, a list, a page, a header or a body that breaks its bounds, a query parameter that is unknown or repeated, or a field that is unknown. */
        InvalidRequest: {
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
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
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
        /** @description No user has this name or e-mail, or the password is wrong, which of them is not told; or the refresh token is not valid. */
        LoginFailed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
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
        /** @description The request comes with cookies, and with no sign that a page of this host sent it. */
        NotSameOrigin: {
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
                    type?: "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The post is somebody else’s; or the request comes with cookies, and with no sign that a page of this host sent it. */
        Forbidden: {
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
                    type?: "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The current password is wrong; or the request comes with cookies, and with no sign that a page of this host sent it. */
        WrongPassword: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
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
        /** @description Another user has this name or e-mail; `errors` says which of them. */
        Conflict: {
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
                    type?: "urn:social-network:problem:conflict";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description The request that this Idempotency-Key came with first has no answer yet. */
        KeyInUse: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:key-in-use";
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
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
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
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
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
        /** @description This Idempotency-Key came with another body in the last 24 hours. */
        KeyReused: {
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
                    type?: "urn:social-network:problem:key-reused";
                    /** @constant */
                    status?: 422;
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
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
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
        /** @description As for what is public; or whether the session is valid cannot be told, as Identity is not available. The session, with its cookies, is kept. */
        SessionUnavailable: {
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
                    type?: "urn:social-network:problem:upstream-unavailable" | "urn:social-network:problem:overloaded" | "urn:social-network:problem:incomplete-answer" | "urn:social-network:problem:keys-missing";
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
        /** @description A service that the answer cannot do without is too slow; or the request has left, and it is not known whether it was done, because its answer was lost. Proxy-Status names the service. */
        WriteTimeout: {
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
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:upstream-timeout" | "urn:social-network:problem:outcome-unknown";
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
         * @description `incoming`: for the user to answer; `outgoing`: for the others.
         * @example outgoing
         */
        Direction: "incoming" | "outgoing";
        /**
         * @description 1 to 200 visible ASCII characters of the client’s choice, plain or in double quotes (draft-ietf-httpapi-idempotency-key-header-07).
         * @example 0f8c5e0a-6a5e-4c1e-9e3e-1f2a3b4c5d6e
         */
        IdempotencyKey: string;
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
        /** @description One member for each kind of thing that was looked up (RFC 9211), such as `author; hit; ttl=21`, `author; fwd=stale`, or `author; fwd=miss; detail=replica` for one from Social's copy. */
        "Cache-Status": string;
        /** @description One member for each kind of thing that was looked up (RFC 9211), such as `author; hit; ttl=21`, `author; fwd=stale`, or `author; fwd=miss; detail=replica` for one from Social's copy; absent when nothing was looked up. */
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
         * @description A whole answer may be kept by that client only, and is revalidated at each use; a degraded one is `no-store`.
         * @example private, no-cache
         */
        Private: "private, no-cache" | "no-store";
        /**
         * @description Where the new post is.
         * @example /api/posts/5
         */
        Location: string;
        /**
         * @description Where the new user is.
         * @example /api/users/5
         */
        "User-Location": string;
        /**
         * @description The session’s cookies, set or cleared (RFC 6265); `Secure` outside localhost.
         * @example __Host-refresh=7d2f0c1e.bm90LWEtcmVhbC10b2tlbg; Path=/; Secure; HttpOnly; SameSite=Lax
         */
        "Set-Cookie": string;
        /**
         * @description How to authenticate (RFC 6750).
         * @example Bearer
         */
        "WWW-Authenticate": string;
        /**
         * @description What is left of each limit (`r` attempts) and when it is whole again (`t` seconds), by draft-ietf-httpapi-ratelimit-headers-10; absent when no password was checked.
         * @example "account";r=3;t=540
         */
        "Maybe-RateLimit": string;
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
            /** @description The post. Its author is null when there is no such user, or (degraded) when nobody can tell. */
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
    deletePost: {
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
            /** @description The post is gone. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    updatePost: {
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
            path: {
                /**
                 * @description The id of the post.
                 * @example 5
                 */
                id: components["parameters"]["PostId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostChange"];
            };
        };
        responses: {
            /** @description The post as changed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
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
    createPost: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters of the client’s choice, plain or in double quotes (draft-ietf-httpapi-idempotency-key-header-07).
                 * @example 0f8c5e0a-6a5e-4c1e-9e3e-1f2a3b4c5d6e
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                "application/json": components["schemas"]["NewPost"];
            };
        };
        responses: {
            /** @description The post. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Location: components["headers"]["Location"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["KeyInUse"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["KeyReused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
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
    getFeed: {
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
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of posts. An author is null when there is no such user, or (degraded) when nobody can tell. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
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
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listFriends: {
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
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of friends; who is gone is left out. A username is null when nobody can tell; that is degraded, unless authors come from Social alone (`replica`). */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Friends"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listFriendRequests: {
        parameters: {
            query?: {
                /**
                 * @description `incoming`: for the user to answer; `outgoing`: for the others.
                 * @example outgoing
                 */
                direction?: components["parameters"]["Direction"];
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
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of requests that wait for an answer, each with the other one; who is gone is left out. A username is null when nobody can tell; that is degraded, unless authors come from Social alone (`replica`). */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FriendRequests"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    putFriend: {
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
            /** @description How things stand now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Friendship"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    deleteFriend: {
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
            /** @description There is no friendship and no request between the two. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    register: {
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
            /** @description The user is there, and the cookies are set. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Location: components["headers"]["User-Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    login: {
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
            /** @description The cookies are set. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["LoginFailed"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    refresh: {
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
            /** @description The session goes on, and the cookies are set. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    logout: {
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
            /** @description The session, if there was one, has ended, and the cookies are cleared. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    createToken: {
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
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description A new session, or the next tokens of one. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["LoginFailed"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
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
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
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
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
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
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
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
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
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
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
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
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
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
